"""The model of robocopy: every bit of its exit code by a cause, and what a chain of passes leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zdm_automate.lab.world import files
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.host import Host, Nic, Service
from zdm_automate.lab.world.model import World, account_hash
from zdm_automate.lab.world.programs import Ended, Paused, model_of
from zdm_automate.lab.world.running import Run
from zdm_automate.lab.world.smb import OpenFile, Share, SmbServer, SmbSession
from zdm_automate.lab.world.volumes import Bulk, File, Folder, Volume

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
BASE = ("/E", "/COPY:DATSO", "/DCOPY:DAT", "/B", "/R:1", "/W:1", "/MT:16", "/XJ", "/NP", "/BYTES", "/FP", "/TS")
LOG = "C:\\Zdm\\robocopy.log"
SALES = "O:BAG:DUD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;S-1-5-21-1-2-3-1105)"


def machine(name: str, number: int) -> Host:
    return Host(
        name=name,
        release="2022",
        nics=(Nic(address=f"10.0.0.{number}"),),
        domain="example.org",
        services={"LanmanServer": Service(name="LanmanServer", display_name="Server")},
    )


def world_with(source: Volume, target: Volume | None = None) -> World:
    world = World(
        now=NOW, hosts={"OLD": machine("OLD", 1), "NEW": machine("NEW", 2)}, accounts={"admin": account_hash("admin", "x")}
    )
    world = world.with_volume("OLD", source)
    world = world.with_volume("NEW", target or Volume(letter="E", size=10**13))
    share = Share(name="Data", path="D:\\Data", sddl="O:SYG:SYD:(A;;0x1301bf;;;WD)")
    return world.with_smb("OLD", SmbServer(shares={"data": share}))


def tree(*folders: Folder, size: int = 10**13) -> Volume:
    return Volume(letter="D", size=size).with_folders(folders)


def file(name: str, *, size: int = 10, at: int = 1000, content: str = "", **more: Any) -> File:
    return File(name=name, size=size, at=at, content=content or name, **more)


def folder(path: str, *own: File, **more: Any) -> Folder:
    return Folder(path=path, at=500, files={one.name.casefold(): one for one in own}, **more)


def at_work(source: str, target: str, *options: str) -> Run:
    argv = (source, target, *options)
    return Run(pid=1, child=2, task="", batch="", program="robocopy.exe", argv=argv, user="admin", folder="", began="")


def copy(world: World, *options: str, source: str = r"\\OLD\D$\Data", target: str = "E:\\Data") -> tuple[World, int]:
    """One pass from beginning to end, nobody in between."""
    run = Run(
        pid=1,
        child=2,
        task="",
        batch="",
        program="robocopy.exe",
        argv=(source, target, *options),
        user="admin",
        folder="",
        began="",
    )
    for _ in range(10_000):
        world, answer = model_of("robocopy.exe")(world, "NEW", run)
        if isinstance(answer, Ended):
            return world, answer.exit_code

        assert isinstance(answer, Paused)
        run = replace(run, state=answer.state)
        world = advance(world, answer.until)
    raise AssertionError("it never ends")


def log(world: World) -> str:
    return (files.text(world.host("NEW"), LOG) or "").removeprefix("\ufeff")


TWO = tree(folder("Data", file("a.txt"), file("b.txt")), folder("Data\\Sub", file("c.txt")))
ONCE = copy(world_with(TWO), *BASE)[0]


def changed(volume: Volume, *folders: Folder) -> Volume:
    return volume.with_folders(folders)


def test_bit_0_files_were_copied() -> None:
    """A seed into nothing: 1, and everything is there, with permissions and times."""
    world, code = copy(world_with(TWO), *BASE)

    assert code == 1
    assert world.volumes["NEW"]["E"].folders["data\\sub"] == TWO.folders["data\\sub"]


def test_no_bit_nothing_to_do() -> None:
    """The same pass again: 0."""
    world, code = copy(ONCE, *BASE)

    assert code == 0
    assert world.volumes == ONCE.volumes


def test_bit_1_the_target_has_more() -> None:
    """A file of the target that the source has not: told, and with /PURGE gone."""
    more = changed(ONCE.volumes["NEW"]["E"], ONCE.volumes["NEW"]["E"].folders["data"].with_file(file("new.txt")))
    world, code = copy(ONCE.with_volume("NEW", more), *BASE)

    assert code == 2
    assert world.volumes["NEW"]["E"].folders["data"].file("new.txt") is not None
    world, code = copy(world, *BASE, "/PURGE")
    assert code == 2
    assert world.volumes["NEW"]["E"].folders["data"].file("new.txt") is None


def test_bit_2_a_file_where_the_other_has_a_folder() -> None:
    """Told as a mismatch, and neither side is touched."""
    target = ONCE.volumes["NEW"]["E"].with_folder(folder("Data\\d.txt"))
    source = changed(TWO, TWO.folders["data"].with_file(file("d.txt")))
    world, code = copy(ONCE.with_volume("NEW", target).with_volume("OLD", source), *BASE, "/PURGE")

    assert code & 4 == 4
    assert "data\\d.txt" in world.volumes["NEW"]["E"].folders


def held_open(world: World) -> World:
    opened = OpenFile(number=1, session=1, path="D:\\Data\\a.txt", share="Data")
    who = SmbSession(number=1, user="EXAMPLE\\anna", client="PC-1", since="")
    return world.with_smb("OLD", replace(world.smb["OLD"], sessions=(who,), opens=(opened,)))


def encrypted(world: World) -> World:
    return world.with_volume("OLD", changed(TWO, TWO.folders["data"].with_file(file("a.txt", attributes="AE"))))


def private(world: World) -> World:
    own = file("a.txt", sddl="O:S-1-5-21-1-2-3-1110D:P(A;;FA;;;S-1-5-21-1-2-3-1110)")
    return world.with_volume("OLD", changed(TWO, TWO.folders["data"].with_file(own)))


def small(world: World) -> World:
    return world.with_volume("NEW", Volume(letter="E", size=25))


@pytest.mark.parametrize(
    ("hinder", "options", "number"),
    [
        (held_open, BASE, 32),
        (encrypted, BASE, 5),
        (private, tuple(word for word in BASE if word != "/B"), 5),
        (small, BASE, 112),
    ],
)
def test_bit_3_a_file_that_cannot_be_copied(hinder: Any, options: tuple[str, ...], number: int) -> None:
    """Open, encrypted, without rights, no room: each with its own number, and the rest is copied."""
    world, code = copy(hinder(world_with(TWO)), *options, f"/UNILOG:{LOG}")

    assert code == 9
    assert f"ERROR {number} (0x{number:08X}) Copying File" in log(world)


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (r"\\OLD\D$\Gone", BASE),
        (r"\\NOBODY\D$\Data", BASE),
        (r"\\OLD\Nothing", BASE),
        (r"\\OLD\D$\Data", (*BASE, "/IPG:5")),
        (r"\\OLD\D$\Data", (*BASE, "/EFSRAW")),
        (r"\\OLD\D$\Data", ("/E", "/SECFIX")),
        (r"\\OLD\D$\Data", ("/E", "/NOSUCH")),
    ],
)
def test_bit_4_nothing_was_copied(source: str, options: tuple[str, ...]) -> None:
    """A source that is not there, and switches that do not go together."""
    world, code = copy(world_with(TWO), *options, f"/UNILOG:{LOG}", source=source)

    assert code == 16
    assert world.volumes["NEW"]["E"].folders == {}
    assert "ERROR" in log(world) or "cannot be used" in log(world)


def test_a_dry_run_counts_and_changes_nothing() -> None:
    """/MIR /L: the forecast."""
    before = world_with(TWO)
    world, code = copy(before, *BASE, "/MIR", "/L")

    assert code == 1
    assert world.volumes == before.volumes


def test_permissions_alone_do_not_make_a_file_different() -> None:
    """Until /SECFIX."""
    barred = changed(TWO, replace(TWO.folders["data"].with_file(file("a.txt", sddl=SALES)), sddl=SALES))
    world = ONCE.with_volume("OLD", barred)
    world, code = copy(world, *BASE)

    assert code == 0
    world, _ = copy(world, *BASE, "/SECFIX")
    there = world.volumes["NEW"]["E"].folders["data"]
    assert (there.sddl, there.files["a.txt"]) == (SALES, file("a.txt", sddl=SALES))


def test_a_million_files_cost_as_much_as_a_few() -> None:
    """A generated folder goes across whole, and what people made of it as exceptions."""
    bulk = Bulk(stem="scan", suffix="pdf", count=1_000_000, size=800_000, at=100, seed="s")
    full = replace(folder("Data", file("a.txt")), bulk=bulk)
    full = full.with_file(file("scan000005.pdf", size=7, at=2000)).without_file("scan000009.pdf")
    world, code = copy(world_with(tree(full)), *BASE, "/NFL", "/NDL")
    there = world.volumes["NEW"]["E"].folders["data"]

    assert (code, there.count, there.size) == (1, full.count, full.size)
    assert there.file("scan000009.pdf") is None
    full = full.with_file(file("scan000007.pdf", size=9, at=3000)).without_file("scan000011.pdf")
    world, code = copy(world.with_volume("OLD", tree(full)), *BASE, "/PURGE", "/NFL", "/NDL")
    there = world.volumes["NEW"]["E"].folders["data"]
    assert (code, there.count, there.file("scan000007.pdf")) == (3, full.count, file("scan000007.pdf", size=9, at=3000))


def test_a_drive_that_fills_in_the_middle_of_many_files() -> None:
    """What fits is there, the rest is told; with more room the next pass takes it up."""
    bulk = Bulk(stem="scan", suffix="pdf", count=100, size=10, at=100, seed="s")
    world, code = copy(world_with(tree(replace(folder("Data"), bulk=bulk)), Volume(letter="E", size=255)), *BASE)

    assert (code, world.volumes["NEW"]["E"].folders["data"].count) == (9, 25)
    world, code = copy(world.with_volume("NEW", replace(world.volumes["NEW"]["E"], size=10**6)), *BASE)
    assert (code, world.volumes["NEW"]["E"].folders["data"].count) == (1, 100)


def test_run_hours_are_waited_for() -> None:
    """/RH: outside of them nothing is copied."""
    run = at_work(r"\\OLD\D$\Data", "E:\\Data", *BASE, "/RH:2200-0500", "/PF")
    _, answer = model_of("robocopy")(world_with(TWO), "NEW", run)

    assert isinstance(answer, Paused)
    assert answer.until == NOW + timedelta(hours=2)


# --- the property: after the freeze, source and target are the same ---

NAMES = st.sampled_from(["a.txt", "b.docx", "C.xlsx", "d e.txt", "ü.txt", "x" * 200 + ".txt"])
PLACES = st.sampled_from(["Data", "Data\\Sub", "Data\\Sub\\Deep", "Data\\Other", "Data\\Öl & Gas"])
EDITS = st.tuples(
    st.sampled_from(["write", "write", "write", "delete", "rename", "guard", "drop folder"]), PLACES, NAMES, NAMES
)


def edited(world: World, edit: tuple[str, str, str, str], stamp: int) -> World:
    """Somebody works in the source; whoever writes, writes a new time."""
    what, place, name, other = edit
    volume = world.volumes["OLD"]["D"]
    here = volume.folder(place)
    if what == "drop folder" and place != "Data" and here is not None:
        return world.with_volume("OLD", volume.without_folder(place))
    if here is None:
        here = Folder(path=place, at=stamp)
    own = here.file(name)
    if what == "write":
        here = here.with_file(file(name, size=stamp % 7, at=stamp, content=f"{stamp}"))
    elif what == "delete" and own is not None:
        here = here.without_file(name)
    elif what == "rename" and own is not None and name != other:
        here = here.without_file(name).with_file(replace(own, name=other))
    elif what == "guard" and own is not None:
        here = here.with_file(replace(own, sddl=SALES))
    return world.with_volume("OLD", volume.with_folder(here))


def contents(volume: Volume) -> dict[str, Any]:
    """Names, contents, times and permissions of every folder and file of the share."""
    found: dict[str, Any] = {}
    for one in volume.below("Data"):
        found[one.path.casefold()] = (one.sddl, one.at)
        found |= {f"{one.path}\\{own.name}".casefold(): (own.size, own.at, own.content, own.sddl) for own in one}
    return found


@settings(max_examples=60)
@given(
    st.lists(EDITS, max_size=12),
    st.lists(st.tuples(st.sampled_from(["seed", "delta", "acl"]), st.lists(EDITS, max_size=6)), max_size=4),
)
def test_after_freeze_and_final_pass_both_sides_are_one(first: list[Any], passes: list[Any]) -> None:
    """Any tree, any edits between the pieces of any passes: the passes after the freeze make them the same.

    A rename onto a name keeps the old time: that one robocopy sees by time or size only, so the stamps here all differ.
    """
    options = {"seed": BASE, "delta": (*BASE, "/PURGE"), "acl": (*BASE, "/SECFIX")}
    stamp = 10_000
    world = world_with(tree(folder("Data", file("start.txt"))))
    for edit in first:
        stamp += 10
        world = edited(world, edit, stamp)
    for kind, edits in passes:
        run = at_work(r"\\OLD\D$\Data", "E:\\Data", *options[kind])
        todo = list(edits)
        while True:
            world, answer = model_of("robocopy")(world, "NEW", run)
            if isinstance(answer, Ended):
                break
            run = replace(run, state=answer.state)
            world = advance(world, answer.until)
            if todo:
                stamp += 10
                world = edited(world, todo.pop(0), stamp)
    world, _ = copy(world, *BASE, "/SECFIX")
    world, code = copy(world, *BASE, "/PURGE")

    assert code in {0, 2}
    assert contents(world.volumes["NEW"]["E"]) == contents(world.volumes["OLD"]["D"])
    assert copy(world, *BASE, "/PURGE", "/L")[1] == 0


def test_who_only_looks_needs_no_target() -> None:
    """A count of the source: robocopy /L into a folder that is nowhere."""
    world, code = copy(world_with(TWO), "/E", "/L", "/BYTES", f"/UNILOG:{LOG}", target="C:\\Zdm\\nowhere")

    assert code == 1
    assert "C" not in world.volumes["NEW"]


def test_files_are_chosen_by_name_and_attribute() -> None:
    """Databases by their endings, encrypted files by /IA:E; of the rest nothing is told."""
    data = folder("Data", file("mail.pst"), file("a.txt"), file("geheim.txt", attributes="AE"))
    world, code = copy(world_with(tree(data)), "*.pst", "/E", "/L", "/FP", f"/UNILOG:{LOG}", target="C:\\Zdm\\nowhere")

    assert code == 1
    assert "mail.pst" in log(world)
    assert "a.txt" not in log(world)
    world, code = copy(world_with(tree(data)), "/E", "/L", "/FP", "/IA:E", f"/UNILOG:{LOG}", target="C:\\Zdm\\nowhere")
    assert code == 1
    assert "geheim.txt" in log(world)
    assert "mail.pst" not in log(world)


def test_what_is_newer_in_the_target_alone() -> None:
    """Asked the other way round with /L /XO /XL: only files that both sides have and the first one changed later."""
    there = ONCE.volumes["NEW"]["E"]
    newer = there.with_folder(there.folders["data"].with_file(file("a.txt", at=9_000)).with_file(file("only.txt", at=9_000)))
    back = ("/E", "/L", "/XO", "/XL", "/FP", f"/UNILOG:{LOG}")
    world, code = copy(ONCE.with_volume("NEW", newer), *back, source="E:\\Data", target=r"\\OLD\D$\Data")

    assert code & 1 == 1
    assert "a.txt" in log(world)
    assert "only.txt" not in log(world)
    _, code = copy(ONCE, *back, source="E:\\Data", target=r"\\OLD\D$\Data")
    assert code == 0


@settings(max_examples=40)
@given(st.lists(EDITS, max_size=6), st.lists(EDITS, min_size=1, max_size=10))
def test_what_was_written_on_the_new_side_comes_back(before: list[Any], after: list[Any]) -> None:
    """Taken back after the switch: nothing that people wrote on the new server is lost, nothing of the old one purged."""
    stamp = 10_000
    world = world_with(tree(folder("Data", file("start.txt"))))
    for edit in before:
        stamp += 10
        world = edited(world, edit, stamp)
    world, _ = copy(world, *BASE, "/SECFIX", "/PURGE")
    kept = {name: value for name, value in contents(world.volumes["OLD"]["D"]).items() if len(value) > 2}
    new = World(now=NOW, hosts=world.hosts, volumes={"OLD": {"D": replace(world.volumes["NEW"]["E"], letter="D")}})
    for edit in after:
        if edit[0] != "drop folder":
            stamp += 10
            new = edited(new, edit, stamp)
    world = world.with_volume("NEW", replace(new.volumes["OLD"]["D"], letter="E"))
    world, code = copy(world, *BASE, "/XO", source="E:\\Data", target=r"\\OLD\D$\Data")
    back = contents(world.volumes["OLD"]["D"])

    assert code < 8
    for one in world.volumes["NEW"]["E"].below("Data"):
        for own in one:
            assert back[f"{one.path}\\{own.name}".casefold()][2] == own.content
    assert set(kept) <= set(back)
