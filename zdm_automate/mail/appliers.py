"""What each change of Exchange is about: where it is seen, when it is so already, and what forbids it. Pure rules, no wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from zdm_automate.facts.base import Fact
from zdm_automate.facts.mail import MailboxMove, MailConnector, MailUrl, MigrationBatch, Scp
from zdm_automate.facts.mail_online import MigrationEndpoint, MrsProxy, OnlineMove
from zdm_automate.facts.mail_service import PublicFolderState

Arguments = Mapping[str, Any]

DONE: Final = frozenset({"Completed", "CompletedWithWarning", "CompletedWithSkippedItems"})
COMPLETING: Final = DONE | {"CompletionInProgress"}


def _nothing(_before: Fact | None, _arguments: Arguments) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a change is seen.

    Attributes:
        look: the reader that shows it.
        asks: the reader's arguments.
        key: which of its facts it is about.
        holds: whether what is there is as wanted; also before the change, which then is none.
        refuse: why it may not be made on what is there; empty for no reason.
        keeps_report: the server forgets its report with it.
    """

    look: str
    asks: Callable[[Arguments], dict[str, Any]]
    key: Callable[[Arguments], tuple[object, ...]]
    holds: Callable[[Fact | None, Arguments], bool]
    refuse: Callable[[Fact | None, Arguments], str] = _nothing
    keeps_report: bool = False

    def target(self, before: Fact | None, arguments: Arguments) -> str:
        """What it is about, in words."""
        named = arguments.get("identity") or arguments.get("server") or arguments.get("name")
        return before.label() if before is not None else str(named)


def _one_move(arguments: Arguments) -> dict[str, Any]:
    return {"identity": arguments["identity"]}


def _guid(arguments: Arguments) -> tuple[object, ...]:
    return (arguments["identity"],)


def _requested(found: Fact | None, arguments: Arguments) -> bool:
    return (
        isinstance(found, MailboxMove)
        and found.status not in DONE
        and found.target.casefold() == str(arguments["target_database"]).casefold()
    )


def _second_request(found: Fact | None, arguments: Arguments) -> str:
    if not isinstance(found, MailboxMove) or _requested(found, arguments):
        return ""
    if found.status in DONE:
        return f"{found.name} has a completed request; keep its report and remove it first"
    return f"{found.name} is already being moved to {found.target}"


def _released(found: Fact | None, arguments: Arguments) -> bool:
    if not isinstance(found, MailboxMove):
        return False
    if arguments.get("complete_after") is not None:
        return found.complete_after == arguments["complete_after"].isoformat(timespec="seconds") or found.status in COMPLETING
    return not found.held and not found.suspended and found.status not in {"Failed", "Suspended"}


def _not_there(found: Fact | None, _arguments: Arguments) -> str:
    return "" if found is not None else "there is no such move request"


def _not_ready(found: Fact | None, _arguments: Arguments) -> str:
    """What is completed must have been copied: anything else would lock a mailbox for hours."""
    if not isinstance(found, MailboxMove):
        return "there is no such move request"
    ready = found.status in {"AutoSuspended", "Synced"} | COMPLETING
    return "" if ready else f"the request of {found.name} is {found.status} ({found.percent} %), not ready to be completed"


def _limited(found: Fact | None, arguments: Arguments) -> bool:
    return isinstance(found, MailboxMove) and found.bad_item_limit == arguments["bad_item_limit"]


def _goes_on(found: Fact | None, _arguments: Arguments) -> bool:
    return isinstance(found, MailboxMove) and found.status not in {"Failed", "Suspended"} and not found.suspended


def _late(found: Fact | None, _arguments: Arguments) -> str:
    if not isinstance(found, MailboxMove):
        return "there is no such move request"
    return f"the request of {found.name} is {found.status}: too late to change it" if found.status in COMPLETING else ""


def _busy(found: Fact | None, _arguments: Arguments) -> str:
    completing = isinstance(found, MailboxMove) and found.status == "CompletionInProgress"
    return "the mailbox is being switched over: wait until that has ended" if completing else ""


