"""What a Windows says about itself: Win32_OperatingSystem, Win32_ComputerSystem, Win32_BIOS, `whoami /groups`, `reg query`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Native, Row, native, wmi_class
from zdm_automate.lab.cmdlets import hives
from zdm_automate.lab.cmdlets.network import interface_values
from zdm_automate.lab.world.host import AGE
from zdm_automate.lab.world.hyperv_network import hardware, machine_of
from zdm_automate.lab.world.refusal import NotModelledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.lab.world.host import Host

SERVER_PACKS = {"5.2.3790": 2, "6.0.6002": 2, "6.1.7601": 1}
LOCALES = {"de-DE": ("0407", 1031), "en-US": ("0409", 1033)}
PROFILE_LIST = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName"


def dmtf(moment: datetime) -> str:
    """A time as Get-WmiObject shows it; the hosts of the world keep UTC."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S.%f}+000"


def product_type(host: Host) -> int:
    """1 client, 2 domain controller, 3 server."""
    if not host.windows.server:
        return 1
    return 2 if host.role in (4, 5) else 3


def clock(call: Call) -> datetime:
    """The host's own clock."""
    return call.world.now + timedelta(seconds=call.host.skew)


def machine_digest(host: Host) -> str:
    """What the identifiers of a machine and its Windows are made from."""
    return sha256((host.machine or host.name).encode()).hexdigest()


@wmi_class("Win32_OperatingSystem")
def win32_operating_system(call: Call) -> Iterator[Row]:
    """One row; what came with Vista is missing on 2003."""
    host = call.host
    small_business = host.release.startswith("sbs")
    locale, language = LOCALES.get(host.culture, LOCALES["en-US"])
    boot = datetime.fromisoformat(host.last_boot)
    number = int(machine_digest(host)[:8], 16)
    row: Row = {
        "BuildNumber": host.windows.version.rsplit(".", 1)[-1],
        # 2003 to 2008 R2 end their name with a blank.
        "Caption": host.windows.caption + (" " if host.windows.version < "6.2" and host.windows.version[0] != "1" else ""),
        "CSName": host.computer_name,
        "CurrentTimeZone": 0,
        "InstallDate": dmtf(datetime.fromisoformat(host.set_up or host.last_boot) - AGE),
        "LastBootUpTime": dmtf(boot),
        "LocalDateTime": dmtf(clock(call)),
        "Locale": locale,
        "OSLanguage": language,
        "OSProductSuite": 305 if small_business else 272,
        "OSType": 18,
        "ProductType": product_type(host),
        "SerialNumber": f"00000-00000-{number // 1000 % 100_000:05}-AA{number % 1000:03}",
        "ServicePackMajorVersion": SERVER_PACKS.get(host.windows.version, 0),
        "ServicePackMinorVersion": 0,
        "SystemDirectory": r"C:\Windows\system32",
        "SystemDrive": "C:",
        "Version": host.windows.version,
        "WindowsDirectory": r"C:\Windows",
    }
    if not host.windows.version.startswith("5."):
        row["OSArchitecture"] = "64-Bit" if host.culture.startswith("de") else "64-bit"
        row["OperatingSystemSKU"] = 9 if small_business else 7 if host.windows.server else 48
        row["MUILanguages"] = [host.culture]
    yield row


@wmi_class("Win32_ComputerSystem")
def win32_computer_system(call: Call) -> Iterator[Row]:
    """One row."""
    host = call.host
    yield {
        "Name": host.computer_name,
        "DNSHostName": host.computer_name.lower(),
        "Domain": host.domain or "WORKGROUP",
        "DomainRole": host.role,
        "PartOfDomain": bool(host.domain),
        "Manufacturer": "Microsoft Corporation" if host.windows.server else "Contoso",
        "Model": "Virtual Machine" if host.windows.server else "Desk PC",
        "NumberOfProcessors": 1,
        "SystemType": "X86-based PC" if host.windows.version.startswith("5.") else "x64-based PC",
        "TotalPhysicalMemory": 17_179_332_608 if host.windows.server else 8_589_398_016,
        "UserName": None,
    }


@wmi_class("Win32_ComputerSystemProduct")
def win32_computer_system_product(call: Call) -> Iterator[Row]:
    """One row; the identifier is that of the machine, whatever it is called, and of the virtual one for a guest."""
    digest = machine_digest(call.host).upper()
    virtual = machine_of(call.world, call.host_name)
    own = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
    yield {
        "Caption": "Computer System Product",
        "Description": "Computer System Product",
        "IdentifyingNumber": digest[-12:],
        "Name": "Virtual Machine" if call.host.windows.server else "Desk PC",
        "SKUNumber": None,
        "Vendor": "Microsoft Corporation" if call.host.windows.server else "Contoso",
        "Version": "7.0",
        "UUID": own if virtual is None else hardware(virtual[1]),
    }


