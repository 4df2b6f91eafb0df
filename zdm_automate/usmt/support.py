r"""What USMT cannot do on a pair of PCs, and what it will leave behind, said before anything starts. Reads nothing itself.

A refusal stops the capture or the restore of that PC; a warning is read and accepted. Each has its next action.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LEAST_TEMPORARY = 250 * 1024**2
"""Free on the system drive, beside what the estimate says."""

SOURCES = ("6.1", "6.2", "6.3", "10.0")
"""Windows 7, 8, 8.1, 10 and 11, by the version that WMI shows."""
TARGETS = ("10.0",)
WORKSTATION = 1


class Weight(StrEnum):
    """Whether it stops the work."""

    REFUSED = "refused"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One thing that USMT cannot do here.

    Attributes:
        code: a word for it, the same in all runs.
        sentence: what cannot be done, and where.
        action: what to do instead.
    """

    weight: Weight
    code: str
    sentence: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A PC as far as USMT is concerned.

    Attributes:
        product_type: 1 client, 2 domain controller, 3 server.
        bits: of its processor's Windows, 32 or 64.
        usmt: file version of scanstate and loadstate; empty where they are not there.
        free: bytes on the system drive.
        encrypted: paths of EFS files below the profiles.
        restart_pending: whether Windows waits for a restart.
        entra_joined: joined to Entra ID and to no domain.
    """

    name: str
    product_type: int
    version: str
    bits: int = 64
    usmt: str = ""
    free: int = 0
    encrypted: tuple[str, ...] = ()
    restart_pending: bool = False
    entra_joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    r"""A profile as the limits see it.

    Attributes:
        account: `DOMAIN\\name`; empty where the SID has no name.
        temporary: Windows has put the user into a folder that it throws away.
        folder_there: whether its folder is there.
    """

    sid: str
    account: str
    path: str
    temporary: bool = False
    folder_there: bool = True
    loaded: bool = False


def source_limits(seat: Seat, profiles: Sequence[Profile], *, efs: str = "copyraw") -> tuple[Limit, ...]:
    """What stands against capturing a PC."""
    return (*_platform(seat, SOURCES, "captures", "Windows 7, 8, 10 and 11"), *_profiles(profiles), *_files(seat, efs))


def target_limits(seat: Seat, source: Seat, profiles: Sequence[Profile]) -> tuple[Limit, ...]:
    """What stands against restoring on a PC what was captured on another."""
    return (*_platform(seat, TARGETS, "restores", "Windows 10 and 11"), *_pair(seat, source), *_temporary(profiles))


def space_limits(seat: Seat, temporary: int, store: int, store_free: int | None, where: str = "") -> tuple[Limit, ...]:
    """What stands against it once the sizes are known; `store_free` is None where the store's disk is not known."""
    found = []
    need = LEAST_TEMPORARY + temporary
    if seat.free < need:
        found.append(
            _refused(
                "temporary-space",
                f"{seat.name}: {_mb(seat.free)} are free on the system drive; USMT needs {_mb(need)}.",
                "Free space there, or point USMT_WORKING_DIR to another drive.",
            )
        )
    if store_free is not None and store_free < store:
        found.append(
            _refused(
                "store-space",
                f"{seat.name}: its store takes {_mb(store)}; {_mb(store_free)} are left where it would go"
                f"{f' ({where})' if where else ''}.",
                "Free space there, or choose another place for the stores.",
            )
        )
    return tuple(found)


