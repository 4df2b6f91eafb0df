"""Windows services: Win32_Service, Set-Service, Start-Service, Stop-Service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet, wmi_class
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.host import Service

START_MODES = {"Automatic": "Auto", "Manual": "Manual", "Disabled": "Disabled"}


@wmi_class("Win32_Service")
def win32_service(call: Call) -> Iterator[Row]:
    """All services."""
    for found in call.host.services.values():
        yield {
            "Name": found.name,
            "DisplayName": found.display_name,
            "State": found.state,
            "StartMode": found.start_mode,
            "StartName": found.start_name,
        }


def _service(call: Call, name: str, activity: str) -> Service:
    found = call.host.service(name)
    if found is None:
        raise Refusal(
            f"NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.{activity}",
            f"Cannot find any service with service name '{name}'.",
            category="ObjectNotFound",
            target=name,
        )
    return found


@cmdlet("Set-Service")
def set_service(call: Call, /, *, Name: str, StartupType: str, **_: Any) -> None:
    """Sets the start mode."""
    found = _service(call, Name, "SetServiceCommand")
    mode = next(mode for name, mode in START_MODES.items() if name.casefold() == StartupType.casefold())
    call.update(call.world.with_host(call.host.with_service(replace(found, start_mode=mode))))


@cmdlet("Start-Service")
def start_service(call: Call, /, *, Name: str, **_: Any) -> None:
    """Starts a service; a disabled one does not start."""
    found = _service(call, Name, "StartServiceCommand")
    if found.start_mode == "Disabled":
        raise Refusal(
            "CouldNotStartService,Microsoft.PowerShell.Commands.StartServiceCommand",
            f"Service '{found.display_name} ({found.name})' cannot be started due to the following error: "
            f"Cannot start service {found.name} on computer '.'.",
            category="OpenError",
            target=Name,
        )
    call.update(call.world.with_host(call.host.with_service(replace(found, state="Running"))))


@cmdlet("Stop-Service")
def stop_service(call: Call, /, *, Name: str, **_: Any) -> None:
    """Stops a service."""
    found = _service(call, Name, "StopServiceCommand")
    call.update(call.world.with_host(call.host.with_service(replace(found, state="Stopped"))))


@cmdlet("Restart-Service")
def restart_service(call: Call, /, *, Name: str, **_: Any) -> None:
    """Stops and starts a service."""
    _service(call, Name, "RestartServiceCommand")
    stop_service(call, Name=Name)
    start_service(call, Name=Name)
