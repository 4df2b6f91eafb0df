"""Sizes, spans and counts come back from text in the digits of any culture."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.errors import WireError
from zdm_automate.mail.values import canonical_name, moment, size, size_text, span, span_text, whole

CULTURES = {"en": (",", "."), "de": (".", ","), "de-CH": ("\u2019", "."), "fr": ("\u202f", ","), "fr old": ("\u00a0", ",")}


@pytest.mark.parametrize("culture", CULTURES)
@given(number=st.integers(min_value=0, max_value=2**50))
def test_sizes_go_there_and_back(culture: str, number: int) -> None:
    """The rounded number before the parenthesis never counts."""
    group, point = CULTURES[culture]

    assert size(size_text(number, group=group, point=point)) == number


@given(st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)))
def test_spans_go_there_and_back(made: timedelta) -> None:
    """With days and ten-millionths of a second."""
    assert span(span_text(made)) == made


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5.294 GB (5,684,054,577 bytes)", 5_684_054_577),
        ("5,294 GB (5.684.054.577 Bytes)", 5_684_054_577),
        ("5,294 Go (5\u202f684\u202f054\u202f577 octets)", 5_684_054_577),
        ("0 B (0 bytes)", 0),
        ("999 B (999 bytes)", 999),
        ("Unlimited", None),
        (None, None),
        ("", None),
        ({"IsUnlimited": False, "Value": "1 KB (1,024 bytes)"}, 1024),
        ({"IsUnlimited": True, "Value": None}, None),
    ],
)
def test_sizes_as_they_are_seen(text: object, number: int | None) -> None:
    """English, German and French, and the object that a mailbox's statistics have."""
    assert size(text) == number


@pytest.mark.parametrize("wrong", ["5 GB", "much", "(bytes)", "12,34,5 bytes"])
def test_what_is_no_size_is_said_to_be_none(wrong: str) -> None:
    """A size without its bytes would have to be guessed."""
    with pytest.raises(WireError):
        size(wrong)


def test_spans_as_they_are_seen() -> None:
    """Invariant and German fractions, none, and the object with its ticks."""
    assert span("3.04:05:06") == timedelta(days=3, hours=4, minutes=5, seconds=6)
    assert span("00:05:27,1008444") == timedelta(minutes=5, seconds=27, microseconds=100844)
    assert span("Unlimited") is None
    assert span({"Ticks": 600_000_000}) == timedelta(minutes=1)
    with pytest.raises(WireError):
        span("5 minutes")


def test_times_are_utc() -> None:
    """With offset, without one, with seven digits; and no text in a country's own form is guessed at."""
    assert moment("2026-03-07T19:00:00.1234567+01:00") == "2026-03-07T18:00:00+00:00"
    assert moment("2026-03-07T18:00:00") == "2026-03-07T18:00:00+00:00"
    assert moment(None) == ""
    with pytest.raises(WireError):
        moment("07.03.2026 18:00")


def test_counts_may_have_groups() -> None:
    """As text in any culture, or as a number."""
    assert [whole(one) for one in (7, "43662", "43.662", "43,662", "43\u202f662", None)] == [7, 43662, 43662, 43662, 43662, 0]
    with pytest.raises(WireError):
        whole("many")


def test_an_identity_gives_its_last_part() -> None:
    """A slash in a name is written with a backslash."""
    assert canonical_name("corp.example/Users/Anna") == "Anna"
    assert canonical_name(r"corp.example/Users/A\/B") == "A/B"
    assert canonical_name(None) == ""