@wmi_class("Win32_BIOS")
def win32_bios(call: Call) -> Iterator[Row]:
    """One row; the serial number is the same in every lab."""
    serial = sha256(f"{call.world.office}/{call.host_name}".encode()).hexdigest()[:12].upper()
    yield {
        "Manufacturer": "American Megatrends Inc.",
        "Name": "BIOS",
        "SerialNumber": serial,
        "SMBIOSBIOSVersion": "090008",
        "Version": "VRTUAL - 5001223",
    }


@native("whoami")
def whoami(call: Call, argv: tuple[str, ...]) -> Native:
    """`whoami /groups /fo csv /nh` of an administrator with the full token; names are in the host's language, SIDs are not."""
    if tuple(word.casefold() for word in argv) != ("/groups", "/fo", "csv", "/nh"):
        raise NotModelledError(f"the lab does not model whoami {' '.join(argv)}", host=call.host_name)
    german = call.host.culture.startswith("de")
    administrators = r"VORDEFINIERT\Administratoren" if german else r"BUILTIN\Administrators"
    lines = [
        f'"{"Jeder" if german else "Everyone"}","{"Bekannte Gruppe" if german else "Well-known group"}","S-1-1-0",""',
        f'"{administrators}","Alias","S-1-5-32-544",""',
    ]
    if not call.host.windows.version.startswith("5."):
        level = r"Verbindliche Beschriftung\Hohe Verbindlichkeitsstufe" if german else r"Mandatory Label\High Mandatory Level"
        lines.append(f'"{level}","{"Bezeichnung" if german else "Label"}","S-1-16-12288",""')
    return Native(0, tuple(lines))


def registry_of(host: Host) -> Mapping[str, str | int]:
    """The values of a host, with those that every Windows has."""
    return {
        rf"{CONTROL}\ActiveComputerName\ComputerName": host.computer_name,
        rf"{CONTROL}\ComputerName\ComputerName": host.computer_name,
        **interface_values(host),
        **host.registry,
    }


@native("reg")
def reg(call: Call, argv: tuple[str, ...]) -> Native:
    """`reg query KEY [/v NAME]`: exit code 0 and the values, or 1; what lies below HKU the hives answer."""
    key, name = "", ""
    if len(argv) > 1 and argv[1].upper().startswith(hives.ROOT):
        return hives.reg(call, argv)
    match argv:
        case ("query", key):
            pass
        case ("query", key, "/v", name):
            pass
        case _:
            raise NotModelledError(f"the lab does not model reg {' '.join(argv)}", host=call.host_name)
    if not key.upper().startswith("HKLM\\"):
        raise NotModelledError(f"the lab does not model the registry below {key.split(chr(92), 1)[0]}", host=call.host_name)
    known = {**registry_of(call.host), **profile_list(call)}
    values = _values(known, key)
    if values is None or (name and name.casefold() not in map(str.casefold, values)):
        german = call.host.culture.startswith("de")
        text = (
            "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden."
            if german
            else "ERROR: The system was unable to find the specified registry key or value."
        )
        return Native(1, (), (text,))
    shown = {own: value for own, value in values.items() if not name or own.casefold() == name.casefold()}
    lines = ["", "HKEY_LOCAL_MACHINE" + key[4:]]
    for own, value in shown.items():
        kind, text = ("REG_DWORD", hex(value)) if isinstance(value, int) else ("REG_SZ", value)
        lines.append(f"    {own}    {kind}    {text}")
    below = [] if name else _keys(known, key)
    return Native(0, (*lines, *([""] if below else []), *(f"{lines[1]}\\{own}" for own in below), ""))


def profile_list(call: Call) -> dict[str, str | int]:
    """ProfileList of a host: a key for each profile, one with .bak where one failed to load."""
    found: dict[str, str | int] = {}
    for one in call.world.user_states.desk(call.host_name).profiles.values():
        found[rf"{PROFILE_LIST}\{one.sid}\ProfileImagePath"] = one.path
        if one.temporary:
            found[rf"{PROFILE_LIST}\{one.sid}.bak\ProfileImagePath"] = rf"C:\Users\{one.account.rpartition(chr(92))[2]}"
    return found


def _keys(registry: Mapping[str, str | int], key: str) -> list[str]:
    """The keys directly under a key."""
    start = key.rstrip("\\").casefold() + "\\"
    below = (path[len(start) :] for path in registry if path.casefold().startswith(start))
    return list(dict.fromkeys(rest.partition("\\")[0] for rest in below if "\\" in rest))


def _values(registry: Mapping[str, str | int], key: str) -> dict[str, Any] | None:
    """The values directly under a key; None where there is no such key."""
    start = key.rstrip("\\").casefold() + "\\"
    below = {path: value for path, value in registry.items() if path.casefold().startswith(start)}
    if not below:
        return None
    return {path[len(start) :]: value for path, value in below.items() if path[len(start) :] and "\\" not in path[len(start) :]}
