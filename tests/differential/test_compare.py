"""What the comparison sees: each way in which two outcomes can differ, and what is no difference."""

from __future__ import annotations

from dataclasses import replace

import pytest
from compare import SHOWN, differences, report
from worlds import office

from zdm_automate.lab.perform import Outcome
from zdm_automate.lab.world.host import Host
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.refusal import Refusal

ROW = {"CollectedAtUtc": "2026-03-02T07:00:00.0000000Z", "Number": 1, "Names": ["a", "b"], "Before": {"State": "Active"}}


def outcome(**row: object) -> Outcome:
    """One object on the smallest office."""
    return Outcome(world=office("tiny"), rows=({**ROW, **row},))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"Number": 2}, ["rows[0].Number: twin 1 | script 2"]),
        ({"Number": True}, ["rows[0].Number: twin 1 (int) | script True (bool)"]),
        ({"Number": "1"}, ["rows[0].Number: twin 1 (int) | script '1' (str)"]),
        ({"Number": None}, ["rows[0].Number: twin 1 (int) | script None (NoneType)"]),
        ({"Names": ["b", "a"]}, ["rows[0].Names[0]: twin 'a' | script 'b'", "rows[0].Names[1]: twin 'b' | script 'a'"]),
        ({"Names": ["a"]}, ["rows[0].Names: twin has 2, script 1: ['a', 'b'] | ['a']"]),
        ({"Before": {"State": "active"}}, ["rows[0].Before.State: twin 'Active' | script 'active'"]),
        ({"More": 1}, ["rows[0].More: only the script has it: 1"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_objects_are_compared_by_names_types_order_and_values(row: dict[str, object], said: list[str]) -> None:
    """A number is no truth value and no text, nothing is not empty, and a list has an order."""
    assert differences(outcome(), outcome(**row)) == said


def test_the_order_of_objects_counts() -> None:
    """Twins and scripts list things in the order of Windows."""
    one, other = {**ROW, "Number": 1}, {**ROW, "Number": 2}
    first = Outcome(world=office("tiny"), rows=(one, other))

    assert len(differences(first, replace(first, rows=(other, one)))) == 2


@pytest.mark.parametrize(
    ("error", "differs"),
    [
        (Refusal("ZdmNotFound", "There is none.", category="ObjectNotFound"), False),
        (Refusal("ZdmNotFound,Get-ZdmX", "In other words.", category="ObjectNotFound"), False),
        (Refusal("ZdmNotFound", "There is none.", category="InvalidData"), True),
        (Refusal("ZdmPrecondition", "There is none.", category="ObjectNotFound"), True),
        (None, True),
    ],
    ids=["same", "words", "category", "id", "none"],
)
def test_errors_are_compared_by_id_and_category(error: Refusal | None, differs: bool) -> None:  # noqa: FBT001
    """Messages are PowerShell's own and change with release and language; ids do not."""
    twin = Outcome(world=office("tiny"), error=Refusal("ZdmNotFound", "There is none.", category="ObjectNotFound"))

    assert bool(differences(twin, replace(twin, error=error))) == differs


def test_warnings_are_compared() -> None:
    """A warning that one side does not give is a difference."""
    assert differences(outcome(), replace(outcome(), warnings=("x",))) == ["warnings: twin has 0, script 1: [] | ['x']"]


def _other_description(world: World) -> World:
    scope = world.dhcp["OLD"].scopes["192.168.50.0"]
    return world.with_dhcp("OLD", world.dhcp["OLD"].with_scope(replace(scope, description="x")))


def _another_host(world: World) -> World:
    return world.with_host(Host(name="X", release="2022"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_description, "world.dhcp.OLD.scopes.192.168.50.0.description: twin '' | script 'x'"),
        (_another_host, "world.hosts.X: only the script has it"),
    ],
)
def test_worlds_are_compared_to_the_last_field(change: object, said: str) -> None:
    """What differs in the world is named by its place."""
    world = change(office("tiny"))
    found = differences(outcome(), replace(outcome(), world=world))

    assert [line[: len(said)] for line in found] == [said]


def test_a_long_report_is_cut() -> None:
    """The first lines say what is wrong."""
    assert report([str(number) for number in range(SHOWN + 2)]).splitlines()[-1] == "... and 2 more"
