"""The command line of Move-Mailbox in a job: every name arrives as it was given, or nothing is sent."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.errors import InputError
from zdm_automate.job_kinds import JobState, Restart, kind_of
from zdm_automate.mail.move_mailbox import LOOKS, MOVES, arguments

JOB = "8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c"
ECHO = """
function Add-PSSnapin { param($Name) }
function Move-Mailbox {
    param($Identity, $TargetDatabase, $BadItemLimit, $ReportFile, [switch]$ValidateOnly, [switch]$Confirm)
    $said = @{ Identity = $Identity; TargetDatabase = $TargetDatabase; Limit = $BadItemLimit; Looks = [bool]$ValidateOnly }
    [Console]::Out.WriteLine((ConvertTo-Json -InputObject $said -Compress -Depth 2))
}
"""


def quoted(text: str, name: str) -> str:
    """A text in single quotes after a parameter, as PowerShell reads it."""
    rest, value = text.split(f"-{name} '", 1)[1], ""
    while rest:
        sign, rest = rest[0], rest[1:]
        if sign in "'\u2018\u2019\u201a\u201b":
            if not rest or rest[0] not in "'\u2018\u2019\u201a\u201b":
                return value
            rest = rest[1:]
        value += sign
    raise AssertionError("the text never ends")


@given(st.text(max_size=64))
def test_whatever_a_name_is_it_arrives_as_it_is_or_not_at_all(name: str) -> None:
    """Quotes of every kind, `;`, `$`, backslashes and umlauts stay inside the text that they are part of."""
    try:
        words = arguments(name, "NEW\\First Storage Group\\Mailbox Database", JOB, validate=False)
    except InputError:
        return

    assert quoted(words[-1], "Identity") == name
    assert quoted(words[-1], "TargetDatabase") == "NEW\\First Storage Group\\Mailbox Database"
    assert '"' not in words[-1]


@pytest.mark.parametrize("name", ["", "  ", "*", "$null", "anna?", 'an"na', "an\nna"])
def test_a_vague_or_broken_name_is_refused(name: str) -> None:
    """Nothing, everything, and what a batch file does not carry."""
    with pytest.raises(InputError):
        arguments(name, "NEW\\SG\\DB", JOB, validate=True)


def test_powershell_reads_the_line_as_it_was_meant(pwsh: str) -> None:
    """The real parser: one command, its names untouched, the look without a move."""
    name, database = "/O=BÜRO/CN=O'BRIEN; $x `(a) \u2019b", "NEW\\Gruppe %1\\Ablage 'ü'"
    text = ECHO + arguments(name, database, JOB, validate=True)[-1]
    ran = subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-Command", text], capture_output=True, text=True, timeout=50, check=True
    )

    assert json.loads(ran.stdout) == {"Identity": name, "TargetDatabase": database, "Limit": 0, "Looks": True}


def test_a_move_that_died_waits_for_a_person_and_a_look_does_not() -> None:
    """Where the mailbox is has to be read first."""
    moved, looked = kind_of(MOVES), kind_of(LOOKS)

    assert (moved.restart, looked.restart) == (Restart.HUMAN, Restart.AGAIN)
    assert [moved.classify(code).state for code in (0, 1)] == [JobState.SUCCEEDED, JobState.FAILED]
    assert [looked.classify(code).state for code in (0, 1)] == [JobState.SUCCEEDED, JobState.FAILED]
