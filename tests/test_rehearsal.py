"""Records of rehearsals: written once, refused when edited; a playbook's hash; minutes that feed the plan; a lab kept apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from share_facts import MACHINE
from zdm_automate.durations import SHIPPED, Durations
from zdm_automate.errors import InputError
from zdm_automate.facts.store import Facts
from zdm_automate.lab.apart import Machine, Place, answering, impostors, misplaced, strangers
from zdm_automate.playbook import playbook_sha256
from zdm_automate.rehearsal import Record, basis_of, drift, latest
from zdm_automate.rehearsals import read_records, write_record
from zdm_automate.steps import Read

NOW = datetime(2026, 3, 6, tzinfo=UTC)
RECORD = Record(
    id="20260306-200000",
    project="Example",
    service_request="SR-1",
    operator="Ada",
    version="1",
    playbooks={"dns_cutover": "b"},
    scripts={},
    lab={"kind": "embedded"},
    real=False,
    started="2026-03-06T20:00:00+00:00",
    ended="2026-03-06T21:00:00+00:00",
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With its digest; the last one of a playbook is the one that counts."""
    write_record(tmp_path, RECORD)

    found = read_records(tmp_path)

    assert [(one.id, one.playbooks, len(one.digest)) for one in found] == [(RECORD.id, {"dns_cutover": "b"}, 64)]
    assert latest(found, "dns_cutover") is found[0]
    assert latest(found, "dhcp_cutover") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body | {"ended": "2026-12-31T00:00:00+00:00"}, "is not what the rehearsal wrote"),
        (lambda body: body | {"more": 1}, "is not what the rehearsal wrote"),
        (lambda body: body | {"format": 9}, "has format 9"),
        (lambda _: {"format": 1}, "is no record of a rehearsal any more"),
        (lambda _: [], "is no record of a rehearsal any more"),
    ],
)
def test_an_edited_record_is_refused(tmp_path: Path, change: object, said: str) -> None:
    """A later date, a key too many, half a file: nothing of it opens a gate."""
    path = write_record(tmp_path, RECORD)
    path.write_text(json.dumps(change(json.loads(path.read_bytes()))), encoding="utf-8")  # type: ignore[operator]

    with pytest.raises(InputError, match=said):
        read_records(tmp_path)


def test_a_record_under_another_name_is_refused(tmp_path: Path) -> None:
    """A copy of an old record does not make a new one."""
    path = write_record(tmp_path, RECORD)
    path.parent.rename(path.parent.with_name("20260401-000000"))

    with pytest.raises(InputError, match="is not what the rehearsal wrote"):
        read_records(tmp_path)


def test_a_playbook_is_another_when_a_module_that_it_leans_on_is(tmp_path: Path) -> None:
    """Its own text counts, and that of what it imports from beside it; nothing else does."""
    (tmp_path / "move.py").write_text("from ._steps import one\n", encoding="utf-8")
    (tmp_path / "_steps.py").write_text("one = 1\n", encoding="utf-8")
    (tmp_path / "_other.py").write_text("two = 2\n", encoding="utf-8")
    first = playbook_sha256("move", [tmp_path])
    (tmp_path / "_other.py").write_text("two = 3\n", encoding="utf-8")
    same = playbook_sha256("move", [tmp_path])
    (tmp_path / "_steps.py").write_text("one = 2\n", encoding="utf-8")

    assert same == first
    assert playbook_sha256("move", [tmp_path]) != first
    assert playbook_sha256("none", [tmp_path]) == ""


def test_minutes_of_real_machines_replace_the_shipped_figure() -> None:
    """From five on, quick or slow; fewer only raise it; what the client's own hosts took counts more."""
    verb = "Set-ZdmDnsTtl"
    plain = Durations()

    assert plain.with_rehearsals([{verb: (1, 2)}, {verb: (3, 4, 5)}], []).of(verb) == 5
    assert plain.with_rehearsals([{verb: (1,)}], []).of(verb) == SHIPPED[verb]
    assert plain.with_rehearsals([{verb: (100,)}], []).of(verb) == 100
    assert Durations({verb: (7.0,) * 5}).with_rehearsals([{verb: (1.0,) * 5}], []).of(verb) == 7


