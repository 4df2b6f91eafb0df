"""Roles and features of Windows servers: names, services and tools, and what installing or removing one does to the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zdm_automate.lab.world.dhcp import DhcpServer
from zdm_automate.lab.world.dns import DnsServer
from zdm_automate.lab.world.host import Service

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A role or feature as the server manager knows it.

    Attributes:
        name: the internal name.
        display: its display name in English and German.
        kind: Role, Role Service or Feature.
        number: its id in Win32_ServerFeature; 0 where the class does not list it.
        parent: internal name of the parent.
        tools: the management tools that go with it.
        services: the services it brings.
        restart_after_removal: whether removing it is only done after a restart.
    """

    name: str
    display: tuple[str, str]
    kind: str = "Feature"
    number: int = 0
    parent: str = ""
    tools: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    restart_after_removal: bool = False


_ALL = (
    Feature(
        name="AD-Domain-Services",
        display=("Active Directory Domain Services", "Active Directory-Domänendienste"),
        kind="Role",
        number=10,
        tools=("RSAT-AD-PowerShell", "RSAT-ADDS-Tools"),
        services=("NTDS", "Kdc", "Netlogon"),
        restart_after_removal=True,
    ),
    Feature(
        name="DHCP",
        display=("DHCP Server", "DHCP-Server"),
        kind="Role",
        number=12,
        tools=("RSAT-DHCP",),
        services=("DHCPServer",),
        restart_after_removal=True,
    ),
    Feature(
        name="DNS",
        display=("DNS Server", "DNS-Server"),
        kind="Role",
        number=13,
        tools=("RSAT-DNS-Server",),
        services=("DNS",),
        restart_after_removal=True,
    ),
    Feature(
        name="FileAndStorage-Services", display=("File and Storage Services", "Datei-/Speicherdienste"), kind="Role", number=481
    ),
    Feature(name="File-Services", display=("File Services", "Dateidienste"), kind="Role", number=6),
    Feature(
        name="FS-FileServer",
        display=("File Server", "Dateiserver"),
        kind="Role Service",
        number=255,
        parent="FileAndStorage-Services",
        services=("LanmanServer",),
    ),
    Feature(name="RSAT-DFS-Mgmt-Con", display=("DFS Management Tools", "DFS-Verwaltungstools")),
    Feature(name="RSAT-DHCP", display=("DHCP Server Tools", "DHCP-Servertools")),
    Feature(name="RSAT-DNS-Server", display=("DNS Server Tools", "DNS-Servertools")),
    Feature(
        name="RSAT-AD-PowerShell",
        display=("Active Directory module for Windows PowerShell", "Active Directory-Modul für Windows PowerShell"),
    ),
    Feature(
        name="RSAT-ADDS-Tools", display=("AD DS Snap-Ins and Command-Line Tools", "AD DS-Snap-Ins und -Befehlszeilentools")
    ),
    Feature(name="Windows-Server-Backup", display=("Windows Server Backup", "Windows Server-Sicherung"), number=39),
    Feature(name="Hyper-V", display=("Hyper-V", "Hyper-V"), kind="Role", number=20, services=("vmms",)),
    Feature(name="GPMC", display=("Group Policy Management", "Gruppenrichtlinienverwaltung"), number=69),
)
FEATURES = {feature.name: feature for feature in _ALL}
"""The features that the world knows, by internal name."""

_SERVICE_NAMES: dict[str, tuple[str, str]] = {
    "NTDS": ("Active Directory Domain Services", "Active Directory-Domänendienste"),
    "Kdc": ("Kerberos Key Distribution Center", "Kerberos-Schlüsselverteilungscenter"),
    "Netlogon": ("Netlogon", "Anmeldedienst"),
    "DNS": ("DNS Server", "DNS-Server"),
    "DHCPServer": ("DHCP Server", "DHCP-Server"),
    "LanmanServer": ("Server", "Server"),
    "LanmanWorkstation": ("Workstation", "Arbeitsstationsdienst"),
    "Dnscache": ("DNS Client", "DNS-Client"),
    "Dhcp": ("DHCP Client", "DHCP-Client"),
    "vmms": ("Hyper-V Virtual Machine Management", "Hyper-V-Verwaltung für virtuelle Computer"),
    "W32Time": ("Windows Time", "Windows-Zeitgeber"),
    "EventLog": ("Windows Event Log", "Windows-Ereignisprotokoll"),
    "Schedule": ("Task Scheduler", "Aufgabenplanung"),
    "WinRM": ("Windows Remote Management (WS-Management)", "Windows-Remoteverwaltung (WS-Verwaltung)"),
}
STANDARD_SERVICES = frozenset(_SERVICE_NAMES)
"""The services that Windows and its roles bring, by name."""

_NETWORK_SERVICE = frozenset({"Dnscache", "Dhcp", "EventLog", "W32Time", "WinRM", "DHCPServer"})


def display(names: tuple[str, str], culture: str) -> str:
    """The name in the language of a host: German for a German one, English for all others."""
    return names[1] if culture.startswith("de") else names[0]


def find(name: str) -> Feature | None:
    """The feature of that internal name, whatever the case."""
    return next((feature for key, feature in FEATURES.items() if key.casefold() == name.casefold()), None)


def service(name: str, culture: str, *, state: str = "Running", start_mode: str = "Auto") -> Service:
    """A service of Windows with its display name and usual account."""
    return Service(
        name=name,
        display_name=display(_SERVICE_NAMES[name], culture),
        state=state,
        start_mode=start_mode,
        start_name=r"NT AUTHORITY\NetworkService" if name in _NETWORK_SERVICE else "LocalSystem",
    )


def standard_services(*, culture: str, in_domain: bool, client: bool) -> dict[str, Service]:
    """What runs on every Windows."""
    names = ["Dhcp", "Dnscache", "EventLog", "LanmanServer", "LanmanWorkstation", "Schedule", "W32Time", "WinRM"]
    made = {name: service(name, culture) for name in names}
    made["Netlogon"] = service(
        "Netlogon", culture, state="Running" if in_domain else "Stopped", start_mode="Auto" if in_domain else "Manual"
    )
    if client:
        made["W32Time"] = service("W32Time", culture, state="Stopped", start_mode="Manual")
    return made


def brought_by(feature: Feature, culture: str) -> dict[str, Service]:
    """The services of a feature, running."""
    return {name: service(name, culture) for name in feature.services}


def installed(world: World, host: Host, features: tuple[Feature, ...]) -> World:
    """The world after these features were installed on the host: services run, empty DNS and DHCP servers are there."""
    services = dict(host.services)
    for feature in features:
        for name, new in brought_by(feature, host.culture).items():
            services.setdefault(name, new)
    world = world.with_host(replace(host, features=host.features | {f.name for f in features}, services=services))
    names = {feature.name for feature in features}
    if "DHCP" in names and host.name not in world.dhcp:
        world = world.with_dhcp(host.name, DhcpServer())
    if "DNS" in names and host.name not in world.dns:
        world = world.with_dns(host.name, DnsServer())
    return world


def removed(world: World, host: Host, features: tuple[Feature, ...]) -> World:
    """The world after these features were removed: their services are gone, databases stay on disk as Windows leaves them."""
    gone = {name for feature in features for name in feature.services} - {"LanmanServer", "Netlogon"}
    return world.with_host(
        replace(
            host,
            features=host.features - {f.name for f in features},
            services={name: s for name, s in host.services.items() if name not in gone},
        )
    )