def _move(
    holds: Callable[[Fact | None, Arguments], bool],
    refuse: Callable[[Fact | None, Arguments], str],
    *,
    keeps_report: bool = False,
) -> Rule:
    return Rule(look="Get-ZdmMailboxMoveOf", asks=_one_move, key=_guid, holds=holds, refuse=refuse, keeps_report=keeps_report)


def _pointed(found: Fact | None, arguments: Arguments) -> bool:
    return isinstance(found, Scp) and found.uri == (arguments["uri"] or "")


def _batch(among: frozenset[str]) -> Rule:
    """A batch is as wanted when its status is one of these."""
    return Rule(
        look="Get-ZdmMigrationBatch",
        asks=lambda _arguments: {},
        key=lambda arguments: (str(arguments["name"]).casefold(),),
        holds=lambda found, _arguments: isinstance(found, MigrationBatch) and found.status in among,
        refuse=lambda found, arguments: "" if found is not None else f"there is no batch {arguments['name']}",
    )


def _url(service: str) -> Rule:
    """The addresses of one service of one server; its identity begins with the server."""

    def key(arguments: Arguments) -> tuple[object, ...]:
        return (str(arguments["identity"]).partition("\\")[0].casefold(), service)

    def holds(found: Fact | None, arguments: Arguments) -> bool:
        wanted = (arguments["internal_url"] or "", arguments["external_url"] or "")
        return isinstance(found, MailUrl) and (found.internal_url, found.external_url) == wanted

    return Rule(
        look="Get-ZdmVirtualDirectory",
        asks=lambda _arguments: {},
        key=key,
        holds=holds,
        refuse=lambda found, arguments: "" if found is not None else f"there is no {arguments['identity']}",
    )


def _endpoint(*, there: bool) -> Rule:
    """An endpoint of Exchange Online is there, or is not."""
    return Rule(
        look="Get-ZdmMigrationEndpoint",
        asks=lambda _arguments: {},
        key=lambda arguments: (str(arguments["name"]).casefold(),),
        holds=lambda found, _arguments: isinstance(found, MigrationEndpoint) is there,
    )


def _folders(holds: Callable[[PublicFolderState, Arguments], bool]) -> Rule:
    """What the organisation says of its public folders."""
    return Rule(
        look="Get-ZdmPublicFolderState",
        asks=lambda _arguments: {},
        key=lambda _arguments: (),
        holds=lambda found, arguments: isinstance(found, PublicFolderState) and holds(found, arguments),
    )


def _sends(found: Fact | None, arguments: Arguments) -> bool:
    wanted = {str(one).casefold() for one in arguments["servers"]}
    return isinstance(found, MailConnector) and {one.casefold() for one in found.servers} == wanted


def _relay(named: str, *, there: bool) -> Rule:
    """A connector through which devices relay is there, or is not."""

    def holds(found: Fact | None, arguments: Arguments) -> bool:
        if not there or not isinstance(found, MailConnector):
            return (found is not None) is there
        return set(found.addresses) == set(arguments["addresses"]) and found.anonymous

    def refuse(found: Fact | None, arguments: Arguments) -> str:
        wide = [one for one in arguments.get("addresses", ()) if one in WIDE]
        if wide:
            return f"{wide[0]} would let everybody relay"
        taken = there and found is not None and not holds(found, arguments)
        return f"a connector {arguments[named]} is there already and lets others send" if taken else ""

    return Rule(
        look="Get-ZdmConnector",
        asks=lambda _arguments: {},
        key=lambda arguments: ("receive", str(arguments[named]).rpartition("\\")[2].casefold()),
        holds=holds,
        refuse=refuse,
    )


