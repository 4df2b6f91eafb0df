"""Deserialised PowerShell objects as plain values. Reads them by their shape; knows neither wire nor client library."""

from __future__ import annotations

import uuid
from typing import Any, Final

from zdm_automate.errors import WireError
from zdm_automate.transport.base import ErrorRecord

# fmt: off
CATEGORIES: Final = (
    "NotSpecified", "OpenError", "CloseError", "DeviceError", "DeadlockDetected", "InvalidArgument",
    "InvalidData", "InvalidOperation", "InvalidResult", "InvalidType", "MetadataError", "NotImplemented",
    "NotInstalled", "ObjectNotFound", "OperationStopped", "OperationTimeout", "SyntaxError", "ParserError",
    "PermissionDenied", "ResourceBusy", "ResourceExists", "ResourceUnavailable", "ReadError", "WriteError",
    "FromStdErr", "SecurityError", "ProtocolError", "ConnectionError", "AuthenticationError",
    "LimitsExceeded", "QuotaExceeded", "NotEnabled",
)
# fmt: on
"""System.Management.Automation.ErrorCategory, by value."""


DEEPEST: Final = 64
"""Levels of an object that are taken; PowerShell itself sends fewer unless it is told to."""

MOST: Final = 2_000_000
"""Values of one reply that are taken, each counted as often as something refers to it."""


def plain(value: Any) -> Any:
    """A value as dict, list, text, int, float, bool or None.

    Raises:
        WireError: a value that has no plain form (bytes, secure strings), that refers to itself, or that is too large.
    """
    return _plain(value, 0, Budget())


class Budget:
    """What one reply may still come to."""

    def __init__(self) -> None:
        self.left = MOST

    def spend(self, values: int, depth: int) -> None:
        """Takes so many values more, at this depth.

        Raises:
            WireError: it is too deep, or they are too many.
        """
        self.left -= values
        if depth > DEEPEST:
            raise WireError(f"a reply is nested more than {DEEPEST} deep, or refers to itself.", error_id="ZdmValue")
        if self.left < 0:
            raise WireError(f"a reply comes to more than {MOST:,} values.", error_id="ZdmValue")


def _plain(value: Any, depth: int, budget: Budget) -> Any:
    kind = type(value)
    if kind in (str, int, bool, float) or value is None:
        return value
    if kind is list:
        budget.spend(len(value), depth)
        return [_plain(item, depth + 1, budget) for item in value]
    if kind is dict:
        budget.spend(len(value), depth)
        return {str(key): _plain(item, depth + 1, budget) for key, item in value.items()}
    if kind is uuid.UUID:
        return str(value)
    if hasattr(value, "extended_properties"):
        return _object(value, depth, budget)
    raise WireError(f"a value of type {kind.__name__} has no plain form.", error_id="ZdmValue")


def _object(value: Any, depth: int, budget: Budget) -> Any:
    if "System.Enum" in value.types:
        return value.to_string
    body = {**value.adapted_properties, **value.extended_properties}
    inner = value.property_sets
    if inner and not value.adapted_properties:
        # a primitive or a collection that carries note properties
        budget.spend(1, depth)
        return _plain(inner[0], depth + 1, budget)
    if not body and value.to_string is not None:
        return value.to_string
    budget.spend(len(body), depth)
    return {name: _plain(item, depth + 1, budget) for name, item in body.items()}


def refuse_boundless(value: Any) -> None:
    """Asks that a plain value is one that can be walked through: neither itself within itself nor without measure.

    Raises:
        WireError: it is not.
    """
    budget = Budget()
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, list | dict):
            budget.spend(len(one), depth)
            waiting += [(item, depth + 1) for item in (one.values() if isinstance(one, dict) else one)]


def error_record(record: Any) -> ErrorRecord:
    """An error record as it came, in plain fields; the bound parameters of the failed command are never read."""
    exception = record.exception
    properties = getattr(exception, "adapted_properties", {}) | getattr(exception, "extended_properties", {})
    types = getattr(exception, "types", [])
    number = record.category or 0
    return ErrorRecord(
        error_id=record.fq_error or "",
        message=str(record.details_message or properties.get("Message") or record),
        category=CATEGORIES[number] if 0 <= number < len(CATEGORIES) else "NotSpecified",
        target=str(record.target_name or ""),
        script_stack=str(getattr(record, "script_stacktrace", None) or ""),
        exception_type=types[0].removeprefix("Deserialized.") if types else "",
    )