def _platform(seat: Seat, versions: Iterable[str], does: str, known: str) -> Iterator[Limit]:
    if seat.product_type != WORKSTATION:
        yield _refused(
            "server",
            f"{seat.name} runs a Windows Server; USMT works on no server, terminal servers included.",
            "Carry the pieces of the profiles instead (folders, signatures, PSTs, drives, printers).",
        )
        return
    if ".".join(seat.version.split(".")[:2]) not in versions:
        older = "USMT 4 or 5 of that time" if does == "captures" else "a newer Windows on that PC"
        yield _refused(
            "version",
            f"{seat.name} runs Windows {seat.version}; this USMT {does} on {known}.",
            f"Use {older}, or carry the pieces of the profiles.",
        )
    if seat.entra_joined:
        yield _refused(
            "entra", f"{seat.name} is joined to Entra ID; USMT does not support that.", "Use OneDrive or the profile pieces."
        )
    if not seat.usmt:
        yield _refused(
            "tool", f"{seat.name} has no USMT in the folder named.", "Copy the whole folder of the ADK to the PC first."
        )
    if seat.restart_pending:
        yield _warned(
            "restart", f"{seat.name} waits for a restart.", "Restart it before the work: files in use may be skipped else."
        )
    if seat.free < LEAST_TEMPORARY:
        yield _refused(
            "temporary-space",
            f"{seat.name}: {_mb(seat.free)} are free on the system drive; USMT needs at least {_mb(LEAST_TEMPORARY)}.",
            "Free space there, or point USMT_WORKING_DIR to another drive.",
        )


def _pair(seat: Seat, source: Seat) -> Iterator[Limit]:
    if seat.bits < source.bits:
        yield _refused(
            "bits",
            f"{source.name} has a {source.bits}-bit Windows and {seat.name} a {seat.bits}-bit one; USMT cannot go that way.",
            "Install a 64-bit Windows on the new PC.",
        )
    if seat.usmt and source.usmt and seat.usmt != source.usmt:
        yield _refused(
            "usmt-version",
            f"{source.name} has USMT {source.usmt} and {seat.name} has {seat.usmt}; they refuse each other (code 27).",
            "Copy the same USMT folder to both.",
        )


def _profiles(profiles: Sequence[Profile]) -> Iterator[Limit]:
    yield from _temporary(profiles)
    for one in profiles:
        if not one.account:
            yield _warned(
                "unresolved",
                f"the profile {one.path} belongs to {one.sid}, which has no name any more: USMT leaves it out.",
                "Copy what is needed from its folder by hand before the PC is let go.",
            )
        if not one.folder_there:
            yield _warned(
                "no-folder",
                f"ProfileList names {one.path} for {one.account or one.sid}, and there is no such folder: each costs minutes.",
                "Remove that profile in the system settings before the capture.",
            )


def _temporary(profiles: Sequence[Profile]) -> Iterator[Limit]:
    for one in profiles:
        if one.temporary:
            yield _refused(
                "temporary-profile",
                f"{one.account or one.sid} has a temporary profile ({one.path}): USMT ends with code 36.",
                "Repair it (ProfileList, key with .bak), restart, and log that user on once.",
            )


def _files(seat: Seat, efs: str) -> Iterator[Limit]:
    if not seat.encrypted:
        return
    count = len(seat.encrypted)
    first = seat.encrypted[0]
    if efs == "abort":
        yield _refused("efs", f"{seat.name} has {count} encrypted files ({first}): the capture would end with code 2.", _EFS)
    elif efs == "skip":
        yield _warned("efs", f"{seat.name} has {count} encrypted files ({first}); they would be left behind.", _EFS)
    else:
        yield _warned(
            "efs",
            f"{seat.name} has {count} encrypted files ({first}); on the new PC only their owner's certificate opens them.",
            "Export the EFS certificate of each owner with its key before the capture.",
        )


_EFS = "Decrypt them, or capture with efs: copyraw and export the owners' EFS certificates."


def _mb(size: int) -> str:
    return f"{size / 1024**2:,.0f} MB"


def _refused(code: str, sentence: str, action: str) -> Limit:
    return Limit(weight=Weight.REFUSED, code=code, sentence=sentence, action=action)


def _warned(code: str, sentence: str, action: str) -> Limit:
    return Limit(weight=Weight.WARNING, code=code, sentence=sentence, action=action)
