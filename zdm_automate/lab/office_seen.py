"""The `seen:` key of a machine in an office file: what was read at the machine that it was made after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from zdm_automate.lab.world.host import AGE, Host, Service


class ServiceSeen(BaseModel):
    """A service as Win32_Service showed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    display: str = ""
    state: str = "Running"
    mode: Literal["Auto", "Manual", "Disabled", "Boot", "System"] = "Auto"
    account: str | None = "LocalSystem"


class SeenSection(BaseModel):
    """What replaces the usual of a release.

    Attributes:
        services: all of them; None leaves those that the release and its features bring.
        booted: when it was started.
        installed: when Windows was installed on it; a restored machine has that of the machine it was restored from.
        dns_fixed: an adapter that leases its address has a fixed list of DNS servers.
        machine: what the identifiers of hardware and Windows are made from.
        suffix: the adapter's own DNS suffix; `default` leaves that of the domain.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    services: dict[str, ServiceSeen] | None = None
    booted: datetime | None = None
    installed: datetime | None = None
    dns_fixed: bool = False
    machine: str = ""
    suffix: str | None = "default"

    def laid_on(self, host: Host) -> Host:
        """The machine with what was seen."""
        if self.services is not None:
            host = replace(host, services={name: _service(name, one) for name, one in self.services.items()})
        if self.booted is not None:
            host = replace(host, last_boot=self.booted.astimezone(UTC).isoformat(timespec="seconds"))
        if self.installed is not None:
            host = replace(host, set_up=(self.installed.astimezone(UTC) + AGE).isoformat(timespec="seconds"))
        if self.machine:
            host = replace(host, machine=self.machine)
        nic = replace(host.nics[0], dns_fixed=self.dns_fixed)
        if self.suffix != "default":
            nic = replace(nic, suffix=self.suffix)
        return replace(host, nics=(nic, *host.nics[1:]))


def _service(name: str, seen: ServiceSeen) -> Service:
    return Service(
        name=name, display_name=seen.display or name, state=seen.state, start_mode=seen.mode, start_name=seen.account
    )
