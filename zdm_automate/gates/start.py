"""G-START: the first change to the production directory or mail may be made. Pure.

What no reader can see yet (restore tests, replication) is signed: a row of the checklist, or a step under the gate.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.host import HostInventory, PendingReboot
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.gates.evidence import at_least, at_most, every, moment_of, row_done, says, signed_step, truth, younger
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth
from zdm_automate.gates.rehearsed import reads as rehearsal_reads
from zdm_automate.gates.rehearsed import rehearsed
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from zdm_automate.gates.model import View
    from zdm_automate.limits import Limits

LONG: Final = timedelta(days=3650)
"""For rows that do not grow old."""

SBS_SUITE: Final = 0x1 | 0x20
CLOCK_ROWS: Final = {"A": "A-072", "B": "B-090"}
"""The rows that record the start of the licence clock."""


def backup() -> Predicate:
    """The backup of every controller and mail server, signed under the gate's row."""
    return signed_step(
        "backup-age",
        "every domain controller and mail server was backed up",
        "backup",
        ("taken at",),
        younger("taken at", lambda view: view.limits.backup_age_hours * 3600),
        lambda limits: f"at most {limits.backup_age_hours:g} h old",
        timedelta(hours=1),
    )


def _proof_days(limits: Limits) -> float:
    return min(limits.restore_proof_days, limits.tombstone_days / 2)


def _reads(view: View) -> Iterator[Read]:
    for role in ("old", "new"):
        if view.facts.has(role):
            yield Read(role=role, verb="Get-ZdmPendingReboot")
    yield Read(role="old", verb="Get-ZdmHostInventory")
    yield from rehearsal_reads(view)


def _reboots(view: View) -> Seen:
    roles = [role for role in ("old", "new") if view.facts.has(role)]
    waiting = [
        f"{view.facts.hosts[role]} ({', '.join(one.reasons)})"
        for role in roles
        for one in view.facts.of(role, PendingReboot)
        if one.pending
    ]
    if not roles:
        return Seen(state=Truth.UNKNOWN, value="the project has neither an old nor a new server")
    return Seen(state=truth(not waiting), value=", ".join(waiting) or "none waits", hint="Restart it first.")


def _skew(view: View) -> Seen:
    if not view.skew:
        return Seen(state=Truth.UNKNOWN, value="no clock was compared")
    host, worst = max(view.skew.items(), key=lambda one: abs(one[1]))
    good = abs(worst) < view.limits.skew_warn_seconds
    excusable = abs(worst) < view.limits.skew_block_seconds
    return Seen(state=truth(good), value=f"{host} {worst:+.1f} s", hint="Set the clock of that host.", excusable=excusable)


def _requests(view: View) -> Seen:
    seen = row_done({"A": ("A-002",), "B": ("B-002",), "C": ("C-001",)})(view)
    if seen.state is Truth.TRUE and not view.service_request:
        hint = "Write `service_request:` into the project file."
        return Seen(state=Truth.FALSE, value="the project names no service request", hint=hint)
    return seen


def _sbs(view: View) -> Seen:
    """Days that the licence clock leaves at the end of the golden hours."""
    inventory = next(iter(view.facts.of("old", HostInventory)), None)
    if inventory is None:
        return Seen(state=Truth.UNKNOWN, value="the old server did not say what it is")
    if not inventory.product_suite & SBS_SUITE:
        return Seen(state=Truth.TRUE, value=f"{inventory.os_caption}: no such clock")
    if view.window is None:
        return Seen(state=Truth.UNKNOWN, value="a Small Business Server", hint="Write `window:` into the project file.")
    begun = _clock_start(view) or view.now
    spare = (begun + timedelta(days=view.limits.sbs_clock_days) - view.window.end) / timedelta(days=1)
    return Seen(state=truth(spare >= view.limits.sbs_spare_days), value=f"{spare:.1f} days left after the golden hours")


def _clock_start(view: View) -> datetime | None:
    row = CLOCK_ROWS.get(view.letter, "")
    if not row:
        return None
    try:
        found = view.facts.one(PROJECT, SignOff, row, row)
    except FactsMissingError:
        return None
    return moment_of(found.at_utc) if found is not None else None


GATE: Final = Gate(
    name="G-START",
    guards="the first change to the production directory or mail",
    approvals=("tech", "client"),
    reads=_reads,
    predicates=(
        Predicate(
            name="route",
            asks="the route is a legal one",
            judge=row_done({"B": ("B-001",), "C": ("C-013",)}),
            fresh=LONG,
        ),
        backup(),
        signed_step(
            "restore-proof",
            "a backup was restored in a test",
            "restore",
            ("restored at",),
            younger("restored at", lambda view: _proof_days(view.limits) * 86400),
            lambda limits: f"at most {_proof_days(limits):g} days old (half a tombstone lifetime)",
            timedelta(days=90),
        ),
        signed_step(
            "replication",
            "the directory replicates cleanly",
            "replication",
            ("oldest link in minutes", "failures"),
            every(
                at_most("oldest link in minutes", lambda view: view.limits.link_age_minutes, " min"),
                at_most("failures", lambda view: view.limits.link_failures),
            ),
            lambda limits: f"links at most {limits.link_age_minutes:g} min old, {limits.link_failures} failures",
            timedelta(minutes=30),
        ),
        signed_step(
            "sysvol",
            "SYSVOL is shared and its replication has no error",
            "sysvol",
            ("healthy",),
            says("healthy", "yes"),
            lambda _limits: "yes",
            timedelta(minutes=30),
        ),
        Predicate(
            name="time-skew",
            asks="the clocks agree",
            judge=_skew,
            limit=lambda limits: (
                f"under {limits.skew_warn_seconds:g} s; from {limits.skew_block_seconds:g} s on nobody excuses it"
            ),
        ),
        Predicate(
            name="sbs-clock",
            asks="the licence clock of a Small Business Server leaves room",
            judge=_sbs,
            limit=lambda limits: f"at least {limits.sbs_spare_days:g} days of {limits.sbs_clock_days:g}",
        ),
        Predicate(
            name="rehearsal",
            asks="the same playbooks were rehearsed",
            judge=rehearsed,
            limit=lambda limits: f"at most {limits.rehearsal_days:g} days old, {limits.drift_percent:g} % of the facts moved",
            fresh=LONG,
            held=True,
        ),
        Predicate(
            name="binder",
            asks="the binder is exported",
            judge=row_done({"A": ("A-031",), "B": ("B-031",), "C": ("C-021",)}),
            fresh=LONG,
        ),
        Predicate(name="service-requests", asks="the service requests are open", judge=_requests, fresh=LONG),
        signed_step(
            "disk-free",
            "every volume has room",
            "disk",
            ("free percent",),
            at_least("free percent", lambda view: view.limits.free_disk_percent, " %"),
            lambda limits: f"at least {limits.free_disk_percent:g} %",
            timedelta(hours=24),
        ),
        Predicate(name="pending-reboot", asks="no restart waits on the hosts", judge=_reboots),
    ),
)
