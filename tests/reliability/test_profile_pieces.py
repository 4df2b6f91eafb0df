"""Profiles carried piece by piece in memory: a terminal server's users arrive on their notebooks, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rig import office
from test_profile_copy import BOOK, Desks, rows

from zdm_automate.errors import ProjectError
from zdm_automate.facts.project import SignOff
from zdm_automate.lab.world import profile_files
from zdm_automate.lab.world.hive import hive_of
from zdm_automate.lab.world.profiles import Profile, Store
from zdm_automate.lab.world.smb import OpenFile, SmbServer
from zdm_automate.lab.world.volumes import File, Folder, Volume
from zdm_automate.model import CheckState, Preview
from zdm_automate.planner import Plan

USER = r"DESKS\anna"
SIGNED = r"AppData\Roaming\Microsoft\Signaturen"
OUTLOOK = r"AppData\Local\Microsoft\Outlook"


def file(name: str, content: str = "", at: int = 1_000_000) -> File:
    return File(name=name, size=1000, at=at, content=content or name)


def tree(*places: tuple[str, tuple[File, ...]]) -> Volume:
    """Drive C of a PC with folders below a user's profile."""
    volume = Volume(letter="C", size=10**12, other=10**11)
    for path, files in places:
        folder = Folder(path=rf"Users\anna\{path}".rstrip("\\"), at=1_000_000)
        volume = volume.with_folder(replace(folder, files={one.name.casefold(): one for one in files}))
    return volume


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    """PC01 is a terminal server on which Anna has worked; on NB01 she has logged on once."""
    made = Desks("desks", tmp_path)
    world = made.there
    world = world.with_host(replace(world.host("PC01"), release="2022", role=3))
    states = world.user_states
    old = states.desk("PC01").of(USER)
    assert old is not None
    hive = hive_of(
        {"H": r"\\OLD\home", "P": r"\\OLD.desks.example.org\projects\all"},
        (r"\\OLD\Office", r"\\PRN\Label"),
        r"\\OLD\Office",
        {"Favorites": r"\\OLD\home$\anna\Favorites"},
        signatures="Signaturen",
    )
    there = replace(old, items=(), loaded=False, hive=hive)
    new = Profile(sid=old.sid, account=USER, path=r"C:\Users\anna", used=world.now.isoformat(), hive=hive_of({"P": r"\\NEW\x"}))
    states = states.with_desk("PC01", states.desk("PC01").with_profile(there))
    states = states.with_desk("NB01", states.desk("NB01").with_profile(new))
    world = replace(world, user_states=states)
    world = world.with_volume(
        "PC01",
        tree(
            ("Desktop", (file("notes.txt"), file("plan.txt", "old plan"))),
            (r"Documents\Jobs", (file("a.docx"),)),
            (SIGNED, (file("standard.htm"),)),
            (OUTLOOK, (file("mail.ost"), file("archive.pst"))),
            (rf"{OUTLOOK}\RoamCache", (file("Stream_Autocomplete_0_A.dat"), file("Stream_Calendar_0_B.dat"))),
        ),
    )
    desktop = (file("plan.txt", "new plan", at=2_000_000), file("mine.txt"))
    world = world.with_volume("NB01", tree(("Desktop", desktop), (OUTLOOK, (file("mail.ost"),))))
    made.put(profile_files.arrived(world, "NB01", new))
    made.intent = intent()
    return made


def intent(**changes: Any) -> dict[str, Any]:
    pieces = [{"user": USER, **changes}]
    return {"pcs": [{"old": "pc01", "new": "nb01", "pieces": pieces}], "servers": {"old": "NEW"}}


def names(desks: Desks, host: str, path: str) -> dict[str, str]:
    """The files of a folder on drive C, each with its content."""
    folder = desks.there.volumes[host]["C"].folder(path)
    return {one.name: one.content for one in folder} if folder is not None else {}


def hive(desks: Desks) -> dict[str, object]:
    one = desks.there.user_states.desk("NB01").of(USER)
    assert one is not None
    return {name: value for name, value in one.hive.items() if "RemotePath" in name or name.endswith("Server")}


