"""Predicates that rest on people: rows of the checklist that are done, and steps signed under the gate's own row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.gates.model import Judge, Predicate, Seen, Truth

if TYPE_CHECKING:
    from datetime import timedelta

    from zdm_automate.gates.model import View
    from zdm_automate.limits import Limits

DONE: Final = "done"
FAILED: Final = "failed"
LOST: Final = "unknown"

Weigh = Callable[["View", Mapping[str, str]], Seen]
"""Judges the answers of a signed form."""


def truth(ok: object) -> Truth:
    """True or false as what is known."""
    return Truth.TRUE if ok else Truth.FALSE


def row_done(rows: Mapping[str, tuple[str, ...]]) -> Judge:
    """One of the rows that the project's checklist has for it is done; a checklist without such a row asks for nothing."""

    def judge(view: View) -> Seen:
        if not view.rows:
            return Seen(state=Truth.UNKNOWN, value="the checklist could not be read", hint="`zdm checklist show` says why.")
        wanted = rows.get(view.letter, ())
        if not wanted:
            return Seen(state=Truth.TRUE, value=f"checklist {view.letter} asks for nothing here", at=view.now)
        there = {one.item.id: one.state for one in view.rows if one.item.id in wanted}
        if not there:
            return Seen(state=Truth.UNKNOWN, value=f"the checklist has no row {' or '.join(wanted)}")
        said = ", ".join(f"{row} {state}" for row, state in there.items())
        if DONE in there.values():
            return Seen(state=Truth.TRUE, value=said, at=_signed_at(view, there) or view.now)
        if LOST in there.values():
            return Seen(state=Truth.UNKNOWN, value=said, hint="A change there has no known outcome.")
        first = next(iter(there))
        return Seen(state=Truth.FALSE, value=said, hint=f"Do it, then `zdm checklist sign {first}`.", at=view.now)

    return judge


def _signed_at(view: View, rows: Mapping[str, str]) -> datetime | None:
    """When the last of these rows was signed; None where evidence of another kind made it done."""
    moments = [moment_of(one.at_utc) for one in view.facts.of(PROJECT, SignOff) if one.item in rows and one.step == one.item]
    return max((one for one in moments if one is not None), default=None)


def signed(step: str, form: tuple[str, ...], weigh: Weigh) -> Judge:
    """A step that was signed under the gate's row, its answers judged; unsigned, or with a field missing, nobody knows."""

    def judge(view: View) -> Seen:
        answers = " ".join(f"--answer '{field}=...'" for field in form)
        hint = f"`zdm checklist sign {view.gate_row or 'ROW'} {step} {answers}`".replace(" `", "`")
        if not view.gate_row:
            return Seen(state=Truth.UNKNOWN, value=f"checklist {view.letter or '?'} has no row for this gate")
        found = view.facts.one(PROJECT, SignOff, view.gate_row, step)
        if found is None:
            return Seen(state=Truth.UNKNOWN, value="not signed", hint=hint)
        told = dict(answer.split("=", 1) for answer in found.answers if "=" in answer)
        missing = [field for field in form if not told.get(field, "").strip()]
        if missing:
            return Seen(state=Truth.UNKNOWN, value=f"signed without {', '.join(missing)}", hint=hint)
        seen = weigh(view, told)
        value = f"{seen.value} (signed by {found.by})"
        return Seen(state=seen.state, value=value, hint=seen.hint or hint, at=seen.at or moment_of(found.at_utc))

    return judge


def signed_step(
    name: str,
    asks: str,
    step: str,
    form: tuple[str, ...],
    weigh: Weigh,
    limit: Callable[[Limits], str],
    fresh: timedelta,
    *,
    overridable: bool = False,
) -> Predicate:
    """The predicate of a step that is signed under the gate's row."""
    judge = signed(step, form, weigh)
    return Predicate(name=name, asks=asks, judge=judge, limit=limit, fresh=fresh, overridable=overridable, step=step, form=form)


def at_most(field: str, limit: Callable[[View], float], unit: str = "") -> Weigh:
    """The number in a field is the limit at most; what is no number is not known."""
    return _number(field, lambda number, view: number <= limit(view), unit)


def at_least(field: str, limit: Callable[[View], float], unit: str = "") -> Weigh:
    """The number in a field is the limit at least; what is no number is not known."""
    return _number(field, lambda number, view: number >= limit(view), unit)


def _number(field: str, fits: Callable[[float, View], bool], unit: str) -> Weigh:
    def weigh(view: View, answers: Mapping[str, str]) -> Seen:
        text = answers[field].strip()
        try:
            number = float(text.removesuffix("%").strip())
        except ValueError:
            return Seen(state=Truth.UNKNOWN, value=f"{field}: {text!r} is no number")
        return Seen(state=truth(fits(number, view)), value=f"{field} {number:g}{unit}")

    return weigh


def says(field: str, good: str) -> Weigh:
    """A field holds the good word, and anything else is not so."""

    def weigh(_view: View, answers: Mapping[str, str]) -> Seen:
        text = answers[field].strip()
        return Seen(state=truth(text.casefold() == good), value=f"{field} {text}")

    return weigh


def every(*weighs: Weigh) -> Weigh:
    """All of them; the first that is not known, then the first that is false, decides."""

    def weigh(view: View, answers: Mapping[str, str]) -> Seen:
        seen = [one(view, answers) for one in weighs]
        states = [one.state for one in seen]
        state = next((bad for bad in (Truth.UNKNOWN, Truth.FALSE) if bad in states), Truth.TRUE)
        return Seen(state=state, value=", ".join(one.value for one in seen))

    return weigh


def younger(field: str, limit: Callable[[View], float]) -> Weigh:
    """The moment in a field is so many seconds old at most, and not in the future."""

    def weigh(view: View, answers: Mapping[str, str]) -> Seen:
        moment = moment_of(answers[field].strip())
        if moment is None or moment > view.now:
            return Seen(state=Truth.UNKNOWN, value=f"{field}: {answers[field]!r} is no moment of the past")
        age = (view.now - moment).total_seconds()
        return Seen(state=truth(age <= limit(view)), value=f"{field} {moment:%Y-%m-%d %H:%M} UTC")

    return weigh


def moment_of(text: str) -> datetime | None:
    """A moment as people and journals write it; UTC where it has no offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
