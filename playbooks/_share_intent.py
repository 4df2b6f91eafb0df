"""What the project says about the shares that move, and the two lines of denial that close or freeze one.

A share is closed or frozen by one line of denial in front of its permissions: taking that line away is taking it back.
"""

from __future__ import annotations

from typing import Literal

from zdm_automate import intent

CLOSED = "(D;;FA;;;WD)"
"""Nobody, until the switch."""

FROZEN = "(D;;0x110116;;;WD)"
"""Everybody reads, nobody writes."""


@intent
class MovedShare:
    r"""One share that moves.

    Attributes:
        name: of the share, the same on both servers.
        source: its folder on the old server, as the share has it.
        target: its folder on the new server.
        dfs: the folder of a namespace that leads to it: `\\domain\namespace\folder`.
        caching_mode, enumeration_mode: of the new share; empty for those of the old one.
    """

    name: str
    source: str
    target: str
    dfs: str = ""
    caching_mode: Literal["", "None", "Manual", "Documents", "Programs", "BranchCache"] = ""
    enumeration_mode: Literal["", "AccessBased", "Unrestricted"] = ""


@intent
class SharesIntent:
    """What the project says about its shares.

    Attributes:
        shares: those that move.
        old_name, new_name: the servers as UNC paths name them.
        threads: files that a pass copies side by side.
        hours: run hours of seed and deltas, `2000-0600`; empty for any time.
        throttle_ms: pause between packets in seed and deltas; with it one file after the other is copied.
        delta_hours: from the end of one delta to the next.
        cut: true from the day of the cut: no more deltas, but freeze, final pass and switch.
        roll_back: true takes the switch back and copies to the old server what was written on the new one.
        remove_after_days: days after acceptance until the old shares are removed.
    """

    shares: tuple[MovedShare, ...]
    old_name: str
    new_name: str
    threads: int = 16
    hours: str = ""
    throttle_ms: int = 0
    delta_hours: int = 20
    cut: bool = False
    roll_back: bool = False
    remove_after_days: int = 30


def denied(sddl: str, ace: str) -> str:
    """The permissions with a denial in front."""
    head, sign, aces = sddl.partition("(")
    return sddl if ace in sddl else f"{head}{ace}{sign}{aces}"


def allowed(sddl: str, *aces: str) -> str:
    """The permissions without these denials."""
    for ace in aces:
        sddl = sddl.replace(ace, "")
    return sddl


def admin_path(server: str, path: str) -> str:
    r"""A local path as the administrative share shows it: `D:\Data` is `\\OLD\D$\Data`."""
    return f"\\\\{server}\\{path[0]}$\\{path[3:]}".rstrip("\\")
