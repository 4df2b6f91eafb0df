"""People at work in shares: always the same for the same seed, wherever their path leads, and refused where they must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.model import World, dump, load
from zdm_automate.lab.world.people import place_of

FROZEN = "(D;;0x110116;;;WD)"


@cache
def office() -> World:
    return load_office(find_office("files"))


def day(world: World) -> World:
    return advance(world, world.now + timedelta(hours=8))


def test_a_day_changes_files_and_is_the_same_each_time() -> None:
    """From the seed and the number of deeds; and it survives its file."""
    one, two = day(office()), day(office())

    assert one == two
    assert one.volumes != office().volumes
    assert sum(person.done for person in one.people) > 50
    assert load(dump(one)) == one


def test_who_may_only_read_is_refused() -> None:
    """Dan's archive is read only: every deed of his is counted as refused, and nothing there changed."""
    world = day(office())
    dan = next(one for one in world.people if one.user == "dan")

    assert dan.done == dan.refused > 0
    before = list(office().volumes["OLD"]["D"].below("Shares\\Archiv"))
    assert list(world.volumes["OLD"]["D"].below("Shares\\Archiv")) == before


def test_a_frozen_share_takes_no_deed() -> None:
    """One line of denial in front: reading goes on, nothing changes."""
    world = office()
    server = world.smb["OLD"]
    share = server.shares["data"]
    frozen = replace(share, sddl=share.sddl.replace("(", f"{FROZEN}(", 1))
    world = world.with_smb("OLD", server.with_share(frozen))
    after = day(world)

    assert after.volumes == world.volumes
    assert all(one.refused == one.done for one in after.people)
    found = place_of(after, after.people[0])
    assert found is not None
    assert found[1] == 1


def test_people_follow_the_namespace() -> None:
    """The target that is online is where they work."""
    world = office()
    found = place_of(world, world.people[0])

    assert found is not None
    assert found[0].host == "OLD"
    link = next(iter(world.dfs.values()))
    targets = tuple((target, "Offline" if state == "Online" else "Online") for target, state in link.targets)
    moved = replace(world, dfs={link.path.casefold(): replace(link, targets=targets)})
    assert place_of(moved, moved.people[0]) is None
    shared = moved.with_smb("NEW", replace(moved.smb["OLD"], sessions=(), opens=()))
    there = place_of(shared, shared.people[0])
    assert there is not None
    assert there[0].host == "NEW"
