"""How values and calls read."""

from __future__ import annotations

import unicodedata

import pytest

from zdm_automate.report.words import UNSAFE, arguments, clean, count, lasted, plain


def test_a_call_can_be_typed_in_powershell() -> None:
    """Quoted where PowerShell needs it; a credential shows whose it is, never what it is."""
    text = arguments(
        "Set-ZdmX",
        {
            "scope_id": "10.0.0.0",
            "name": "it's $x; rm",
            "leases": True,
            "value": ["a b", "c"],
            "none": None,
            "credential": {"$credential": "old"},
        },
    )

    assert text == (
        "Set-ZdmX -ScopeId 10.0.0.0 -Name 'it''s $x; rm' -Leases $true -Value 'a b', c -None $null"
        " -Credential <credential of old>"
    )


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "none"), (True, "yes"), ([], "none"), (["a", "b"], "a, b"), ({"k": 1}, "k=1"), (7, "7")]
)
def test_a_value_reads_as_a_person_would_say_it(value: object, shown: str) -> None:
    """Not as Python writes it."""
    assert plain(value) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(None, ""), (0, "0 ms"), (1500, "1.5 s"), (90_000, "1 min 30 s"), (7_260_000, "2 h 1 min")]
)
def test_a_duration_has_the_unit_it_needs(milliseconds: float | None, shown: str) -> None:
    """From milliseconds to days."""
    assert lasted(milliseconds) == shown


def test_what_could_move_the_cursor_is_taken_out() -> None:
    """Control characters and direction overrides."""
    assert "\x1b" not in clean("a\x1b[31mb\u202ec")


def test_what_is_printable_has_nothing_unsafe_in_it() -> None:
    """The quick way through gives what the slow one would."""
    unsafe = [chr(number) for number in range(0x110000) if unicodedata.category(chr(number)) in UNSAFE]

    assert [sign for sign in unsafe if sign.isprintable()] == []


def test_one_is_not_many() -> None:
    """`1 change`, `2 changes`, `0 changes`."""
    assert [count(number, "change") for number in (0, 1, 2)] == ["0 changes", "1 change", "2 changes"]
