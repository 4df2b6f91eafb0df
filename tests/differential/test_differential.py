"""The rule: for every verb, twin and script give equal objects, errors, warnings and worlds, and keep an applier's promises."""

from __future__ import annotations

import pytest
from calls import FITTING, MODES, arguments
from hypothesis import given
from hypothesis import strategies as st
from profiles import PROFILE, SECONDS
from trial import Side, Trial
from verbs import load_library
from worlds import scenes

from zdm_automate.scripts import Library

VERBS = sorted(load_library())
TALLY, COUNTED = "differential", ("worlds", "calls", "changes", "divergences")
"""What the end of the run adds up; tests/conftest.py prints it."""


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("name", VERBS)
def test_twin_and_script_are_one(
    name: str, library: Library, twin: Side, script: Side, record_property: pytest.RecordProperty
) -> None:
    """On equal worlds they answer equally; a dry run changes nothing, and a repetition changes nothing more."""
    trial = Trial(library[name], twin, script)

    @PROFILE
    @given(st.data())
    def on_any_world(data: st.DataObject) -> None:
        scene = data.draw(scenes(trial.verb), label="scene")
        for mode in MODES:
            trial.run(scene, data.draw(arguments(trial.verb, scene, mode), label=mode))
        trial.worlds += 1

    try:
        on_any_world()
    finally:
        record_property(TALLY, {name: getattr(trial, name) for name in COUNTED})
    # A verb that only ever failed, or never changed anything, was not tried.
    assert trial.answers > 0
    assert trial.changes > 0 or trial.verb.kind != "applier"


def test_every_verb_has_its_arguments(library: Library) -> None:
    """A verb that nobody wrote arguments for would not be tried."""
    assert set(FITTING) == set(library)
