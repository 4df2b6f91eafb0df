"""Facts about a host: what it is, its network, roles, services, files and events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class HostInventory(Fact):
    """What a host is (Win32_OperatingSystem, Win32_ComputerSystem, Win32_ComputerSystemProduct, Win32_BIOS).

    Attributes:
        product_type: 1 client, 2 domain controller, 3 server.
        product_suite: bit 0x1 Small Business Server was installed once, 0x20 with the restrictive licence.
        domain_role: 0 and 1 client, 2 and 3 server, 4 domain controller, 5 domain controller with the PDC role.
        machine_uuid: of the hardware or the virtual machine, as its firmware tells it.
        windows_serial: of the installation.
        memory_bytes: physical memory.
    """

    zdm_type: ClassVar[str] = "Zdm.HostInventory"
    reader: ClassVar[str] = "Get-ZdmHostInventory"
    volatile: ClassVar[frozenset[str]] = frozenset({"last_boot_utc"})
    hardware: ClassVar[frozenset[str]] = frozenset({"manufacturer", "model", "serial_number", "machine_uuid", "memory_bytes"})

    os_caption: str
    os_version: str
    service_pack: int
    product_type: int
    product_suite: int
    installed_at_utc: str | None
    last_boot_utc: str | None
    ps_version: str
    domain: str
    domain_role: int
    system_type: str
    manufacturer: str
    model: str
    serial_number: str
    machine_uuid: str
    windows_serial: str
    memory_bytes: int
    culture: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig(Fact):
    """The IPv4 settings of one adapter (Win32_NetworkAdapterConfiguration).

    Attributes:
        mac: with dashes, as DHCP shows it.
        dhcp_server: who gave the lease; None for a static adapter.
        masks: in the order of the addresses.
        suffix: the adapter's own DNS suffix.
    """

    zdm_type: ClassVar[str] = "Zdm.NetworkConfig"
    reader: ClassVar[str] = "Get-ZdmNetworkConfig"
    key: ClassVar[tuple[str, ...]] = ("alias",)

    alias: str
    mac: str
    dhcp_enabled: bool
    dhcp_server: str | None
    addresses: tuple[str, ...]
    masks: tuple[str, ...]
    gateways: tuple[str, ...]
    dns_servers: tuple[str, ...]
    suffix: str | None
    register_dns: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Fact):
    """A role or feature of a server, by its internal name; the display name is in the host's language."""

    zdm_type: ClassVar[str] = "Zdm.Role"
    reader: ClassVar[str] = "Get-ZdmRole"
    key: ClassVar[tuple[str, ...]] = ("name",)
    asked_by: ClassVar[str] = "name"

    name: str
    display_name: str
    installed: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReboot(Fact):
    """Whether a restart is waiting, and why (ComponentServicing, WindowsUpdate, FileRename, ComputerName)."""

    zdm_type: ClassVar[str] = "Zdm.PendingReboot"
    reader: ClassVar[str] = "Get-ZdmPendingReboot"

    pending: bool
    reasons: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerName(Fact):
    """What a computer calls itself, and what it will from its next restart on."""

    zdm_type: ClassVar[str] = "Zdm.ComputerName"
    reader: ClassVar[str] = "Get-ZdmComputerName"

    active: str
    coming: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Remoting(Fact):
    """How a computer takes remote administration.

    Attributes:
        state: On, or Off: the service does not run, or there is no listener over HTTP.
        listeners: transport and port of each, told only by a service that runs.
        rules: of the firewall, one text each: name, `on` or `off`, whom it lets in.
    """

    zdm_type: ClassVar[str] = "Zdm.Remoting"
    reader: ClassVar[str] = "Get-ZdmRemoting"

    state: str
    start_mode: str
    listeners: tuple[str, ...]
    rules: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Fact):
    """A Windows service (Win32_Service)."""

    zdm_type: ClassVar[str] = "Zdm.Service"
    reader: ClassVar[str] = "Get-ZdmService"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    display_name: str
    state: str
    start_mode: Literal["Auto", "Manual", "Disabled", "Boot", "System"]
    start_name: str | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class File(Fact):
    """A file or folder, or that there is none at that path.

    Attributes:
        bytes: size; None for a folder and for what is not there.
        sha256: lower case; None as for `bytes`.
    """

    zdm_type: ClassVar[str] = "Zdm.File"
    reader: ClassVar[str] = "Get-ZdmFile"
    key: ClassVar[tuple[str, ...]] = ("path",)
    asked_by: ClassVar[str] = "path"
    volatile: ClassVar[frozenset[str]] = frozenset({"modified_utc"})

    path: str
    exists: bool
    is_folder: bool
    bytes: int | None
    sha256: str | None
    modified_utc: str | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Fact):
    """An entry of an event log; it belongs to the past and never makes a plan stale."""

    zdm_type: ClassVar[str] = "Zdm.Event"
    reader: ClassVar[str] = "Get-ZdmEvent"
    key: ClassVar[tuple[str, ...]] = ("log_name", "record_id")
    transient: ClassVar[bool] = True

    log_name: str
    record_id: int
    source: str
    event_id: int
    level: Literal["Critical", "Error", "Warning", "Information", "Verbose"]
    at_utc: str
    message: str
