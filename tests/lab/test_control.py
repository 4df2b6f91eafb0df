"""The control port and its client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zdm_automate.errors import InputError, UnreachableError
from zdm_automate.lab.client import LabClient
from zdm_automate.lab.control import ControlServer
from zdm_automate.lab.state import LabFolder, LabInfo

TOKEN = "right"


def echo(given: dict[str, Any]) -> dict[str, Any]:
    """Gives back what it got."""
    return {"got": given}


def refuse(_: dict[str, Any]) -> dict[str, Any]:
    """Finds no sense in anything."""
    raise ValueError("no sense in that")


@pytest.fixture
def server() -> Iterator[ControlServer]:
    made = ControlServer({"echo": echo, "refuse": refuse, "now": lambda _: {"now": "2026-03-02T07:00:00+00:00"}}, TOKEN)
    made.start()
    yield made
    made.stop()


def client(tmp_path: Path, port: int, token: str = TOKEN) -> LabClient:
    """A client of a lab folder that names this port."""
    folder = LabFolder(tmp_path)
    info = LabInfo(office="tiny", office_file="", engine="sim", user="", password_file="")
    folder.tell(replace(info, control_port=port, token=token))
    return LabClient(folder)


def test_an_action_is_called_with_its_arguments(server: ControlServer, tmp_path: Path) -> None:
    """JSON goes both ways."""
    lab = client(tmp_path, server.port)

    assert [lab.call("echo", n=1), lab.call("echo", n=2)] == [{"got": {"n": 1}}, {"got": {"n": 2}}]


def test_the_clock_is_a_time(server: ControlServer, tmp_path: Path) -> None:
    """The world's time comes with its zone."""
    lab = client(tmp_path, server.port)

    assert lab.now().isoformat() == "2026-03-02T07:00:00+00:00"


@pytest.mark.parametrize(("action", "words"), [("refuse", "no sense in that"), ("nothing", "no action /nothing")])
def test_a_refusal_comes_in_the_labs_words(server: ControlServer, tmp_path: Path, action: str, words: str) -> None:
    """A senseless value or an unknown action is a sentence."""
    lab = client(tmp_path, server.port)
    with pytest.raises(InputError, match=words):
        lab.call(action)


def test_a_wrong_token_opens_nothing(server: ControlServer, tmp_path: Path) -> None:
    """Another user's program is turned away."""
    lab = client(tmp_path, server.port, token="wrong")
    with pytest.raises(InputError, match="token"):
        lab.call("echo")


def test_a_lab_that_does_not_run_is_named(tmp_path: Path) -> None:
    """The sentence says how to start it."""
    lab = client(tmp_path, 9)

    assert not lab.answers()
    with pytest.raises(UnreachableError, match="zdm lab up"):
        lab.now()
