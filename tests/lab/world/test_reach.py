"""Who reaches whom behind the switches of a Hyper-V host: every missing way bites, in all that one host asks another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from zdm_automate.lab.call import Call
from zdm_automate.lab.office import load_office
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.world import dhcp_serve, dns_change, dns_resolve, files, hyperv_change, mail_flow, paths
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.dhcp import Failover, Lease
from zdm_automate.lab.world.dns import PublicRecord, Record, key_of
from zdm_automate.lab.world.host import Nic, Service
from zdm_automate.lab.world.hyperv import Adapter, Disk, HyperV, Machine, Switch
from zdm_automate.lab.world.hyperv_network import machine_of, plugged
from zdm_automate.lab.world.mail import Move
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.profiles import Depot, UserStates
from zdm_automate.lab.world.programs import Ended
from zdm_automate.lab.world.programs.ping import ping
from zdm_automate.lab.world.reach import PASSES_ON, at, cut_off, has_directory, leads_out, linked, named, reaches
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.lab.world.running import Run
from zdm_automate.lab.world.usmt.session import place_of

HOST, SEAT = "HV1", "LAB-CTL"
LAB, OTHER, INSIDE, OUTSIDE = "ZDM-LAB", "ZDM-OTHER", "ZDM-MGMT", "LAN"
IMAGES = {"OLD": "sbs-restored", "NEW-DC": "2022-sysprep", "PC1": "pc"}
WORKSHOP = Path(__file__).resolve().parents[3] / "labs" / "hyperv" / "workshop.yaml"


@cache
def lab() -> World:
    """The workshop with all guests up on one private switch; beside it another one, an internal one, and the office's own."""
    world = load_office(WORKSHOP)
    own = world.hyperv[HOST]
    made = {name: Switch(name=name, id=f"id-{name}", kind="Private") for name in (LAB, OTHER)}
    made[INSIDE] = Switch(name=INSIDE, id="id-inside", kind="Internal", shared=True)
    world = world.with_hyperv(HOST, replace(own, switches={**own.switches, **made}))
    for name, image in IMAGES.items():
        adapter = Adapter(id=name, switch=LAB)
        machine = Machine(id=name, name=name, path="C:\\VM", drives=(f"C:\\Images\\{image}.vhdx",), adapters=(adapter,))
        world = hyperv_change.started(world, HOST, machine)
    return advance(world, world.now + timedelta(minutes=2))


def moved(name: str, switch: str, world: World | None = None) -> World:
    """The lab with one guest on another switch; on none where it is empty."""
    return plugged(world or lab(), name, switch, 0)


def with_nic(world: World, name: str, *nics: Nic, **more: Any) -> World:
    """The world in which a host has these network cards."""
    return world.with_host(replace(world.hosts[name], nics=nics, **more))


def elsewhere(name: str, address: str, **more: Any) -> World:
    """The lab in which a guest has another address."""
    own = lab().hosts[name].nics[0]
    return with_nic(lab(), name, replace(own, address=address, dhcp=False, **more))


def test_guests_on_one_switch_reach_each_other() -> None:
    """By address, by name and by the name of DNS; each is in the other's network."""
    world = lab()

    assert (reaches(world, "OLD", "NEW-DC"), reaches(world, "NEW-DC", "OLD")) == (True, True)
    for name in ("192.168.16.2", "OLD", "old.example.local"):
        found = named(world, "NEW-DC", name)
        assert found is not None
        assert found.name == "OLD"


WAYS: dict[str, Callable[[], World]] = {
    "another private switch": lambda: moved("OLD", OTHER),
    "the internal switch": lambda: moved("OLD", INSIDE),
    "the office's own network": lambda: moved("OLD", OUTSIDE),
    "no switch": lambda: moved("OLD", ""),
    "an address in another network": lambda: elsewhere("OLD", "192.168.99.2"),
    "no address": lambda: elsewhere("OLD", ""),
    "another mask": lambda: elsewhere("OLD", "192.168.16.2", prefix=30),
    "no machine": lambda: without_machine("OLD"),
}


def without_machine(name: str) -> World:
    """The lab in which a guest is nothing but its image."""
    own = lab().hyperv[HOST]
    return lab().with_hyperv(HOST, replace(own, machines={key: one for key, one in own.machines.items() if key != name}))


@pytest.mark.parametrize("way", WAYS)
def test_a_guest_is_cut_off_by_its_place_in_the_network(way: str) -> None:
    """From another guest by whatever is missing, and in both directions: an answer has to come back."""
    world = WAYS[way]()

    assert (reaches(world, "NEW-DC", "OLD"), reaches(world, "OLD", "NEW-DC")) == (False, False)
    assert reaches(world, "NEW-DC", "PC1")


