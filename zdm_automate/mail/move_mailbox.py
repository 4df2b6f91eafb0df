"""Move-Mailbox of Exchange 2007 as the command line of a detached job, one mailbox each. Pure: it starts and decides nothing.

The job's program is Windows' own powershell.exe. Names go into it as quoted text; what could end the quotes is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.errors import InputError
from zdm_automate.mail.identity import named

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM: Final = "powershell.exe"
SNAPIN: Final = "Microsoft.Exchange.Management.PowerShell.Admin"
MOVES: Final = "move-mailbox"
LOOKS: Final = "validate-mailbox-move"
REPORT: Final = "move.xml"
"""The report of the move, in the job's folder."""

LIMIT: Final = 0
"""Damaged items that a mailbox may lose: none. Who accepts a loss moves that mailbox by hand."""

_SAYS: Final = "Identity, SourceDatabase, TargetDatabase, MoveStage, StatusCode, StatusMessage"


def arguments(identity: str, database: str, job: str, *, validate: bool) -> Sequence[str]:
    """The arguments of powershell.exe that move one mailbox, or only look whether it could be moved.

    Raises:
        InputError: a name that stands for nothing, for everything, or that a batch file does not carry.
    """
    report = f"C:\\Zdm\\jobs\\{job}\\{REPORT}"
    words = [
        f"Move-Mailbox -Identity {_quoted(identity, 'identity')}",
        f"-TargetDatabase {_quoted(database, 'target database')}",
        f"-BadItemLimit {LIMIT}",
        f"-ReportFile {_quoted(report, 'report')}",
    ]
    words += ["-ValidateOnly"] if validate else []
    moves = " ".join([*words, "-Confirm:$false"])
    text = f"$ErrorActionPreference = 'Stop'; Add-PSSnapin -Name '{SNAPIN}'; {moves} | Format-List {_SAYS}"
    return ("-NoProfile", "-NonInteractive", "-Command", text)


def _quoted(text: str, what: str) -> str:
    value = named(text, what)
    if '"' in value:
        raise InputError(f"{what}: {value[:80]!r} holds a quote, which a batch file does not carry.", hint="Nothing was sent.")
    # PowerShell takes each of these for the end of a text in single quotes.
    for sign in "'\u2018\u2019\u201a\u201b":
        value = value.replace(sign, sign * 2)
    return f"'{value}'"
