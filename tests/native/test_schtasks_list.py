"""The list of tasks on hosts that have no other: by places, in any language, and the script reads it as its twin does."""

from __future__ import annotations

import json
import os
import random
import subprocess
from functools import cache
from pathlib import Path

import pytest

from zdm_automate import powershell
from zdm_automate.lab.twins.jobs_seen import NEVER_RUN, listed_task
from zdm_automate.resources import folders

DATA = Path(__file__).parent / "data"
NIGHTLY = os.environ.get("ZDM_PROFILE") == "nightly"
TRIES = 1_000_000 if NIGHTLY else 4_000
"""Spoiled lines for the twin."""
PARTS = 20 if NIGHTLY else 1
"""Runs of the script, each with its part of the lines."""

FIRST = "Zdm-0a4f3c1e-9b7d-4e21-8c55-0123456789ab"
SECOND = "Zdm-0a4f3c1e-9b7d-4e21-8c55-0123456789ac"
READ = r"""
param([string]$Prelude, [string]$Lines)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$parsed = [System.Management.Automation.Language.Parser]::ParseFile($Prelude, [ref]$null, [ref]$null)
$wanted = { $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] -and $args[0].Name -eq 'Get-ZdmTaskRow' }
. ([scriptblock]::Create($parsed.Find($wanted, $true).Extent.Text))
$listed = [System.IO.File]::ReadAllText($Lines).Split([char]10)
function Invoke-ZdmNative { return @{ ExitCode = 0; StdOut = $listed; StdErr = @() } }
foreach ($row in @(Get-ZdmTaskRow -Way 'schtasks')) {
    ConvertTo-Json -Compress -InputObject @($row['TaskName'], $row['State'], $row['Result'])
}
"""
"""The prelude's own function over given lines."""


@cache
def lines(language: str) -> tuple[str, ...]:
    return tuple((DATA / f"schtasks.{language}.txt").read_text(encoding="utf-8").split("\n"))


LANGUAGES = ("de", "en", "en-2003", "es", "fr", "pl", "ru")


def read(found: list[str] | tuple[str, ...]) -> list[tuple[str, str, int]]:
    rows = [row for line in found if (row := listed_task(line)) is not None]
    return [(row["TaskName"], row["State"], row["Result"]) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tasks_of_jobs_in_every_language(language: str) -> None:
    """No word is read: heads, other people's tasks and quotes in the last column do not matter."""
    second = (SECOND, "Present", 2147943726) if language == "en-2003" else (SECOND, "Running", 1)
    result = NEVER_RUN if language == "en-2003" else 267009

    assert read(lines(language)) == [(FIRST, "Running", result), second]


@pytest.mark.parametrize(
    "line",
    [
        f'"H","{FIRST}","N","","M","L","\u0663"',
        f'"H","{FIRST}","N","","M","L","99999999999"',
        f'"H","{FIRST}","N","","M","L"',
        f'"H";"{FIRST}";"N";"";"M";"L";"0"',
        f"H,{FIRST},N,,M,L,0",
        f'"H","My {FIRST}","N","","M","L","0"',
    ],
)
def test_a_line_of_another_shape_is_passed_over(line: str) -> None:
    """Digits of other scripts, a number that no result is, too few columns, other quotes, another task."""
    assert listed_task(line) is None


ALPHABET = '",\\-0123456789ZdmzDMab \t\0\ufeff\u00a0\u0130\u0131\u017f\u212a\u2028\u0663É😀'
SAMPLES = tuple(line for language in LANGUAGES for line in lines(language) if "Zdm-" in line or "HostName" in line)


def spoiled(chance: random.Random) -> str:
    """A line with a few letters changed, taken out, doubled, or joined with another line."""
    made = chance.choice(SAMPLES)
    for _ in range(chance.randrange(1, 5)):
        place = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made = made[:place] + chance.choice(ALPHABET) + made[place:]
            case 1:
                made = made[:place] + made[place + chance.randrange(1, 9) :]
            case 2:
                made = made[:place] + made[place : place + 20] * 2 + made[place:]
            case _:
                made = made[:place] + chance.choice(SAMPLES)[place:]
    return made


def test_a_spoiled_line_is_read_or_passed_over() -> None:
    """Never an exception, and what is read is a task of a job with a result that the scheduler can give."""
    chance = random.Random(8)  # noqa: S311 - the same lines each time
    for _ in range(TRIES):
        made = spoiled(chance)
        row = listed_task(made)

        assert row is None or row["TaskName"].casefold().startswith("zdm-"), made
        assert row is None or abs(row["Result"]) < 10**10, made


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_script_reads_the_same(part: int, pwsh: str, tmp_path: Path) -> None:
    """The prelude's own function, run by PowerShell over the same spoiled lines. It starts a process: some seconds."""
    chance = random.Random(f"script {part}")  # noqa: S311 - the same lines each time
    made = [line for language in LANGUAGES for line in lines(language)]
    made += [spoiled(chance).replace("\n", " ") for _ in range(TRIES // PARTS)]
    (tmp_path / "lines").write_text("\n".join(made), encoding="utf-8", newline="")
    (tmp_path / "read.ps1").write_text(READ, encoding="ascii")
    prelude = next(folder / "prelude.ps1" for folder in folders("ps_scripts") if (folder / "prelude.ps1").is_file())
    ran = subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-File", tmp_path / "read.ps1", prelude, tmp_path / "lines"],
        env=powershell.surroundings({}, tmp_path),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )

    assert ran.stderr == ""
    assert [tuple(json.loads(line)) for line in ran.stdout.splitlines()] == read(made)
