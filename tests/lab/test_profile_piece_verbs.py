"""The verbs about pieces of a profile: a user's registry is never left loaded, and what lies in a folder is never lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zdm_automate.facts.base import from_wire
from zdm_automate.facts.profiles import ProfilePiece
from zdm_automate.lab.office_profiles import build_profiles
from zdm_automate.lab.world import files, profile_files
from zdm_automate.lab.world.hive import hive_of
from zdm_automate.lab.world.profiles import Profile
from zdm_automate.lab.world.volumes import File, Folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World

SID = "S-1-5-21-1004336348-1177238915-682003330-1105"
USER = r"DESKS\eva"
KEPT = r"C:\Zdm\pieces\first-1\eva\desktop"
DESKTOP = r"C:\Users\eva\Desktop"


@pytest.fixture
def desks(office: Callable[[str], World]) -> World:
    """NB01 with a user who has a network drive and a printer."""
    return with_eva(office("desks"))


def with_eva(world: World, **changes: object) -> World:
    hive = hive_of({"H": r"\\OLD\home"}, [r"\\OLD\Office"], r"\\OLD\Office", signatures="Signaturen")
    eva = Profile(sid=SID, account=USER, path=r"C:\Users\eva", used=world.now.isoformat(), hive=hive)
    eva = replace(eva, **changes)  # type: ignore[arg-type]
    states = world.user_states.with_desk("NB01", world.user_states.desk("NB01").with_profile(eva))
    return profile_files.arrived(replace(world, user_states=states), "NB01", eva)


def loaded(world: World) -> object:
    return world.user_states.desk("NB01").hives


def drives(world: World) -> dict[str, object]:
    own = world.user_states.desk("NB01").profiles[SID].hive
    return {name[8:9]: value for name, value in own.items() if name.endswith("RemotePath")}


def test_the_pieces_of_a_user_are_read_and_his_registry_is_let_go(do: Do, desks: World) -> None:
    """By the name of his account, whatever its case; others are not looked at."""
    ran = do(desks, "NB01", "Get-ZdmProfilePiece", Account=[r"desks\EVA", r"DESKS\nobody"])
    [row] = ran.rows
    fact = from_wire(row)

    assert isinstance(fact, ProfilePiece)
    assert (fact.account, fact.drives(), fact.printer) == (USER, {"H": r"\\OLD\home"}, (r"\\OLD\Office",))
    assert fact.folders()["signatures"] == r"C:\Users\eva\AppData\Roaming\Microsoft\Signaturen"
    assert (fact.default_printer, fact.there) == (r"\\OLD\Office", ())
    assert ran.world == desks


def test_a_user_who_is_logged_on_is_read_where_his_registry_is(do: Do, desks: World) -> None:
    """Under his SID; nothing is loaded."""
    ran = do(with_eva(desks, loaded=True), "NB01", "Get-ZdmProfilePiece", Account=[USER])

    assert [row["Drive"] for row in ran.rows] == [[r"H=\\OLD\home"]]


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("Set-ZdmMappedDrive", {"Letter": "K", "RemotePath": r"\\NEW\k"}),
        ("Set-ZdmPrinterConnection", {"Name": r"\\NEW\Office", "State": "Present"}),
    ],
)
def test_nothing_is_written_for_a_user_who_is_logged_on(do: Do, desks: World, verb: str, arguments: dict[str, str]) -> None:
    """His session would not see it, and may write over it."""
    busy = with_eva(desks, loaded=True)
    ran = do(busy, "NB01", verb, Sid=SID, **arguments)

    assert ran.error is not None
    assert ran.error.error_id == "ZdmLocked"
    assert ran.world == busy


def test_a_drive_is_set_changed_and_taken_away(do: Do, desks: World) -> None:
    """Each once; what was before stands in the record."""
    world = desks
    seen = []
    for path in (r"\\NEW\home", r"\\NEW\home", r"\\NEW\other", "", ""):
        ran = do(world, "NB01", "Set-ZdmMappedDrive", Sid=SID, Letter="h", RemotePath=path)
        world = ran.world
        seen.append((ran.rows[0]["Changed"], ran.rows[0]["Before"]["RemotePath"], drives(world).get("H", "")))

    assert seen == [
        (True, r"\\OLD\home", r"\\NEW\home"),
        (False, r"\\NEW\home", r"\\NEW\home"),
        (True, r"\\NEW\home", r"\\NEW\other"),
        (True, r"\\NEW\other", ""),
        (False, "", ""),
    ]
    assert loaded(world) == {}


def test_a_registry_that_a_call_left_loaded_is_taken_over_and_let_go(do: Do, desks: World) -> None:
    """Else its user could not log on."""
    desk = replace(desks.user_states.desk("NB01"), hives={f"Zdm-{SID}": SID})
    left = replace(desks, user_states=desks.user_states.with_desk("NB01", desk))
    ran = do(left, "NB01", "Set-ZdmMappedDrive", Sid=SID, Letter="K", RemotePath=r"\\NEW\k")

    assert ran.error is None
    assert drives(ran.world) == {"H": r"\\OLD\home", "K": r"\\NEW\k"}
    assert loaded(ran.world) == {}


def test_a_dry_run_writes_nothing_and_lets_go(do: Do, desks: World) -> None:
    """The record says unchanged."""
    ran = do(desks, "NB01", "Set-ZdmPrinterConnection", Sid=SID, Name=r"\\NEW\Office", State="Present", WhatIf=True)

    assert ran.rows[0]["Changed"] is False
    assert ran.world == desks


def test_an_office_tells_whose_files_robocopy_finds(do: Do, office: Callable[[str], World]) -> None:
    """Of a desk that is copied: its users' files lie on drive C and are read as pieces, and USMT sees none."""
    user = {"user": "eva", "megabytes": 100, "drives": {"H": r"\\OLD\home"}, "redirected": {"Personal": r"\\OLD\docs\eva"}}
    world = build_profiles({"desks": {"NB01": {"copied": True, "users": [user]}}}, office("desks"))
    [row] = do(world, "NB01", "Get-ZdmProfilePiece", Account=[USER]).rows
    [eva] = world.user_states.desk("NB01").profiles.values()

    assert row["There"] == ["desktop", "pictures", "signatures", "outlook"]
    assert (row["Drive"], eva.items) == ([r"H=\\OLD\home"], ())
    assert inside(world, DESKTOP) == ["notes.txt"]


