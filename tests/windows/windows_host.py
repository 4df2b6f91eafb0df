"""A real Windows host that the environment names, as the product's transports take it; docs/lab.md has the variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target, Transport
from zdm_automate.transport.psrp import PsrpTransport
from zdm_automate.transport.winrs import WinrsTransport

NEEDED = ("ZDM_WINDOWS_HOST", "ZDM_WINDOWS_USER", "ZDM_WINDOWS_PASSWORD")
NONE = f"no Windows host is named: set {', '.join(NEEDED)} (docs/lab.md) to run this on one"


def named(environment: Mapping[str, str] = os.environ) -> Target | None:
    """The host; None where none of the variables is set.

    Raises:
        ValueError: some are set, and others that they need are not.
    """
    given = {name: environment.get(name, "") for name in NEEDED}
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise ValueError(f"a Windows host is half named: {', '.join(missing)} is not set")
    address = given["ZDM_WINDOWS_HOST"]
    return Target(
        host=environment.get("ZDM_WINDOWS_NAME") or address.partition(".")[0],
        address=address,
        port=int(environment.get("ZDM_WINDOWS_PORT") or 0),
        ssl=environment.get("ZDM_WINDOWS_SSL") != "0",
        fingerprint=environment.get("ZDM_WINDOWS_FINGERPRINT", ""),
        auth=environment.get("ZDM_WINDOWS_AUTH") or "negotiate",  # type: ignore[arg-type]
        credential=Credential(given["ZDM_WINDOWS_USER"], Secret(given["ZDM_WINDOWS_PASSWORD"])),
    )


def way(target: Target, library: Library, environment: Mapping[str, str] = os.environ) -> Transport:
    """PowerShell remoting, or WinRS where that is asked for."""
    if environment.get("ZDM_WINDOWS_TRANSPORT") == "winrs":
        return WinrsTransport(target, prelude=library.prelude_text, agent=library.agent_text)
    return PsrpTransport(target, prelude=library.prelude_text)
