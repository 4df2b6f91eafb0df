"""Fitting arguments of the share verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import near
from hypothesis import strategies as st
from scene import Scene

from zdm_automate.lab.world.smb import SmbServer

SDDL = (
    "O:SYG:SYD:(A;;FA;;;BA)",
    "O:SYG:SYD:(A;;0x1200a9;;;WD)",
    "O:SYG:SYD:(D;;FA;;;DU)(A;;0x1301bf;;;WD)",
    "O:S-1-5-21-1-2-3-1001G:DUD:PAI(D;;0x110116;;;WD)(A;OICINP;FR;;;S-1-5-21-1-2-3-1001)",
)


def _server(scene: Scene) -> SmbServer:
    return scene.world.smb.get(scene.host, SmbServer())


def _name(scene: Scene) -> st.SearchStrategy[str]:
    there = [share.name for share in _server(scene).shares.values()]
    return near.either(scene, there, st.sampled_from(("Neu", "Büro", "x$", "C$")))


def _old(scene: Scene) -> bool:
    """Whether the host has no SmbShare module."""
    return not scene.world.hosts[scene.host].windows.level


def _session(scene: Scene) -> st.SearchStrategy[str]:
    there = [f"\\\\{one.client}" if _old(scene) else str(one.number) for one in _server(scene).sessions]
    return st.sampled_from(there or ["7"]) if scene.sure else st.sampled_from([*there, "99", "0", "\\\\nobody"])


@st.composite
def _new(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    made = {
        "Name": "Neu" if scene.sure else draw(_name(scene)),
        "Path": draw(st.sampled_from(("E:\\Shares\\Neu", "C:\\Zdm\\Neu", *([] if scene.sure else ["Q:\\x"])))),
        "Sddl": draw(st.sampled_from(SDDL)),
    }
    if scene.sure and scene.host not in scene.world.volumes:
        made["Path"] = "C:\\Zdm\\Neu"
    extra: dict[str, Any] = {
        "Description": "Grüße $x",
        "CachingMode": "None",
        "EnumerationMode": "AccessBased",
        "UserLimit": 10,
    }
    if scene.sure and _old(scene):
        extra = {"Description": "Grüße $x", "CachingMode": "Manual", "UserLimit": 10}
    chosen = draw(st.sets(st.sampled_from(sorted(extra))))
    return made | {name: extra[name] for name in sorted(chosen)}


def _permissions(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    """Permissions as they are written, or in long forms, or an empty list."""
    other = (*SDDL, "O:SYG:SYD:(A;;0x1F01FF;;;S-1-1-0)", "O:SYG:SYD:")
    return st.fixed_dictionaries({"Name": _name(scene), "Sddl": st.sampled_from(SDDL if scene.sure else other)})


def _link(scene: Scene) -> st.SearchStrategy[str]:
    return near.either(scene, [link.path for link in scene.world.dfs.values()], st.just("\\\\x.example\\files\\Nothing"))


@st.composite
def _target(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    path = draw(_link(scene))
    link = scene.world.dfs.get(path.casefold())
    there = [target for target, _ in link.targets] if link is not None else ["\\\\NEW\\Data"]
    target = draw(st.sampled_from(there if scene.sure else [*there, "\\\\NOBODY\\x"]))
    now = dict(link.targets).get(target, "Online") if link is not None else "Online"
    other = {"Online": "Offline", "Offline": "Online"}[now]
    return {"Path": path, "TargetPath": target, "State": draw(st.sampled_from((other, other, now, "offline")))}


@st.composite
def _sample(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    drive = scene.world.volumes.get(scene.host, {}).get("E")
    there = [f"E:\\{one.path}" for one in drive.folders.values() if one.path] if drive is not None else []
    made: dict[str, Any] = {"Path": draw(st.sampled_from(there or ["C:\\Windows"]) if scene.sure else st.just("C:\\Nichts"))}
    return made | draw(st.sampled_from(({}, {"Folders": 1}, {"MaxMegabytes": 1})))


def _tree(scene: Scene, data: str = "Data") -> str:
    """A folder of a drive of data: that one, or a small one of an office."""
    drives = scene.world.volumes.get(scene.host, {})
    found = [(f"{letter}:\\{one.path}", one.path) for letter, drive in drives.items() for one in drive.folders.values()]
    return next((path for path, name in found if name == data or name.endswith("\\Projekte")), "C:\\Nichts")


@st.composite
def _finding(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    path = _tree(scene) if scene.sure else draw(st.sampled_from((_tree(scene), "C:\\Nichts", _tree(scene) + "\\")))
    return {"Path": path} | draw(st.sampled_from(({}, {"Folders": 1}, {"Folders": 2}, {"Years": 50}, {"Years": 1})))


@st.composite
def _difference(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    target = _tree(scene, "Kopie") if scene.sure else draw(st.sampled_from((_tree(scene), "C:\\Nichts")))
    made = {"Source": _tree(scene), "Target": target}
    return made | draw(st.sampled_from(({}, {"Newest": 1, "Largest": 1, "Lot": 1}, {"Lot": 3, "Newest": 2})))


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Get-ZdmShare": lambda _: st.just({}),
    "Get-ZdmShareSession": lambda _: st.just({}),
    "Get-ZdmDfsTarget": lambda scene: st.fixed_dictionaries({"Path": st.lists(_link(scene), min_size=1, max_size=3)}),
    "Set-ZdmDfsTarget": _target,
    "Get-ZdmFileSample": _sample,
    "Get-ZdmTreeFinding": _finding,
    "Get-ZdmTreeDifference": _difference,
    "New-ZdmShare": _new,
    "Set-ZdmShareAcl": _permissions,
    "Remove-ZdmShare": lambda scene: st.fixed_dictionaries({"Name": _name(scene)}),
    "Close-ZdmShareSession": lambda scene: st.fixed_dictionaries({"SessionId": _session(scene)}),
}
