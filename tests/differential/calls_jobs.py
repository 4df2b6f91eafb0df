"""Fitting arguments of the job verbs: jobs that are there, new ones, and arguments that have to be quoted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from scene import ADMIN, Scene

from zdm_automate.lab.world import files

ROOT = "C:\\Zdm\\jobs"
NEW = "0a4f3c1e-9b7d-4e21-8c55-0123456789ab"
ARGUMENTS = (
    ["-n", "30", "127.0.0.1"],
    ["-n", "2", "10.0.0.1"],
    ["-n", "5", "127.0.0.1", "C:\\mit Leerzeichen\\", "100%", "a&b", "(x)"],
    [],
)


def jobs(scene: Scene) -> list[str]:
    """The jobs that are on the host."""
    return list(files.names_in(scene.world.hosts[scene.host], ROOT))


def _id(scene: Scene) -> st.SearchStrategy[str]:
    there = jobs(scene)
    if scene.sure and there:
        return st.sampled_from(there)
    return st.sampled_from([*there, *(one.upper() for one in there), NEW])


@st.composite
def _start(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    made: dict[str, Any] = {
        "JobId": NEW if scene.sure else draw(_id(scene)),
        "Kind": draw(st.sampled_from(("command", "robocopy"))),
        "Label": draw(st.sampled_from(("probe", "Grüße & <b>'x'"))),
        "FilePath": "ping.exe",
        "ArgumentList": draw(st.sampled_from(ARGUMENTS)),
    }
    if not scene.sure and draw(st.booleans()):
        made["ArgumentList"] = draw(st.sampled_from((["ü"], ['"'], [""], ["x" * 7000], ["a\tb"])))
    if draw(st.booleans()):
        made["Credential"] = ADMIN if scene.sure else draw(st.sampled_from((ADMIN, (ADMIN[0], "wrong"), ("nobody", "x"))))
    extra: dict[str, Any] = {
        "Volume": draw(st.sampled_from(("C:", "c:", "", *([] if scene.sure else ["Q:"])))),
        "TotalBytes": draw(st.sampled_from(("", "0", "4000000000000"))),
        "TimeoutMinutes": draw(st.sampled_from((0, 60))),
        "LogName": draw(st.sampled_from(("stdout.log", "robocopy.log"))),
        "WorkingDirectory": draw(st.sampled_from(("C:\\", "C:\\Windows"))),
        "Function": draw(st.sampled_from(("Measure-ZdmTree", "Compare-ZdmTree", ""))),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(extra))))
    return made | {name: extra[name] for name in sorted(chosen)}


@st.composite
def _get(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in ("JobId", "Without"):
        if draw(st.booleans()):
            made[name] = draw(st.lists(_id(scene), min_size=1, max_size=3))
    if draw(st.booleans()):
        made["Offset"] = draw(st.sampled_from(("0", "1", "7", "100", "4096", "999999999999")))
    if draw(st.booleans()):
        made["TailBytes"] = draw(st.sampled_from((0, 1, 2, 50, 65536)))
    return made


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Get-ZdmJob": _get,
    "Start-ZdmJob": _start,
    "Stop-ZdmJob": lambda scene: st.fixed_dictionaries({"JobId": _id(scene)}),
    "Remove-ZdmJob": lambda scene: st.fixed_dictionaries({"JobId": _id(scene)}),
}
