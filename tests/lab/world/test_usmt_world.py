"""What scanstate and loadstate take along, write down and leave out, and how long it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from usmt_rig import KIT, LOAD, LOGS, MB, NAMED, RULES, SCAN, STORE, Ran, anna, desk, office, profile, run

from zdm_automate.lab.world import files
from zdm_automate.lab.world.model import World, dump, load
from zdm_automate.lab.world.profiles import Item, Profile
from zdm_automate.native.usmt_files import parse_estimate, parse_list
from zdm_automate.native.usmt_log import parse_log
from zdm_automate.native.usmt_progress import parse_progress
from zdm_automate.usmt.documents import STANDARD_RULES, config_file, rules_file

ANNA = (r"/ue:*\*", r"/ui:HOLM\anna")


def with_file(world: World, name: str, text: str) -> World:
    return files.written(world, world.host("PC07"), rf"{LOGS}\{name}", text)


def in_store(ran: Ran) -> dict[str, set[str]]:
    made = ran.world.user_states.store("NEW", r"D:\usmt\PC07\store")
    assert made is not None
    return {one.account: {item.path for item in one.items} for one in made.users}


def test_a_user_arrives_with_his_files_and_settings() -> None:
    """The whole way, and nobody else's data is in the store."""
    scanned = run(office(), "PC07", "scanstate", (*SCAN, *ANNA))
    loaded = run(scanned.world, "NB01", "loadstate", (*LOAD, *ANNA))
    arrived = loaded.world.user_states.desk("NB01").of(r"HOLM\anna")

    assert (scanned.code, loaded.code) == (0, 0)
    assert set(in_store(scanned)) == {r"HOLM\anna"}
    assert arrived is not None
    assert {(item.path, item.content) for item in arrived.items} == {(item.path, item.content) for item in anna().items}
    assert arrived.parts == anna().parts


def test_the_shipped_rules_leave_the_outlook_cache_behind() -> None:
    """And take the archive on the second disk, which the documents' rules alone would take too."""
    world = with_file(office(), "zdm.xml", rules_file("office", STANDARD_RULES))
    ran = run(world, "PC07", "scanstate", (*SCAN, *ANNA, rf"/i:{LOGS}\zdm.xml"))

    left = {item.path for item in anna().items} - in_store(ran)[r"HOLM\anna"]
    assert left == {r"AppData\Local\Microsoft\Outlook\anna.ost"}


def test_the_shipped_meaning_of_errors_passes_over_a_file_in_use_and_stops_on_a_damaged_one() -> None:
    """Without a blanket /c."""
    world = with_file(office(), "Config.xml", config_file())
    first, *rest = anna().items
    argv = (STORE, *RULES, *NAMED, *ANNA, rf"/config:{LOGS}\Config.xml")

    in_use = run(profile(world, "PC07", anna(items=(replace(first, locked=True), *rest))), "PC07", "scanstate", argv)
    broken = run(profile(world, "PC07", anna(items=(replace(first, error=23), *rest))), "PC07", "scanstate", argv)

    assert in_use.code == 0
    assert parse_log(in_use.text("PC07", "scan.log").splitlines()).ignored == 1
    assert first.path not in in_store(in_use)[r"HOLM\anna"]
    assert broken.code == 61
    assert "alt.docx" in parse_log(broken.text("PC07", "scan.log").splitlines()).object


def test_a_misspelt_domain_ends_with_0_and_nobody_arrives() -> None:
    """The documented trap: /md of a domain that is not in the store does nothing."""
    old = profile(office(), "PC07", anna(account=r"OLD\anna"))
    scanned = run(old, "PC07", "scanstate", (*SCAN, r"/ue:*\*", r"/ui:OLD\anna"))
    wrong = run(scanned.world, "NB01", "loadstate", (*LOAD, r"/ue:*\*", r"/ui:OLD\anna", "/md:ODL:HOLM"))
    right = run(scanned.world, "NB01", "loadstate", (*LOAD, r"/ue:*\*", r"/ui:OLD\anna", "/md:OLD:HOLM"))

    assert (wrong.code, right.code) == (0, 0)
    assert wrong.world.user_states.desk("NB01").profiles == {}
    assert right.world.user_states.desk("NB01").of(r"HOLM\anna") is not None


def test_a_renamed_user_arrives_under_his_new_name() -> None:
    """/mu outdoes /md."""
    scanned = run(office(), "PC07", "scanstate", (*SCAN, *ANNA))
    ran = run(scanned.world, "NB01", "loadstate", (*LOAD, *ANNA, r"/mu:HOLM\anna:HOLM\anna.berg", "/md:HOLM:GONE"))

    assert [one.account for one in ran.world.user_states.desk("NB01").profiles.values()] == [r"HOLM\anna.berg"]


