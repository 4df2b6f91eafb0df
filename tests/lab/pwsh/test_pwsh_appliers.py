"""Every applier, run for real, does what its twin does: with -WhatIf, the first time, and again on what it left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from agreement import both, described
from test_pwsh_profiles import STEPS as PROFILE_STEPS
from test_pwsh_profiles import piece_steps

from zdm_automate.lab.world import files
from zdm_automate.lab.world.model import account_hash
from zdm_automate.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_host import ScriptHost

    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Library

Step = tuple[str, dict[str, Any]]

FILE = r"C:\Zdm\dhcp.dat"
BACKUP = r"C:\Zdm\backup"
STOP = {"Name": "DHCPServer", "StartMode": "Disabled", "State": "Stopped"}


def _dhcp(scope: str, reserved: str) -> list[Step]:
    """What the DHCP appliers do on one server, by module or by netsh; the last ones are refused."""
    at = {"ScopeId": scope}
    option = {"Level": "Scope", "OptionId": 15, "Type": "String", "Value": ["new name.test"]}
    reservation = {**at, "IpAddress": reserved, "ClientId": "02-00-5e-99-00-01", "Name": "Drucker"}
    return [
        ("Set-ZdmDhcpLeaseDuration", {**at, "LeaseSeconds": 1800}),
        ("Set-ZdmDhcpOption", {**at, **option}),
        ("Set-ZdmDhcpOption", {"Level": "Server", "OptionId": 6, "Type": "IPv4Address", "Value": ["10.9.9.9"]}),
        ("Set-ZdmDhcpSetting", {"ConflictDetectionAttempts": 3}),
        ("Set-ZdmDhcpReservation", reservation),
        ("Set-ZdmDhcpReservation", {**reservation, "Name": "printer", "Type": "Dhcp"}),
        ("Set-ZdmDhcpScopeState", {**at, "State": "Inactive"}),
        ("Export-ZdmDhcp", {"Path": FILE}),
        ("Remove-ZdmDhcpScope", at),
        ("Import-ZdmDhcp", {"Path": FILE, "ScopeId": [scope], "BackupPath": BACKUP}),
        ("Remove-ZdmFile", {"Path": FILE}),
        ("Set-ZdmDhcpScopeState", {"ScopeId": "10.9.9.0", "State": "Active"}),
        ("Set-ZdmDhcpLeaseDuration", {**at, "LeaseSeconds": 1}),
        ("Set-ZdmServiceState", STOP),
        ("Set-ZdmDhcpSetting", {"ConflictDetectionAttempts": 1}),
    ]


def _records(zone: str) -> list[Step]:
    """What the DNS appliers do with records, by module or by WMI and dnscmd."""
    steps: list[Step] = []
    for kind, old, new in (
        ("A", "192.0.2.1", "192.0.2.2"),
        ("AAAA", "2001:db8::1", "2001:DB8:0::2"),
        ("CNAME", "one.example.org", "Two.example.org."),
        ("MX", "10 one.example.org", "20 two.example.org"),
        ("SRV", "0 100 389 one.example.org", "1 50 636 two.example.org"),
        ("TXT", "v=spf1 -all", "v=spf1  mx -all"),
    ):
        at = {"Zone": zone, "Name": f"zdm-{kind.lower()}", "Type": kind}
        steps += [
            ("Add-ZdmDnsRecord", {**at, "Data": old, "TtlSeconds": 3600}),
            ("Set-ZdmDnsTtl", {**at, "Data": old, "TtlSeconds": 300}),
            ("Set-ZdmDnsRecord", {**at, "OldData": old, "NewData": new, "TtlSeconds": 600}),
            ("Remove-ZdmDnsRecord", {**at, "Data": new}),
        ]
    return steps


def _zones(zone: str, server: str, others: list[str]) -> list[Step]:
    """What they refuse, and what they do with zones and forwarders."""
    at = {"Zone": zone, "Name": "zdm", "Type": "A"}
    return [
        ("Add-ZdmDnsRecord", {**at, "Zone": "nowhere.test", "Data": "192.0.2.1", "TtlSeconds": 60}),
        ("Add-ZdmDnsRecord", {**at, "Data": "no address", "TtlSeconds": 60}),
        ("Set-ZdmDnsTtl", {**at, "Data": "192.0.2.1", "TtlSeconds": 60}),
        ("Add-ZdmDnsConditionalForwarder", {"Name": "zdm.example.net", "MasterServers": ["192.0.2.53", "192.0.2.54"]}),
        ("Remove-ZdmDnsConditionalForwarder", {"Name": "zdm.example.net"}),
        ("Remove-ZdmDnsConditionalForwarder", {"Name": zone}),
        ("Set-ZdmDnsForwarder", {"IpAddress": others}),
        ("Set-ZdmDnsForwarder", {"IpAddress": [server]}),
        ("Set-ZdmDnsForwarder", {"IpAddress": []}),
        ("Convert-ZdmDnsZone", {"Zone": zone, "ReplicationScope": "Domain"}),
    ]


def _host(alias: str, servers: list[str]) -> list[Step]:
    """What the appliers of a host do."""
    return [
        ("Set-ZdmDnsClient", {"InterfaceAlias": alias, "ServerAddresses": servers}),
        ("Set-ZdmDnsClient", {"InterfaceAlias": "nothing", "ServerAddresses": servers}),
        ("Update-ZdmDhcpClientLease", {"InterfaceAlias": alias}),
        ("Clear-ZdmDnsCache", {"Cache": "Client"}),
        ("Clear-ZdmDnsCache", {"Cache": "Server"}),
        ("New-ZdmFolder", {"Path": r"C:\Zdm\a\b"}),
        ("New-ZdmFolder", {"Path": r"C:\Zdm\.."}),
        ("Remove-ZdmFile", {"Path": r"C:\Zdm\a"}),
        ("Set-ZdmServiceState", {"Name": "O'Neill", "StartMode": "Manual", "State": "Stopped"}),
        ("Set-ZdmServiceState", {"Name": "w32time", "StartMode": "Manual", "State": "Stopped"}),
        ("Set-ZdmServiceState", {"Name": "W32Time", "StartMode": "Disabled", "State": "Running"}),
        ("Set-ZdmServiceState", {"Name": "W32Time", "StartMode": "Sometimes", "State": "Running"}),
        ("Install-ZdmFeature", {"Name": "DHCP"}),
        ("Set-ZdmDhcpSetting", {"ConflictDetectionAttempts": 2}),
        ("Uninstall-ZdmFeature", {"Name": "DHCP"}),
        ("Install-ZdmFeature", {"Name": "No-Such-Feature"}),
    ]


def _shares(folder: str) -> list[Step]:
    """A file from another host over its administrative share."""
    file = {"Source": rf"{folder}\dhcp.dat", "Destination": r"C:\Zdm\copy.dat", "Credential": ("tester", "good")}
    return [
        ("Copy-ZdmFile", {**file, "Credential": ("tester", "wrong")}),
        ("Copy-ZdmFile", {**file, "Source": rf"{folder}\nothing.dat"}),
        ("Copy-ZdmFile", {**file, "Source": r"\\nowhere\C$\Zdm\dhcp.dat"}),
        ("Copy-ZdmFile", file),
        ("Export-ZdmDhcp", {"Path": r"C:\Zdm\copy.dat"}),
        ("Copy-ZdmFile", {**file, "Destination": r"C:\Zdm\..\copy.dat"}),
    ]


def _prepared(world: World) -> World:
    """The world with an account whose password is known here, and with a file on every server."""
    for host in world.hosts.values():
        if host.windows.server:
            world = files.written(world, host, FILE, "what was exported")
    return replace(world, accounts={**world.accounts, "tester": account_hash("tester", "good")})


def _machines() -> list[Step]:
    """A lab on a Hyper-V host, built, kept, set back and taken away; somebody else's switch stays."""
    own = {"Mark": "zdm-lab:story"}
    machine = {"Name": "OLD", **own}
    disk = r"C:\Lab\OLD.vhdx"
    built = {**machine, "Generation": "1", "MemoryMb": 4096, "Processors": 2, "Path": r"C:\Lab", "Disk": [disk]}
    return [
        ("New-ZdmLabSwitch", {"Name": "ZDM-LAB", **own, "Kind": "Private"}),
        ("New-ZdmLabSwitch", {"Name": "LAN", **own, "Kind": "Private"}),
        ("New-ZdmLabDisk", {"Path": disk, "ParentPath": r"C:\Images\sbs-restored.vhdx"}),
        ("New-ZdmLabDisk", {"Path": r"C:\Lab\data.vhdx", "SizeGb": 40}),
        ("New-ZdmLabVm", built),
        ("Connect-ZdmLabVm", {**machine, "SwitchName": "ZDM-LAB"}),
        ("Connect-ZdmLabVm", {**machine, "SwitchName": "ZDM-LAB", "Leases": True}),
        ("New-ZdmLabCheckpoint", {**machine, "Label": "L00-restored"}),
        ("Set-ZdmLabVmState", {**machine, "State": "Running"}),
        ("Set-ZdmLabVmState", {**machine, "State": "Running", "Leases": True}),
        ("Set-ZdmLabVmState", {**machine, "State": "Off"}),
        ("Restore-ZdmLabCheckpoint", {**machine, "Label": "L00-restored"}),
        ("Remove-ZdmLabCheckpoint", {**machine, "Label": "L00-restored"}),
        ("Remove-ZdmLabVm", {**machine, "Mark": "zdm-lab:other"}),
        ("Remove-ZdmLabVm", machine),
        ("Remove-ZdmLabDisk", {"Path": disk}),
        ("Remove-ZdmLabDisk", {"Path": r"C:\Images\sbs-restored.vhdx"}),
        ("Remove-ZdmLabSwitch", {"Name": "LAN", **own}),
        ("Remove-ZdmLabSwitch", {"Name": "ZDM-LAB", **own}),
    ]


