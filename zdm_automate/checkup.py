"""Whether hosts can be worked with: for each one what was looked at, what was seen, and for each trouble the next action.

Hosts are looked at side by side and each within its own limits; it changes nothing, and what a trouble means is the fault
table's word.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final

from zdm_automate.box_session import BoxInfo, BoxSession
from zdm_automate.errors import ZdmError
from zdm_automate.facts.host import HostInventory, PendingReboot
from zdm_automate.mail_checkup import MailPatient, look_at_mail
from zdm_automate.mail_session import ExchangeInfo, ExchangeSession
from zdm_automate.session import HostSession, SessionInfo
from zdm_automate.transport import fault_table
from zdm_automate.transport.base import Shell, Target
from zdm_automate.transport.probe import Probe

AT_ONCE: Final = 64
"""Hosts looked at side by side: one that is dead costs a thread that waits, and holds nobody up."""

WORKING: Final = 8
"""Sessions that work at the same time, of hosts that have answered: with more of them Python's threads wait for each other."""

MANY_SHELLS: Final = 0.6
"""Part of the quota of shells from which on it is told that it fills up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `action` says what to do where it is not as it should be."""

    name: str
    value: str
    action: str = ""


@dataclass(slots=True)
class HostCheck:
    """All that was found of one host.

    Attributes:
        machine: what it says of itself; None where it was not reached.
        problem: why it cannot be worked with; None where it can.
    """

    host: str
    findings: list[Finding] = field(default_factory=list)
    info: SessionInfo | BoxInfo | ExchangeInfo | None = None
    shells: tuple[Shell, ...] = ()
    machine: HostInventory | None = None
    problem: ZdmError | None = None

    def add(self, name: str, value: object, action: str = "") -> None:
        """Notes one thing."""
        self.findings.append(Finding(name, str(value), action))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A host to look at, and the means to do so.

    Attributes:
        name: the host as the project names it.
        probe: what a stranger sees; None where it can be seen from a jump host only.
        service: WinRM's own settings by name and the shells that are open, for who has logged on; None without WinRM.
        why: why a way was passed over, once the session is open.
        mail: the endpoint of its Exchange, where it has one.
    """

    name: str
    target: Target
    session: HostSession
    probe: Callable[[Target], Probe] | None
    service: Callable[[Target], tuple[Mapping[str, str], tuple[Shell, ...]]] | None
    why: Callable[[], str] = lambda: ""
    mail: MailPatient | None = None


def look_at_all(
    patients: Iterable[Patient | BoxSession | ExchangeSession], *, told: Callable[[HostCheck], None] = lambda _check: None
) -> list[HostCheck]:
    """Looks at all of them side by side, `told` of each as it is done; in the order in which they came."""
    todo = list(patients)
    lock = threading.Lock()
    slots = threading.Semaphore(WORKING)
    done: dict[int, HostCheck] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="zdm-check") as pool:
        started = {pool.submit(look_at, one, slots): number for number, one in enumerate(todo)}
        for finished in as_completed(started):
            with lock:
                done[started[finished]] = finished.result()
                told(finished.result())
    return [done[number] for number in range(len(todo))]


def look_at(
    patient: Patient | BoxSession | ExchangeSession,
    slots: AbstractContextManager[object] = nullcontext(),  # noqa: B008
) -> HostCheck:
    """One host, box, or organisation in Exchange Online; within `slots` where it has answered and there is work to do."""
    if isinstance(patient, BoxSession | ExchangeSession):
        return _box(patient)
    found = _host(patient, slots)
    if patient.mail is not None:
        with slots:
            mail = look_at_mail(patient.mail)
        found.findings += [Finding(*row) for row in mail.rows]
        found.problem = found.problem or mail.problem
    return found


def _host(patient: Patient, slots: AbstractContextManager[object]) -> HostCheck:
    """The host itself, by the way of its scripts."""
    found = HostCheck(patient.name)
    if patient.probe is None:
        found.add("port", f"{patient.target.endpoint}: behind a jump host, not looked at from here")
        with slots:
            _examine(found, patient, Probe())
        return found
    seen = patient.probe(patient.target)
    _told_names(found, patient.target, seen)
    if seen.port != "open" or seen.mute:
        found.problem = _why_dead(seen).raised(found.host, "")
        return found
    with slots:
        _examine(found, patient, seen)
    return found


def _examine(found: HostCheck, patient: Patient, seen: Probe) -> None:
    """All that takes a logon."""
    begun = time.monotonic()
    try:
        info = found.info = patient.session.connect()
    except ZdmError as problem:
        found.problem = problem
        found.add("session", problem.message, problem.hint)
        return
    finally:
        _told_lines(found, patient, seen)
    found.add("way", f"{info.transport}, {info.auth}", patient.why())
    found.add("opened in", f"{time.monotonic() - begun:.1f} s")
    _told_info(found, info)
    _told_machine(found, patient.session)
    _told_reboot(found, patient.session)
    _told_quotas(found, patient)
    patient.session.close()


def _why_dead(seen: Probe) -> fault_table.Fault:
    if not seen.addresses:
        return fault_table.NAMELESS
    if seen.mute:
        return fault_table.STALLED
    return fault_table.SILENT if seen.port == "silent" else fault_table.UNREACHED


def _box(session: BoxSession | ExchangeSession) -> HostCheck:
    found = HostCheck(session.host)
    try:
        info = found.info = session.connect()
        found.add("way", f"{info.transport}, {info.auth}")
        found.add("version", info.version)
    except ZdmError as problem:
        found.problem = problem
    finally:
        session.close()
    return found


def _told_names(found: HostCheck, target: Target, seen: Probe) -> None:
    if not seen.addresses:
        found.add("name", f"{target.address} leads nowhere", fault_table.NAMELESS.action)
    elif seen.addresses[0] == target.address:
        found.add("name", f"{target.address} (an address{f', back to {seen.reverse}' if seen.reverse else ''})")
    else:
        back = seen.reverse.partition(".")[0].casefold()
        same = back == target.address.partition(".")[0].casefold()
        action = "" if same or not back else "Kerberos asks for the name: correct the PTR record or the address."
        found.add("name", f"{target.address} -> {', '.join(seen.addresses)} -> {seen.reverse or 'no name'}", action)
    found.add("port", f"{target.endpoint}: {seen.port}{', but nothing answers' if seen.mute else ''}")


def _told_lines(found: HostCheck, patient: Patient, seen: Probe) -> None:
    if patient.target.ssl and seen.fingerprint:
        pinned = patient.target.fingerprint
        action = "" if pinned in {"", seen.fingerprint} else "It is not the pinned one: look at the host itself."
        until = f", until {seen.expires:%Y-%m-%d}" if seen.expires else ""
        found.add("certificate", f"{seen.subject}{until}, SHA-256 {seen.fingerprint}", action)
    if seen.offered:
        found.add("logon offered", ", ".join(seen.offered))


def _told_info(found: HostCheck, info: SessionInfo) -> None:
    fact = info.fact
    found.add("identity", f"{info.host}, {fact.domain}")
    found.add("Windows", f"{fact.os_caption} ({fact.os_version})")
    found.add("PowerShell", fact.ps_version)
    found.add("language mode", fact.language_mode)
    found.add("culture", fact.culture)
    found.add("clock", f"{info.skew_seconds:+.0f} s")
    for text in info.warnings:
        found.add("warning", text)


def _told_machine(found: HostCheck, session: HostSession) -> None:
    try:
        found.machine = next(fact for fact in session.read("Get-ZdmHostInventory").facts if isinstance(fact, HostInventory))
    except ZdmError as problem:
        found.problem = problem
        found.add("machine", f"not known: {problem.message}", problem.hint)


def _told_reboot(found: HostCheck, session: HostSession) -> None:
    try:
        pending = [f for f in session.read("Get-ZdmPendingReboot").facts if isinstance(f, PendingReboot) and f.pending]
    except ZdmError as problem:
        found.add("pending reboot", f"not known: {problem.message}")
        return
    if pending:
        found.add("pending reboot", "yes", "Restart it in agreed hours before roles are installed.")
    else:
        found.add("pending reboot", "no")


def _told_quotas(found: HostCheck, patient: Patient) -> None:
    if patient.service is None:
        return
    try:
        settings, found.shells = patient.service(patient.target)
    except ZdmError as problem:
        found.add("quotas", f"not readable by this account: {problem.message}")
        return
    found.add("quotas", ", ".join(f"{name} {value}" for name, value in settings.items()) or "not told")
    most = int(settings.get("MaxShellsPerUser", "0") or 0)
    if not most or len(found.shells) < max(2, MANY_SHELLS * most):
        found.add("shells", f"{len(found.shells)} open, this check's own among them")
        return
    found.add(
        "shells",
        f"{len(found.shells)} of {most} are open, this check's own among them",
        f"`zdm check {found.host} --end-shells` ends those that earlier runs of this account have left.",
    )
