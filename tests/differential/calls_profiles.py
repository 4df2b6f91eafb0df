"""Fitting arguments of the profile verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import near
from hypothesis import strategies as st
from profile_worlds import KITS
from scene import Scene


def _sids(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    there = list(scene.world.user_states.desk(scene.host).profiles)
    gone = st.sampled_from(("S-1-5-21-1004336348-1177238915-682003330-77", "S-1-5-18", "S-1-12-1-1-2-3-4", "S-1-5-21-1"))
    return st.fixed_dictionaries({"Sid": near.either(scene, there, gone)})


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Get-ZdmProfile": lambda _: st.just({}),
    "Get-ZdmUsmt": lambda scene: st.fixed_dictionaries({"Folder": near.either(scene, KITS[:1], st.sampled_from(KITS))}),
    "Remove-ZdmProfile": _sids,
}