def test_what_usmt_cannot_carry_comes_piece_by_piece(desks: Desks) -> None:
    """Folders, mail files without the cache, drives and printers under the new server's name; nothing newer is overwritten."""
    desks.until("B-173j")
    last = desks.until("B-173l")
    desktop = names(desks, "NB01", r"Users\anna\Desktop")

    assert desktop == {"notes.txt": "notes.txt", "plan.txt": "new plan", "mine.txt": "mine.txt"}
    assert names(desks, "NB01", r"Users\anna\Documents\Jobs") == {"a.docx": "a.docx"}
    assert names(desks, "NB01", rf"Users\anna\{SIGNED}") == {}
    assert names(desks, "NB01", r"Users\anna\AppData\Roaming\Microsoft\Signatures") == {"standard.htm": "standard.htm"}
    assert names(desks, "NB01", rf"Users\anna\{OUTLOOK}") == {"mail.ost": "mail.ost", "archive.pst": "archive.pst"}
    assert set(names(desks, "NB01", rf"Users\anna\{OUTLOOK}\RoamCache")) == {"Stream_Autocomplete_0_A.dat"}
    assert hive(desks) == {
        r"Network\H\RemotePath": r"\\NEW\home",
        r"Network\P\RemotePath": r"\\NEW\projects\all",
        r"Printers\Connections\,,NEW,Office\Server": r"\\NEW",
        r"Printers\Connections\,,PRN,Label\Server": r"\\PRN",
    }
    assert {row.preview for row in rows(last) if row.item[:5] == "B-173"} == {Preview.SAME}
    assert [row.text for row in rows(last) if "piece by piece" in row.text]
    assert [row.text for row in rows(last) if r"lies on a server (\\OLD\home$\anna\Favorites)" in row.text]
    assert {one.state for one in desks.checks().values()} == {CheckState.OK}
    assert desks.there.user_states.desk("NB01").hives == {}
    assert desks.there.user_states.stores == {}


def test_a_copy_is_taken_back_by_what_was_set_aside(desks: Desks) -> None:
    """The folder holds what it held, and what had come is kept beside it; drives and printers are as before."""
    registry, desktop = hive(desks), names(desks, "NB01", r"Users\anna\Desktop")
    desks.round()
    desks.work()
    what, plan = desks.plan(BOOK)
    assert desks.apply(what, plan).result == "done"
    desks.work()
    came = names(desks, "NB01", r"Users\anna\Desktop")
    for run in reversed(list(desks.journals)):
        back = desks.plan_undo(what, run)
        assert desks.apply(what, back).result == "done"

    assert came != desktop
    assert names(desks, "NB01", r"Users\anna\Desktop") == desktop
    assert names(desks, "NB01", r"Zdm\pieces\first-1\DESKS-anna\desktop-undone") == came
    assert hive(desks) == registry


def test_somebody_who_is_logged_on_is_waited_for(desks: Desks) -> None:
    """His registry and his mail files are in use."""
    states = desks.there.user_states
    one = states.desk("NB01").of(USER)
    assert one is not None
    busy = states.with_desk("NB01", states.desk("NB01").with_profile(replace(one, loaded=True)))
    desks.put(replace(desks.there, user_states=busy))
    _, plan = desks.plan(BOOK)
    [row] = [row for row in rows(plan) if row.item == "B-173i"]

    assert (row.preview, row.reason) == (Preview.WAIT, rf"once {USER} is logged off from NB01")


def test_somebody_without_a_profile_on_the_new_pc_logs_on_once(desks: Desks) -> None:
    """Nothing is copied into a folder that Windows does not know as his."""
    states = desks.there.user_states
    one = states.desk("NB01").of(USER)
    assert one is not None
    desks.put(replace(desks.there, user_states=states.with_desk("NB01", states.desk("NB01").without_profile(one.sid))))
    _, plan = desks.plan(BOOK)
    [row] = [row for row in rows(plan) if row.item == "B-173i"]

    assert row.preview is Preview.WAIT
    assert "has logged on to NB01" in row.reason


def test_a_copy_that_failed_is_tried_again_by_another_attempt(desks: Desks) -> None:
    """Somebody has a file open on the old server: the row says which and what to do; then it comes."""
    held = SmbServer(opens=(OpenFile(number=1, session=7, path=r"C:\Users\anna\Desktop\notes.txt", share="C$"),))
    desks.put(desks.there.with_smb("PC01", held))
    desks.intent = intent(what=["desktop"])
    desks.until("B-173j", Preview.UNKNOWN)
    _, plan = desks.plan(BOOK)
    [row] = [row for row in rows(plan) if row.item == "B-173j"]

    assert "some files could not be copied" in row.reason
    assert "set attempt: 2 for pc01" in row.reason
    assert "notes.txt" in row.reason

    desks.put(desks.there.with_smb("PC01", SmbServer()))
    desks.intent["pcs"][0]["attempt"] = 2
    desks.until("B-173j")
    assert "notes.txt" in names(desks, "NB01", r"Users\anna\Desktop")
    assert desks.checks()[rf"NB01 desktop of {USER} has been copied"].value == "1 files, 0 failed"


