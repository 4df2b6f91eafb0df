"""`zdm check` and `zdm read` over a real wire: what is right is shown, what is wrong is refused with its own reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject, Zdm

from zdm_automate.lab.state import LabFolder


def test_a_host_that_answers_is_shown_with_its_versions(zdm: Zdm, project: MakeProject) -> None:
    """Windows, PowerShell, the way to it, language mode and clock."""
    ran = zdm("check", "-p", project("NEW", []), "--json")
    (row,) = ran.json

    assert ran.code == 0
    assert (row["host"], row["ok"], row["language_mode"]) == ("NEW", True, "FullLanguage")
    assert "2022" in row["os"]
    assert abs(row["skew_seconds"]) < 5


def test_the_table_fits_80_columns(zdm: Zdm, project: MakeProject) -> None:
    """Also where nobody looks."""
    assert max(map(len, zdm("check", "-p", project("NEW", [])).out.splitlines())) <= 80


def wrong_machine(content: dict[str, Any]) -> None:
    content["hosts"]["NEW"]["computer_name"] = "DC9"


def wrong_certificate(content: dict[str, Any]) -> None:
    content["hosts"]["NEW"]["fingerprint"] = "0" * 64


def wrong_user(content: dict[str, Any]) -> None:
    content["credentials"]["admin"]["user"] = "TINY\\Nobody"


def nobody_there(content: dict[str, Any]) -> None:
    content["hosts"]["NEW"]["port"] = 1


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (wrong_machine, 3, "DC9"),
        (wrong_certificate, 1, "certificate"),
        (wrong_user, 1, "NEW"),
        (nobody_there, 1, "NEW"),
    ],
)
def test_a_host_that_cannot_be_worked_with_fails_the_check(
    zdm: Zdm, project: MakeProject, change: Callable[[dict[str, Any]], None], code: int, said: str
) -> None:
    """Each with its exit code: another machine is refused, no way to it is a failure."""
    folder = project("NEW", [], change=change)
    ran = zdm("check", "-p", folder, "--json")

    assert (ran.code, ran.json[0]["ok"]) == (code, False)
    assert said in ran.json[0]["error"]
    assert "failed" in zdm("check", "-p", folder).out


def test_a_clock_that_is_off_is_refused(zdm: Zdm, project: MakeProject) -> None:
    """Without its lab's clock a project of the year 2026 in the lab is months away from this computer's time."""

    def own_clock(content: dict[str, Any]) -> None:
        content["lab"] = ""

    folder = project("NEW", ["W32Time"], change=own_clock)
    ran = zdm("check", "-p", folder)

    assert ran.code == 3
    assert "clock" in ran.err


def test_a_missing_password_is_bad_input(zdm: Zdm, project: MakeProject) -> None:
    """Before any host is asked."""

    def no_password(content: dict[str, Any]) -> None:
        content["credentials"]["admin"]["secret"] = "env:ZDM_TEST_NOT_SET"

    ran = zdm("check", "-p", project("NEW", [], change=no_password))

    assert ran.code == 2
    assert "set the environment variable ZDM_TEST_NOT_SET" in ran.err


def test_a_reader_shows_its_facts(zdm: Zdm, project: MakeProject) -> None:
    """By role or host in any case; lists with commas."""
    folder = project("NEW", [])
    ran = zdm("read", "it", "Get-ZdmService", "Name=DNS,W32Time", "-p", folder, "--json")

    assert [row["Name"] for row in ran.json] == ["W32Time", "DNS"]
    assert "2 facts from NEW" in zdm("read", "new", "Get-ZdmService", "Name=DNS,W32Time", "-p", folder).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["PC7", "Get-ZdmService"], "no host or role 'PC7'"),
        (["it", "Get-ZdmNothing"], "no verb is called Get-ZdmNothing"),
        (["it", "Set-ZdmServiceState", "Name=DNS"], "changes the host; it is not read"),
        (["it", "Get-ZdmService", "Nme=DNS"], "has no parameter Nme"),
        (["it", "Get-ZdmService", "DNS"], "'DNS' is no parameter"),
    ],
)
def test_what_cannot_be_read_is_bad_input(zdm: Zdm, project: MakeProject, words: list[str], said: str) -> None:
    """Nothing is sent; the message says what there is."""
    ran = zdm("read", *words, "-p", project("NEW", []))

    assert ran.code == 2
    assert said in ran.err


def test_no_secret_is_shown_or_left_in_the_project(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """A canary over all that a project's folder and the screen hold after checks, plans and runs."""
    folder = project("PC2", ["EventLog"])
    said = "".join(
        ran.out + ran.err
        for ran in (
            zdm("check", "-p", folder),
            zdm("plan", "services", "-p", folder),
            zdm("apply", "latest", "-p", folder),
            zdm("journal", "show", "-p", folder),
        )
    )
    password = lab.password_file.read_text(encoding="utf-8").strip()

    assert password not in said
    for path in Path(folder).rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes(), path
