"""One Windows host of the world: release, services, features, network, event log, and what each release brings along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from zdm_automate.lab.world.winrm import WinRm

AGE: Final = timedelta(days=900)
"""How long before its files Windows was installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A Windows release: the version WMI shows, its name, the Windows PowerShell on it, and the server modules it has.

    `level` is the version of the DnsServer/DhcpServer generation: 0 where there are no such modules (2008 R2 and below).
    `device` is a machine with an address and no Windows (copier, storage box).
    """

    version: str
    caption: str
    powershell: str
    server: bool = True
    level: int = 0


RELEASES: Mapping[str, Release] = MappingProxyType(
    {
        "2003": Release(version="5.2.3790", caption="Microsoft(R) Windows(R) Server 2003", powershell="2.0"),
        "2008": Release(version="6.0.6002", caption="Microsoft\u00ae Windows Server\u00ae 2008 Standard", powershell="2.0"),
        "sbs2008": Release(version="6.0.6002", caption="Windows\u00ae Small Business Server 2008", powershell="2.0"),
        "2008r2": Release(version="6.1.7601", caption="Microsoft Windows Server 2008 R2 Standard", powershell="2.0"),
        "sbs2011": Release(version="6.1.7601", caption="Windows Small Business Server 2011 Standard", powershell="2.0"),
        "2012": Release(version="6.2.9200", caption="Microsoft Windows Server 2012 Standard", powershell="3.0", level=1),
        "2012r2": Release(version="6.3.9600", caption="Microsoft Windows Server 2012 R2 Standard", powershell="4.0", level=2),
        "2016": Release(version="10.0.14393", caption="Microsoft Windows Server 2016 Standard", powershell="5.1", level=3),
        "2019": Release(version="10.0.17763", caption="Microsoft Windows Server 2019 Standard", powershell="5.1", level=4),
        "2022": Release(version="10.0.20348", caption="Microsoft Windows Server 2022 Standard", powershell="5.1", level=5),
        "2025": Release(version="10.0.26100", caption="Microsoft Windows Server 2025 Standard", powershell="5.1", level=6),
        "win7": Release(version="6.1.7601", caption="Microsoft Windows 7 Professional", powershell="2.0", server=False),
        "win10": Release(version="10.0.19045", caption="Microsoft Windows 10 Pro", powershell="5.1", server=False, level=4),
        "win11": Release(version="10.0.26100", caption="Microsoft Windows 11 Pro", powershell="5.1", server=False, level=6),
        "device": Release(version="", caption="Network device", powershell="", server=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A Windows service as Win32_Service shows it."""

    name: str
    display_name: str
    state: str = "Running"
    start_mode: str = "Auto"
    start_name: str | None = "LocalSystem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """A network adapter with its IPv4 configuration; `dns_fixed` keeps a list of DNS servers that DHCP would replace."""

    alias: str = "Ethernet"
    mac: str = "00-15-5D-00-00-01"
    dhcp: bool = False
    address: str = ""
    prefix: int = 24
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    dns_fixed: bool = False
    suffix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event log entry; `at` is ISO 8601 in UTC."""

    log: str
    source: str
    event_id: int
    level: str
    at: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One machine. Names are the short NetBIOS names in upper case; `skew` is its clock minus the world's, seconds.

    `files` has the text of each file by full path, a folder ends with a backslash; `file_times` when it was written, ISO 8601.
    `registry` has values by full path of key and value name; a key alone ends with a backslash.
    `set_up` is when its files date from where nothing says otherwise; Windows was installed 900 days before.
    `machine` tells two machines of one name apart: the identifiers of the hardware and of Windows are made from it.
    `computer` is what Windows calls itself where that is not the office's name for it; `winrm` what `winrm.of` gives else.
    """

    name: str
    release: str
    nics: tuple[Nic, ...] = ()
    domain: str = ""
    role: int = 3
    culture: str = "en-US"
    skew: float = 0.0
    services: Mapping[str, Service] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    file_times: Mapping[str, str] = field(default_factory=dict)
    registry: Mapping[str, str | int] = field(default_factory=dict)
    remoting: bool = True
    powered: bool = True
    last_boot: str = ""
    set_up: str = ""
    machine: str = ""
    static_dns_only: bool = False
    computer: str = ""
    winrm: WinRm | None = None

    @property
    def computer_name(self) -> str:
        """What Windows calls itself until the next restart."""
        return self.computer or self.name

    @property
    def windows(self) -> Release:
        """The host's release."""
        return RELEASES[self.release]

    @property
    def fqdn(self) -> str:
        """Full DNS name, or the short one in a workgroup."""
        return f"{self.name.lower()}.{self.domain}" if self.domain else self.name.lower()

    @property
    def address(self) -> str:
        """The first adapter's address; empty without one."""
        return self.nics[0].address if self.nics else ""

    def service(self, name: str) -> Service | None:
        """The service of that name, whatever the case."""
        wanted = name.casefold()
        return next((s for key, s in self.services.items() if key.casefold() == wanted), None)

    def running(self, name: str) -> bool:
        """Whether the host is on and the service runs."""
        found = self.service(name)
        return self.powered and found is not None and found.state == "Running"

    def with_service(self, changed: Service) -> Host:
        """The host with this service in place of the one of the same name."""
        return replace(self, services={**self.services, changed.name: changed})