def test_users_of_one_terminal_server_go_to_several_pcs(desks: Desks) -> None:
    """Each pair asks for its own users, and both are known."""
    desks.intent["pcs"].append({"old": "pc01", "new": "nb03", "pieces": [{"user": r"DESKS\old.hand"}]})
    _, plan = desks.plan(BOOK)
    mine = [row for row in rows(plan) if row.item == "B-173i"]

    assert [row.text for row in mine if USER in row.text and row.preview is Preview.CHANGE]
    assert [row.reason for row in mine if r"old.hand" in row.text] == [
        r"once DESKS\old.hand has logged on to NB03 and off again: Windows makes his profile then"
    ]


def test_copies_of_a_segment_take_turns(desks: Desks) -> None:
    """One pair of a floor at a time; those of another floor do not wait for it."""
    frank = {"old": "ts01", "new": "nb04", "segment": "ground", "pieces": [{"user": r"DESKS\frank", "what": ["desktop"]}]}
    desks.intent["pcs"] = [{**desks.intent["pcs"][0], "segment": "ground"}, frank]
    _, plan = desks.plan(BOOK)
    frank["segment"] = "upper"
    _, apart = desks.plan(BOOK)

    def copies(of: Plan) -> dict[str, set[Preview]]:
        mine = [row for row in rows(of) if row.item == "B-173j" and "set aside" not in row.reason]
        return {role: {row.preview for row in mine if row.role == role} for role in ("nb01", "nb04")}

    assert copies(plan) == {"nb01": {Preview.CHANGE}, "nb04": {Preview.WAIT}}
    assert "1 PCs of segment ground are at work; 1 may be" in {row.reason for row in rows(plan)}
    assert copies(apart) == {"nb01": {Preview.CHANGE}, "nb04": {Preview.CHANGE}}


def test_only_the_pieces_that_are_named_are_carried(desks: Desks) -> None:
    """One folder and the printers; no drive."""
    desks.intent = intent(what=["signatures", "printers"])
    plan = desks.round()
    titles = [row.text for row in rows(plan, Preview.CHANGE)]

    assert [title for title in titles if "signatures" in title]
    assert not [title for title in titles if "desktop" in title or "drive" in title]
    assert len([title for title in titles if "printer" in title]) == 2


def test_a_person_is_asked_for_what_belongs_to_the_pieces_that_come(desks: Desks) -> None:
    """All of it for a whole profile; beside printers the default one, and beside drives nothing."""
    asked = []
    for what in ([], ["printers"], ["favourites", "outlook"], ["drives"]):
        desks.intent = intent(what=what)
        _, plan = desks.plan(BOOK)
        mine = [row.by_hand for row in rows(plan, Preview.MANUAL) if row.item == "B-173l"]
        asked.append([name.removeprefix("nb01-DESKS-anna-") for name in mine])

    everything = ["outlook-profile", "shortcuts", "default-printer", "browser", "certificates", "trusted-locations"]
    assert asked == [everything, ["default-printer"], ["outlook-profile", "shortcuts"], []]


def test_where_usmt_can_pieces_are_not_carried(desks: Desks) -> None:
    """The intent names them for the case that it cannot."""
    desks.intent = {"pcs": [{"old": "pc03", "new": "nb03", "pieces": [{"user": r"DESKS\clara"}]}]}
    _, plan = desks.plan(BOOK)

    assert {row.text for row in rows(plan) if row.item in {"B-173i", "B-173j", "B-173k", "B-173l"}} == {"nothing to do"}
    assert [row for row in rows(plan, Preview.CHANGE) if row.item == "B-173b"]


def test_an_unknown_piece_is_bad_input(desks: Desks) -> None:
    """The message names those there are."""
    desks.intent = intent(what=["wallpaper"])
    with pytest.raises(ProjectError, match="favourites"):
        desks.intended(BOOK)


# --- the office that is shipped ---

