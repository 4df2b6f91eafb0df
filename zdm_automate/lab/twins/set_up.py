"""Twins of the verbs that set a Windows up: its address, its name, remote administration."""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.twins.host import CONTROL_KEY
from zdm_automate.lab.twins.pattern import change, made, stop, twin
from zdm_automate.lab.twins.same import among, same
from zdm_automate.lab.world.winrm import GROUP, SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

ADAPTER: Final = "Win32_NetworkAdapterConfiguration"
SYSTEM: Final = "Win32_ComputerSystem"
IN_NO_DOMAIN: Final = (0, 2)
DONE: Final = (0, 1, 81)
"""Return values of an adapter's methods after which it has what was asked for; 1 asks for a restart."""

_IPV4 = re.compile(r"^\d+\.\d+\.\d+\.\d+$")


# --- the name ---


def names(call: Call) -> Row:
    """The computer's name now and from its next restart on."""
    found = {}
    for key, own in (("ActiveComputerName", "Active"), ("ComputerName", "Coming")):
        run = call.native("reg.exe", "query", rf"{CONTROL_KEY}\ComputerName\{key}", "/v", "ComputerName")
        found[own] = re.findall(r"(?m)^\s+ComputerName\s+REG_SZ\s+(\S+)", "\n".join(run.out))[-1]
    return found


@twin("Get-ZdmComputerName")
def get_computer_name(call: Call, /) -> Iterator[Row]:
    """Both names."""
    yield made(call, "Zdm.ComputerName", **names(call))


@twin("Rename-ZdmComputer")
def rename_computer(call: Call, /, *, name: str) -> Iterator[Row]:
    """Another name from the next restart on."""
    computer = call.wmi(SYSTEM)[0]
    before = names(call)
    if not same(before["Coming"], name) and computer["DomainRole"] not in IN_NO_DOMAIN:
        said = f"'{before['Active']}' is in the domain {computer['Domain']} and is not renamed."
        raise stop("Precondition", said, target=name)

    def write(_: Row) -> None:
        code = call.wmi_method(SYSTEM, computer, "Rename", Name=name)["ReturnValue"]
        if code:
            raise stop("NativeExit", f"Renaming '{before['Active']}' to '{name}' ended with code {code}.", target=name)

    row = change(
        call,
        verb="Rename-ZdmComputer",
        target=name,
        read=lambda: names(call),
        wanted={"Coming": name},
        write=write,
    )
    after = row["After"]
    yield {**row, "RebootRequired": row["Changed"] and not same(after["Coming"], after["Active"])}


# --- the address ---


def _adapter(call: Call, mac: str) -> Row:
    """The adapter with a MAC address: the one of them that carries IP, where one does."""
    found = [row for row in call.wmi(ADAPTER) if same(row["MACAddress"].replace(":", "-"), mac)]
    if not found:
        raise stop("NotFound", f"There is no adapter with the MAC address {mac}.", target=mac, category="ObjectNotFound")
    carrying = [row for row in found if row["IPEnabled"]]
    if len(carrying) > 1:
        raise stop("Ambiguous", f"There are {len(carrying)} adapters with the MAC address {mac}.", target=mac)
    return (carrying or found)[0]


def _settings(row: Row) -> Row:
    pairs = [(a, m) for a, m in zip(row["IPAddress"] or (), row["IPSubnet"] or (), strict=True) if _IPV4.match(a)]
    return {
        "DhcpEnabled": row["DHCPEnabled"],
        "Addresses": [a for a, _ in pairs],
        "Masks": [m for _, m in pairs],
        "Gateways": [g for g in row["DefaultIPGateway"] or () if _IPV4.match(g)],
        "ServerAddresses": list(row["DNSServerSearchOrder"] or ()),
    }


