"""Pinned machines: met once, compared ever after; a damaged file is one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zdm_automate.errors import InputError, UnknownNameError, WrongHostError
from zdm_automate.pins import COMPARED, PINS, Identity, Pins

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SBS = Identity(
    computer_name="SBS",
    domain="example.test",
    machine_uuid="01234567-89AB-CDEF-0123-456789ABCDEF",
    windows_serial="00000-00000-00001-AA001",
    installed_at_utc="2011-05-02T09:00:00.0000000Z",
    address="192.0.2.2",
)


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    """With SBS pinned."""
    made = Pins(tmp_path / PINS)
    assert made.add({"SBS": SBS}, by="Alex", at=NOON) == ["SBS"]
    return made


def test_a_machine_is_pinned_once(pins: Pins) -> None:
    """Who met it first, and when; a later contact changes nothing."""
    before = pins.path.read_bytes()

    assert pins.add({"SBS": SBS}, by="Kim", at=NOON) == []
    assert pins.path.read_bytes() == before
    assert (pins.known()["SBS"].pinned_by, pins.known()["SBS"].pinned_at) == ("Alex", "2026-03-02T12:00:00+00:00")
    pins.refuse_strangers({"SBS": SBS, "DC1": replace(SBS, computer_name="DC1")})


@pytest.mark.parametrize("name", COMPARED)
def test_another_machine_is_refused_by_what_differs(pins: Pins, name: str) -> None:
    """Each of the compared facts alone is enough, and the sentence says which."""
    with pytest.raises(WrongHostError, match=f"another machine answers as SBS than on 2026-03-02: {COMPARED[name]} is other"):
        pins.refuse_strangers({"SBS": replace(SBS, **{name: "other"})})


def test_another_address_is_no_other_machine(pins: Pins) -> None:
    """The new server takes the old one's address over in many a migration."""
    pins.refuse_strangers({"SBS": replace(SBS, address="192.0.2.3")})


def test_a_replaced_machine_is_pinned_anew_on_request_alone(pins: Pins) -> None:
    """Before and after are given for the journal; a host that was never met cannot be replaced."""
    new = replace(SBS, machine_uuid="other")
    before, after = pins.repin("SBS", new, by="Kim", at=NOON)

    assert (before.machine_uuid, after.machine_uuid, after.pinned_by) == (SBS.machine_uuid, "other", "Kim")
    pins.refuse_strangers({"SBS": new})
    with pytest.raises(UnknownNameError, match="no machine was pinned for DC1. Pinned: SBS"):
        pins.repin("DC1", new, by="Kim", at=NOON)


@pytest.mark.parametrize("text", ["", "[]", '{"SBS": {"computer_name": 7}}', '{"SBS": 1}', "\0\0", "{" * 100_000])
def test_a_damaged_file_is_one_sentence(pins: Pins, text: str) -> None:
    """It is neither believed nor written over."""
    pins.path.write_text(text)

    with pytest.raises(InputError, match="does not hold the machines of this project any more"):
        pins.add({"SBS": SBS}, by="Alex", at=NOON)
    assert pins.path.read_text() == text