JOB = {"JobId": "0A4F3C1E-9b7d-4e21-8c55-0123456789ab"}
PING = {"Kind": "command", "Label": "probe & <x>", "FilePath": "ping.exe", "ArgumentList": ["-n", "9", "127.0.0.1"]}
CLOSED = "O:SYG:SYD:(D;;FA;;;WD)(A;;0x1301bf;;;DU)"


def _jobs() -> list[Step]:
    """What the job appliers do, by module or by COM; the last ones are refused."""
    second = {"JobId": "11111111-9b7d-4e21-8c55-0123456789ab"}
    return [
        ("Start-ZdmJob", {**JOB, **PING}),
        ("Start-ZdmJob", {**JOB, **PING, "FilePath": "other.exe"}),
        ("Stop-ZdmJob", JOB),
        ("Remove-ZdmJob", JOB),
        ("Start-ZdmJob", {**second, **PING, "Credential": ("tester", "good"), "Volume": "c:", "TimeoutMinutes": 30}),
        ("Stop-ZdmJob", second),
        ("Start-ZdmJob", {"JobId": "22222222-9b7d-4e21-8c55-0123456789ab", **PING, "Credential": ("tester", "bad")}),
        ("Stop-ZdmJob", JOB),
    ]


def _smb() -> list[Step]:
    """What the share appliers do."""
    target = {"Path": r"\\files.example.org\work\Data", "TargetPath": r"\\NEW\Data"}
    return [
        ("New-ZdmShare", {"Name": "Data", "Path": r"E:\Shares\Data", "Sddl": CLOSED, "Description": "Grüße"}),
        ("New-ZdmShare", {"Name": "Data", "Path": r"E:\Other", "Sddl": CLOSED}),
        ("Set-ZdmShareAcl", {"Name": "data", "Sddl": "O:SYG:SYD:(A;;0x1301bf;;;DU)"}),
        ("Set-ZdmShareAcl", {"Name": "nothing", "Sddl": CLOSED}),
        ("Remove-ZdmShare", {"Name": "Data"}),
        ("Set-ZdmDfsTarget", {**target, "State": "Online"}),
        ("Set-ZdmDfsTarget", {**target, "TargetPath": r"\\X\Data", "State": "Online"}),
    ]


