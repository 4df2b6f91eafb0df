"""Changed zones replicate, and what clients had asked stays with them as long as the old time to live says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.dns import DnsServer, Record, Zone
from zdm_automate.lab.world.dns_change import changed, removed
from zdm_automate.lab.world.dns_resolve import resolve
from zdm_automate.lab.world.model import dump, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.model import World

ZONE = "tiny.example.org"
FILES = f"files.{ZONE}"
DELAY = 15


@pytest.fixture
def world(office: Callable[[str], World]) -> World:
    """The tiny office; its clients ask OLD."""
    return office("tiny")


def later(world: World, seconds: int) -> World:
    """The world so much later."""
    return advance(world, world.now + timedelta(seconds=seconds))


def zone_on(world: World, host: str, name: str = ZONE) -> Zone:
    """A zone as a server holds it."""
    zone = world.dns[host].zone(name)
    assert zone is not None
    return zone


def put(world: World, host: str, name: str, data: str = "", ttl: int | None = None) -> World:
    """Other data or another time to live for the A record of a name; a new record where there was none."""
    zone = zone_on(world, host)
    one = next(iter(zone.at(name, "A")), Record(name=name, type="A", data=data))
    made = replace(one, data=data or one.data, ttl=one.ttl if ttl is None else ttl)
    records = (*(other for other in zone.records if other != one), made)
    return changed(world, host, replace(zone, records=records))


def asked(world: World, host: str = "PC1", name: str = FILES) -> tuple[str, ...]:
    """What a host is answered now."""
    return resolve(world, host, name, "A")[1].data


# --- caches ---


def test_a_lowered_time_to_live_does_not_shorten_what_clients_remember(world: World) -> None:
    """3600 s are lowered to 300 s and the record changes ten minutes later: the old address stays until the hour is over."""
    lowered = later(put(world, "OLD", "files", ttl=300), 600)
    switched = put(lowered, "OLD", "files", "192.168.50.10")

    assert asked(switched) == ("192.168.50.2",)
    assert asked(later(switched, 2999)) == ("192.168.50.2",)
    assert asked(later(switched, 3000)) == ("192.168.50.10",)


def test_who_waits_the_old_time_to_live_is_seen_by_all_within_the_short_one(world: World) -> None:
    """After the old time to live clients hold the answer for the short one only."""
    lowered = later(put(world, "OLD", "files", ttl=300), 3600)
    switched = put(lowered, "OLD", "files", "192.168.50.10")

    assert asked(switched) == ("192.168.50.2",)
    assert asked(later(switched, 300)) == ("192.168.50.10",)


def test_every_client_has_asked_just_before_and_no_server_has(world: World) -> None:
    """Both clients hold the old answer; a server's own resolver holds none."""
    switched = put(world, "OLD", "files", "192.168.50.10")

    assert set(switched.resolvers) == {"PC1", "PC2"}
    assert asked(switched, "OLD") == ("192.168.50.10",)


def test_a_client_that_is_off_has_not_asked(world: World) -> None:
    """It is answered the new address."""
    off = world.with_host(replace(world.host("PC1"), powered=False))

    assert asked(put(off, "OLD", "files", "192.168.50.10")) == ("192.168.50.10",)


def test_an_alias_is_remembered_with_what_it_leads_to(world: World) -> None:
    """`intranet` is an alias of `old`: who has asked for it keeps the old server's address."""
    switched = put(world, "OLD", "old", "192.168.50.99")

    assert asked(switched, name=f"intranet.{ZONE}") == ("192.168.50.2",)
    assert asked(later(switched, 3600), name=f"intranet.{ZONE}") == ("192.168.50.99",)


def test_a_time_to_live_of_zero_is_not_remembered(world: World) -> None:
    """The change is seen at once."""
    zero = later(put(world, "OLD", "files", ttl=0), 3600)

    assert asked(put(zero, "OLD", "files", "192.168.50.10")) == ("192.168.50.10",)


def test_a_new_name_was_not_asked_for(world: World) -> None:
    """Nobody remembers that it was not there."""
    assert asked(put(world, "OLD", "fresh", "192.168.50.7"), name=f"fresh.{ZONE}") == ("192.168.50.7",)