@pytest.mark.parametrize("way", WAYS)
def test_the_technicians_computer_reaches_nobody_who_is_elsewhere(way: str) -> None:
    """It is on the lab's switch; what is on the office's own network it reaches too, as everybody there does."""
    world = plugged(WAYS[way](), SEAT, LAB, 0)
    expected = way in {"the office's own network", "an address in another network", "another mask"}

    assert (cut_off(world, "OLD") == "") is expected
    assert cut_off(world, "NEW-DC") == ""


def test_the_technicians_computer_has_to_be_in_the_network() -> None:
    """Where its address is given; without one it is taken to have one in every network of the lab."""
    world = plugged(elsewhere("OLD", "192.168.99.2"), SEAT, LAB, 0)
    given = world.with_hyperv(HOST, replace(world.hyperv[HOST], seat_addresses=("192.168.16.250/24",)))

    assert cut_off(world, "OLD") == ""
    assert cut_off(given, "OLD") == "OLD has no address in the network of LAB-CTL"
    assert cut_off(given, "NEW-DC") == ""
    assert cut_off(plugged(elsewhere("OLD", ""), SEAT, LAB, 0), "OLD") == "OLD has no address"


def test_a_private_switch_keeps_the_host_out_and_an_internal_one_takes_a_card() -> None:
    """The Hyper-V host is on an internal switch with the card that is called after it, and in its network alone."""
    wire = lab().hosts[HOST].nics[0]
    card = Nic(alias=f"vEthernet ({INSIDE})", address="192.168.16.1")
    inside = moved("OLD", INSIDE)

    assert not reaches(lab(), HOST, "OLD")
    assert not reaches(inside, HOST, "OLD")
    assert reaches(with_nic(inside, HOST, wire, card), HOST, "OLD")
    assert not reaches(with_nic(inside, HOST, wire, replace(card, address="10.99.0.1")), HOST, "OLD")
    assert not reaches(with_nic(lab(), HOST, wire, card), HOST, "OLD")


def test_a_guest_on_the_offices_network_reaches_it_in_its_own_network() -> None:
    """A restored server that is plugged into the wrong network: whoever has an address in its network there is reached."""
    wrong = moved("OLD", OUTSIDE)
    near = with_nic(wrong, HOST, Nic(address="192.168.16.77"))

    assert not reaches(wrong, "OLD", HOST)
    assert reaches(near, "OLD", HOST)
    assert reaches(near, HOST, "OLD")


def routed(*, passes: bool = True, gateway: str = "192.168.16.1", back: str = "10.9.0.1", plug: str = LAB) -> World:
    """OLD on the lab's switch, NEW-DC on another one in another network, and PC1 as the machine between both."""
    world = moved("NEW-DC", OTHER)
    world = with_nic(world, "OLD", replace(world.hosts["OLD"].nics[0], gateway=gateway or None))
    world = with_nic(world, "NEW-DC", replace(world.hosts["NEW-DC"].nics[0], address="10.9.0.10", gateway=back or None))
    world = with_nic(
        world,
        "PC1",
        Nic(address="192.168.16.1"),
        Nic(alias="Ethernet 2", address="10.9.0.1"),
        registry={PASSES_ON: 1} if passes else {},
    )
    found = machine_of(world, "PC1")
    assert found is not None
    adapters = (Adapter(id="1", switch=plug), Adapter(id="2", switch=OTHER))
    return hyperv_change.with_machine(world, HOST, replace(found[1], adapters=adapters))


def test_a_router_machine_leads_from_switch_to_switch() -> None:
    """Only one that passes packets on, that is the gateway of both, is on and plugged in."""
    off = routed()
    off = off.with_host(replace(off.hosts["PC1"], powered=False))
    closed = (
        routed(passes=False),
        routed(gateway=""),
        routed(gateway="192.168.16.77"),
        routed(back=""),
        routed(plug=""),
        routed(plug=OTHER),
        off,
    )

    assert reaches(routed(), "OLD", "NEW-DC")
    assert reaches(routed(), "NEW-DC", "OLD")
    assert [reaches(one, "OLD", "NEW-DC") for one in closed] == [False] * len(closed)


