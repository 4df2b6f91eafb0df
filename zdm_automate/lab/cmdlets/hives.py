r"""The registry of users as `reg.exe` reaches it: `load` and `unload` of a hive below HKU, `query`, `add` and `delete` in one.

While somebody is logged on his hive stands under his SID and its file cannot be loaded once more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Native
from zdm_automate.lab.world import files
from zdm_automate.lab.world.profile_files import HIVE
from zdm_automate.lab.world.refusal import NotModelledError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.world.profiles import Desk, Profile

ROOT = "HKU\\"
DONE = ("The operation completed successfully.", "Der Vorgang wurde erfolgreich beendet.")
MISSING = (
    "ERROR: The system was unable to find the specified registry key or value.",
    "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
)
IN_USE = (
    "ERROR: The process cannot access the file because it is being used by another process.",
    "FEHLER: Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.",
)


def reg(call: Call, argv: tuple[str, ...]) -> Native:
    """One call with a key below HKU."""
    name, _, rest = argv[1][len(ROOT) :].partition("\\")
    desk = call.world.user_states.desk(call.host_name)
    match argv:
        case ("load", _, path) if not rest:
            return _load(call, desk, name, path)
        case ("unload", _) if not rest:
            return _unload(call, desk, name)
    owner = _owner(desk, name)
    if owner is None:
        return _failed(call, MISSING)
    return _inside(call, owner, name, rest, argv)


def _inside(call: Call, owner: Profile, name: str, rest: str, argv: tuple[str, ...]) -> Native:
    """What is asked of a hive that is loaded."""
    match argv:
        case ("query", _, *more) if more in ([], ["/s"]):
            return _query(call, owner, f"HKEY_USERS\\{name}", rest, deep=bool(more))
        case ("query", _, "/v", value):
            return _query(call, owner, f"HKEY_USERS\\{name}", rest, value=value)
        case ("add", _, "/v", value, "/t", kind, "/d", data, "/f"):
            return _put(call, owner, f"{rest}\\{value}", int(data, 0) if kind == "REG_DWORD" else data)
        case ("delete", _, "/f") if rest:
            return _delete(call, owner, rest)
    raise NotModelledError(f"the lab does not model reg {' '.join(argv)}", host=call.host_name)


def _said(call: Call, texts: tuple[str, str]) -> str:
    return texts[1 if call.host.culture.startswith("de") else 0]


def _failed(call: Call, texts: tuple[str, str]) -> Native:
    return Native(1, (), (_said(call, texts),))


def _done(call: Call) -> Native:
    return Native(0, (_said(call, DONE),))


def _owner(desk: Desk, name: str) -> Profile | None:
    """Whose hive stands under a name of HKU."""
    loaded = {sid.casefold(): one for sid, one in desk.profiles.items() if one.loaded}
    mounted = {own.casefold(): desk.profiles[sid] for own, sid in desk.hives.items() if sid in desk.profiles}
    return (loaded | mounted).get(name.casefold())


def _keep(call: Call, desk: Desk) -> None:
    call.update(replace(call.world, user_states=call.world.user_states.with_desk(call.host_name, desk)))


def _load(call: Call, desk: Desk, name: str, path: str) -> Native:
    owner = next((one for one in desk.profiles.values() if f"{one.path}\\{HIVE}".casefold() == path.casefold()), None)
    if owner is None or files.entry(call.host, path) is None:
        return _failed(call, MISSING)
    if owner.loaded or owner.sid in desk.hives.values() or _owner(desk, name) is not None:
        return _failed(call, IN_USE)
    _keep(call, replace(desk, hives={**desk.hives, name: owner.sid}))
    return _done(call)


def _unload(call: Call, desk: Desk, name: str) -> Native:
    left = {own: sid for own, sid in desk.hives.items() if own.casefold() != name.casefold()}
    if len(left) == len(desk.hives):
        return _failed(call, MISSING)
    _keep(call, replace(desk, hives=left))
    return _done(call)


def _query(call: Call, owner: Profile, root: str, key: str, *, value: str = "", deep: bool = False) -> Native:
    if not key:
        tops = dict.fromkeys(path.partition("\\")[0] for path in owner.hive)
        return Native(0, ("", *(f"{root}\\{top}" for top in tops), ""))
    found = _below(owner.hive, key)
    if not found:
        return _failed(call, MISSING)
    lines: list[str] = []
    for sub, values in found.items():
        shown = {name: data for name, data in values.items() if not value or name.casefold() == value.casefold()}
        if (sub and not deep) or (not shown and (value or deep)):
            continue
        lines += ["", "\\".join(part for part in (root, key, sub) if part)]
        lines += [f"    {name}    {_kind(data)}    {_shown(data)}" for name, data in shown.items()]
    return Native(0, (*lines, "")) if lines else _failed(call, MISSING)


def _kind(data: str | int) -> str:
    if isinstance(data, int):
        return "REG_DWORD"
    return "REG_EXPAND_SZ" if "%" in data else "REG_SZ"


def _shown(data: str | int) -> str:
    return hex(data) if isinstance(data, int) else data


def _below(hive: Mapping[str, str | int], key: str) -> dict[str, dict[str, str | int]]:
    """The values below a key, by the key they are in, in order; the key itself comes first."""
    start = f"{key}\\".casefold()
    found: dict[str, dict[str, str | int]] = {}
    for path, data in hive.items():
        if path.casefold().startswith(start):
            sub, _, name = path[len(start) :].rpartition("\\")
            found.setdefault(sub, {})[name] = data
    return {"": found.pop("", {}), **dict(sorted(found.items(), key=lambda one: one[0].upper()))} if found else {}


def _put(call: Call, owner: Profile, path: str, data: str | int) -> Native:
    kept = {own: old for own, old in owner.hive.items() if own.casefold() != path.casefold()}
    _changed(call, owner, {**kept, path: data})
    return _done(call)


def _delete(call: Call, owner: Profile, key: str) -> Native:
    kept = {own: old for own, old in owner.hive.items() if not own.casefold().startswith(f"{key}\\".casefold())}
    if len(kept) == len(owner.hive):
        return _failed(call, MISSING)
    _changed(call, owner, kept)
    return _done(call)


def _changed(call: Call, owner: Profile, hive: Mapping[str, str | int]) -> None:
    desk = call.world.user_states.desk(call.host_name)
    _keep(call, desk.with_profile(replace(owner, hive=hive)))