WIDE: Final = frozenset({"0.0.0.0/0", "0.0.0.0-255.255.255.255", "::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
"""Ranges that stand for the whole world: a relay for them is an open one."""

AT_WORK: Final = frozenset({"Starting", "Syncing", "IncrementalSyncing", "Synced"})
OVER: Final = frozenset({"Completing", "Completed", "CompletedWithErrors"})

RULES: Final[Mapping[str, Rule]] = {
    "New-ZdmMailboxMove": _move(_requested, _second_request),
    "New-ZdmSystemMailboxMove": _move(_requested, _second_request),
    "Resume-ZdmMailboxMove": _move(_released, _not_ready),
    "Suspend-ZdmMailboxMove": _move(lambda found, _: isinstance(found, MailboxMove) and found.suspended, _late),
    "Set-ZdmMailboxMoveLimit": _move(_limited, _late),
    "Restart-ZdmMailboxMove": _move(_goes_on, _not_there),
    "Remove-ZdmMailboxMove": _move(lambda found, _: found is None, _busy, keeps_report=True),
    "New-ZdmMigrationBatch": replace(_batch(frozenset()), holds=lambda found, _arguments: found is not None, refuse=_nothing),
    "Start-ZdmMigrationBatch": _batch(AT_WORK),
    "Stop-ZdmMigrationBatch": _batch(frozenset({"Stopping", "Stopped"})),
    "Complete-ZdmMigrationBatch": _batch(OVER),
    "Remove-ZdmMigrationBatch": replace(
        _batch(frozenset()),
        holds=lambda found, _arguments: found is None or (isinstance(found, MigrationBatch) and found.status == "Removing"),
        refuse=_nothing,
    ),
    "New-ZdmRemoteMoveEndpoint": _endpoint(there=True),
    "New-ZdmCutoverEndpoint": _endpoint(there=True),
    "Remove-ZdmMigrationEndpoint": _endpoint(there=False),
    "New-ZdmRemoteBatch": replace(_batch(frozenset()), holds=lambda found, _arguments: found is not None, refuse=_nothing),
    "New-ZdmCutoverBatch": replace(_batch(frozenset()), holds=lambda found, _arguments: found is not None, refuse=_nothing),
    "Approve-ZdmSkippedItem": Rule(
        look="Get-ZdmOnlineMove",
        asks=lambda _arguments: {},
        key=lambda arguments: (str(arguments["address"]).casefold(),),
        holds=lambda found, _arguments: isinstance(found, OnlineMove) and not found.unapproved,
        refuse=lambda found, arguments: "" if found is not None else f"no batch has {arguments['address']}",
    ),
    "Set-ZdmMrsProxy": Rule(
        look="Get-ZdmMrsProxy",
        asks=lambda _arguments: {},
        key=lambda arguments: (str(arguments["identity"]).partition("\\")[0].casefold(),),
        holds=lambda found, arguments: isinstance(found, MrsProxy) and found.enabled is arguments["enabled"],
        refuse=lambda found, arguments: "" if found is not None else f"there is no {arguments['identity']}",
    ),
    "Set-ZdmPublicFolderLock": _folders(lambda found, arguments: found.locked is arguments["locked"]),
    "Set-ZdmPublicFolderMode": _folders(
        lambda found, arguments: (found.where, found.complete) == (arguments["mode"], arguments["complete"])
    ),
    "New-ZdmPublicFolderBatch": replace(
        _batch(frozenset()), holds=lambda found, _arguments: found is not None, refuse=_nothing
    ),
    "Set-ZdmSendConnectorSource": Rule(
        look="Get-ZdmConnector",
        asks=lambda _arguments: {},
        key=lambda arguments: ("send", str(arguments["identity"]).casefold()),
        holds=_sends,
        refuse=lambda found, arguments: "" if found is not None else f"there is no send connector {arguments['identity']}",
    ),
    "New-ZdmRelayConnector": _relay("name", there=True),
    "Remove-ZdmRelayConnector": _relay("identity", there=False),
    "Set-ZdmMapiUrl": _url("mapi"),
    "Set-ZdmOwaUrl": _url("owa"),
    "Set-ZdmEcpUrl": _url("ecp"),
    "Set-ZdmActiveSyncUrl": _url("activesync"),
    "Set-ZdmWebServicesUrl": _url("ews"),
    "Set-ZdmOabUrl": _url("oab"),
    "Set-ZdmScp": Rule(
        look="Get-ZdmScp",
        asks=lambda _arguments: {},
        key=lambda arguments: (str(arguments["server"]).casefold(),),
        holds=_pointed,
        refuse=lambda found, arguments: "" if found is not None else f"there is no server {arguments['server']}",
    ),
}
"""By verb; a verb without a rule is not sent, because nobody could tell afterwards what it did."""