def test_nothing_leads_to_the_internet_from_a_lab() -> None:
    """Not from a private switch; from the office's network, and by a host that passes packets on, it does."""
    wire = lab().hosts[HOST].nics[0]
    card = Nic(alias=f"vEthernet ({INSIDE})", address="192.168.16.1")
    inside = with_nic(moved("OLD", INSIDE), HOST, wire, card)
    old = inside.hosts["OLD"]
    inside = with_nic(inside, "OLD", replace(old.nics[0], gateway="192.168.16.1"))
    passing = inside.with_hyperv(HOST, replace(inside.hyperv[HOST], forwarding=("Ethernet",)))

    assert [leads_out(world, "OLD") for world in (lab(), moved("OLD", OUTSIDE), inside, passing)] == [False, True, False, True]
    assert leads_out(lab(), HOST)


# --- what one host asks another ---

USER = "EXAMPLE\\Administrator"
PASSWORD = "Lab-Workshop-2026!"
SCOPE = "192.168.16.0"
FAILS_THEN_ANSWERS = ["ServerFailure", "Success"]


def smb(world: World) -> bool:
    """A copy, a job or a person that goes on from a share."""
    return isinstance(paths.leads(world, "NEW-DC", "\\\\OLD\\Data", USER), paths.Spot)


def mapped(world: World) -> bool:
    """A drive on a share, with an account of its own."""
    call = Call(files.folder_made(world, world.hosts["OLD"], "C:\\Zdm"), "NEW-DC")
    given = {"Name": "Z", "PSProvider": "FileSystem", "Root": "\\\\OLD\\C$\\Zdm", "Credential": (USER, PASSWORD)}
    return answered(call, "New-PSDrive", **given)


def answered(call: Call, name: str, **given: Any) -> bool:
    """Whether a cmdlet was not refused."""
    load_models()
    try:
        call.cmdlet(name, **given)
    except Refusal:
        return False
    return True


def store(world: World) -> bool:
    """A store of USMT on a share."""
    depots = {"OLD": Depot(path="C:\\Zdm\\stores", share="zdm-usmt$")}
    return place_of(replace(world, user_states=UserStates(depots=depots)), "NEW-DC", "\\\\OLD\\zdm-usmt$\\a") is not None


def dns(world: World) -> bool:
    """A name that a host asks a server for."""
    return dns_resolve.resolve(world, "NEW-DC", "files.example.local", "A", server="192.168.16.2")[1].status == "Success"


def by_resolver(world: World) -> bool:
    """A name that a host asks its own servers for."""
    nic = replace(world.hosts["NEW-DC"].nics[0], dns=("192.168.16.2",))
    return dns_resolve.first_server(world, replace(world.hosts["NEW-DC"], nics=(nic,))) == "OLD"


def forwarded(world: World) -> bool:
    """A name that a server asks another one for."""
    new = replace(world.dns["NEW-DC"], zones={}, forwarders=("192.168.16.2",), root_hints=False)
    return dns_resolve.ask(world.with_dns("NEW-DC", new), "NEW-DC", "files.example.local", "A")[1].status == "Success"


def arrived(world: World) -> bool:
    """A change of the directory on its way to another controller."""
    zone = world.dns["NEW-DC"].zones["example.local"]
    made = Record(name="late", type="A", data="192.168.16.99", ttl=60)
    world = dns_change.changed(world, "NEW-DC", replace(zone, records=(*zone.records, made)))
    return has_late(advance(world, world.now + timedelta(minutes=1)))


def has_late(world: World) -> bool:
    """Whether the old controller has heard of the record."""
    return made_of(world) != ()


def made_of(world: World) -> tuple[Record, ...]:
    """The record as the old controller has it."""
    return world.dns["OLD"].zones["example.local"].at("late", "A")


def pinged(world: World) -> bool:
    """An echo."""
    run = Run(
        pid=1, child=2, task="", batch="", program="ping", argv=("-n", "1", "192.168.16.2"), user=USER, folder="",
        began=world.now.isoformat(), due="",
    )  # fmt: skip
    _, ended = ping(replace(world, now=world.now + timedelta(seconds=5)), "NEW-DC", run)
    return isinstance(ended, Ended) and ended.exit_code == 0


def leased(world: World) -> bool:
    """An address that a PC asks everybody for."""
    return dhcp_serve.discover(dhcp_serve.let_go(world, "PC1"), "PC1").clients["PC1"].address != ""


def partners(world: World) -> World:
    """Both controllers lease in a failover relationship."""
    own = world.dhcp["OLD"]
    new = replace(world.hosts["NEW-DC"], features=world.hosts["NEW-DC"].features | {"DHCP"})
    new = new.with_service(Service(name="DHCPServer", display_name="DHCP Server"))
    pair = Failover(name="F", partner="old", partner_host="OLD", scope_ids=(SCOPE,))
    return world.with_host(new).with_dhcp("NEW-DC", replace(own, failovers=(pair,)))


