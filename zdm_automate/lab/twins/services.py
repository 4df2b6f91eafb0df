"""Twins of the service verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.twins.pattern import change, made, stop, twin
from zdm_automate.lab.twins.same import among, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row


@twin("Get-ZdmService")
def get_service(call: Call, /, *, name: Sequence[str] = ()) -> Iterator[Row]:
    """Services by WMI."""
    for row in call.wmi("Win32_Service"):
        if not name or among(row["Name"], name):
            yield made(call, "Zdm.Service", **row)


@twin("Set-ZdmServiceState")
def set_service_state(call: Call, /, *, name: str, start_mode: str, state: str, timeout_seconds: int = 60) -> Iterator[Row]:
    """Start mode first, then state."""

    def read() -> Row:
        row = next((r for r in call.wmi("Win32_Service") if same(r["Name"], name)), None)
        if row is None:
            raise stop("NotFound", f"The service '{name}' does not exist.", target=name, category="ObjectNotFound")
        return {"StartMode": row["StartMode"], "State": row["State"]}

    def write(before: Row) -> None:
        if before["StartMode"] != start_mode:
            call.cmdlet("Set-Service", Name=name, StartupType="Automatic" if start_mode == "Auto" else start_mode)
        if before["State"] != state:
            if state == "Running":
                call.cmdlet("Start-Service", Name=name)
            else:
                call.cmdlet("Stop-Service", Name=name, Force=True)

    yield change(
        call,
        verb="Set-ZdmServiceState",
        target=name,
        read=read,
        wanted={"StartMode": start_mode, "State": state},
        write=write,
    )
