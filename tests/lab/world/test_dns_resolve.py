"""Who is answered what: resolver caches, the order of servers, forwarders, conditional forwarders, the outside world."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.dns import PublicRecord, Record, Zone, key_of
from zdm_automate.lab.world.dns_resolve import ask, outside, resolve

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from zdm_automate.lab.world.model import World

NAME = "files.tiny.example.org"
OLD, NEW = "192.168.50.2", "192.168.50.10"


@pytest.fixture
def world(office: Callable[[str], World]) -> World:
    """The tiny office; its clients ask OLD."""
    return office("tiny")


def later(world: World, seconds: int) -> World:
    """The world so much later."""
    return advance(world, world.now + timedelta(seconds=seconds))


def server(world: World, host: str, **fields: Any) -> World:
    """The world with other settings of a DNS server."""
    return world.with_dns(host, replace(world.dns[host], **fields))


def with_zone(world: World, host: str, zone: Zone) -> World:
    """The world with one more zone on a server."""
    return world.with_dns(host, world.dns[host].with_zone(zone))


def stopped(world: World, host: str) -> World:
    """The world with that host's DNS service stopped."""
    machine = world.host(host)
    service = machine.service("DNS")
    assert service is not None
    return world.with_host(machine.with_service(replace(service, state="Stopped")))


def asking(world: World, host: str, *addresses: str) -> World:
    """The world in which a host asks these servers."""
    machine = world.host(host)
    return world.with_host(replace(machine, nics=(replace(machine.nics[0], dns=addresses, dns_fixed=True),)))


# --- the client ---


def test_a_remembered_answer_counts_down_and_is_forgotten(world: World) -> None:
    """The time to live that is shown is what is left of it."""
    after, first = resolve(world, "PC1", NAME, "A")
    _, kept = resolve(later(after, 1000), "PC1", NAME, "A")
    _, fresh = resolve(later(after, 3600), "PC1", NAME, "A")

    assert [one.ttl for one in (first, kept, fresh)] == [3600, 2600, 3600]
    assert first.data == kept.data == (OLD,)


def test_a_server_that_is_named_is_asked_past_the_cache(world: World) -> None:
    """Its answer is not remembered either."""
    after, _ = resolve(world, "PC1", NAME, "A")
    zone = world.dns["NEW"].zones["tiny.example.org"]
    other = with_zone(after, "NEW", replace(zone, records=(Record(name="files", type="A", data="192.168.50.77"),)))
    asked, answer = resolve(other, "PC1", NAME, "A", server=NEW)

    assert answer.data == ("192.168.50.77",)
    assert resolve(asked, "PC1", NAME, "A")[1].data == (OLD,)


def test_the_first_server_that_runs_answers(world: World) -> None:
    """The second one is asked when the first is silent; with none the client waits in vain."""
    both = asking(world, "PC1", OLD, NEW)
    one = stopped(both, "OLD")
    none = stopped(one, "NEW")

    assert resolve(one, "PC1", NAME, "A")[1].status == "Success"
    assert resolve(none, "PC1", NAME, "A")[1].status == "Timeout"
    assert resolve(one, "PC1", NAME, "A", server=OLD)[1].status == "Timeout"


def test_a_name_that_is_not_there_is_not_a_name_without_the_type(world: World) -> None:
    """NameError and NoData differ; both are remembered for a quarter of an hour."""
    after, missing = resolve(world, "PC1", "nothing.tiny.example.org", "A")
    _, bare = resolve(world, "PC1", NAME, "TXT")
    zone = after.dns["OLD"].zones["tiny.example.org"]
    made = Record(name="nothing", type="A", data="192.168.50.9")
    there = with_zone(after, "OLD", replace(zone, records=(*zone.records, made)))

    assert (missing.status, bare.status) == ("NameError", "NoData")
    assert resolve(later(there, 899), "PC1", made.name + ".tiny.example.org", "A")[1].status == "NameError"
    assert resolve(later(there, 900), "PC1", made.name + ".tiny.example.org", "A")[1].status == "Success"


def test_an_alias_gives_the_address_behind_it_and_the_shorter_time(world: World) -> None:
    """The name of the answer is the one the alias leads to."""
    zone = world.dns["OLD"].zones["tiny.example.org"]
    alias = Record(name="quick", type="CNAME", data="old.tiny.example.org.", ttl=60)
    _, answer = ask(
        with_zone(world, "OLD", replace(zone, records=(*zone.records, alias))), "OLD", "quick.tiny.example.org", "A"
    )

    assert (answer.name, answer.data, answer.ttl) == ("old.tiny.example.org", (OLD,), 60)


def test_aliases_in_a_circle_fail(world: World) -> None:
    """The server gives up."""
    circle = (
        Record(name="a", type="CNAME", data="b.tiny.example.org."),
        Record(name="b", type="CNAME", data="a.tiny.example.org."),
    )
    zone = replace(world.dns["OLD"].zones["tiny.example.org"], records=circle)

    assert ask(with_zone(world, "OLD", zone), "OLD", "a.tiny.example.org", "A")[1].status == "ServerFailure"