def test_minutes_of_a_model_only_raise_the_figure() -> None:
    """A model answers in milliseconds: that is believed of no Windows."""
    verb = "Set-ZdmDnsTtl"

    assert Durations().with_rehearsals([], [{verb: (0.01,) * 9}]).of(verb) == SHIPPED[verb]
    assert Durations().with_rehearsals([], [{verb: (40.0,) * 9}]).of(verb) == 40


def test_a_place_of_the_client_is_no_place_of_a_lab() -> None:
    """The same address and port, whatever the case; a name or an address of another computer."""
    client = {"SBS": Place(address="127.0.0.1", port=5986)}

    assert list(misplaced({"SBS": Place(address="127.0.0.1", port=40001)}, client)) == []
    assert list(misplaced({"SBS": Place(address="127.0.0.1", port=5986)}, client)) == [
        "SBS: 127.0.0.1 port 5986 is where the project reaches SBS"
    ]
    assert list(misplaced({"SBS": Place(address="192.168.16.2", port=5986)}, client)) == [
        "SBS: 192.168.16.2 is not this computer"
    ]
    assert list(misplaced({"SBS": Place(address="sbs.example.local", port=1)}, client)) == [
        "SBS: sbs.example.local is not this computer"
    ]


def test_a_machine_that_the_lab_does_not_know_is_a_stranger() -> None:
    """Other hardware, another Windows, or what the project has pinned as the client's."""
    own, other = Machine(uuid="A", serial="1"), Machine(uuid="B", serial="1")

    assert list(strangers({"SBS": own}, {"SBS": own}, {})) == []
    assert list(strangers({"SBS": other}, {"SBS": own}, {})) == ["SBS: the machine that answers is none of the lab"]
    assert list(strangers({"SBS": own}, {}, {})) == ["SBS: the machine that answers is none of the lab"]
    assert list(strangers({"SBS": own}, {"SBS": own}, {"OLD": (Machine(uuid="a", serial="9"),)})) == [
        "SBS: the machine that answers is the client's OLD"
    ]


def test_a_guest_proves_itself_by_its_firmware() -> None:
    """The Windows in it has the client's own number; the machine must be the lab's virtual one, and not a pinned one."""
    guest = Machine(uuid="AA-BB", serial="1")
    client = {"SBS": (Machine(uuid="CC-DD", serial="1"),)}

    assert list(impostors({"SBS": guest}, {"SBS": "aa-bb"}, client)) == []
    assert list(impostors({"SBS": guest}, {"SBS": ""}, client)) == ["SBS: the machine that answers is none of the lab"]
    assert list(impostors({"SBS": Machine(uuid="cc-dd", serial="1")}, {"SBS": "AA-BB"}, client)) == [
        "SBS: the machine that answers is none of the lab",
        "SBS: the machine that answers is the client's SBS",
    ]


def test_an_address_of_the_client_belongs_to_the_lab_or_to_nobody() -> None:
    """On one computer the port tells them apart; in a lab with the client's addresses the machine does, at whatever port."""
    lab = {"SBS": Place(address="192.168.16.2", port=5985)}
    here = {"SBS": Place(address="127.0.0.1", port=40001)}

    assert list(answering({"SBS": Place(address="192.168.16.2", port=5986)}, lab)) == []
    assert list(answering({"NEW": Place(address="192.168.16.9", port=5986)}, lab)) == [
        "the client's NEW answers at 192.168.16.9 port 5986"
    ]
    assert list(answering({"SBS": Place(address="127.0.0.1", port=40002)}, here)) == [
        "the client's SBS answers at 127.0.0.1 port 40002"
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"serial_number": "9", "machine_uuid": "other", "model": "Virtual Machine", "memory_bytes": 1},
            "none of 1 facts has moved",
        ),
        ({"windows_serial": "9"}, "1 of 1 facts have moved"),
        ({"os_version": "10.0.26100"}, "1 of 1 facts have moved"),
    ],
)
def test_the_hardware_under_a_windows_is_no_drift(changed: dict[str, Any], said: str) -> None:
    """A machine that the client's server was restored to has other hardware; another Windows is another network."""
    read = Read(role="old", verb="Get-ZdmHostInventory")
    key = ("old", "Zdm.HostInventory")
    before, after = (Facts(NOW, by_type={key: (one,)}, hosts={"old": "OLD"}) for one in (MACHINE, replace(MACHINE, **changed)))

    assert said in str(drift(basis_of(before, [read]), after))
