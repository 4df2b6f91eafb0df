"""The golden hours: when the cut may happen, until when there is a way back, and whether a change may still be begun.

Pure arithmetic on moments and durations; it reads no clock and no file. Times are written in the client's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

LONGEST = timedelta(days=7)
"""Golden hours are a night or a weekend; a longer span is a slip of the pen."""


def _moment(value: Any) -> Any:
    """Only a date with a time of day is a moment; YAML gives text where the seconds are missing."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a date with a time of day, such as 2026-03-07T18:00") from None
    if not isinstance(value, datetime):
        raise ValueError("must be a date with a time of day, such as 2026-03-07T18:00")  # noqa: TRY004 - pydantic's way
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write one such as Europe/Berlin") from None


def instant(written: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC that a local time means.

    Raises:
        ValueError: the clocks skip that time, or it is there twice; with an offset it is one moment again.
    """
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    first, second = (written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first.astimezone(zone).replace(tzinfo=None) != written:
        raise ValueError(f"{written:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks skip it")
    hint = f"write its offset, such as {first.astimezone(zone).isoformat(timespec='minutes')}"
    raise ValueError(f"{written:%Y-%m-%d %H:%M} is there twice in {zone.key}: {hint}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The golden hours as moments in UTC.

    Attributes:
        fallback: the last moment at which the new side may be kept; what is not finished by then is taken back.
        reserve: minutes kept free before the end.
    """

    start: datetime
    fallback: datetime
    end: datetime
    reserve: timedelta
    zone: ZoneInfo

    def local(self, moment: datetime) -> str:
        """A moment as the client's clock shows it."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"


class WindowSection(BaseModel):
    """What the project file says under `window:`; local times of `time_zone` unless they carry an offset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str
    start: Moment
    fallback: Moment
    end: Moment
    reserve_minutes: int = Field(default=30, ge=0, le=24 * 60)

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        return zone_of(name).key

    @field_validator("start", "fallback", "end")
    @classmethod
    def _one_moment(cls, written: datetime, info: ValidationInfo) -> datetime:
        zone = info.data.get("time_zone")
        if zone is None:
            return written
        moment = instant(written, zone_of(zone))
        for earlier in ("start", "fallback"):
            before = info.data.get(earlier)
            if info.field_name == earlier or before is None:
                break
            if moment < before or (moment == before and earlier == "start"):
                raise ValueError(f"must come after {earlier}")
        start = info.data.get("start")
        if info.field_name == "end" and start is not None and moment - start > LONGEST:
            raise ValueError(f"is more than {LONGEST.days} days after start")
        return moment

    @field_validator("reserve_minutes")
    @classmethod
    def _fits(cls, minutes: int, info: ValidationInfo) -> int:
        fallback, end = info.data.get("fallback"), info.data.get("end")
        if fallback is not None and end is not None and fallback + timedelta(minutes=minutes) > end:
            raise ValueError("the reserve must fit between fallback and end")
        return minutes

    @property
    def window(self) -> Window:
        """The moments."""
        reserve = timedelta(minutes=self.reserve_minutes)
        zone = zone_of(self.time_zone)
        return Window(start=self.start, fallback=self.fallback, end=self.end, reserve=reserve, zone=zone)


class Phase(StrEnum):
    """Where a moment lies."""

    BEFORE = "not begun"
    OPEN = "open"
    PAST_FALLBACK = "past the fallback deadline"
    OVER = "over"


def phase(window: Window, now: datetime) -> Phase:
    """Where now lies; the first moment belongs to the span that begins with it."""
    if now < window.start:
        return Phase.BEFORE
    if now < window.fallback:
        return Phase.OPEN
    return Phase.PAST_FALLBACK if now < window.end else Phase.OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When work begun now is done, and when it is taken back if it fails at its very end."""

    finish: datetime
    back: datetime


def forecast(now: datetime, ahead: float, back: float, factor: float) -> Forecast:
    """The forecast for so many seconds of work, and of taking back times the factor of caution."""
    finish = now + timedelta(seconds=ahead)
    return Forecast(finish=finish, back=finish + timedelta(seconds=back * factor))


def refusal(window: Window, now: datetime, *, ahead: float, back: float, factor: float) -> str:
    """Why a change of the golden hours must not be begun now; empty where it may.

    Args:
        window: the golden hours.
        now: the moment.
        ahead: seconds of all work from this change to the last one of the golden hours, p90.
        back: seconds that taking all of it back takes, what is done already included, p90.
        factor: how many times `back` has to fit.
    """
    match phase(window, now):
        case Phase.BEFORE:
            return f"the golden hours begin at {window.local(window.start)}"
        case Phase.PAST_FALLBACK:
            return f"the fallback deadline {window.local(window.fallback)} has passed"
        case Phase.OVER:
            return f"the golden hours ended at {window.local(window.end)}"
        case Phase.OPEN:
            pass
    seen = forecast(now, ahead, back, factor)
    if seen.finish >= window.fallback:
        return f"it would end at {window.local(seen.finish)}, not before the fallback deadline {window.local(window.fallback)}"
    if seen.back + window.reserve > window.end:
        minutes = window.reserve.total_seconds() / 60
        return (
            f"taken back it would be {window.local(seen.back)}, and with the reserve of {minutes:.0f} min "
            f"later than the end {window.local(window.end)}"
        )
    return ""
