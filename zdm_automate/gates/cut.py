"""G-CUT, G-ACCEPT and G-CLOSE: into the golden hours, out of them, and the end of the project. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.checklist import Kind
from zdm_automate.facts.project import PROJECT, Temporary
from zdm_automate.gates.evidence import DONE, LOST, at_least, at_most, every, row_done, says, signed, signed_step, truth
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth
from zdm_automate.gates.start import LONG, backup
from zdm_automate.model import Risk
from zdm_automate.window import Phase, phase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.gates.model import ListedRow, View

CHECKS: Final = 20
"""How many checks the list after a cut-over has."""

ROUTE_ROWS: Final = frozenset({""})
"""Rows of one route only are asked about where somebody has begun them."""


# --- G-CUT ---


def _inside(view: View) -> Seen:
    if view.window is None:
        return Seen(
            state=Truth.UNKNOWN, value="no golden hours", hint="Agree on them and write `window:` into the project file."
        )
    where = phase(view.window, view.now)
    value = f"{where}: {view.window.local(view.window.start)} to {view.window.local(view.window.fallback)}"
    return Seen(state=truth(where is Phase.OPEN), value=value, at=view.now)


def _enough_time(view: View) -> Seen:
    if view.window is None or not view.rows:
        return Seen(state=Truth.UNKNOWN, value="no golden hours" if view.window is None else "no checklist")
    minutes = critical_minutes(view.rows)
    end = view.now + timedelta(minutes=minutes)
    value = f"{minutes} min of rows are left: until {view.window.local(end)}"
    hint = f"The fallback deadline is {view.window.local(view.window.fallback)}: it does not fit."
    return Seen(state=truth(end < view.window.fallback), value=value, hint=hint, at=view.now)


def critical_minutes(rows: tuple[ListedRow, ...]) -> int:
    """Planned minutes of the longest chain of rows of the golden hours that are not done."""
    left = {
        one.item.id: one.item
        for one in rows
        if one.item.bucket.time == "during" and one.state != DONE and one.item.variant in ROUTE_ROWS
    }
    choices: dict[str, list[str]] = {}
    for one in rows:
        if one.item.choice:
            choices.setdefault(one.item.choice, []).append(one.item.id)
    longest: dict[str, int] = {}

    def until(row: str) -> int:
        if row not in longest:
            before = [name for after in left[row].after for name in choices.get(after, [after]) if name in left]
            longest[row] = left[row].minutes + max((until(name) for name in before), default=0)
        return longest[row]

    return max((until(row) for row in left), default=0)


CUT: Final = Gate(
    name="G-CUT",
    guards="the freeze and everything of the golden hours after it",
    approvals=("tech", "client"),
    in_window=True,
    predicates=(
        Predicate(name="in-window", asks="it is within the golden hours, before the fallback deadline", judge=_inside),
        Predicate(
            name="time-left", asks="what is left of the golden hours ends before the fallback deadline", judge=_enough_time
        ),
        signed_step(
            "delta",
            "the last delta pass was small and quick",
            "delta",
            ("percent of bytes", "percent of window"),
            every(
                at_most("percent of bytes", lambda view: view.limits.delta_percent, " %"),
                at_most("percent of window", lambda view: view.limits.copy_percent, " %"),
            ),
            lambda limits: f"{limits.delta_percent:g} % of the bytes, {limits.copy_percent:g} % of the window",
            timedelta(minutes=15),
        ),
        signed_step(
            "target-space",
            "the target has room after the copy",
            "space",
            ("free percent",),
            at_least("free percent", lambda view: view.limits.free_disk_percent, " %"),
            lambda limits: f"at least {limits.free_disk_percent:g} %",
            timedelta(hours=1),
        ),
        Predicate(
            name="mail-synced",
            asks="every mailbox is synchronised and waits",
            judge=row_done({"A": ("A-107",), "B": ("B-127", "B-138")}),
            fresh=timedelta(days=1),
        ),
        backup(),
        Predicate(
            name="vendors",
            asks="the vendors of the applications have confirmed",
            judge=row_done({"A": ("A-027",), "B": ("B-029",), "C": ("C-058",)}),
            fresh=LONG,
        ),
        Predicate(
            name="users-told",
            asks="the users were told",
            judge=row_done({"A": ("A-005",), "B": ("B-150",), "C": ("C-078",)}),
            fresh=LONG,
        ),
        signed_step(
            "users-off",
            "nobody is logged on",
            "sessions",
            ("users logged on",),
            at_most("users logged on", lambda view: view.limits.users_logged_on),
            lambda limits: f"at most {limits.users_logged_on}",
            timedelta(minutes=15),
            overridable=True,
        ),
        signed_step(
            "quiet",
            "no backup and no virus scan runs",
            "quiet",
            ("jobs running",),
            at_most("jobs running", lambda _view: 0),
            lambda _limits: "0",
            timedelta(minutes=15),
        ),
        signed_step(
            "devices",
            "printers and devices that must follow are listed",
            "devices",
            ("listed",),
            says("listed", "yes"),
            lambda _limits: "yes",
            LONG,
        ),
    ),
)


# --- G-ACCEPT ---


def _smoke(number: int) -> Predicate:
    step = f"smoke-{number:02}"

    def title(view: View) -> tuple[str, bool]:
        return next(((text, blocks) for known, text, blocks in view.smoke if known == number), ("", True))

    def weigh(view: View, answers: Mapping[str, str]) -> Seen:
        text = answers["result"].strip()
        return Seen(state=truth(text.casefold() == "ok"), value=f"{title(view)[0]}: {text}")

    asked = signed(step, ("result",), weigh)

    def judge(view: View) -> Seen:
        if not view.smoke:
            return Seen(state=Truth.UNKNOWN, value="the list of checks could not be read")
        name, blocks = title(view)
        if not name or not blocks:
            value = f"{name}: does not block" if name else "the list has no such check"
            return Seen(state=Truth.TRUE, value=value, at=view.now)
        seen = asked(view)
        return (
            seen if seen.state is not Truth.UNKNOWN else Seen(state=seen.state, value=f"{name}: {seen.value}", hint=seen.hint)
        )

    return Predicate(
        name=step,
        asks=f"check {number} of the list after a cut-over is good",
        judge=judge,
        limit=lambda _limits: "ok",
        fresh=timedelta(hours=12),
        overridable=True,
        step=step,
        form=("result",),
    )


ACCEPT: Final = Gate(
    name="G-ACCEPT",
    guards="keeping the new side; from here on nothing is unfrozen",
    approvals=("client",),
    most_overrides=1,
    predicates=(
        *(_smoke(number) for number in range(1, CHECKS + 1)),
        Predicate(
            name="shares-equal",
            asks="old and new shares compare without a difference",
            judge=row_done({"A": ("A-124",), "B": ("B-155",), "C": ("C-085",)}),
            fresh=timedelta(hours=12),
        ),
        signed_step(
            "mail",
            "mail flows both ways",
            "mail",
            ("in", "out"),
            every(says("in", "ok"), says("out", "ok")),
            lambda _limits: "ok, ok",
            timedelta(hours=12),
        ),
        signed_step(
            "owners",
            "the owners of the applications have signed",
            "owners",
            ("open points",),
            at_most("open points", lambda _view: 0),
            lambda _limits: "0 open points",
            timedelta(hours=12),
        ),
    ),
)


# --- G-CLOSE ---


def _register_empty(view: View) -> Seen:
    left = view.facts.of(PROJECT, Temporary)
    value = ", ".join(f"{one.role} {one.target} {one.field} ({one.due_item})" for one in left[:4])
    more = f" and {len(left) - 4} more" if len(left) > 4 else ""  # noqa: PLR2004
    return Seen(state=truth(not left), value=(value + more) or "empty", hint="`zdm status` lists what has to be taken back.")


def _all_proved(view: View) -> Seen:
    if not view.rows:
        return Seen(state=Truth.UNKNOWN, value="the checklist could not be read")
    rows = tuple(_concerned(view.rows))
    lost = [one.item.id for one in rows if one.state == LOST]
    open_rows = [one.item.id for one in rows if one.state != DONE]
    if lost:
        return Seen(state=Truth.UNKNOWN, value=f"no known outcome: {', '.join(lost[:8])}")
    value = (
        f"{len(open_rows)} of {len(rows)} without evidence: {', '.join(open_rows[:8])}" if open_rows else f"{len(rows)} rows"
    )
    return Seen(state=truth(not open_rows), value=value, hint="`zdm checklist show --all` says what each lacks.")


def _concerned(rows: tuple[ListedRow, ...]) -> Iterator[ListedRow]:
    """Scripted rows and those without a way back; of a route only what was begun, of alternatives the one that is done."""
    done_choices = {one.item.choice for one in rows if one.item.choice and one.state == DONE}
    for one in rows:
        item = one.item
        if Kind.CHANGE not in item.kind and item.risk is not Risk.NO_RETURN:
            continue
        untouched = one.state in {"open", "manual open"}
        if (item.variant and untouched) or (item.choice in done_choices and one.state != DONE) or Kind.GATE in item.kind:
            continue
        yield one


CLOSE: Final = Gate(
    name="G-CLOSE",
    guards="closing the service requests",
    approvals=("tech", "client"),
    predicates=(
        Predicate(name="temporaries", asks="nothing that was changed for a time is left", judge=_register_empty),
        Predicate(name="items-proved", asks="every scripted or final row has its evidence", judge=_all_proved),
        signed_step(
            "binder",
            "the binder shows what is there now",
            "binder",
            ("final",),
            says("final", "yes"),
            lambda _limits: "yes",
            timedelta(days=7),
        ),
    ),
)