def _smb_by_wmi() -> list[Step]:
    """What the share appliers do on a server that has no module for it."""
    return [
        ("New-ZdmShare", {"Name": "Neu", "Path": r"D:\Shares\Neu", "Sddl": CLOSED, "Description": "Grüße"}),
        ("New-ZdmShare", {"Name": "Neu", "Path": r"D:\Other", "Sddl": CLOSED}),
        ("New-ZdmShare", {"Name": "C$", "Path": r"D:\Other", "Sddl": CLOSED}),
        ("New-ZdmShare", {"Name": "Mit", "Path": r"D:\Other", "Sddl": CLOSED, "CachingMode": "None"}),
        ("Set-ZdmShareAcl", {"Name": "firma", "Sddl": "O:BAG:DUD:P(D;;0x110116;;;WD)(A;;0x1301bf;;;S-1-5-21-1-2-3-1120)"}),
        ("Set-ZdmShareAcl", {"Name": "Firma", "Sddl": "O:SYG:SYD:"}),
        ("Set-ZdmShareAcl", {"Name": "nothing", "Sddl": CLOSED}),
        ("Remove-ZdmShare", {"Name": "Neu"}),
        ("Close-ZdmShareSession", {"SessionId": r"\\192.168.62.22"}),
    ]


AUTHORISED = {"DnsName": "new.tiny.example.org", "IpAddress": "192.168.50.10"}
PAIR = {"Name": "zdm-cutover", "PartnerServer": "br-dc02.branch.example.net", "ScopeId": ["10.20.0.0"]}