# --- the server ---


def test_the_split_zone_hides_the_outside_world(office: Callable[[str], World]) -> None:
    """Inside `remote.example.com` is the server, outside the public address."""
    world = office("smallbiz")

    assert ask(world, "SBS", "remote.example.com", "A")[1].data == ("192.168.16.2",)
    assert outside(world, "remote.example.com", "A").data == ("203.0.113.10",)


def test_what_is_forwarded_is_remembered_by_the_server(world: World) -> None:
    """The outside world changes; the server says the old answer until its time is over, or its cache is cleared."""
    name = "remote.example.test"
    world = replace(world, public={key_of(name, "A"): PublicRecord(values=("203.0.113.10",), ttl=600)})
    after, first = ask(world, "OLD", name, "A")
    moved = replace(after, public={key_of(name, "A"): PublicRecord(values=("203.0.113.20",), ttl=600)})

    assert first.data == ("203.0.113.10",)
    assert ask(later(moved, 599), "OLD", name, "A")[1].data == ("203.0.113.10",)
    assert ask(later(moved, 600), "OLD", name, "A")[1].data == ("203.0.113.20",)
    assert ask(server(moved, "OLD", cache={}), "OLD", name, "A")[1].data == ("203.0.113.20",)


def test_without_recursion_or_anybody_to_ask_it_fails(world: World) -> None:
    """No forwarders and no root hints is a dead end; no recursion is one too."""
    name = "remote.tiny-public.test"
    world = replace(world, public={key_of(name, "A"): PublicRecord(values=("203.0.113.10",))})

    for fields in ({"recursion": False}, {"forwarders": (), "root_hints": False}):
        assert ask(server(world, "OLD", **fields), "OLD", name, "A")[1].status == "ServerFailure"
    assert ask(server(world, "OLD", forwarders=()), "OLD", name, "A")[1].status == "Success"


def test_a_forwarder_of_the_office_that_went_off_leaves_the_other_without_answers(world: World) -> None:
    """The new server forwards to the old one alone: fine until the old one is stopped, unless it may ask the root servers."""
    name = "app.legacy.tiny.example.org"
    without = world.dns["NEW"].without_zone("tiny.example.org")
    chained = world.with_dns("NEW", replace(without, forwarders=(OLD,), root_hints=False))

    assert ask(chained, "NEW", name, "A")[1].data == (OLD,)
    assert ask(stopped(chained, "OLD"), "NEW", name, "A")[1].status == "ServerFailure"
    assert ask(server(stopped(chained, "OLD"), "NEW", root_hints=True), "NEW", name, "A")[1].status == "NameError"


def test_servers_that_forward_to_each_other_fail(world: World) -> None:
    """Nobody asks in circles for ever."""
    circle = server(server(world, "OLD", forwarders=(NEW,), root_hints=False), "NEW", forwarders=(OLD,), root_hints=False)

    assert ask(circle, "OLD", "www.example.test", "A")[1].status == "ServerFailure"


def test_a_conditional_forwarder_asks_its_masters_and_nobody_else(world: World) -> None:
    """NEW asks OLD for the zone that OLD alone has; when OLD is off there is no answer, root servers or not."""
    legacy = "legacy.tiny.example.org"
    asks = world.with_dns("NEW", world.dns["NEW"].with_zone(Zone(name=legacy, kind="Forwarder", masters=(OLD,))))

    assert ask(world, "NEW", f"app.{legacy}", "A")[1].status == "NameError"
    assert ask(asks, "NEW", f"app.{legacy}", "A")[1].data == (OLD,)
    assert ask(stopped(asks, "OLD"), "NEW", f"app.{legacy}", "A")[1].status == "ServerFailure"


def test_masters_outside_the_office_answer_as_the_outside_world(office: Callable[[str], World]) -> None:
    """The partner's zone is answered by the partner."""
    assert ask(office("smallbiz"), "SBS", "api.partner.example.net", "A")[1].data == ("198.51.100.7",)


def test_the_longest_zone_that_fits_answers(office: Callable[[str], World]) -> None:
    """`legacy.example.local` is a zone of its own on SBS; DC1 looks into `example.local` and finds nothing."""
    world = office("smallbiz")

    assert ask(world, "SBS", "erp.legacy.example.local", "A")[1].status == "Success"
    assert ask(world, "DC1", "erp.legacy.example.local", "A")[1].status == "NameError"


# --- the outside world ---


def test_the_outside_world_follows_aliases_and_tells_no_data_from_no_name(world: World) -> None:
    """An alias carries the shorter time to live."""
    public = {
        key_of("www.example.test", "CNAME"): PublicRecord(values=("web.example.test",), ttl=60),
        key_of("web.example.test", "A"): PublicRecord(values=("203.0.113.80",), ttl=3600),
    }
    world = replace(world, public=public)

    assert (outside(world, "www.example.test", "A").data, outside(world, "www.example.test", "A").ttl) == (
        ("203.0.113.80",),
        60,
    )
    assert outside(world, "web.example.test", "MX").status == "NoData"
    assert outside(world, "nowhere.example.test", "A").status == "NameError"
