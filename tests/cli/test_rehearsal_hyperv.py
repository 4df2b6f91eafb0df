"""A rehearsal on a Hyper-V host: when a guest is up, what its project says, and what a topology has to name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from zdm_automate.cli.__main__ import main
from zdm_automate.cli.opening import open_project
from zdm_automate.cli.rehearsal_hyperv import NO_LEASES, HyperVRoom, enter_hyperv, is_up
from zdm_automate.errors import InputError, UnknownNameError

EXAMPLE = Path(__file__).resolve().parents[2] / "labs" / "hyperv" / "example.yaml"
ON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

CLIENT = {
    "project": "Example",
    "service_request": "SR-1",
    "credentials": {"admin": {"user": "x", "secret": "env:ZDM_PASSWORD"}},
    "credential": "admin",
    "hosts": {"old": {"address": "192.168.16.2", "computer_name": "OLD"}, "NEW-DC": {"address": "192.168.16.10"}},
    "roles": {"old": "old", "new": "NEW-DC"},
    "resolvers": ["9.9.9.9"],
}


def service(name: str, state: str, start_mode: str = "Auto") -> Any:
    return SimpleNamespace(name=name, state=state, start_mode=start_mode)


def test_a_guest_is_up_when_it_was_booted_and_its_services_run() -> None:
    """A service that nobody starts does not count; a clock that is a little behind is no older boot."""
    good = is_up("2026-03-02T11:56:00+00:00", [service("DNS", "Running"), service("DHCPServer", "Stopped", "Disabled")], ON)

    assert (good.good, good.said) == (True, "up since 11:56:00, its services run")


@pytest.mark.parametrize(
    ("boot", "services", "said"),
    [
        (None, (), "does not say when it came up"),
        ("2026-03-02T11:54:59+00:00", (), "up since 2026-03-02 11:54:59, before it was turned on"),
        (
            "2026-03-02T12:00:30+00:00",
            (service("DNS", "Stopped"), service("NTDS", "Running")),
            "up since 12:00:30, but not running: DNS",
        ),
    ],
)
def test_a_guest_that_is_not_up_yet_says_why(boot: str | None, services: tuple[Any, ...], said: str) -> None:
    """Nothing of its boot, an older boot, a service that is still down."""
    found = is_up(boot, services, ON)

    assert (found.good, found.said) == (False, said)


def test_guests_that_were_running_already_may_be_older() -> None:
    """Nobody has turned them on just now."""
    assert is_up("2026-01-01T00:00:00+00:00", (), None).good


Entered = Callable[..., HyperVRoom]


@pytest.fixture
def entered(tmp_path: Path) -> Entered:
    """Makes the project of a rehearsal from the example, with the guests changed."""

    def make(**guests: Any) -> HyperVRoom:
        (tmp_path / "client").mkdir(exist_ok=True)
        (tmp_path / "client" / "project.yaml").write_text(yaml.safe_dump(CLIENT), encoding="utf-8")
        body = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
        body["guests"]["hosts"] = body["guests"]["hosts"] | guests
        body["guests"]["hosts"] = {name: one for name, one in body["guests"]["hosts"].items() if one is not None}
        path = tmp_path / "lab.yaml"
        path.write_text(yaml.safe_dump(body), encoding="utf-8")
        return enter_hyperv(open_project(tmp_path / "client"), path, "r1", lambda _text: None)

    return make


def test_the_project_of_a_rehearsal_has_the_guests_and_nothing_of_the_client(entered: Entered) -> None:
    """By computer name, with the lab's account; it is a lab's project, and no way in it leads to the client's resolvers."""
    room = entered()
    opened = open_project(room.folder)
    hosts = opened.project.content.hosts

    assert {name: (one.address, one.ssl, one.computer_name) for name, one in hosts.items()} == {
        "old": ("192.168.16.2", False, "OLD"),
        "NEW-DC": ("192.168.16.10", False, ""),
    }
    assert (opened.project.in_lab, opened.project.is_rehearsal, opened.project.content.resolvers) == (True, True, ())
    assert (list(opened.project.content.credentials), room.real) == (["lab"], True)


def test_a_lab_in_which_nobody_leases_says_so_in_its_record(entered: Entered) -> None:
    """What was rehearsed of DHCP there says nothing about clients."""
    room = entered()
    body = yaml.safe_load(room.topology.read_text(encoding="utf-8"))
    for machine in body["topology"]["machines"]:
        machine.pop("leases", None)
    room.topology.write_text(yaml.safe_dump(body), encoding="utf-8")
    silent = HyperVRoom(room.client, room.topology, room.folder, lambda _text: None)

    assert [one for one in silent.differences if one not in room.differences] == [NO_LEASES]


def test_a_guest_through_its_host_brings_the_host_along(entered: Entered) -> None:
    """With an account of its own; the way is the product's transport of that name."""
    room = entered(**{"NEW-DC": {"address": "192.168.16.10", "transport": "direct", "direct": {"through": "HV1"}}})
    content = open_project(room.folder).project.content

    assert (content.hosts["HV1"].address, content.hosts["HV1"].credential) == ("10.99.0.1", "host")
    assert (content.hosts["NEW-DC"].transport, content.hosts["old"].transport) == ("direct", "auto")


def test_a_host_of_the_client_that_the_lab_lacks_is_told(entered: Entered) -> None:
    """By its role; nothing was made."""
    with pytest.raises(UnknownNameError, match=r"the lab has no host NEW-DC \(role new\)"):
        entered(**{"NEW-DC": None})


def test_a_guest_that_is_not_built_is_told(entered: Entered) -> None:
    """A way that leads to no machine of the topology could lead anywhere."""
    with pytest.raises(InputError, match="names the guest 'SQL', which its topology does not build"):
        entered(SQL={"address": "192.168.16.30"})


def test_going_on_with_no_rehearsal_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and what begins one; with playbooks beside it, bad input."""
    (tmp_path / "project.yaml").write_text(yaml.safe_dump(CLIENT), encoding="utf-8")

    none = main(["rehearse", "--lab", str(EXAMPLE), "--go-on", "-p", str(tmp_path)])
    said = capsys.readouterr().err
    named = main(["rehearse", "dns_cutover", "--lab", str(EXAMPLE), "--back-to", "L10-dns_cutover", "-p", str(tmp_path)])

    assert (none, named) == (3, 2)
    assert "there is no rehearsal to go on with" in said
    assert "has its playbooks already" in capsys.readouterr().err