def _set_up() -> list[Step]:
    """What is done to a blank Windows, and back; the last ones are refused."""
    mac = {"Mac": "00-15-5D-10-00-11"}
    rules = ["WINRM-HTTP-In-TCP-NoScope on 192.168.16.0/24,10.99.0.9", "WINRM-HTTP-In-TCP off LocalSubnet"]
    return [
        ("Set-ZdmNetworkAddress", {**mac, "IPAddress": "192.168.16.11", "Gateway": "192.168.16.1"}),
        ("Set-ZdmNetworkAddress", {**mac, "IPAddress": "192.168.16.12", "ServerAddresses": ["192.168.16.2", "192.168.16.10"]}),
        ("Set-ZdmNetworkAddress", {**mac, "IPAddress": ""}),
        ("Set-ZdmRemoting", {"State": "Off"}),
        ("Set-ZdmRemoting", {"State": "On", "Rule": rules}),
        ("Rename-ZdmComputer", {"Name": "NEW-FS"}),
        ("Rename-ZdmComputer", {"Name": "WIN-55E7653D4B8"}),
        ("Set-ZdmNetworkAddress", {"Mac": "00-15-5D-99-99-99", "IPAddress": "192.168.16.11"}),
        ("Set-ZdmRemoting", {"State": "On", "Rule": ["Nothing on Any"]}),
        ("Rename-ZdmComputer", {"Name": "a b"}),
    ]