def with_folders(world: World) -> World:
    """A backup with one file, and a desktop with another."""
    volume = world.volumes["NB01"]["C"]
    for path, name in ((KEPT, "old.txt"), (DESKTOP, "new.txt")):
        file = File(name=name, size=1, at=1, content=name)
        volume = volume.with_folder(Folder(path=path[3:], at=1, files={name: file}))
    return world.with_volume("NB01", volume)


def inside(world: World, path: str) -> list[str]:
    folder = world.volumes["NB01"]["C"].folder(path[3:])
    return [one.name for one in folder] if folder is not None else []


def test_a_backup_goes_back_and_what_was_there_is_kept(do: Do, desks: World) -> None:
    """Once; a second call finds nothing to do."""
    first = do(with_folders(desks), "NB01", "Move-ZdmFolder", Path=KEPT, Destination=DESKTOP)
    second = do(first.world, "NB01", "Move-ZdmFolder", Path=KEPT, Destination=DESKTOP)

    assert (first.rows[0]["Changed"], second.rows[0]["Changed"]) == (True, False)
    assert inside(first.world, DESKTOP) == ["old.txt"]
    assert inside(first.world, f"{KEPT}-undone") == ["new.txt"]
    assert second.world == first.world


def test_what_was_moved_aside_before_is_never_overwritten(do: Do, desks: World) -> None:
    """Refused with the place, and nothing has moved."""
    world = with_folders(desks)
    world = files.folder_made(world, world.host("NB01"), f"{KEPT}-undone")
    ran = do(world, "NB01", "Move-ZdmFolder", Path=KEPT, Destination=DESKTOP)

    assert ran.error is not None
    assert ran.error.error_id == "ZdmAlreadyExists"
    assert ran.world == world
