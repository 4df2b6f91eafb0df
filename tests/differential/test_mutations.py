"""The comparison bites: a twin or a script that was changed on purpose is caught."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from profiles import QUICK, SECONDS
from search import search
from trial import DivergedError, Side, Trial

from zdm_automate.lab.call import Call, Row
from zdm_automate.lab.perform import Outcome, load_models, perform
from zdm_automate.lab.twins.pattern import TWINS, Twin
from zdm_automate.lab.world.model import World
from zdm_automate.scripts import Library, Verb

pytestmark = pytest.mark.timeout(SECONDS)


def with_twin(name: str, change: Callable[[Twin], Twin]) -> Side:
    """The Python side with one twin changed."""
    load_models()
    mutated = change(TWINS[name])

    def side(world: World, host: str, verb: Verb, arguments: Mapping[str, Any]) -> Outcome:
        kept = TWINS[name]
        TWINS[name] = mutated
        try:
            return perform(world, host, verb, arguments)
        finally:
            TWINS[name] = kept

    return side


def without_a_property(model: Twin) -> Twin:
    """Forgets one property of each object."""

    def mutated(call: Call, /, **bound: Any) -> Iterator[Row]:
        yield from ({name: value for name, value in row.items() if name != "SuperscopeName"} for row in model(call, **bound))

    return mutated


def one_second_more(model: Twin) -> Twin:
    """Sets a lease time that is one second too long."""

    def mutated(call: Call, /, **bound: Any) -> Iterator[Row]:
        yield from model(call, **{**bound, "lease_seconds": bound["lease_seconds"] + 1})

    return mutated


def always_changing(model: Twin) -> Twin:
    """Says that it changed something even where nothing was to be done."""

    def mutated(call: Call, /, **bound: Any) -> Iterator[Row]:
        yield from ({**row, "Changed": not call.what_if} for row in model(call, **bound))

    return mutated


def dry_run_for_show(model: Twin) -> Twin:
    """Does its work in a dry run too, and says that it did not."""

    def mutated(call: Call, /, **bound: Any) -> Iterator[Row]:
        shown, call.what_if = call.what_if, False
        yield from ({**row, "Changed": row["Changed"] and not shown} for row in model(call, **bound))

    return mutated


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("Get-ZdmDhcpScope", without_a_property, "SuperscopeName: only the script has it"),
        ("Set-ZdmDhcpLeaseDuration", one_second_more, "LeaseSeconds: twin"),
        ("Set-ZdmDhcpSetting", always_changing, "Changed: twin True | script False"),
    ],
    ids=["property", "lease", "idempotence"],
)
def test_a_changed_twin_is_caught(name: str, change: Callable[[Twin], Twin], said: str, library: Library) -> None:
    """A property that is missing, a second too many, a comparison that is not made: each is a divergence, and named."""
    trial = Trial(library[name], with_twin(name, change), perform)

    with pytest.raises(DivergedError, match=said.replace("|", r"\|")):
        search(trial, QUICK)

    assert trial.divergences == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [(dry_run_for_show, "a dry run changed the world"), (always_changing, "the second call changed")],
    ids=["dry run", "repetition"],
)
def test_a_promise_that_both_break_is_caught(change: Callable[[Twin], Twin], said: str, library: Library) -> None:
    """Two sides that do the same wrong thing are equal; the promises of an applier are asked for beside that."""
    side = with_twin("Set-ZdmDhcpSetting", change)

    with pytest.raises(DivergedError, match=said):
        search(Trial(library["Set-ZdmDhcpSetting"], side, side), QUICK)


@pytest.mark.pwsh
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "Get-ZdmDhcpScope",
            "SuperscopeName    = [string]$scope.SuperscopeName",
            "",
            "SuperscopeName: only the twin has it",
        ),
        (
            "Set-ZdmDhcpLeaseDuration",
            "[timespan]::FromSeconds($LeaseSeconds)",
            "[timespan]::FromSeconds($LeaseSeconds + 1)",
            "error: twin none | script ZdmVerifyFailed",
        ),
        ("Set-ZdmDhcpSetting", "if ($same -or -not", "if (-not", "Changed: twin False | script True"),
    ],
    ids=["property", "lease", "idempotence"],
)
def test_a_changed_script_is_caught(
    name: str, old: str, new: str, said: str, library: Library, twin: Side, script: Side
) -> None:
    """The same faults on the other side."""
    verb = library[name]
    mutated = replace(verb, source=verb.source.replace(old, new))

    def changed(world: World, host: str, _: Verb, arguments: Mapping[str, Any]) -> Outcome:
        return script(world, host, mutated, arguments)

    with pytest.raises(DivergedError, match=said.replace("|", r"\|")):
        search(Trial(verb, twin, changed), QUICK)

    assert verb.source.count(old) == 1
