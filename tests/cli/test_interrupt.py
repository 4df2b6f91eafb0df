"""Ctrl-C while a plan is carried out: once stops before the next change, twice ends at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from typed_commands import MakeProject, Zdm

from zdm_automate.journal import read, verify
from zdm_automate.lab.state import LabFolder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")

HEARD = "stopping before the next change"


def interrupted(folder: Path, times: int) -> tuple[int, str, Path]:
    """Starts an apply and interrupts it during its first change: exit code, errors, journal."""
    command = [sys.executable, "-m", "zdm_automate.cli", "apply", "latest", "-p", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 20
        while time.monotonic() < end and process.poll() is None:
            journals = list((folder / "runs").glob("*/journal.jsonl"))
            if journals and b'"change.started"' in journals[0].read_bytes():
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        # two signals that come before the first is handled are one
        heard = list(_until(HEARD, process.stderr))
        if times == 2:
            process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    (journal,) = (folder / "runs").glob("*/journal.jsonl")
    return process.returncode, "".join((*heard, said)), journal


def _until(words: str, stream: IO[str]) -> Iterator[str]:
    """The lines up to the one with `words`, or to the end."""
    for line in stream:
        yield line
        if words in line:
            return


def slow_down(zdm: Zdm, lab: LabFolder, *, seconds: float) -> None:
    """Lets OLD take its time for the question of the session, the two readers and the two calls after them."""
    words = ["OLD", "delay", "--action", "Command", "--count", 5, "--seconds", seconds]
    assert zdm("lab", "fault", *words, "--lab", lab.path).code == 0


def test_once_stops_before_the_next_change(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """The change at work is ended and recorded, the next one is not begun; exit code 1."""
    folder = project("OLD", ["EventLog", "Netlogon"])
    zdm("plan", "services", "-p", folder)
    slow_down(zdm, lab, seconds=0.6)
    code, said, journal = interrupted(folder, 1)
    entries = list(read(journal))

    assert code == 1
    assert HEARD in said
    assert [entry["result"] for entry in entries if entry["event"] == "change.finished"] == ["ok"]
    assert (entries[-1]["result"], entries[-1]["left"]) == ("interrupted", 1)
    assert verify(journal).lines == len(entries)
    assert zdm("plan", "services", "-p", folder, "--json").json["counts"]["would change"] == 1


def test_twice_ends_at_once_and_says_that_the_outcome_is_unknown(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """Exit code 4; the journal is whole and names the change that nobody waited for."""
    folder = project("OLD", ["Dnscache", "LanmanServer"])
    zdm("plan", "services", "-p", folder)
    slow_down(zdm, lab, seconds=1.2)
    code, said, journal = interrupted(folder, 2)
    entries = list(read(journal))

    assert code == 4
    assert "was cut off by hand" in said
    assert [entry["result"] for entry in entries if entry["event"] == "change.finished"] == ["unknown"]
    assert entries[-1]["result"] == "unknown"
    assert verify(journal).lines == len(entries)
