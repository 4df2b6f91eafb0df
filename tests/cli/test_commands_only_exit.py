"""An endpoint that takes commands only: a plan that needs scripts there is refused when it is made, and no script is sent."""

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

from zdm_automate.lab.commands_only import CommandsOnly


@pytest.fixture
def jea(tmp_path: Path) -> Iterator[LabHost]:
    """A host whose endpoint takes commands only, and counts the scripts that are sent all the same."""
    with ExitStack() as ending:
        (tmp_path / "jea").mkdir()
        yield LabHost(tmp_path / "jea", ending, engine=lambda _sim: CommandsOnly(), programs=False)


@pytest.fixture
def folder(project: MakeProject, jea: LabHost, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with that host."""
    monkeypatch.setenv("ZDM_TEST_PASSWORD", PASSWORD)

    def change(content: dict[str, Any]) -> None:
        content["lab"] = ""
        content["credentials"]["admin"] = {"user": f"TINY\\{USER}", "secret": "env:ZDM_TEST_PASSWORD"}
        content["hosts"]["NEW"] = {"address": "127.0.0.1", "port": jea.listener.port, "ssl": False}

    return project("NEW", ["W32Time"], change=change)


@pytest.mark.parametrize("words", [("plan", "services"), ("check",), ("read", "NEW", "Get-ZdmService")])
def test_it_is_refused_without_a_script(zdm: Zdm, jea: LabHost, folder: Path, words: tuple[str, ...]) -> None:
    """Exit code 3: refused, not failed; the sentence says what to do, and there is no plan that could be applied."""
    ran = zdm(*words, "-p", folder)
    said = " ".join((ran.out + ran.err).split())

    assert ran.code == 3
    assert jea.scripts == 0
    assert "Name another session configuration" in said or words == ("check",)
    assert not list(folder.glob("plans/*"))
