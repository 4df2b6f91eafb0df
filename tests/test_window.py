"""The arithmetic of the golden hours: zones, skipped and doubled hours, and what may still be begun."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from zdm_automate.window import Phase, Window, WindowSection, forecast, instant, phase, refusal

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Africa/Casablanca"]
)
MOMENTS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SECONDS = st.floats(min_value=0, max_value=10_000)

NIGHT = Window(
    start=datetime(2026, 3, 7, 17, tzinfo=UTC),
    fallback=datetime(2026, 3, 7, 22, 30, tzinfo=UTC),
    end=datetime(2026, 3, 8, 1, tzinfo=UTC),
    reserve=timedelta(minutes=30),
    zone=BERLIN,
)


def section(**changed: object) -> WindowSection:
    """The section of a project file, with some keys changed."""
    good = {
        "time_zone": "Europe/Berlin",
        "start": "2026-03-07T18:00",
        "fallback": "2026-03-07T23:30",
        "end": "2026-03-08T02:00",
    }
    return WindowSection.model_validate(good | changed)


def test_local_times_become_moments() -> None:
    """Berlin is an hour ahead in March; the reserve is half an hour unless the file says otherwise."""
    assert section().window == NIGHT


def test_an_offset_stands_before_the_zone() -> None:
    """A time with its own offset is that moment, whatever the zone."""
    assert section(start="2026-03-07T12:00-05:00").window.start == NIGHT.start


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone", "there is no time zone 'Mars/Olympus'"),
        ({"time_zone": "../etc/passwd"}, "time_zone", "there is no time zone"),
        ({"start": "2026-03-07"}, "fallback", ""),
        ({"start": "tonight"}, "start", "must be a date with a time of day"),
        ({"start": 1772900000}, "start", "must be a date with a time of day"),
        ({"fallback": "2026-03-07T17:00"}, "fallback", "must come after start"),
        ({"fallback": "2026-03-07T18:00"}, "fallback", "must come after start"),
        ({"end": "2026-03-07T23:00"}, "end", "must come after fallback"),
        ({"end": "2026-03-27T23:00"}, "end", "more than 7 days after start"),
        ({"reserve_minutes": 151}, "reserve_minutes", "must fit between fallback and end"),
        ({"start": "2026-03-29T02:30"}, "start", "does not exist in Europe/Berlin"),
        (
            {"start": "2026-10-25T02:30"},
            "start",
            "is there twice in Europe/Berlin: write its offset, such as 2026-10-25T02:30+02:00",
        ),
        ({"colour": "gold"}, "colour", "Extra inputs"),
    ],
)
def test_what_is_no_window_is_refused_at_its_key(changed: dict[str, object], field: str, said: str) -> None:
    """Every slip names the key and the reason."""
    if said == "":
        assert section(**changed).start < section(**changed).fallback  # midnight is a time of day
        return
    with pytest.raises(ValidationError) as caught:
        section(**changed)

    assert (str(caught.value.errors()[0]["loc"][0]), said in caught.value.errors()[0]["msg"]) == (field, True)


@given(moment=MOMENTS, zone=ZONES)
def test_a_moment_survives_the_way_through_local_time(moment: datetime, zone: str) -> None:
    """What a clock on the wall shows is that moment again, or is refused because it is there twice; never another moment."""
    known = ZoneInfo(zone)
    shown = moment.astimezone(known).replace(tzinfo=None, fold=0)
    offsets = {shown.replace(tzinfo=known, fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) == 1:
        assert instant(shown, known) == moment
    else:
        with pytest.raises(ValueError, match="is there twice"):
            instant(shown, known)


@given(written=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1)), zone=ZONES)  # noqa: DTZ001
def test_a_local_time_is_one_moment_or_refused(written: datetime, zone: str) -> None:
    """A skipped hour is never moved silently: the accepted moment shows as what was written."""
    known = ZoneInfo(zone)
    try:
        moment = instant(written, known)
    except ValueError:
        assert instant(written.replace(tzinfo=UTC), known) == written.replace(tzinfo=UTC)
        return

    assert moment.astimezone(known).replace(tzinfo=None) == written


def test_a_night_in_which_the_clocks_change_has_its_true_length() -> None:
    """From 22:00 to 06:00 are seven hours in March and nine in October."""
    march = section(start="2026-03-28T22:00", fallback="2026-03-29T05:00", end="2026-03-29T06:00").window
    october = section(start="2026-10-24T22:00", fallback="2026-10-25T05:00", end="2026-10-25T06:00").window

    assert (march.end - march.start, october.end - october.start) == (timedelta(hours=7), timedelta(hours=9))


@pytest.mark.parametrize(
    ("hours", "where"),
    [(-1, Phase.BEFORE), (0, Phase.OPEN), (5.49, Phase.OPEN), (5.5, Phase.PAST_FALLBACK), (8, Phase.OVER), (30, Phase.OVER)],
)
def test_where_a_moment_lies(hours: float, where: Phase) -> None:
    """The first moment of a span belongs to it."""
    assert phase(NIGHT, NIGHT.start + timedelta(hours=hours)) == where


@pytest.mark.parametrize(
    ("hours", "ahead", "back", "said"),
    [
        (-0.1, 0, 0, "the golden hours begin at 2026-03-07 18:00 CET"),
        (0, 3600, 3600, ""),
        (5.6, 0, 0, "the fallback deadline 2026-03-07 23:30 CET has passed"),
        (8.5, 0, 0, "the golden hours ended at 2026-03-08 02:00 CET"),
        (5, 1799, 0, ""),
        (5, 1800, 0, "it would end at 2026-03-07 23:30 CET, not before the fallback deadline"),
        (5, 0, 6000, ""),
        (5, 0, 6001, "taken back it would be 2026-03-08 01:30 CET, and with the reserve of 30 min later than the end"),
    ],
)
def test_what_cannot_end_or_be_taken_back_in_time_is_not_begun(hours: float, ahead: float, back: float, said: str) -> None:
    """The work has to end before the deadline, and one and a half times the way back before the end less the reserve."""
    found = refusal(NIGHT, NIGHT.start + timedelta(hours=hours), ahead=ahead, back=back, factor=1.5)

    assert found.startswith(said)
    assert bool(found) == bool(said)


@given(late=st.floats(min_value=0, max_value=28_000), more=st.floats(min_value=0, max_value=9000), ahead=SECONDS, back=SECONDS)
def test_waiting_never_makes_a_late_change_possible(late: float, more: float, ahead: float, back: float) -> None:
    """Once the golden hours are open, what is refused stays refused, and more work is never easier to begin."""
    now = NIGHT.start + timedelta(seconds=late)
    if refusal(NIGHT, now, ahead=ahead, back=back, factor=1.5):
        assert refusal(NIGHT, now + timedelta(seconds=more), ahead=ahead, back=back, factor=1.5)
        assert refusal(NIGHT, now, ahead=ahead + more, back=back, factor=1.5)
        assert refusal(NIGHT, now, ahead=ahead, back=back + more, factor=1.5)


@given(late=st.floats(min_value=0, max_value=28_000), ahead=SECONDS, back=SECONDS)
def test_what_is_begun_ends_and_goes_back_in_time(late: float, ahead: float, back: float) -> None:
    """Where nothing is refused, the forecast holds the deadline, and the way back holds the end."""
    now = NIGHT.start + timedelta(seconds=late)
    if not refusal(NIGHT, now, ahead=ahead, back=back, factor=1.5):
        seen = forecast(now, ahead, back, 1.5)

        assert seen.finish < NIGHT.fallback
        assert seen.back + NIGHT.reserve <= NIGHT.end
