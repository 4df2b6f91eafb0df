"""Twins of the prelude and of the host readers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.call import modules_of
from zdm_automate.lab.twins.pattern import host_now, made, stamp, stop, twin
from zdm_automate.lab.twins.same import among, same
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

BUILDS = {"2.0": "2.0", "3.0": "3.0", "4.0": "4.0"}
WINDOWS_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion"
CONTROL_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control"
KNOWN_ROLES = {6: "File-Services", 10: "AD-Domain-Services", 12: "DHCP", 13: "DNS", 39: "Windows-Server-Backup", 69: "GPMC"}
LEVELS = {0: "Information", 1: "Critical", 2: "Error", 3: "Warning", 4: "Information", 5: "Verbose"}
_IPV4 = re.compile(r"^\d+\.\d+\.\d+\.\d+$")


def powershell_version(call: Call) -> str:
    """`$PSVersionTable.PSVersion` of a host."""
    short = call.host.windows.powershell
    return BUILDS.get(short) or f"{short}.{call.host.windows.version.split('.')[-1]}.1"


@twin("prelude")
def prelude(call: Call, /) -> Iterator[Row]:
    """Defines what verbs may use and says what the host is."""
    system = call.wmi("Win32_OperatingSystem")[0]
    computer = call.wmi("Win32_ComputerSystem")[0]
    groups = " ".join(call.native("whoami.exe", "/groups", "/fo", "csv", "/nh").out)
    wanted = "S-1-5-32-544" if str(system["Version"]).startswith("5.") else "S-1-16-(12288|16384)"
    yield made(
        call,
        "Zdm.Session",
        PsVersion=powershell_version(call),
        OsVersion=system["Version"],
        OsCaption=system["Caption"].strip(),
        Domain=computer["Domain"],
        DomainRole=computer["DomainRole"],
        Culture=call.host.culture,
        UiCulture=call.host.culture,
        LanguageMode="FullLanguage",
        UtcNow=stamp(host_now(call)),
        IsElevated=re.search(wanted, groups) is not None,
    )


def _from_dmtf(text: str) -> str:
    local = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return stamp(local - timedelta(minutes=int(text[21:25])))


@twin("Get-ZdmHostInventory")
def get_host_inventory(call: Call, /) -> Iterator[Row]:
    """What the host is, by WMI."""
    system = call.wmi("Win32_OperatingSystem")[0]
    computer = call.wmi("Win32_ComputerSystem")[0]
    bios = call.wmi("Win32_BIOS")[0]
    product = call.wmi("Win32_ComputerSystemProduct")[0]
    yield made(
        call,
        "Zdm.HostInventory",
        OsCaption=system["Caption"].strip(),
        OsVersion=system["Version"],
        ServicePack=system["ServicePackMajorVersion"],
        ProductType=system["ProductType"],
        ProductSuite=system["OSProductSuite"],
        InstalledAtUtc=_from_dmtf(system["InstallDate"]),
        LastBootUtc=_from_dmtf(system["LastBootUpTime"]),
        PsVersion=powershell_version(call),
        Domain=computer["Domain"],
        DomainRole=computer["DomainRole"],
        SystemType=computer["SystemType"],
        Manufacturer=computer["Manufacturer"],
        Model=computer["Model"],
        SerialNumber=bios["SerialNumber"],
        MachineUuid=product["UUID"],
        WindowsSerial=system["SerialNumber"],
        MemoryBytes=computer["TotalPhysicalMemory"],
        Culture=call.host.culture,
    )


@twin("Get-ZdmNetworkConfig")
def get_network_config(call: Call, /) -> Iterator[Row]:
    """The adapters that carry IP, by WMI."""
    names = {row["Index"]: row["NetConnectionID"] for row in call.wmi("Win32_NetworkAdapter")}
    for row in call.wmi("Win32_NetworkAdapterConfiguration"):
        if not row["IPEnabled"]:
            continue
        pairs = [(a, m) for a, m in zip(row["IPAddress"], row["IPSubnet"], strict=True) if _IPV4.match(a)]
        yield made(
            call,
            "Zdm.NetworkConfig",
            Alias=names[row["Index"]],
            Mac=row["MACAddress"].replace(":", "-"),
            DhcpEnabled=row["DHCPEnabled"],
            DhcpServer=row["DHCPServer"] if row["DHCPEnabled"] else None,
            Addresses=[a for a, _ in pairs],
            Masks=[m for _, m in pairs],
            Gateways=[g for g in row["DefaultIPGateway"] or () if _IPV4.match(g)],
            DnsServers=list(row["DNSServerSearchOrder"] or ()),
            Suffix=row["DNSDomain"],
            RegisterDns=row["FullDNSRegistrationEnabled"],
        )


@twin("Get-ZdmRole")
def get_role(call: Call, /, *, name: Sequence[str] = ()) -> Iterator[Row]:
    """By the ServerManager module, or by the numbers of Win32_ServerFeature."""
    if "ServerManager" in modules_of(call.host):
        for row in call.cmdlet("Get-WindowsFeature"):
            if among(row["Name"], name) or (not name and row["Installed"]):
                yield made(call, "Zdm.Role", Name=row["Name"], DisplayName=row["DisplayName"], Installed=row["Installed"])
        return
    for one in name:
        if not among(one, KNOWN_ROLES.values()):
            raise stop("Unsupported", f"This release cannot say whether '{one}' is installed.", target=one)
    found = {row["ID"]: row["Name"] for row in call.wmi("Win32_ServerFeature")}
    for number, internal in sorted(KNOWN_ROLES.items()):
        installed = number in found
        if among(internal, name) or (not name and installed):
            yield made(call, "Zdm.Role", Name=internal, DisplayName=found.get(number, internal), Installed=installed)


@twin("Get-ZdmPendingReboot")
def get_pending_reboot(call: Call, /) -> Iterator[Row]:
    """By the exit codes of reg.exe."""
    reasons = []
    if call.native("reg.exe", "query", rf"{WINDOWS_KEY}\Component Based Servicing\RebootPending").exit_code == 0:
        reasons.append("ComponentServicing")
    if call.native("reg.exe", "query", rf"{WINDOWS_KEY}\WindowsUpdate\Auto Update\RebootRequired").exit_code == 0:
        reasons.append("WindowsUpdate")
    if call.native("reg.exe", "query", rf"{CONTROL_KEY}\Session Manager", "/v", "PendingFileRenameOperations").exit_code == 0:
        reasons.append("FileRename")
    names = []
    for key in ("ActiveComputerName", "ComputerName"):
        run = call.native("reg.exe", "query", rf"{CONTROL_KEY}\ComputerName\{key}", "/v", "ComputerName")
        names += re.findall(r"(?m)^\s+ComputerName\s+REG_SZ\s+(\S+)", "\n".join(run.out))
    if len(names) == 2 and not same(*names):  # noqa: PLR2004 - the active and the coming name
        reasons.append("ComputerName")
    yield made(call, "Zdm.PendingReboot", Pending=bool(reasons), Reasons=reasons)


@twin("Get-ZdmEvent")
def get_event(
    call: Call, /, *, log_name: str, event_id: Sequence[str] = (), since_utc: str = "", newest: int = 100
) -> Iterator[Row]:
    """By Get-WinEvent; no match is no error."""
    if str(call.wmi("Win32_OperatingSystem")[0]["Version"]).startswith("5."):
        raise stop("Unsupported", "Event logs are read from Windows Server 2008 on.", target=log_name)
    wanted: dict[str, object] = {"LogName": log_name}
    if event_id:
        wanted["Id"] = [int(number) for number in event_id]
    if since_utc:
        try:
            wanted["StartTime"] = datetime.fromisoformat(since_utc).astimezone(UTC)
        except ValueError:
            raise stop("Precondition", f"'{since_utc}' is no time.", target=since_utc, category="InvalidArgument") from None
    try:
        found = call.cmdlet("Get-WinEvent", FilterHashtable=wanted, MaxEvents=newest)
    except Refusal as refusal:
        if not refusal.error_id.startswith("NoMatchingEventsFound"):
            raise
        found = []
    for row in found:
        yield made(
            call,
            "Zdm.Event",
            LogName=row["LogName"],
            RecordId=row["RecordId"],
            Source=row["ProviderName"],
            EventId=row["Id"],
            Level=LEVELS.get(row["Level"], "Information"),
            AtUtc=stamp(row["TimeCreated"]),
            Message=row["Message"],
        )