EMMA = r"Users\emma"
ARRIVED = {
    r"Desktop": {name: rf"emma:Desktop\{name}" for name in ("notes.txt", "mine.txt", "Auftrag.docx")},
    r"Documents": {name: rf"emma:Documents\{name}" for name in ("Angebote.docx", "Projekte.zip")},
    r"Documents\Outlook": {"archive.pst": r"emma:Documents\Outlook\archive.pst"},
    r"Pictures": {"Feier.mp4": r"emma:Pictures\Feier.mp4"},
    rf"{OUTLOOK}": {"projects.pst": rf"emma:{OUTLOOK}\projects.pst"},
    rf"{OUTLOOK}\RoamCache": {"Stream_Autocomplete_0_7A.dat": rf"emma:{OUTLOOK}\RoamCache\Stream_Autocomplete_0_7A.dat"},
    r"AppData\Roaming\Microsoft\UProof": {"CUSTOM.DIC": r"emma:AppData\Roaming\Microsoft\UProof\CUSTOM.DIC"},
    r"AppData\Roaming\Microsoft\Signatures": {"standard.htm": r"emma:AppData\Roaming\Microsoft\Signaturen\standard.htm"},
}
"""What Emma finds on her notebook; her own notes are newer than the old ones, and stay."""


def test_the_users_of_the_shipped_terminal_server_come_to_their_notebook(tmp_path: Path) -> None:
    """All of Emma, what is named of Frank; a folder is taken back, is told as such, and comes again by another attempt."""
    desks = Desks("desks", tmp_path)
    shipped = office("desks").project["intent"][BOOK]["pcs"]
    desks.intent = {"pcs": [dict(one) for one in shipped if "pieces" in one]}
    before = names(desks, "NB04", rf"{EMMA}\Desktop")
    desks.until("B-173j")
    desks.until("B-173g")

    assert {path: names(desks, "NB04", rf"{EMMA}\{path}") for path in ARRIVED} == ARRIVED
    assert names(desks, "NB04", r"Users\frank\Desktop") == {"notes.txt": r"frank:Desktop\notes.txt"}
    assert names(desks, "NB04", r"Users\frank\Documents") == {}
    assert registry(desks, r"DESKS\emma") == {"H": r"\\NEW\home", "P": r"\\NEW\projects\all"}
    assert registry(desks, r"DESKS\frank") == {"H": r"\\NEW\home"}
    assert {one.state for one in desks.checks().values()} == {CheckState.OK}
    assert sorted(one.step for one in desks.signed if one.item == "B-173g") == ["nb04-emma", "nb04-frank"]

    moved = next(run for run in desks.journals if "Move-ZdmFolder" in [one.get("verb") for one in desks.entries(run)])
    back = desks.plan_undo(desks.intended(BOOK), moved, to="B-173i")
    assert desks.apply(desks.intended(BOOK), back).result == "done"
    assert names(desks, "NB04", rf"{EMMA}\Desktop") == before
    assert names(desks, "NB04", r"Zdm\pieces\first-1\DESKS-emma\desktop-undone") == ARRIVED["Desktop"]
    _, plan = desks.plan(BOOK)
    said = [row.reason for row in rows(plan, Preview.WAIT)]
    assert said == ["once his pieces have come", "it was taken back; set attempt: 2 for ts01 to carry it again"]
    assert not rows(plan, Preview.CHANGE)
    assert desks.checks()[r"NB04 desktop of DESKS\emma has been copied"].state is CheckState.NOT_YET

    desks.intent["pcs"][0]["attempt"] = 2
    desks.until("B-173j")
    assert names(desks, "NB04", rf"{EMMA}\Desktop") == ARRIVED["Desktop"]


def test_stores_stay_until_those_who_came_piece_by_piece_have_accepted_too(tmp_path: Path) -> None:
    """Counted from the last of all: who misses something may have had a PC beside the terminal server."""
    desks = Desks("desks", tmp_path)
    desks.intent = {"pcs": [one for one in office("desks").project["intent"][BOOK]["pcs"] if one["old"] in {"pc01", "ts01"}]}
    path = r"C:\Zdm\stores\PC01\first-1"
    store = Store(host="NEW", path=path, computer="PC01", version="10.0", at=desks.there.now.isoformat(), complete=True)
    world = replace(desks.there, user_states=desks.there.user_states.with_store(store))
    desks.put(profile_files.stored(world, "NEW", path))
    said = []
    for step in ("nb01-anna", "nb04-emma", "nb04-frank"):
        desks.signed.append(SignOff(item="B-173g", step=step, by="Alex", at_utc=desks.clock.now().isoformat()))
        _, plan = desks.plan(BOOK)
        [row] = [row for row in rows(plan) if row.text == "delete the store of PC01"]
        said.append(row.reason)

    early = "once every user has accepted"
    assert said == [early, early, "30 days after the last of the users has accepted"]


def registry(desks: Desks, account: str) -> dict[str, object]:
    """The network drives of somebody on NB04."""
    one = desks.there.user_states.desk("NB04").of(account)
    assert one is not None
    found = {name.split("\\")[1]: value for name, value in one.hive.items() if name.endswith("RemotePath")}
    return dict(sorted(found.items()))
