"""Tries a verb on worlds until twin and script differ or the worlds are used up."""

from __future__ import annotations

from calls import MODES, SURE, arguments
from hypothesis import given, settings
from hypothesis import strategies as st
from trial import Trial
from worlds import scenes


def search(trial: Trial, profile: settings) -> None:
    """Runs a trial over as many worlds as the profile says; each gets a set of arguments of every mode.

    Raises:
        DivergedError: the smallest divergence that was found.
    """

    @profile
    @given(st.data())
    def on_any_world(data: st.DataObject) -> None:
        scene = data.draw(scenes(trial.verb), label="scene")
        for mode in MODES:
            trial.run(scene, data.draw(arguments(trial.verb, scene, mode), label=mode), whole=mode == SURE)
        trial.worlds += 1

    on_any_world()
