"""The lab's folder."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zdm_automate.errors import InputError, RefusedError, WorldInvalidError
from zdm_automate.lab.keeper import CallRecord
from zdm_automate.lab.state import HostWay, LabFolder, LabInfo
from zdm_automate.lab.world.model import World

WORLD = World(now=datetime(2026, 3, 2, 7, tzinfo=UTC), office="tiny")
INFO = LabInfo(
    office="tiny",
    office_file="tiny.yaml",
    engine="sim",
    user="Administrator",
    password_file="password",
    token="t0ken",
    hosts={"OLD": HostWay(address="127.0.0.1", http_port=1, https_port=2, fingerprint="ab")},
)


@pytest.fixture
def folder(tmp_path: Path) -> LabFolder:
    made = LabFolder(tmp_path / "lab")
    made.path.mkdir()
    return made


def test_a_world_comes_back_as_it_was(folder: LabFolder) -> None:
    """What is saved is loaded."""
    folder.save(WORLD)

    assert folder.load() == WORLD


def test_no_world_is_none(folder: LabFolder) -> None:
    """A fresh folder has no world, and that is no error."""
    assert folder.load() is None


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"now": "yesterday"}', '{"version": 99, "now": "2026-03-02T07:00:00Z"}'])
def test_a_file_that_is_not_a_world_is_refused_by_name(folder: LabFolder, text: str) -> None:
    """One sentence that names the file and says what to do."""
    folder.world_file.write_text(text)

    with pytest.raises(WorldInvalidError, match=r"world\.json .*zdm lab reset"):
        folder.load()


def test_how_it_is_reached_comes_back(folder: LabFolder) -> None:
    """The information file round-trips."""
    folder.tell(INFO)

    assert folder.info() == INFO


def test_a_folder_without_a_lab_says_how_to_make_one(folder: LabFolder) -> None:
    """The sentence names the command."""
    with pytest.raises(InputError, match="zdm lab up"):
        folder.info()


def test_a_damaged_information_file_is_refused(folder: LabFolder) -> None:
    """No traceback of a parser."""
    folder.info_file.write_text('{"office": 1}')

    with pytest.raises(InputError, match="damaged"):
        folder.info()


def test_secrets_are_readable_by_the_owner_alone(folder: LabFolder) -> None:
    """Token and password files have mode 600."""
    folder.tell(INFO)
    folder.keep_password("pässword")

    assert [stat.S_IMODE(file.stat().st_mode) for file in (folder.info_file, folder.password_file)] == [0o600, 0o600]


def test_the_token_is_in_no_repr() -> None:
    """A log of the value does not open the control port."""
    assert "t0ken" not in repr(INFO)


def test_one_process_holds_a_folder(folder: LabFolder) -> None:
    """A second holder is refused, and the folder counts as running."""
    assert not folder.is_running()
    with folder.held():
        other = LabFolder(folder.path)
        assert other.is_running()
        with pytest.raises(RefusedError, match="runs in"), other.held():
            pass
    assert not folder.is_running()


def test_calls_are_logged_line_by_line(folder: LabFolder) -> None:
    """The log is read back in order."""
    record = CallRecord(at="t", host="OLD", user="u", verb="Get-ZdmService", kind="reader", used=("Get-Service",), rows=1)
    folder.log(record)
    folder.log(record)

    assert [line["host"] for line in folder.calls()] == ["OLD", "OLD"]
    assert len([json.loads(line) for line in folder.calls_file.read_text().splitlines()]) == 2


def test_forgetting_keeps_ports_and_password(folder: LabFolder) -> None:
    """A reset builds the world anew; projects made for the lab still fit."""
    folder.tell(INFO)
    folder.keep_password("x")
    folder.save(WORLD)
    folder.forget()

    assert folder.load() is None
    assert folder.info() == INFO
    assert folder.password_file.exists()
