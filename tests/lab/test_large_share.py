"""A share of five million files and four terabytes: what the controller is told of it stays small."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from zdm_automate.facts.base import from_wire
from zdm_automate.facts.jobs import Job
from zdm_automate.jobs import judge, progress
from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.perform import perform
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.volumes import Bulk, Folder, Volume
from zdm_automate.native.robocopy import read_log
from zdm_automate.native.tree_lines import read_walk
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.wire import _known

FOLDERS, FILES, SIZE = 5_000, 1_000, 800_000
TOTAL = FOLDERS * FILES
LIMIT = 200 * 2**20
BOOK = load_playbook("share_replication", folders("playbooks"))
PASSES = __import__("zdm_playbooks._share_passes", fromlist=["x"])
SHARE = {"name": "Data", "source": "D:\\Shares\\Data", "target": "E:\\Shares\\Data"}
WANTED = BOOK.intent_of({"shares": [SHARE], "old_name": "OLD", "new_name": "NEW"})


@cache
def library() -> Library:
    _known()
    return Library.load(folders("ps_scripts"))


def office() -> World:
    world = replace(load_office(find_office("files")), people=())
    made = [
        Folder(
            path=f"Shares\\Data\\{number:05d}",
            at=1000,
            bulk=Bulk(stem="scan", suffix="pdf", count=FILES, size=SIZE, at=1000, seed=str(number)),
        )
        for number in range(FOLDERS)
    ]
    return world.with_volume("OLD", Volume(letter="D", size=10**13).with_folders((Folder(path="Shares", at=1), *made)))


def started(world: World, what: Any) -> World:
    job = PASSES.number_of(WANTED, WANTED.shares[0], what, 1)
    arguments = {
        "JobId": job,
        "Kind": PASSES.KINDS[what],
        "Label": what,
        "FilePath": "robocopy.exe",
        "ArgumentList": PASSES.words_of(WANTED, WANTED.shares[0], what, job),
        "LogName": "robocopy.log",
        "Volume": "E:",
        "TotalBytes": str(TOTAL * SIZE),
    }
    made = perform(world, "NEW", library()["Start-ZdmJob"], arguments)

    assert made.error is None
    return made.world


@pytest.mark.slow
def test_a_survey_of_five_million_files() -> None:
    """Its whole result is the end of its log: some kilobytes."""
    job = PASSES.number_of(WANTED, WANTED.shares[0], "survey", 1)
    arguments = {
        "JobId": job,
        "Kind": "survey",
        "Label": "survey",
        "FilePath": "powershell.exe",
        "ArgumentList": PASSES.words_of(WANTED, WANTED.shares[0], "survey", job),
        "LogName": "survey.log",
        "Function": "Measure-ZdmTree",
    }
    made = perform(office(), "OLD", library()["Start-ZdmJob"], arguments)

    assert made.error is None
    (row,) = rows(advance(made.world, made.world.now + timedelta(hours=3)), "OLD")
    found = read_walk(row["Tail"])
    assert len(json.dumps(row, default=str)) < 20_000
    assert (found.whole, found["file"].count, found["file"].size) == (True, TOTAL, TOTAL * SIZE)


def rows(world: World, host: str = "NEW") -> tuple[Any, ...]:
    made = perform(world, host, library()["Get-ZdmJob"], {"TailBytes": 16384})

    assert made.error is None
    return made.rows


@pytest.mark.slow
def test_five_million_files() -> None:
    """Count and seed end; a poll's answer is some kilobytes, however large the share; judging it takes little memory."""
    world = started(office(), "total")
    world = advance(world, world.now + timedelta(hours=3))
    world = started(world, "seed")
    halfway = advance(world, world.now + timedelta(hours=8))
    world = advance(halfway, halfway.now + timedelta(hours=24))
    polled = (rows(halfway), rows(world))

    assert max(len(json.dumps(row, default=str)) for told in polled for row in told) < 20_000
    tracemalloc.start()
    found = [[one for one in map(from_wire, told) if isinstance(one, Job)] for told in polled]
    total = read_log(next(one for one in found[0] if one.title == "total").tail)
    seeds = [next(one for one in own if one.title == "seed") for own in found]
    far = progress(seeds[0], halfway.now)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LIMIT
    assert (total.files.total, total.size.total) == (TOTAL, TOTAL * SIZE)
    assert str(judge(seeds[0]).state) == "Running"
    assert far.fraction is not None
    assert 0.3 < far.fraction < 0.9
    assert far.left is not None
    assert str(judge(seeds[1]).state) == "Succeeded"
    assert read_log(seeds[1].tail).files.copied == TOTAL
