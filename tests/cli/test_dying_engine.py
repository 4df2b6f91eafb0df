"""A PowerShell process that is killed in the middle of a change: nobody saw the outcome, and the paired reader decides."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typed_commands import MakeProject, Zdm

from zdm_automate.journal import read
from zdm_automate.lab.state import LabFolder
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

VERB = "Set-ZdmServiceState"
DIE = """
$real = [System.IO.StreamWriter]::new('{mark}', $true)
$real.Write('x')
$real.Dispose()
[System.Diagnostics.Process]::GetCurrentProcess().Kill()
[System.Threading.Thread]::Sleep(20000)
"""
BEFORE = "        if ($before.StartMode -ne $StartMode) {\n"
BETWEEN = "        if ($before.State -ne $State) {\n"
AFTER = "        New-ZdmChange -Verb 'Set-ZdmServiceState' -Target $Name -Changed $true"

pytestmark = [pytest.mark.slow, pytest.mark.pwsh]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabFolder]:
    """The office `tiny` with real PowerShell, running until the last test of this file."""
    folder = LabFolder(tmp_path_factory.mktemp("lab"))
    lab_command = [sys.executable, "-m", "zdm_automate.cli", "lab"]
    up = [*lab_command, "up", "tiny", "--engine", "pwsh", "--lab", folder.path]
    subprocess.run(up, stdout=subprocess.DEVNULL, check=True, timeout=50)
    yield folder
    subprocess.run([*lab_command, "down", "--lab", folder.path], stdout=subprocess.DEVNULL, check=True, timeout=50)


def deadly(project: Path, place: str, mark: Path) -> None:
    """Gives a project an applier of its own whose process is killed at a place of it, having left its mark."""
    (shipped,) = [path for folder in folders("ps_scripts") for path in folder.rglob(f"{VERB}.ps1")]
    text = shipped.read_text(encoding="ascii")
    assert text.count(place) == 1
    own = project / "ps_scripts" / "host"
    own.mkdir(parents=True)
    (own / shipped.name).write_text(text.replace(place, DIE.format(mark=mark) + place), encoding="ascii")


@pytest.mark.parametrize(
    ("place", "service", "code", "said", "ended"),
    [
        (BEFORE, "W32Time", 1, "the host shows that it did not happen", ("failed", True)),
        (BETWEEN, "EventLog", 4, "neither what was there before nor what was to be", ("unknown", False)),
        (AFTER, "Dnscache", 0, "", ("ok", True)),
    ],
    ids=["before", "between", "after"],
)
def test_the_paired_reader_says_what_a_killed_process_has_done(
    zdm: Zdm,
    project: MakeProject,
    tmp_path: Path,
    place: str,
    service: str,
    code: int,
    said: str,
    ended: tuple[str, bool],
) -> None:
    """Not begun, half done, done: each is told from the host alone, the change is never sent again by itself."""
    folder = project("NEW", [service])
    deadly(folder, place, tmp_path / "killed")
    run = zdm("plan", "services", "-p", folder, "--json").json["id"]

    applied = zdm("apply", run, "-p", folder)
    entries = list(read(folder / "runs" / run / "journal.jsonl"))
    (last,) = [entry for entry in entries if entry["event"] == "change.finished"]

    assert (tmp_path / "killed").read_text() == "x"
    assert applied.code == code, applied.err
    assert said in applied.err.replace("\n", " ")
    assert (last["result"], last["settled"]) == ended


def test_the_shipped_applier_is_the_one_that_is_made_deadly() -> None:
    """The places are in it, in their order."""
    text = Library.load(folders("ps_scripts"))[VERB].source

    assert text.index(BEFORE) < text.index(BETWEEN) < text.index(AFTER)
