"""Guests of a lab on a Hyper-V host made ready to be worked with: address, remote administration, name.

They are reached through the host by PowerShell Direct, before they have a network. A guest that is too old for it is set up
by hand; what was done is looked at afterwards. It never gives a machine power: a name is true from the next restart on.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING, Any

from zdm_automate import (
    Check,
    Facts,
    Playbook,
    Read,
    Step,
    VerbCall,
    change,
    check,
    intent,
    manual,
    put,
    same,
    unpredictable,
)
from zdm_automate.facts.host import ComputerName, NetworkConfig, Remoting
from zdm_automate.facts.hyperv import LabAdapter

from ._hyperv_isolation import NO_MAC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = "hyperv"
FORM = ("name", "address", "who looked at it")


@intent
class Guest:
    """What a guest is to be; its role in the project is the machine's name.

    Attributes:
        computer: its computer name.
        address: with the length of its network, 192.168.16.10/24.
        dns: whom it asks, in this order.
        allow: networks that may administer it; empty: the network of its address.
        direct: it takes PowerShell Direct; otherwise a person sets it up at its console.
    """

    name: str
    computer: str
    address: str
    gateway: str = ""
    dns: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    direct: bool = True

    def __post_init__(self) -> None:
        """Refuses an address without a network."""
        if self.interface.network.prefixlen in {0, 32}:
            raise ValueError(f"{self.name}: write the address with the length of its network, such as 192.168.16.10/24")

    @property
    def interface(self) -> IPv4Interface:
        """The address."""
        return IPv4Interface(self.address)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The networks that may administer it."""
        return self.allow or (str(self.interface.network),)


@intent
class GuestsIntent:
    """What the project file says under `intent: hyperv_guests:`."""

    guests: tuple[Guest, ...]


playbook = Playbook(
    name="hyperv_guests",
    title="Guests of a lab on a Hyper-V host",
    roles={HOST: "the Hyper-V host that they run on"},
    intent=GuestsIntent,
)