def told_partner(world: World) -> bool:
    """A lease that goes into the database of a failover partner."""
    lease = Lease(address="192.168.16.150", client_id="02-00-5e-00-00-77")
    world = dhcp_serve.record(partners(world), "NEW-DC", SCOPE, lease)
    return "192.168.16.150" in world.dhcp["OLD"].scopes[SCOPE].leases


def with_partner(world: World) -> bool:
    """The state of the relationship."""
    load_models()
    rows = Call(partners(world), "NEW-DC").cmdlet("Get-DhcpServerv4Failover")
    return [row["State"] for row in rows] == ["Normal"]


def offered(world: World) -> bool:
    """A server that is named in an option, and is asked whether it is one."""
    return answered(Call(partners(world), "NEW-DC"), "Set-DhcpServerv4OptionValue", OptionId=6, Value=["192.168.16.2"])


ASKED = (
    smb, mapped, store, dns, by_resolver, forwarded, arrived, pinged, leased, told_partner, with_partner, offered,
)  # fmt: skip
"""Everything in the world by which one host asks another."""


@pytest.mark.parametrize("ask", ASKED, ids=lambda ask: ask.__name__)
def test_what_one_host_asks_another_goes_the_way_of_the_topology(ask: Callable[[World], bool]) -> None:
    """Answered on one switch; not where the other one is on another switch, on the office's own network, or unplugged."""
    found = [ask(world) for world in (lab(), moved("OLD", OTHER), moved("OLD", OUTSIDE), moved("OLD", ""))]

    assert found == [True, False, False, False]


def test_a_change_of_the_directory_waits_until_a_way_leads_there() -> None:
    """Nothing is lost and nothing overtakes: it is sent again, and what came after it arrives after it."""
    world = moved("OLD", OTHER)
    zone = world.dns["NEW-DC"].zones["example.local"]
    for data in ("192.168.16.98", "192.168.16.99"):
        made = replace(zone, records=(*zone.records, Record(name="late", type="A", data=data, ttl=60)))
        world = advance(dns_change.changed(world, "NEW-DC", made), world.now + timedelta(minutes=20))
    waiting = has_late(world)
    world = moved("OLD", LAB, world)
    arrived_then = [one.data for one in made_of(advance(world, world.now + timedelta(minutes=16)))]

    assert not waiting
    assert arrived_then == ["192.168.16.99"]


def test_a_member_without_a_controller_has_no_directory() -> None:
    """It cannot authorise a DHCP server; a controller has its own copy."""
    alone = moved("PC1", OTHER)

    assert (has_directory(lab(), "PC1"), has_directory(alone, "PC1"), has_directory(moved("OLD", ""), "OLD")) == (
        True,
        False,
        True,
    )
    assert not answered(Call(alone, "PC1"), "Get-DhcpServerInDC")


def test_the_internet_answers_a_server_in_a_lab_nothing() -> None:
    """Neither by a forwarder outside nor by the root servers; on the office's network both do."""

    def outside(world: World, **how: Any) -> str:
        own = replace(world.dns["OLD"], **how)
        known = {key_of("www.example.net", "A"): PublicRecord(values=("203.0.113.9",), ttl=60)}
        world = replace(world, public=known).with_dns("OLD", own)
        return dns_resolve.ask(world, "OLD", "www.example.net", "A")[1].status

    wire = moved("OLD", OUTSIDE)

    assert [outside(world, forwarders=("203.0.113.53",), root_hints=False) for world in (lab(), wire)] == FAILS_THEN_ANSWERS
    assert [outside(world, forwarders=()) for world in (lab(), wire)] == FAILS_THEN_ANSWERS


@pytest.mark.parametrize(
    ("switch", "lost", "queue", "detail"),
    [(LAB, "", [], "IncrementalSync"), (OTHER, "EX16 does not answer EX10.", ["EX16"], "NetworkFailure")],
)
def test_mail_and_moves_go_the_way_of_the_topology(switch: str, lost: str, queue: list[str], detail: str) -> None:
    """Two Exchange servers that were restored into a lab: a message, a queue, and a mailbox on its way to the other one."""
    world = load_office(WORKSHOP.parents[1] / "mailtiny.yaml").with_hyperv("HV9", hyperv_of("EX10", LAB, "EX16", switch))
    org = world.mail
    assert org is not None
    box = next(one for one in org.mailboxes.values() if one.alias == "pilot1")
    world = replace(world, mail=org.with_move(Move(guid=box.guid, source=box.database, target="DB16-A", queued=world.now)))
    worked = advance(world, world.now + timedelta(minutes=8)).mail
    assert worked is not None

    assert mail_flow.lost(world, org, "EX10", "EX16") == lost
    assert [hop for hop, _ in mail_flow.waiting(world, org, "EX10")] == queue
    assert worked.moves[box.guid].detail == detail


