"""A folder as a ticketing system: whole files or none, found again, and never in a place of its own making."""

from __future__ import annotations

from pathlib import Path

import pytest
from ticket_messages import FILE, section, written_and_found

from zdm_automate.errors import InputError, TicketError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.desks import open_desk
from zdm_automate.ticketing.folder import Folder


@pytest.fixture
def desk(tmp_path: Path) -> Folder:
    """The folder `desk` of a project."""
    (tmp_path / "desk").mkdir()
    return Folder(section("folder", folder="desk"), tmp_path)


def test_every_kind_of_message_is_written_and_found_again(desk: Folder, tmp_path: Path) -> None:
    """One file each, under the request's number; each is not there before."""
    desk.ready()
    ticket = desk.find("SR-7")
    place = Path(written_and_found(desk, ticket, tmp_path, "closed")[1])

    assert (place.name, place.read_bytes()) == ("3123456789abcdef-b_ndel.zip", FILE)
    assert [path for path in (tmp_path / "desk" / "SR-7").iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("number", ["../x", "a/b", "", ".hidden"])
def test_a_number_names_no_other_place(desk: Folder, number: str) -> None:
    """It is a folder's name and nothing else."""
    with pytest.raises(TicketError, match="cannot name a folder"):
        desk.find(number)


def test_a_share_that_is_away_does_not_become_a_folder(tmp_path: Path) -> None:
    """It has to be there."""
    with pytest.raises(TicketError, match="gone is no folder"):
        Folder(section("folder", folder="gone"), tmp_path).ready()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("system", "more", "name"),
    [
        ("connectwise", {"company": "c", "client_id": "i", "member": "m", "work_type": "w"}, "ConnectWise PSA"),
        ("halopsa", {"outcome": "o"}, "HaloPSA"),
        ("rt", {}, "Request Tracker"),
        ("zammad", {}, "Zammad"),
    ],
)
def test_the_section_says_which_system_it_is(tmp_path: Path, system: str, more: dict[str, str], name: str) -> None:
    """With a credential, and not without one."""
    made = section(system, "https://desk.example.com", **more)

    assert open_desk(made, Credential("u", Secret("secret-word")), tmp_path).name == name
    with pytest.raises(InputError, match="needs a credential"):
        open_desk(made, None, tmp_path)
