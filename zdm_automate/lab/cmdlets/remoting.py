"""Remote administration of a host: Enable-PSRemoting, the listeners of WinRM, the rules of the firewall for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.world import winrm
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LISTENERS: Final = "winrm/config/listener"
WSMAN: Final = "Microsoft.WSMan.Management"
FIREWALL: Final = "NetSecurity"


@cmdlet("Enable-PSRemoting", powershell=3.0)
def enable_remoting(call: Call, /, *, SkipNetworkProfileCheck: bool = False, Force: bool = False) -> None:
    """Starts the service for good, makes a listener, opens the firewall on networks of every kind."""
    if not (SkipNetworkProfileCheck and Force):
        raise NotModelledError("the lab does not model Enable-PSRemoting without its switches", host=call.host_name)
    service = call.host.services[winrm.SERVICE]
    found = winrm.of(call.host)
    opened = winrm.WinRm(listener=True, rules=tuple(replace(rule, enabled=True) for rule in found.rules))
    running = call.host.with_service(replace(service, state="Running", start_mode="Auto"))
    call.update(call.world.with_host(replace(running, winrm=opened)))


@cmdlet("Get-WSManInstance", module=WSMAN, powershell=3.0)
def get_instance(call: Call, /, *, ResourceURI: str, Enumerate: bool = False) -> Iterator[Row]:
    """The listeners. The service has to run for it."""
    if ResourceURI.casefold() != LISTENERS or not Enumerate:
        raise NotModelledError(f"the lab does not model Get-WSManInstance {ResourceURI}", host=call.host_name)
    if not call.host.running(winrm.SERVICE):
        raise Refusal(
            "WsManError,Microsoft.WSMan.Management.GetWSManInstanceCommand",
            "The client cannot connect to the destination specified in the request.",
            category="InvalidOperation",
        )
    if winrm.of(call.host).listener:
        yield {"Address": "*", "Transport": "HTTP", "Port": "5985", "Enabled": "true", "URLPrefix": "wsman"}


def _rules(call: Call) -> tuple[winrm.Rule, ...]:
    return winrm.of(call.host).rules


@cmdlet("Get-NetFirewallRule", module=FIREWALL, level=1)
def get_rule(call: Call, /, *, Group: str) -> Iterator[Row]:
    """The rules for remote management."""
    if Group != winrm.GROUP:
        raise NotModelledError(f"the lab does not model firewall rules of the group {Group}", host=call.host_name)
    for rule in _rules(call):
        yield {
            "Name": rule.name,
            "Group": winrm.GROUP,
            "Enabled": "True" if rule.enabled else "False",
            "Profile": rule.profile,
            "Direction": "Inbound",
            "Action": "Allow",
        }


@cmdlet("Get-NetFirewallAddressFilter", module=FIREWALL, level=1)
def get_address_filter(call: Call, /, *, AssociatedNetFirewallRule: Any) -> Iterator[Row]:
    """Whom a rule lets in: a word, an address or a network with its mask; several as a list."""
    name = str(AssociatedNetFirewallRule["Name"])
    for rule in _rules(call):
        if rule.name == name:
            remote = rule.remote[0] if len(rule.remote) == 1 else list(rule.remote)
            yield {"LocalAddress": "Any", "RemoteAddress": remote}


@cmdlet("Set-NetFirewallRule", module=FIREWALL, level=1)
def set_rule(call: Call, /, *, Name: str, Enabled: str, RemoteAddress: Sequence[str] | str) -> None:
    """Turns a rule on or off and says whom it lets in."""
    wanted = [RemoteAddress] if isinstance(RemoteAddress, str) else list(RemoteAddress)
    found = next((rule for rule in _rules(call) if rule.name.casefold() == Name.casefold()), None)
    if found is None:
        raise Refusal(
            "CmdletizationQuery_NotFound_InstanceID,Set-NetFirewallRule",
            f"No MSFT_NetFirewallRule objects found with property 'InstanceID' equal to '{Name}'.",
            category="ObjectNotFound",
            target=Name,
        )
    remote = winrm.remotes(wanted)
    if remote is None:
        raise Refusal(
            "HRESULT 0x80070057,Set-NetFirewallRule",
            "The address is invalid. Addresses may be specified as IP addresses, ranges, or subnets.",
            category="InvalidArgument",
        )
    made = replace(found, enabled=Enabled.casefold() == "true", remote=remote)
    rules = tuple(made if rule is found else rule for rule in _rules(call))
    call.update_host(winrm=replace(winrm.of(call.host), rules=rules))
