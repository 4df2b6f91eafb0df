"""What a failure of the HTTP library means on the way to a host, whichever client sits on it."""

from __future__ import annotations

import requests
from urllib3.exceptions import NewConnectionError

from zdm_automate.transport import fault_table

Meaning = tuple[fault_table.Fault, str, str, bool]
"""Fault, the far side's words, its number, and whether the host certainly did not start what it was asked for."""


def http_meaning(problem: requests.exceptions.RequestException) -> Meaning:
    """The meaning of a failed request."""
    match problem:
        case requests.exceptions.SSLError():
            return fault_table.tls_fault(str(problem)), "", "", fault_table.is_certificate(str(problem))
        case requests.exceptions.ConnectTimeout():
            return fault_table.SILENT, "", "", True
        case requests.exceptions.ReadTimeout():
            return fault_table.STALLED, "", "", False
    never = isinstance(getattr(problem.args[0] if problem.args else None, "reason", None), NewConnectionError)
    return (fault_table.UNREACHED if never else fault_table.BROKEN_OFF), "", "", never