@twin("Set-ZdmNetworkAddress")
def set_network_address(
    call: Call,
    /,
    *,
    mac: str,
    ip_address: str,
    prefix_length: int = 24,
    gateway: str = "",
    server_addresses: Sequence[str] = (),
) -> Iterator[Row]:
    """A fixed address with its DNS servers, or both by DHCP."""
    config = _adapter(call, mac)
    asked: list[int] = []

    def ask(what: str, **given: Any) -> None:
        code = call.wmi_method(ADAPTER, config, what, **given)["ReturnValue"]
        if code not in DONE:
            raise stop("NativeExit", f"{what} of the adapter {mac} ended with code {code}.", target=mac)
        asked.append(code)

    def write(before: Row) -> None:
        if not ip_address:
            ask("EnableDHCP")
            ask("SetDNSServerSearchOrder")
            return
        mask = str(IPv4Network(f"0.0.0.0/{prefix_length}").netmask)
        ask("EnableStatic", IPAddress=[ip_address], SubnetMask=[mask])
        if gateway or before["Gateways"]:
            ask("SetGateways", DefaultIPGateway=[gateway or ip_address], GatewayCostMetric=[1])
        servers = {"DNSServerSearchOrder": list(server_addresses)} if server_addresses else {}
        ask("SetDNSServerSearchOrder", **servers)

    wanted: Row = {"DhcpEnabled": True}
    if ip_address:
        wanted = {
            "DhcpEnabled": False,
            "Addresses": [ip_address],
            "Masks": [str(IPv4Network(f"0.0.0.0/{prefix_length}").netmask)],
            "Gateways": [gateway] if gateway else [],
            "ServerAddresses": list(server_addresses),
        }
    row = change(
        call,
        verb="Set-ZdmNetworkAddress",
        target=mac,
        read=lambda: _settings(_adapter(call, mac)),
        wanted=wanted,
        write=write,
    )
    yield {**row, "RebootRequired": 1 in asked}


# --- remote administration ---


def remoting(call: Call) -> Row:
    """State, listeners and rules."""
    service = next((row for row in call.wmi("Win32_Service") if same(row["Name"], SERVICE)), None)
    if service is None:
        raise stop("Unsupported", "There is no WinRM here.", target="WinRM")
    listeners = []
    if service["State"] == "Running":
        found = call.cmdlet("Get-WSManInstance", ResourceURI="winrm/config/listener", Enumerate=True)
        listeners = [f"{one['Transport']} {one['Port']}" for one in found if same(one["Enabled"], "true")]
    rules = []
    for rule in call.cmdlet("Get-NetFirewallRule", Group=GROUP):
        remote = call.cmdlet("Get-NetFirewallAddressFilter", AssociatedNetFirewallRule=rule)[0]["RemoteAddress"]
        words = [_short(word) for word in ([remote] if isinstance(remote, str) else remote)]
        rules.append(f"{rule['Name']} {'on' if rule['Enabled'] == 'True' else 'off'} {','.join(words)}")
    on = any(one.startswith("HTTP ") for one in listeners)
    return {
        "State": "On" if on else "Off",
        "StartMode": service["StartMode"],
        "Listeners": listeners,
        "Rules": sorted(rules, key=str.casefold),
    }


def _short(word: str) -> str:
    """A network with the length of its mask."""
    address, _, mask = word.partition("/")
    return f"{address}/{IPv4Network(f'0.0.0.0/{mask}').prefixlen}" if _IPV4.match(mask) else word


@twin("Get-ZdmRemoting")
def get_remoting(call: Call, /) -> Iterator[Row]:
    """As it is."""
    yield made(call, "Zdm.Remoting", **remoting(call))


@twin("Set-ZdmRemoting")
def set_remoting(call: Call, /, *, state: str, rule: Sequence[str] = ()) -> Iterator[Row]:
    """On or off, and whom the rules let in."""
    before = remoting(call)
    for one in rule:
        name = one.split(" ")[0]
        if not any(same(known.split(" ")[0], name) for known in before["Rules"]):
            said = f"There is no rule '{name}' for remote management."
            raise stop("NotFound", said, target=name, category="ObjectNotFound")

    def fits(now: Row) -> bool:
        return same(now["State"], state) and all(among(one, now["Rules"]) for one in rule)

    after = before
    changed = not fits(before) and not call.what_if
    if changed:
        if not same(before["State"], state):
            _turn(call, on=same(state, "On"))
        now = remoting(call)
        for one in rule:
            if not among(one, now["Rules"]):
                name, on, remote = one.split(" ")
                enabled = "True" if same(on, "on") else "False"
                call.cmdlet("Set-NetFirewallRule", Name=name, Enabled=enabled, RemoteAddress=remote.split(","))
        after = remoting(call)
        if not fits(after):
            said = f"Remote administration is {after['State']} after the change; {state} with {list(rule)} was wanted."
            raise stop("VerifyFailed", said, target="WinRM")
    values = {"Before": before, "After": after, "Changed": changed, "RebootRequired": False}
    yield made(call, "Zdm.Change", Verb="Set-ZdmRemoting", Target="WinRM", **values)


def _turn(call: Call, *, on: bool) -> None:
    if on:
        call.cmdlet("Enable-PSRemoting", SkipNetworkProfileCheck=True, Force=True)
        return
    call.cmdlet("Set-Service", Name="WinRM", StartupType="Manual")
    call.cmdlet("Stop-Service", Name="WinRM", Force=True)