def hyperv_of(*guests: str) -> HyperV:
    """A Hyper-V host with these guests, each followed by its switch."""
    pairs = list(zip(guests[::2], guests[1::2], strict=True))
    return HyperV(
        switches={name: Switch(name=name, id=f"id-{name}", kind="Private") for name in (LAB, OTHER)},
        disks={name.casefold(): Disk(path=name, size=1, kind="Dynamic", identifier=name, boots=name) for name in guests[::2]},
        machines={
            name: Machine(id=name, name=name, path="", state="Running", drives=(name,), adapters=(Adapter(id="1", switch=one),))
            for name, one in pairs
        },
    )


def test_lab_and_office_may_have_one_address() -> None:
    """Who answers at it depends on who asks."""
    world = moved("PC1", OUTSIDE, with_nic(lab(), HOST, Nic(address="192.168.16.2")))
    found = [at(world, asker, "192.168.16.2") for asker in ("NEW-DC", "PC1")]

    assert [one.name for one in found if one is not None] == ["OLD", HOST]


def test_devices_are_on_the_offices_own_network() -> None:
    """A visitor or printer that is no host of the office hears no guest in a lab."""
    assert [linked(world, "visitor-0001", "OLD") for world in (lab(), moved("OLD", OUTSIDE))] == [False, True]


def guarded(*names: str, world: World | None = None) -> World:
    """The lab in which the adapters of these guests have the DHCP guard on."""
    world = world or lab()
    for name in names:
        found = machine_of(world, name)
        assert found is not None
        own, machine = found
        closed = replace(machine, adapters=tuple(replace(one, dhcp_guard=True) for one in machine.adapters))
        world = world.with_hyperv(HOST, replace(own, machines={**own.machines, machine.id: closed}))
    return world


def test_a_guarded_dhcp_server_is_heard_by_nobody() -> None:
    """Its switch drops what it offers, and only that: it is reached, and a guard at the client drops nothing."""
    server = guarded("OLD")

    assert [leased(world) for world in (lab(), server, guarded("PC1"), guarded("NEW-DC", "PC1"))] == [True, False, True, True]
    assert (reaches(server, "PC1", "OLD"), linked(server, "PC1", "OLD"), pinged(server)) == (True, True, True)


def test_the_guard_holds_on_a_switch_that_leads_outside_too() -> None:
    """A device on the office's own network gets no lease from a guest that was plugged in there by mistake."""
    outside = moved("OLD", OUTSIDE)

    assert [dhcp_serve.serving(world, SCOPE) for world in (outside, guarded("OLD", world=outside))] == [("OLD",), ()]


def test_an_adapter_without_the_guard_is_heard_beside_a_guarded_one() -> None:
    """The guard belongs to the adapter: a server with two on one switch is heard by the other."""
    world = guarded("OLD")
    found = machine_of(world, "OLD")
    assert found is not None
    own, machine = found
    second = replace(machine, adapters=(*machine.adapters, Adapter(id="2", switch=LAB)))
    nics = (*world.hosts["OLD"].nics, Nic(alias="Ethernet 2", address="192.168.16.3"))
    beside = with_nic(world, "OLD", *nics).with_hyperv(HOST, replace(own, machines={**own.machines, machine.id: second}))

    assert [leased(one) for one in (world, beside)] == [False, True]


def test_a_guard_that_is_put_on_later_ends_renewals() -> None:
    """The client keeps its lease until it is over; what it gives back is heard, for the guard drops what a server says."""
    held = dhcp_serve.discover(dhcp_serve.let_go(lab(), "PC1"), "PC1")
    address = held.clients["PC1"].address
    silenced = guarded("OLD", world=held)

    renewed = [dhcp_serve.renew(world, "PC1", "OLD") is not None for world in (held, silenced)]
    later = advance(silenced, silenced.now + timedelta(hours=2))
    given_back = dhcp_serve.let_go(silenced, "PC1")

    assert renewed == [True, False]
    assert (address != "", later.clients["PC1"].address) == (True, "")
    assert address not in given_back.dhcp["OLD"].scopes[SCOPE].leases
