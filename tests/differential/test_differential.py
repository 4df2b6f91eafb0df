"""The rule: for every verb, twin and script give equal objects, errors, warnings and worlds, and keep an applier's promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from calls import FITTING
from compare import differences
from hypothesis import given
from profiles import PROFILE, SECONDS
from scene import Scene
from search import search
from trial import Side, Trial
from verbs import load_library
from worlds import scenes

from zdm_automate.lab.perform import PRELUDE
from zdm_automate.scripts import Library

TALLY, COUNTED = "differential", ("worlds", "calls", "changes", "divergences")
"""What the end of the run adds up; tests/conftest.py prints it."""


@pytest.mark.pwsh
@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("name", sorted(load_library()))
def test_twin_and_script_are_one(
    name: str, library: Library, twin: Side, script: Side, record_property: Callable[[str, object], None]
) -> None:
    """On equal worlds they answer equally; a dry run changes nothing, and a repetition changes nothing more."""
    trial = Trial(library[name], twin, script)
    try:
        search(trial, PROFILE)
    finally:
        record_property(TALLY, {counted: getattr(trial, counted) for counted in COUNTED})

    # A verb that only ever failed, or never changed anything, was not tried.
    assert trial.answers > 0
    assert trial.changes > 0 or trial.verb.kind != "applier"


@pytest.mark.pwsh
@pytest.mark.timeout(SECONDS)
def test_the_prelude_says_the_same_of_a_host(library: Library, twin: Side, script: Side) -> None:
    """What the product asks a host before anything else: language, release, rights, and its clock."""

    @PROFILE
    @given(scenes(library["Get-ZdmHostInventory"]))
    def on_any_host(scene: Scene) -> None:
        asked = (scene.world, scene.host, PRELUDE, {})

        assert differences(twin(*asked), script(*asked)) == []

    on_any_host()


def test_every_verb_has_its_arguments(library: Library) -> None:
    """A verb that nobody wrote arguments for would not be tried."""
    assert set(FITTING) == set(library)