def test_clients_of_the_other_server_hear_of_it_when_it_has_replicated(world: World) -> None:
    """PC1 asks NEW: its hour begins when the change arrives there."""
    pc = world.host("PC1")
    other = world.with_host(replace(pc, nics=(replace(pc.nics[0], dns=("192.168.50.10",), dns_fixed=True),)))
    switched = put(other, "OLD", "files", "192.168.50.10")

    assert "PC1" not in switched.resolvers
    assert asked(later(switched, DELAY + 3599)) == ("192.168.50.2",)
    assert asked(later(switched, DELAY + 3600)) == ("192.168.50.10",)


# --- replication ---


def test_a_change_is_on_the_other_controller_after_the_delay(world: World) -> None:
    """Not before, and both hold the same zone then."""
    switched = put(world, "OLD", "files", "192.168.50.10")
    soon, arrived = later(switched, DELAY - 1), later(switched, DELAY)

    assert zone_on(soon, "NEW").at("files", "A")[0].data == "192.168.50.2"
    assert zone_on(arrived, "NEW") == zone_on(arrived, "OLD")
    assert zone_on(arrived, "NEW").at("files", "A")[0].data == "192.168.50.10"
    assert not any(server.arriving for server in arrived.dns.values())


def test_two_names_changed_at_the_same_time_are_both_kept(world: World) -> None:
    """Each controller takes the other's change and keeps its own."""
    both = put(put(world, "OLD", "files", "192.168.50.10"), "NEW", "scan", "192.168.50.8")
    settled = later(both, DELAY)

    for host in ("OLD", "NEW"):
        zone = zone_on(settled, host)
        assert [zone.at(name, "A")[0].data for name in ("files", "scan")] == ["192.168.50.10", "192.168.50.8"]
    assert set(zone_on(settled, "OLD").records) == set(zone_on(settled, "NEW").records)


def test_one_name_changed_on_both_sides_ends_as_the_later_says(world: World) -> None:
    """The same on both controllers, whichever way the changes crossed."""
    first = put(world, "NEW", "files", "192.168.50.20")
    settled = later(put(later(first, 5), "OLD", "files", "192.168.50.10"), DELAY)

    assert {zone_on(settled, host).at("files", "A")[0].data for host in ("OLD", "NEW")} == {"192.168.50.10"}


def test_a_record_that_was_removed_does_not_come_back(world: World) -> None:
    """A change of another name on the other controller, made meanwhile, still has it; the removal wins."""
    zone = zone_on(world, "OLD")
    gone = changed(world, "OLD", replace(zone, records=tuple(one for one in zone.records if one.name != "intranet")))
    settled = later(put(gone, "NEW", "files", "192.168.50.10"), DELAY)

    assert not any(zone_on(settled, host).at("intranet") for host in ("OLD", "NEW"))


def test_a_zone_in_a_file_stays_where_it_is(world: World) -> None:
    """Nothing of it is on its way."""
    zone = zone_on(world, "OLD", "legacy.tiny.example.org")
    after = changed(world, "OLD", replace(zone, records=()))

    assert not after.dns["NEW"].arriving
    assert later(after, DELAY).dns["NEW"].zone(zone.name) is None


def test_a_zone_taken_into_the_directory_comes_to_the_other_controller(world: World) -> None:
    """With its records."""
    zone = zone_on(world, "OLD", "legacy.tiny.example.org")
    after = later(changed(world, "OLD", replace(zone, scope="Domain", file=None)), DELAY)

    assert zone_on(after, "NEW", zone.name).records == zone.records


def test_a_removed_zone_goes_everywhere_and_a_late_change_does_not_bring_it_back(world: World) -> None:
    """A change made on the other controller before the removal arrived there ends with it."""
    gone = removed(world, "OLD", ZONE)
    settled = later(put(gone, "NEW", "files", "192.168.50.10"), DELAY)

    assert settled.dns["OLD"].zone(ZONE) is None
    assert settled.dns["NEW"].zone(ZONE) is None


def test_only_domain_controllers_take_part(world: World) -> None:
    """A DNS server that is no controller gets nothing."""
    member = world.with_dns("PC2", DnsServer())
    after = later(put(member, "OLD", "files", "192.168.50.10"), DELAY)

    assert not after.dns["PC2"].zones


def test_a_world_with_changes_on_their_way_survives_its_file(world: World) -> None:
    """Writes, caches and what is on its way are all in it."""
    switched = put(world, "OLD", "files", "192.168.50.10")

    assert load(dump(switched)) == switched
    assert later(load(dump(switched)), DELAY) == later(switched, DELAY)
