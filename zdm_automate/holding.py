"""One writer at a time: a lock that says who holds it, where and since when, and is taken over only on evidence.

The operating system's lock decides; the paper beside it names the holder. Age alone never makes a lock stale.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil
from filelock import FileLock, Timeout

from zdm_automate.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import Iterator

SAME: Final = 2.0
"""Seconds within which two readings of one process's start, or of one computer's, may lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock.

    Attributes:
        host: the computer, by its own name.
        started: when the process began, seconds since 1970 by that computer's clock; tells two processes of one number apart.
        booted: when that computer was started, likewise.
        since: when the lock was taken, ISO 8601 in UTC.
        what: what it is held for.
    """

    user: str
    host: str
    pid: int
    started: float
    booted: float
    since: str
    what: str = ""

    def __str__(self) -> str:
        """The holder in words."""
        work = f", {self.what}" if self.what else ""
        return f"{self.user} on {self.host} (process {self.pid}{work}) since {self.since}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lock that was taken; `stale` says whose place was taken and by what evidence, empty for nobody's."""

    holder: Holder
    stale: str = ""


def myself(user: str, what: str = "") -> Holder:
    """This process as a holder."""
    return Holder(
        user=user,
        host=platform.node(),
        pid=os.getpid(),
        started=psutil.Process().create_time(),
        booted=psutil.boot_time(),
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        what=what,
    )


@contextmanager
def hold(path: Path, holder: Holder, thing: str) -> Iterator[Held]:
    """Holds what a lock file stands for; `thing` names it in the refusal.

    Raises:
        HeldError: somebody else holds it, or may hold it on a computer that cannot be asked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    paper = path.with_name(f"{path.name}.holder")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HeldError(f"{thing} is held by {_named(paper)}.", hint="Wait for its end, or end it.") from None
    try:
        held = Held(holder=holder, stale=_taken_over(paper, thing))
        _write(paper, holder)
        try:
            yield held
        finally:
            paper.unlink(missing_ok=True)
    finally:
        lock.release()


def _named(paper: Path) -> str:
    """Who holds a lock that the operating system says is held; a moment is allowed for writing it down."""
    for _ in range(25):
        known = _read(paper)
        if known is not None and (known.host != platform.node() or _gone(known) == ""):
            return str(known)
        time.sleep(0.02)
    return "another run"


def _taken_over(paper: Path, thing: str) -> str:
    """Why a holder that left its paper behind holds no more; empty where none did.

    Raises:
        HeldError: it still does, or nobody can tell from here.
    """
    if not paper.exists():
        return ""
    known = _read(paper)
    if known is None:
        return "the holder's own note is torn, and the operating system holds no lock for it"
    if known.host != platform.node():
        raise HeldError(
            f"{thing} is held by {known}, and whether that still works cannot be told from here.",
            hint=f"If it certainly does not, delete {paper}.",
        )
    evidence = _gone(known)
    if not evidence:
        raise HeldError(f"{thing} is held by {known}.", hint="Wait for its end, or end it.")
    return f"{known}: {evidence}"


def _gone(known: Holder) -> str:
    """The evidence that a holder on this computer is gone; empty where it lives."""
    if abs(known.booted - psutil.boot_time()) > SAME:
        return "this computer was restarted since"
    try:
        alive = abs(psutil.Process(known.pid).create_time() - known.started) <= SAME
    except psutil.NoSuchProcess:
        return "that process is gone"
    return "" if alive else "that process is gone, its number belongs to another"


def domain_lock(identity: str) -> Path:
    """The lock of a domain for all projects of this user on this computer."""
    digest = hashlib.sha256(identity.casefold().encode()).hexdigest()[:16]
    return state_folder() / "locks" / f"{digest}.lock"


def state_folder() -> Path:
    """Where this user's programs keep what lasts: `ZDM_STATE_DIR`, or the system's own place."""
    if own := os.environ.get("ZDM_STATE_DIR"):
        return Path(own)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "zdm"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "zdm"


def _read(paper: Path) -> Holder | None:
    try:
        return Holder(**json.loads(paper.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _write(paper: Path, holder: Holder) -> None:
    half = paper.with_name(f"{paper.name}.{holder.pid}")
    half.write_text(json.dumps(asdict(holder)), encoding="utf-8")
    half.replace(paper)
