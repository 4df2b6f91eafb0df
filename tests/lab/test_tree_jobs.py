"""The two walks as jobs of the lab: they find what the readers find, and take their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.perform import perform
from zdm_automate.lab.twins.jobs import script_of
from zdm_automate.lab.world import files
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.volumes import Bulk, File, Folder, Volume
from zdm_automate.native.tree_lines import Walk, read_walk
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

JOB = "0a4f3c1e-9b7d-4e21-8c55-0123456789ab"
HERE = "S-1-5-21-1-2-3-"
SCRIPT = ("-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", f"C:\\Zdm\\jobs\\{JOB}\\job.ps1")


@cache
def library() -> Library:
    return Library.load(folders("ps_scripts"))


@cache
def office() -> World:
    """The old server with everything that a move meets, and a copy of it on another of its drives."""
    world = replace(load_office(find_office("files")), people=())
    server = replace(world.smb["OLD"], names={f"{HERE}1001": "OLD\\Kasse", f"{HERE}1120": "FILES\\Leitung"})
    own = {
        one.name.casefold(): one
        for one in (
            File(name="post.pst", size=9, at=1_700_000_000, content="p", attributes="AE"),
            File(name="~$brief.docx", size=1, at=1_700_000_000, content="b"),
            File(name="Ende ", size=3, at=1000, content="e", sddl=f"O:BAG:DUD:P(A;;FA;;;{HERE}4711)(A;;FA;;;{HERE}1001)"),
            File(name="gross.bin", size=5 * 2**30, at=1000, content="g", streams=("Zone.Identifier",)),
        )
    }
    bulk = Bulk(stem="scan", suffix="pdf", count=1010, size=10, at=1_700_000_000, seed="s")
    made = (
        Folder(path="T", at=1000, files=own),
        Folder(path="T\\viele", at=1000, bulk=bulk, files={"scan000007.pdf": None}),
        Folder(path="T\\Leitung", at=1000, sddl=f"O:{HERE}1120G:DUD:P(A;;FA;;;{HERE}1120)"),
        Folder(path="T\\Link", at=1000, link="C:\\Windows"),
    )
    copy = tuple(replace(one, path="U" + one.path[1:]) for one in made)
    world = world.with_smb("OLD", server)
    return world.with_volume("OLD", Volume(letter="F", size=10**13).with_folders((*made, *copy)))


def call(world: World, host: str, verb: str, **arguments: Any) -> tuple[World, tuple[dict[str, Any], ...]]:
    made = perform(world, host, library()[verb], arguments)

    assert made.error is None
    return made.world, made.rows


def walked(world: World, host: str, function: str, *words: str) -> tuple[World, Walk]:
    """A job from its start to its end, and its log."""
    log = f"C:\\Zdm\\jobs\\{JOB}\\walk.log"
    given = {"JobId": JOB, "Kind": "survey", "Label": "x", "FilePath": "powershell.exe", "LogName": "walk.log"}
    world, _ = call(world, host, "Start-ZdmJob", **given, Function=function, ArgumentList=[*SCRIPT, *words, "-Log", log])
    world = advance(world, world.now + timedelta(minutes=30))
    return world, read_walk((files.text(world.host(host), log) or "").split("\r\n"))


def test_a_survey_finds_what_the_reader_finds() -> None:
    """The same sorts, numbers, bytes and places; the job alone has no end of folders."""
    _, found = walked(office(), "OLD", "Measure-ZdmTree", "-Path", "F:\\T")
    _, rows = call(office(), "OLD", "Get-ZdmTreeFinding", Path="F:\\T", Folders=5000)

    assert found.whole
    assert {row["Sort"]: (row["Count"], row["Bytes"], tuple(row["Examples"])) for row in rows} == {
        sort: (met.count, met.size, met.first) for sort, met in found.sorts.items()
    }
    assert (found["file"].count, found["orphan"].count, found["local"].count, found["owner"].count) == (1013, 1, 1, 0)
    assert (found["link"].first, found["stream"].count) == (("F:\\T\\Link",), 1)


def test_a_sample_of_two_equal_trees_has_no_difference() -> None:
    """The newest, the largest and some by lot: not all of them."""
    _, found = walked(office(), "OLD", "Compare-ZdmTree", "-Path", "F:\\T", "-Target", "F:\\U")

    assert found.whole
    assert found["files"].count == 1012
    assert 200 <= found["sampled"].count <= 420
    assert all(found[sort].count == 0 for sort in ("missing", "contents", "permissions", "unread"))


def changed(world: World, file: File) -> World:
    volume = world.volumes["OLD"]["F"]
    there = volume.folder("U")

    assert there is not None
    return world.with_volume("OLD", volume.with_folder(there.with_file(file)))


@pytest.mark.parametrize(
    ("file", "sort"),
    [
        (File(name="gross.bin", size=5 * 2**30, at=1000, content="another"), "contents"),
        (File(name="gross.bin", size=5 * 2**30, at=1000, content="g", sddl="O:BAG:DUD:AI(D;;FA;;;WD)"), "permissions"),
    ],
)
def test_a_sample_sees_what_robocopy_does_not(file: File, sort: str) -> None:
    """Another content, or other permissions, at the same size and time; among the largest it is always looked at."""
    world = changed(office(), file)
    _, found = walked(world, "OLD", "Compare-ZdmTree", "-Path", "F:\\T", "-Target", "F:\\U")
    _, rows = call(world, "OLD", "Get-ZdmTreeDifference", Source="F:\\T", Target="F:\\U")

    assert found[sort].first == ("\\gross.bin",)
    assert [row["Examples"] for row in rows if row["Sort"] == sort] == [["\\gross.bin"]]


def test_a_sample_is_read_from_the_other_server() -> None:
    """By its administrative share, as the passes do it."""
    world = office()
    copy = world.volumes["OLD"]["F"]
    there = [replace(one, path=f"Ziel{one.path[1:]}") for one in copy.folders.values() if one.path.startswith("U")]
    world = world.with_volume("NEW", world.volumes["NEW"]["E"].with_folders(tuple(there)))
    _, found = walked(world, "NEW", "Compare-ZdmTree", "-Path", "\\\\OLD\\F$\\T", "-Target", "E:\\Ziel")

    assert (found.whole, found["missing"].count, found["sampled"].count > 0) == (True, 0, True)


def test_a_walk_of_a_folder_that_is_not_there_fails() -> None:
    """It leaves no log that could be taken for one."""
    world, found = walked(office(), "OLD", "Measure-ZdmTree", "-Path", "F:\\Nichts")
    _, rows = call(world, "OLD", "Get-ZdmJob")

    assert (found.whole, rows[0]["ExitText"]) == (False, "1")


def test_the_job_has_the_functions_that_it_calls() -> None:
    """And no more of the prelude: the file is what runs, on whichever host."""
    text = script_of("Compare-ZdmTree")
    there = {line.split()[1] for line in text.split("\r\n") if line.startswith("function ")}
    called = {
        word for word in library().prelude_text.split() if f"function {word} {{" in library().prelude_text and word in text
    }

    assert called == there
    assert text.isascii()
    assert "Get-ZdmDhcpWay" not in text
