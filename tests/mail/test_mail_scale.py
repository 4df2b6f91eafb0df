"""Two thousand mailboxes: what one look costs, and what a table that is watched holds in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest
from mail_lab import Wire, change_org, keeper_of, office, session
from test_mail_sessions import PROJECT

from zdm_automate.cli.mail import poll
from zdm_automate.lab.world.mail import MailOrg, Move

MANY = 2000
FAILED = 3
LIMIT_MB = 150
LOOKS = 6 if os.environ.get("ZDM_PROFILE") == "nightly" else 3
"""Each costs some seconds of processor time on both sides."""


def crowded(org: MailOrg) -> MailOrg:
    """Two thousand people, each with a request; three of them have failed."""
    one = next(iter(org.mailboxes.values()))
    boxes, moves = {}, {}
    for number in range(MANY):
        guid = str(uuid.UUID(int=number + 1))
        boxes[guid] = replace(one, guid=guid, alias=f"u{number}", name=f"User {number}", address=f"u{number}@example.net")
        failed = number < FAILED
        moves[guid] = Move(
            guid=guid,
            source="DB10",
            target="DB16-A",
            batch="zdm-wave-1",
            status="Failed" if failed else "AutoSuspended",
            detail="FailedBadItemLimit" if failed else "AutoSuspended",
            percent=95,
            size=one.size,
            copied=one.size,
            message="Error: damaged" if failed else "",
        )
    return replace(org, mailboxes=boxes, moves=moves)


def test_a_look_costs_two_commands_and_one_per_failure() -> None:
    """However many requests there are."""
    keeper = keeper_of()
    change_org(keeper, crowded)
    opened = cast("Any", SimpleNamespace(clock=keeper))
    lines, reports, asked = poll(opened, session(keeper))

    assert (len(lines), len(reports), asked) == (MANY, FAILED, 2 + FAILED)
    assert set(reports.values()) == {"Error: damaged"}


def _end(run: subprocess.Popen[str]) -> None:
    run.kill()
    run.communicate(timeout=10)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_watched_table_stays_small(tmp_path: Path, ending: ExitStack) -> None:
    """Over the wire, look after look: never above the limit, and no larger at the end than after the first looks."""
    wire = Wire(tmp_path, ending)
    change_org(wire.keeper, crowded)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "project.yaml").write_text(PROJECT.format(port=wire.listener.port), encoding="utf-8")
    (folder / "password").write_text(office().password.get_secret_value(), encoding="utf-8")
    (folder / "password").chmod(0o600)
    command = [sys.executable, "-m", "zdm_automate.cli", "mail", "-p", str(folder), "--watch", "1", "--json"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ending.callback(_end, run)
    looks: list[str] = []

    def hear() -> None:
        assert run.stdout is not None
        looks.extend(line for line in run.stdout if '"summary"' in line)

    threading.Thread(target=hear, daemon=True).start()
    process, sizes = psutil.Process(run.pid), []
    until = time.monotonic() + 240
    while len(looks) < LOOKS:
        assert time.monotonic() < until, "it does not look again"
        sizes.append((len(looks), process.memory_info().rss / 1024**2))
        time.sleep(0.1)
    largest = {look: max(size for at, size in sizes if at == look) for look in {at for at, _ in sizes}}

    assert json.loads("{" + looks[0].strip().rstrip(",") + "}")["summary"] == f"{FAILED} failed, {MANY - FAILED} held"
    assert max(largest.values()) < LIMIT_MB, largest
    assert largest[LOOKS - 1] < largest[1] * 1.1, largest