def test_a_second_restore_overwrites_what_the_user_has_written_since() -> None:
    """Why it is done once."""
    scanned = run(office(), "PC07", "scanstate", (*SCAN, *ANNA)).world
    first = run(scanned, "NB01", "loadstate", (*LOAD, *ANNA)).world
    arrived = first.user_states.desk("NB01").of(r"HOLM\anna")
    assert arrived is not None
    mine = Item(path=r"Desktop\notes.txt", size=1, content="written since")
    items = tuple(mine if item.path == mine.path else item for item in arrived.items)
    second = run(profile(first, "NB01", replace(arrived, items=items)), "NB01", "loadstate", (*LOAD, *ANNA)).world
    now = second.user_states.desk("NB01").of(r"HOLM\anna")

    assert now is not None
    assert {item.content for item in now.items if item.path == mine.path} == {"notes"}


def test_a_load_never_says_100_percent() -> None:
    """Only the exit code tells the end."""
    scanned = run(office(), "PC07", "scanstate", (*SCAN, *ANNA)).world
    ran = run(scanned, "NB01", "loadstate", (*LOAD, *ANNA), rate=1 * MB)
    said = [line for line in ran.text("NB01", "load-progress.log").splitlines() if "totalPercentageCompleted" in line]

    assert len(said) > 10
    assert max(int(line.rpartition(", ")[2]) for line in said) < 100


def test_the_time_follows_from_size_and_speed() -> None:
    """1,341 MB at 25 and at 5 MB in a second; the rest is looking and closing."""
    fast = run(office(), "PC07", "scanstate", (*SCAN, *ANNA)).seconds
    slow = run(office(), "PC07", "scanstate", (*SCAN, *ANNA), rate=5 * MB).seconds

    assert fast == pytest.approx(7 + 40 + 1341 / 25 + 18, abs=25)
    assert slow == pytest.approx(7 + 40 + 1341 / 5 + 18, abs=25)


def test_a_profile_without_its_folder_costs_minutes() -> None:
    """As an entry of ProfileList that somebody forgot does."""
    gone = Profile(sid="S-1-5-21-1-2-3-7", account=r"HOLM\gone", path=r"C:\Users\gone", used="2020-01-01T00:00:00+00:00")
    stale = profile(office(), "PC07", replace(gone, folder_there=False))

    assert run(stale, "PC07", "scanstate", SCAN).seconds > run(office(), "PC07", "scanstate", SCAN).seconds + 100


def test_a_profile_without_a_name_is_left_out_with_a_warning() -> None:
    """Code 0 all the same."""
    orphan = Profile(sid="S-1-5-21-1-2-3-1190", account="", path=r"C:\Users\old", used="2026-11-20T00:00:00+00:00")
    ran = run(profile(office(), "PC07", orphan), "PC07", "scanstate", SCAN)

    assert ran.code == 0
    assert parse_log(ran.text("PC07", "scan.log").splitlines()).orphans == ("S-1-5-21-1-2-3-1190",)
    assert "" not in in_store(ran)


def test_an_estimate_makes_no_store() -> None:
    """Bytes of what would come along, in the file that was named."""
    ran = run(office(), "PC07", "scanstate", (STORE, *RULES, *NAMED, *ANNA, rf"/p:{LOGS}\size.xml"))
    found = parse_estimate(ran.text("PC07", "size.xml"))

    assert ran.world.user_states.stores == {}
    assert found is not None
    assert found.store_bytes() == sum(item.size for item in anna().items)


def test_progress_and_list_files_can_be_read_all_the_way() -> None:
    """Not one line that the product does not understand."""
    ran = run(office(), "PC07", "scanstate", (*SCAN, *ANNA, rf"/listfiles:{LOGS}\files.log"))
    seen = parse_progress(ran.text("PC07", "scan-progress.log").splitlines())

    assert (seen.unread, seen.phase, seen.code, seen.computer) == (0, "Saving", 0, "PC07")
    assert seen.users == {r"HOLM\anna": True, r"HOLM\bert": False, r"PC07\kiosk": False}
    assert len(list(parse_list(ran.text("PC07", "files.log").splitlines()))) == len(anna().items)


def test_without_its_sub_folders_the_tool_takes_no_settings_and_says_nothing() -> None:
    """Only the top folder was copied."""
    kit = office().user_states.desk("PC07").tool
    assert kit is not None
    ran = run(desk(office(), "PC07", tool=replace(kit, manifests=False)), "PC07", "scanstate", (*SCAN, *ANNA))

    assert ran.code == 0
    assert not [path for path in in_store(ran)[r"HOLM\anna"] if path.startswith("AppData")]


def test_people_go_on_working_while_it_gathers() -> None:
    """A file that came after the start is taken as it is found."""

    def saved(world: World) -> World:
        late = Item(path=r"Documents\late.txt", size=1, content="late")
        return profile(world, "PC07", anna(items=(*anna().items, late)))

    ran = run(office(), "PC07", "scanstate", (*SCAN, *ANNA), during=("collecting", saved))

    assert r"Documents\late.txt" in in_store(ran)[r"HOLM\anna"]


def test_the_world_keeps_profiles_and_stores_in_its_file() -> None:
    """They survive the end of the lab."""
    world = run(office(), "PC07", "scanstate", (*SCAN, *ANNA)).world

    assert load(dump(world)).user_states == world.user_states
    assert KIT in dump(world).decode().replace("\\\\", "\\")
