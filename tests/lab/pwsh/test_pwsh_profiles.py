"""The profile verbs, run for real on the office of the replaced PCs, do what their twins do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from agreement import both, described

from zdm_automate.lab.world import files, profile_files
from zdm_automate.lab.world.profiles import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_host import ScriptHost

    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.profiles import Profile
    from zdm_automate.scripts import Library

JOB = "8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c"
KEY = ("store", "a-key-of-a-store")
STORE = r"C:\Zdm\stores\PC01\first-1"
RULE = {"Path": r"C:\Zdm\rules\zdm-office.xml", "Line": ["<migration urlid='u'>", "</migration>"]}

STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("PC01", "Get-ZdmProfile", {}),
    ("PC02", "Get-ZdmProfile", {}),
    ("PC01", "Get-ZdmUsmt", {"Folder": r"C:\Zdm\usmt\amd64"}),
    ("NEW", "Get-ZdmUsmt", {"Folder": r"C:\Zdm\usmt\amd64"}),
    ("PC01", "Remove-ZdmProfile", {"Sid": "S-1-5-21-1-2-3-4"}),
    ("PC01", "New-ZdmUserStateRule", RULE),
    ("PC01", "New-ZdmUserStateRule", RULE),
    ("PC01", "New-ZdmUserStateRule", {**RULE, "Line": ["other"]}),
    ("PC02", "New-ZdmUserStateKey", {"JobId": JOB, "Credential": KEY}),
    ("PC02", "New-ZdmUserStateKey", {"JobId": JOB, "Credential": KEY}),
    ("PC02", "New-ZdmUserStateKey", {"JobId": JOB, "Credential": ("store", "another-key-of-it")}),
    ("PC02", "Remove-ZdmFile", {"Path": rf"C:\Zdm\jobs\{JOB}\store.key"}),
    ("NEW", "Get-ZdmUserStateStore", {"Path": [STORE, r"C:\Zdm\stores\none"]}),
    ("NEW", "Remove-ZdmUserStateStore", {"Path": STORE}),
    ("NEW", "Remove-ZdmUserStateStore", {"Path": STORE}),
    ("NEW", "Remove-ZdmUserStateStore", {"Path": r"C:\Zdm\stores\half"}),
    ("NEW", "Remove-ZdmUserStateStore", {"Path": r"C:\Zdm\..\Users"}),
]


def with_store(world: World) -> World:
    """One store, and a folder that only looks like one."""
    made = Store(host="NEW", path=STORE, computer="PC01", version="10", at=world.now.isoformat(), size=5 * 2**30, complete=True)
    world = replace(world, user_states=world.user_states.with_store(made))
    world = profile_files.stored(world, "NEW", STORE)
    return files.folder_made(world, world.host("NEW"), r"C:\Zdm\stores\half\USMT")


def piece_steps(busy: Profile, idle: Profile) -> list[tuple[str, str, dict[str, Any]]]:
    """What the pieces of two profiles take, of one that somebody uses and one that nobody does."""
    drive = {"Sid": idle.sid, "Letter": "H", "RemotePath": r"\\NEW\home"}
    printer = {"Sid": idle.sid, "Name": r"\\NEW\Office", "State": "Present"}
    return [
        ("PC01", "Set-ZdmMappedDrive", drive),
        ("PC01", "Set-ZdmMappedDrive", {**drive, "Sid": busy.sid}),
        ("PC01", "Set-ZdmPrinterConnection", printer),
        ("PC01", "Get-ZdmProfilePiece", {"Account": [busy.account, idle.account]}),
        ("PC01", "Move-ZdmFolder", {"Path": r"C:\Zdm\rules", "Destination": r"C:\Zdm\pieces\rules"}),
    ]


@pytest.mark.pwsh
@pytest.mark.slow
def test_profile_verbs_and_their_twins_agree(script_host: ScriptHost, library: Library, office: Callable[[str], World]) -> None:
    """Objects, errors and worlds, step by step; a profile that somebody uses and one that nobody does."""
    world = with_store(office("desks"))
    desk = world.user_states.desk("PC01")
    first, second, *_ = desk.profiles.values()
    busy = desk.with_profile(replace(first, loaded=True))
    world = replace(world, user_states=world.user_states.with_desk("PC01", busy))
    steps = [
        *STEPS,
        *piece_steps(first, second),
        ("PC01", "Remove-ZdmProfile", {"Sid": first.sid}),
        ("PC01", "Remove-ZdmProfile", {"Sid": second.sid}),
    ]
    differing = {}
    changed = 0

    for host, verb, arguments in steps:
        script, twin = both(script_host, library, world, host, verb, arguments)
        if described(script) != described(twin) or script.world != twin.world:
            differing[verb, str(arguments)] = (described(script), described(twin))
        changed += twin.world != world
        world = twin.world

    assert differing == {}
    assert changed == 8
    assert second.sid not in world.user_states.desk("PC01").profiles
    assert world.user_states.stores == {}
