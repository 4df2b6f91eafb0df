"""Move-Mailbox of Exchange 2007, the one command that the product gives to PowerShell in a job.

The mailbox stays where it was until the last byte is copied, then it is in its new database; a move that is ended on the way
leaves it untouched. Any other command is not modelled.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import files
from zdm_automate.lab.world.programs import Ended, Paused
from zdm_automate.lab.world.refusal import NotModelledError

if TYPE_CHECKING:
    from zdm_automate.lab.world.mail import MailBox, MailDatabase, MailOrg
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.running import Run

MINUTE: Final = timedelta(minutes=1)
_LINE: Final = re.compile(
    r"\$ErrorActionPreference = 'Stop'; Add-PSSnapin -Name 'Microsoft\.Exchange\.Management\.PowerShell\.Admin'; "
    r"Move-Mailbox -Identity '(?P<identity>(?:[^']|'')+)' -TargetDatabase '(?P<database>(?:[^']|'')+)' "
    r"-BadItemLimit (?P<limit>\d+) -ReportFile '(?P<report>(?:[^']|'')+)'(?P<looks> -ValidateOnly)? -Confirm:\$false"
    r" \| Format-List [A-Za-z, ]+"
)


def carried_on(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """One minute more of the move."""
    found = _LINE.fullmatch(run.argv[-1]) if run.argv[:-1] == ("-NoProfile", "-NonInteractive", "-Command") else None
    if found is None:
        raise NotModelledError("the lab does not model this command of powershell.exe in a job", host=host)
    org = world.mail
    box, target = _asked(org, found)
    why = _refusal(org, host, box, target)
    if org is None or box is None or target is None or why:
        return world, Ended(exit_code=1, out=(f"Move-Mailbox : {why}",))
    if found["looks"]:
        return _ended(world, host, found, box, "Validation", "This mailbox can be moved to the target database.")
    copied = int(run.state.get("copied", 0))
    if not run.state or copied < box.size:
        more = min(box.size, copied + target.rate) if run.state else 0
        return world, Paused(until=world.now + MINUTE, state={"copied": more})
    if box.corrupt > int(found["limit"]):
        text = "Move-Mailbox : The move exceeded the maximum number of corrupted messages. Error code: -1056749164"
        return world, Ended(exit_code=1, out=(text,))
    moved = replace(box, database=target.name)
    world = replace(world, mail=replace(org, mailboxes={**org.mailboxes, box.guid: moved}))
    return _ended(world, host, found, moved, "Completed", "This mailbox has been moved to the target database.")


def _names(org: MailOrg, box: MailBox) -> set[str]:
    return {box.guid, box.alias.casefold(), box.address.casefold(), box.legacy_dn(org.name).casefold()} - {""}


def _path(org: MailOrg, database: str) -> str:
    return f"{org.databases[database].server}\\First Storage Group\\{database}".casefold()


def _plain(text: str) -> str:
    return text.replace("''", "'").casefold()


def _asked(org: MailOrg | None, found: re.Match[str]) -> tuple[MailBox | None, MailDatabase | None]:
    """The mailbox and the database that are named."""
    if org is None:
        return None, None
    box = next((one for one in org.mailboxes.values() if _plain(found["identity"]) in _names(org, one)), None)
    return box, next((one for one in org.databases.values() if _path(org, one.name) == _plain(found["database"])), None)


def _refusal(org: MailOrg | None, host: str, box: MailBox | None, target: MailDatabase | None) -> str:
    """What Move-Mailbox refuses a move with; empty where it goes on."""
    server = org.servers.get(host) if org is not None else None
    if org is None or server is None or server.version != "2007":
        return "The Windows PowerShell snap-in is not installed on this computer."
    if box is None or target is None:
        return "The operation could not be performed because the object could not be found on the domain controller."
    if target.server != host:
        raise NotModelledError("the lab does not model a move to another server than the one that is asked", host=host)
    if box.database == target.name:
        return f"The mailbox '{box.name}' is already on the target database. Error code: -1056749110"
    mounted = target.mounted and org.databases[box.database].mounted
    return "" if mounted else "A database is not mounted. Error code: -2147221233"


def _ended(world: World, host: str, found: re.Match[str], box: MailBox, stage: str, message: str) -> tuple[World, Ended]:
    """Success: the object as a list, and the report."""
    report = (
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
        "<move-Mailbox>",
        "  <TaskDetails>",
        f'    <Item MailboxName="{box.alias}">',
        f"      <MailboxSize>{box.size // 1024}KB</MailboxSize>",
        f'      <Result IsWarning="false" ErrorCode="0">{message}</Result>',
        "    </Item>",
        "  </TaskDetails>",
        "</move-Mailbox>",
    )
    world = files.written(world, world.host(host), found["report"], "".join(f"{line}\r\n" for line in report))
    lines = (f"Identity      : {box.alias}", f"MoveStage     : {stage}", "StatusCode    : 0", f"StatusMessage : {message}")
    return world, Ended(exit_code=0, out=lines)
