"""Office definitions become worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zdm_automate.errors import ProjectError, UnknownNameError
from zdm_automate.lab.office import find_office, load_office, office_files, read_office
from zdm_automate.lab.world.model import dump, load

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = """\
office: probe
now: 2026-03-02T07:00:00Z
admin: {user: Administrator, password: Lab-Probe-1!}
directory: {domain: probe.example, netbios: PROBE, controllers: [OLD]}
hosts:
  OLD: {release: 2012r2, role: pdc, features: [DNS, DHCP], address: 192.168.7.2/24, dns: [192.168.7.2]}
  BOX: {role: device, address: 192.168.7.9/24}
"""


def write(folder: Path, text: str) -> Path:
    """An office file in a folder."""
    path = folder / "probe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["smallbiz", "kanzlei", "branch", "tiny"])
def test_every_office_that_comes_with_the_program_is_a_world(name: str) -> None:
    """Each loads, survives its file form, and has an account that logs on."""
    office = read_office(find_office(name))

    assert load(dump(office.world)) == office.world
    assert office.world.knows(f"{office.world.directory.netbios}\\{office.user}", office.password.get_secret_value())
    assert set(office.project["roles"].values()) <= set(office.world.hosts)


def test_the_same_definition_gives_the_same_world(tmp_path: Path) -> None:
    """Addresses of adapters and boot times come from the seed; another seed gives others."""
    path = write(tmp_path, OFFICE)
    first, second = load_office(path), load_office(path)
    other = load_office(write(tmp_path, "seed: 9\n" + OFFICE))

    assert first == second
    assert first.host("OLD").nics[0].mac != other.host("OLD").nics[0].mac


def test_features_bring_services_and_tools(tmp_path: Path) -> None:
    """A DHCP server has its service running and its tools installed."""
    old = load_office(write(tmp_path, OFFICE)).host("old.probe.example")

    assert old.running("DHCPServer")
    assert {"DHCP", "RSAT-DHCP", "RSAT-DNS-Server"} <= old.features


def test_a_device_has_no_services_and_no_remoting(tmp_path: Path) -> None:
    """A copier has an address and nothing to log on to."""
    box = load_office(write(tmp_path, OFFICE)).host("BOX")

    assert not box.services
    assert not box.remoting


def test_the_password_is_not_in_the_world(tmp_path: Path) -> None:
    """The world's file holds a hash; neither it nor the office's repr shows the password."""
    office = read_office(write(tmp_path, OFFICE))

    assert b"Lab-Probe-1!" not in dump(office.world)
    assert "Lab-Probe-1!" not in repr(office)
    assert not office.world.knows("Administrator", "wrong")
    assert not office.world.knows("nobody", "Lab-Probe-1!")


@pytest.mark.parametrize(
    ("good", "bad", "place", "words"),
    [
        ("2012r2", "nt4", ":6:3:", "'nt4' is not known; known: 2003"),
        ("[DNS, DHCP]", "[DNS, Dhcp2]", ":6:3:", "'Dhcp2' is not known"),
        ("192.168.7.2/24", "192.168.7.400/24", ":6:60:", "400"),
        ("[OLD]", "[GONE]", ":1:1:", "GONE is not among the hosts"),
        ("role: pdc", "rolle: pdc", ":6:26:", "not known here"),
        ("07:00:00Z", "07:00:00", ":1:1:", "time zone"),
        ("role: device, address: 192.168.7.9/24", "role: device", ":7:3:", "needs an `address`"),
    ],
)
def test_a_wrong_value_is_refused_with_line_and_column(tmp_path: Path, good: str, bad: str, place: str, words: str) -> None:
    """The message names file, line, column and what is wrong."""
    with pytest.raises(ProjectError) as refused:
        load_office(write(tmp_path, OFFICE.replace(good, bad)))

    assert place in str(refused.value)
    assert words in str(refused.value)


def test_an_unknown_office_lists_those_there_are() -> None:
    """The message helps to choose."""
    with pytest.raises(UnknownNameError, match="smallbiz"):
        find_office("nowhere")

    assert {"smallbiz", "kanzlei", "branch", "tiny"} <= set(office_files())
