"""Fitting arguments of the profile verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hostile
import near
from hypothesis import strategies as st
from profile_worlds import KITS, PIECES
from scene import Scene


def _sids(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    there = list(scene.world.user_states.desk(scene.host).profiles)
    gone = st.sampled_from(("S-1-5-21-1004336348-1177238915-682003330-77", "S-1-5-18", "S-1-12-1-1-2-3-4", "S-1-5-21-1"))
    return st.fixed_dictionaries({"Sid": near.either(scene, there, gone)})


JOB = "8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c"
KEYS = tuple(
    ("store", key)
    for key in ("a-key-of-a-store-1", "another key-$x'", "with-ü-in-it", "short", " blank-before", "x" * 257, "line\nbreak")
)
JOBS = (JOB, JOB.upper(), "8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5d")
RULES = (r"C:\Zdm\rules\zdm-office-1a2b3c4d.xml", r"C:\Zdm\a.xml", r"C:\Zdm\..\x.xml", r"C:\Windows\x.xml")
LINES = st.lists(hostile.texts(empty=False), min_size=1, max_size=3)


def _stores(scene: Scene) -> st.SearchStrategy[str]:
    there = [one.path for one in scene.world.user_states.stores.values() if one.host == scene.host]
    others = (r"C:\Zdm\stores\gone", r"C:\Windows", r"C:\Zdm\a\..\b", r"C:\Zdm\half")
    return near.either(scene, there, st.sampled_from(others))


def _accounts(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    there = [one.account for one in scene.world.user_states.desk(scene.host).profiles.values() if one.account]
    one = near.either(scene, there, st.sampled_from((r"X\gone", r"x\ANNA", "anna")))
    return st.fixed_dictionaries({"Account": st.lists(one, min_size=1, max_size=3)})


def _users(scene: Scene, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    there = list(scene.world.user_states.desk(scene.host).profiles)
    gone = st.sampled_from(("S-1-5-21-1004336348-1177238915-682003330-77", "S-1-5-18"))
    return st.fixed_dictionaries({"Sid": near.either(scene, there, gone), **more})


DRIVES = ("", r"\\NEW\home", r"\\srv-1\Büro $x\a b", r"\\OLD\home", r"\\NEW", "C:\\Data", "\\\\NEW\\home\\")
PRINTERS = (r"\\OLD\Office", r"\\old\OFFICE", r"\\PRN\Büro 1", r"\\NEW\a,b", "Office")


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Get-ZdmProfile": lambda _: st.just({}),
    "Get-ZdmUsmt": lambda scene: st.fixed_dictionaries({"Folder": near.either(scene, KITS[:1], st.sampled_from(KITS))}),
    "Get-ZdmUserStateStore": lambda scene: st.fixed_dictionaries({"Path": st.lists(_stores(scene), min_size=1, max_size=3)}),
    "New-ZdmUserStateKey": lambda _: st.fixed_dictionaries(
        {"JobId": st.sampled_from(JOBS), "Credential": st.sampled_from(KEYS)}
    ),
    "New-ZdmUserStateRule": lambda _: st.fixed_dictionaries({"Path": st.sampled_from(RULES), "Line": LINES}),
    "Get-ZdmProfilePiece": _accounts,
    "Move-ZdmFolder": lambda _: st.fixed_dictionaries(
        {
            "Path": st.sampled_from((*PIECES[:1] * 4, PIECES[1], r"C:\Zdm\pieces\none", r"C:\Users\a", r"C:\Zdm\a\..\b")),
            "Destination": st.sampled_from((*PIECES[2:] * 3, PIECES[2].upper(), r"C:\Zdm\pieces\c", r"C:\Windows")),
        }
    ),
    "Remove-ZdmProfile": _sids,
    "Set-ZdmMappedDrive": lambda scene: _users(
        scene, Letter=st.sampled_from(("H", "p", "Z", "C")), RemotePath=st.sampled_from(DRIVES)
    ),
    "Set-ZdmPrinterConnection": lambda scene: _users(
        scene, Name=st.sampled_from(PRINTERS), State=st.sampled_from(("Present", "absent", "Gone"))
    ),
    "Remove-ZdmUserStateStore": lambda scene: st.fixed_dictionaries({"Path": _stores(scene)}),
}
