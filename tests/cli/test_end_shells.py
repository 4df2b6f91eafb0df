"""`zdm check HOST --end-shells` over the wire: what earlier runs have left on an old host is seen, ended and counted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject, Zdm

sys.path.append(str(Path(__file__).parent.parent / "transport"))
from lab_host import PASSWORD, USER, LabHost

from zdm_automate.lab.endpoint.quotas import WINRM_2

OWNER = f"TINY\\{USER}"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[LabHost]:
    """A host that allows five shells."""
    with ExitStack() as ending:
        (tmp_path / "old").mkdir()
        yield LabHost(tmp_path / "old", ending, quotas=WINRM_2)


@pytest.fixture
def folder(project: MakeProject, old: LabHost, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with that host."""
    monkeypatch.setenv("ZDM_TEST_PASSWORD", PASSWORD)

    def change(content: dict[str, Any]) -> None:
        content["lab"] = ""
        content["credentials"]["admin"] = {"user": OWNER, "secret": "env:ZDM_TEST_PASSWORD"}
        content["hosts"]["NEW"] = {"address": "127.0.0.1", "port": old.listener.port, "ssl": False}
        content["boxes"] = {"core": {"address": "127.0.0.1", "profile": "cisco-ios", "credential": "admin"}}

    return project("NEW", [], change=change)


def test_shells_that_were_left_behind_are_ended(zdm: Zdm, old: LabHost, folder: Path) -> None:
    """Five of five: no session opens, and the check says what to do; what it says is done, and then one opens."""
    old.endpoint.leave_behind(OWNER, 5)
    full = zdm("check", "NEW", "-p", folder, "--json")
    ended = zdm("check", "NEW", "--end-shells", "-p", folder)
    left = list(old.endpoint.shells)
    after = zdm("check", "NEW", "-p", folder, "--json").json[0]

    assert full.code == 1
    assert "too many open shells" in full.json[0]["error"]
    assert (ended.code, ended.out.strip()) == (0, f"5 shells of {OWNER} ended on NEW.")
    assert left == []
    assert (after["by"], after["shells"]) == ("psrp/ntlm", 1)


def test_those_of_others_stay(zdm: Zdm, old: LabHost, folder: Path) -> None:
    """WinRM shows an account its own shells only; as JSON the ended ones are named."""
    old.endpoint.leave_behind("TINY\\Somebody", 1)
    old.endpoint.leave_behind(OWNER, 1)
    rows = zdm("check", "NEW", "--end-shells", "-p", folder, "--json").json

    assert [(row["host"], row["owner"]) for row in rows] == [("NEW", OWNER)]
    assert [shell.user for shell in old.endpoint.shells] == ["TINY\\Somebody"]


def test_where_none_is_open_it_says_so(zdm: Zdm, folder: Path) -> None:
    """The second time."""
    ran = zdm("check", "NEW", "--end-shells", "-p", folder)

    assert (ran.code, ran.out.strip()) == (0, "No shell is open on NEW.")


@pytest.mark.parametrize("words", [[], ["core"]], ids=["every host", "a box"])
def test_one_windows_host_is_asked_for(zdm: Zdm, old: LabHost, folder: Path, words: list[str]) -> None:
    """Nobody ends everything everywhere by leaving out a word."""
    old.endpoint.leave_behind(OWNER, 1)
    ran = zdm("check", *words, "--end-shells", "-p", folder)

    assert ran.code == 2
    assert "--end-shells needs one host" in ran.err
    assert len(old.endpoint.shells) == 1


def test_a_dead_host_is_told(zdm: Zdm, old: LabHost, folder: Path) -> None:
    """As any other failure of the way."""
    old.listener.stop()
    ran = zdm("check", "NEW", "--end-shells", "-p", folder)

    assert ran.code == 1
    assert "no connection" in ran.err