@playbook.reads
def reads(intent: GuestsIntent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """The adapters as the host knows them; of each guest its address, its name and whom it lets in."""
    yield Read(role=HOST, verb="Get-ZdmLabAdapter")
    for guest in intent.guests:
        yield Read(role=guest.name, verb="Get-ZdmNetworkConfig")
        yield Read(role=guest.name, verb="Get-ZdmComputerName")
        if guest.direct:
            yield Read(role=guest.name, verb="Get-ZdmRemoting")


@playbook.item("A-060", "Guests have their address, their name and remote administration", also=("C-040",))
def set_up(facts: Facts, intent: GuestsIntent) -> Iterator[Step]:
    """Each by itself: one that is not reached holds up no other."""
    for guest in intent.guests:
        if not guest.direct:
            text = f"{guest.name}: at its console, give it the name {guest.computer} and the address {guest.address}"
            yield manual(facts, "A-060", f"set-up-{guest.name}", f"{text}, and run winrm quickconfig", form=FORM)
        elif guest.name not in facts.hosts:
            yield unpredictable("set up", "it is not reached through its host", role=guest.name)
        else:
            yield _addressed(facts, guest)
            yield _administered(facts, guest)
            yield _named(facts, guest)


def _addressed(facts: Facts, guest: Guest) -> Step:
    """The adapter is known by the MAC address that the host gave it: its name differs by language and release."""
    own = next((one.mac for one in facts.of(HOST, LabAdapter) if one.vm_name.casefold() == guest.name.casefold()), NO_MAC)
    mac = "-".join(own[place : place + 2] for place in range(0, 12, 2)).upper()
    found = next((one for one in facts.of(guest.name, NetworkConfig) if one.mac.upper() == mac), None)
    if found is None:
        text = f"address {guest.address}"
        return unpredictable(text, f"no adapter of it carries the MAC address {mac} that its host shows", role=guest.name)
    wanted = replace(
        found,
        dhcp_enabled=False,
        dhcp_server=None,
        addresses=(str(guest.interface.ip),),
        masks=(str(guest.interface.netmask),),
        gateways=(guest.gateway,) if guest.gateway else (),
        dns_servers=guest.dns,
    )
    if found == wanted:
        return same(f"the address is {guest.address}", role=guest.name)
    back = _address_call(guest, mac, found)
    return change(
        VerbCall(role=guest.name, verb="Set-ZdmNetworkAddress", params=_address(mac, wanted)),
        f"address {guest.address}, DNS {', '.join(guest.dns) or 'none'}",
        before=_shown(found),
        after=_shown(wanted),
        effects=(put(guest.name, wanted),),
        inverse=back,
        no_inverse="" if back else "it had several addresses",
    )


def _shown(config: NetworkConfig) -> dict[str, Any]:
    return {
        "DhcpEnabled": config.dhcp_enabled,
        "Addresses": list(config.addresses),
        "Gateways": list(config.gateways),
        "ServerAddresses": list(config.dns_servers),
    }


def _address(mac: str, config: NetworkConfig) -> dict[str, Any]:
    """The arguments that give an adapter what this says."""
    made = IPv4Interface(f"{config.addresses[0]}/{config.masks[0]}")
    params = {"mac": mac, "ip_address": str(made.ip), "prefix_length": made.network.prefixlen}
    more = {"gateway": config.gateways[0] if config.gateways else "", "server_addresses": list(config.dns_servers)}
    return params | {key: one for key, one in more.items() if one}


def _address_call(guest: Guest, mac: str, found: NetworkConfig) -> VerbCall | None:
    """What gives it back what it had; nothing for one that had several addresses or gateways."""
    if found.dhcp_enabled:
        return VerbCall(role=guest.name, verb="Set-ZdmNetworkAddress", params={"mac": mac, "ip_address": ""})
    if len(found.addresses) != 1 or len(found.gateways) > 1:
        return None
    return VerbCall(role=guest.name, verb="Set-ZdmNetworkAddress", params=_address(mac, found))


def _rules(found: Remoting, guest: Guest) -> tuple[str, ...]:
    """The firewall's rules with the lab's networks and nobody else."""
    return tuple(f"{rule.split(' ')[0]} on {','.join(guest.allowed)}" for rule in found.rules)


def _administered(facts: Facts, guest: Guest) -> Step:
    found = facts.of(guest.name, Remoting)[0]
    rules = _rules(found, guest)
    if (found.state, found.rules) == ("On", rules):
        return same(f"administered from {', '.join(guest.allowed)} alone", role=guest.name)
    made = replace(found, state="On", start_mode="Auto", listeners=found.listeners or ("HTTP 5985",), rules=rules)

    def call(state: str, rule: tuple[str, ...]) -> VerbCall:
        return VerbCall(role=guest.name, verb="Set-ZdmRemoting", params={"state": state, "rule": list(rule)})

    return change(
        call("On", rules),
        f"remote administration on, from {', '.join(guest.allowed)} alone",
        before={"State": found.state, "Rules": list(found.rules)},
        after={"State": "On", "Rules": list(rules)},
        effects=(put(guest.name, made),),
        inverse=call(found.state, found.rules),
    )


def _named(facts: Facts, guest: Guest) -> Step:
    found = facts.of(guest.name, ComputerName)[0]
    if found.coming.casefold() == guest.computer.casefold():
        return same(f"called {guest.computer}, at the latest after a restart", role=guest.name)

    def call(name: str) -> VerbCall:
        return VerbCall(role=guest.name, verb="Rename-ZdmComputer", params={"name": name})

    return change(
        call(guest.computer),
        f"computer name {guest.computer} in place of {found.active}, from its next restart on",
        before={"Coming": found.coming},
        after={"Coming": guest.computer},
        effects=(put(guest.name, replace(found, coming=guest.computer)),),
        inverse=call(found.coming),
    )


# --- what must hold ---


@playbook.check("A-060")
def ready(facts: Facts, intent: GuestsIntent) -> Iterator[Check]:
    """Each guest shows its own name and address; one that was set up by hand too, once it is reached over the lab's network."""
    for guest in intent.guests:
        if guest.name not in facts.hosts:
            yield check(f"{guest.name} is set up", ok=False, seat=guest.name, waits_for=f"{guest.name} is not reached")
            continue
        name = facts.of(guest.name, ComputerName)[0]
        renamed = name.active.casefold() != guest.computer.casefold() == name.coming.casefold()
        yield check(
            f"{guest.name} is called {guest.computer}",
            name.active.casefold() == guest.computer.casefold(),
            seat=guest.name,
            value=name.active,
            expected=guest.computer,
            waits_for="its restart" if renamed else "",
            hint="Name it at its console." if not guest.direct else "",
        )
        shown = [f"{address}/{mask}" for one in facts.of(guest.name, NetworkConfig) for address, mask in _pairs(one)]
        yield check(
            f"{guest.name} has the address {guest.address}",
            guest.interface.with_netmask in shown,
            seat=guest.name,
            value=", ".join(shown) or "none",
            expected=guest.interface.with_netmask,
            hint="Give it at its console." if not guest.direct else "",
        )
        for found in facts.of(guest.name, Remoting) if guest.direct else ():
            yield check(
                f"{guest.name} is administered from the lab alone",
                (found.state, found.rules) == ("On", _rules(found, guest)),
                seat=guest.name,
                value=f"{found.state}; {'; '.join(found.rules)}",
                expected=f"On; from {', '.join(guest.allowed)}",
            )


def _pairs(config: NetworkConfig) -> Iterator[tuple[str, str]]:
    yield from zip(config.addresses, config.masks, strict=True)