STORIES: dict[str, tuple[str, str, list[Step]]] = {
    "dhcp by module": ("tiny", "OLD", _dhcp("192.168.50.0", "192.168.50.190")),
    "dhcp by netsh": ("smallbiz", "SBS", _dhcp("192.168.16.0", "192.168.16.190")),
    "dhcp in German": ("kanzlei", "SERVER", _dhcp("192.168.178.0", "192.168.178.190")),
    "authorisation": (
        "tiny",
        "OLD",
        [("Add-ZdmDhcpAuthorization", AUTHORISED), ("Remove-ZdmDhcpAuthorization", AUTHORISED)],
    ),
    "failover": (
        "branch",
        "BR-DC01",
        [
            ("Add-ZdmDhcpFailover", PAIR),
            ("Add-ZdmDhcpFailover", {**PAIR, "ServerRole": "Standby", "PartnerServer": "nobody.branch.example.net"}),
            ("Remove-ZdmDhcpFailover", {"Name": "zdm-cutover"}),
        ],
    ),
    "dns by module, records": ("smallbiz", "DC1", _records("example.local")),
    "dns by module, zones": ("smallbiz", "DC1", _zones("example.local", "192.168.16.10", ["203.0.113.1"])),
    "dns by wmi, records": ("smallbiz", "SBS", _records("legacy.example.local")),
    "dns by wmi, zones": ("smallbiz", "SBS", _zones("legacy.example.local", "192.168.16.2", ["203.0.113.1", "203.0.113.2"])),
    "dns in German, records": ("kanzlei", "SERVER", _records("alt.kanzlei-mueller.local")),
    "dns in German, zones": ("kanzlei", "SERVER", _zones("alt.kanzlei-mueller.local", "192.168.178.10", ["203.0.113.1"])),
    "host 2022": ("tiny", "NEW", _host("Ethernet", ["192.168.50.10"])),
    "host 2011": ("smallbiz", "SBS", _host("Local Area Connection", ["192.168.16.2", "192.168.16.10"])),
    "jobs by module": ("tiny", "NEW", _jobs()),
    "jobs by com": ("smallbiz", "SBS", _jobs()),
    "jobs in German": ("kanzlei", "SERVER", _jobs()),
    "shares": ("files", "NEW", _smb()),
    "sessions": ("files", "OLD", [("Close-ZdmShareSession", {"SessionId": "1001"})]),
    "a blank guest": (str(shipped("labs") / "hyperv" / "workshop.yaml"), "NEW-FS", _set_up()),
    "shares and sessions by wmi": ("sbsfiles", "SBS", _smb_by_wmi()),
    "machines": (str(shipped("labs") / "hyperv" / "workshop.yaml"), "HV1", _machines()),
    "client": ("branch", "BR-PC01", _host("Ethernet", ["10.20.0.11"])),
    "files": ("tiny", "NEW", _shares(r"\\old.tiny.example.org\C$\Zdm")),
    "files of 2008 R2": ("smallbiz", "DC1", _shares(r"\\192.168.16.2\C$\Zdm")),
    "files in German": ("kanzlei", "DC-NEU", _shares(r"\\server\C$\Zdm")),
}


@pytest.mark.pwsh
@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES)
def test_an_applier_and_its_twin_agree(
    script_host: ScriptHost, library: Library, office: Callable[[str], World], story: str
) -> None:
    """Record, error, warnings and the world afterwards are the same at every step; nothing happens with -WhatIf."""
    name, host, steps = STORIES[story]
    world = _prepared(office(name))
    differing = {}

    for verb, arguments in steps:
        for given in ({**arguments, "WhatIf": True}, arguments, arguments):
            script, twin = both(script_host, library, world, host, verb, given)
            if described(script) != described(twin) or script.world != twin.world:
                differing[verb, str(given)] = (described(script), described(twin), script.world == twin.world)
            if "WhatIf" in given and (script.error is None or script.error.error_id != "NotModelled"):
                assert script.world == world
            world = twin.world

    assert differing == {}


def test_the_stories_call_every_applier(library: Library, office: Callable[[str], World]) -> None:
    """No applier is left out; those of profiles have their story in a module of their own."""
    first, second, *_ = office("desks").user_states.desk("PC01").profiles.values()
    called = {verb for _, _, steps in STORIES.values() for verb, _ in steps}
    called |= {verb for _, verb, _ in (*PROFILE_STEPS, *piece_steps(first, second))}

    assert {verb for verb in library if library[verb].kind == "applier"} <= called
