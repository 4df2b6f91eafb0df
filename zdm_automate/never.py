"""What is never done, whoever approves it: pure rules over a change and the facts before it.

A rule that cannot be judged because facts are missing stays silent; the playbook's own gaps keep such a change from being
planned. Rules that no verb could break are enforced by there being no such verb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zdm_automate.facts.dhcp import DhcpAuthorization, DhcpExclusion, DhcpFailover, DhcpScope
from zdm_automate.facts.host import Service
from zdm_automate.facts.mail import MailboxMove
from zdm_automate.facts.mail_online import OnlineMove
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.facts.store import Facts, FactsMissingError
from zdm_automate.mail.losses import CEILING, decided, decided_online
from zdm_automate.model import Change
from zdm_automate.planner import laid_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.facts.base import Fact
    from zdm_automate.model import VerbCall

F = TypeVar("F", bound="Fact")

DNS_SERVERS: Final = 6
DESTRUCTIVE: Final = ("remove-", "uninstall-", "convert-")
SECRET_NAMES: Final = ("password", "passwd", "secret", "token", "pwd")
DIRECTORY_ROLES: Final = frozenset({"ad-domain-services", "adcs-cert-authority", "ad-certificate"})
MSDCS: Final = "_msdcs"
EMPTY_ALLOWED: Final = frozenset({"vendorclass", "userclass", "reservation"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is never done; `bites` gives the reason why a change breaks it, or nothing."""

    name: str
    text: str
    bites: Callable[[Change, Facts], str]


def refusals(change: Change, facts: Facts) -> tuple[str, ...]:
    """Every rule that the change would break on these facts, with the reason."""
    return tuple(f"{rule.name}: {why}" for rule in RULES if (why := rule.bites(change, facts)))


def _call(call: VerbCall) -> tuple[str, dict[str, Any]]:
    """Verb and parameters in one spelling: PowerShell takes them in any case, and the wire with or without underscores."""
    return call.verb.casefold(), {name.replace("_", "").casefold(): value for name, value in call.params.items()}


# --- two DHCP servers on one range ---


def _two_servers(change: Change, facts: Facts) -> str:
    verb, params = _call(change.call)
    if "dhcp" not in verb and str(params.get("name")).casefold() != "dhcpserver":
        return ""
    before = dict(_shared(facts))
    for pair, network in _shared(laid_over(facts, change)):
        if pair not in before:
            names = " and ".join(facts.hosts.get(role, role) for role in pair)
            return f"{names} would both be authorised and lease {network}"
    return ""


def _shared(facts: Facts) -> Iterator[tuple[tuple[str, str], str]]:
    """Pairs of roles that lease the same addresses without a failover relationship."""
    leased = {role: dict(_leased(facts, role)) for role in sorted(facts.hosts)}
    for one, other in combinations(leased, 2):
        if facts.hosts[one] == facts.hosts[other]:
            continue
        for network in leased[one].keys() & leased[other].keys():
            if leased[one][network] & leased[other][network] and not _joined(facts, network, (one, other)):
                yield (one, other), network


def _leased(facts: Facts, role: str) -> Iterator[tuple[str, set[int]]]:
    """The addresses that a role's server leases, by scope: it runs, it is authorised, the scope is active."""
    running = any(s.name == "DHCPServer" and s.state == "Running" for s in _known(facts, role, Service))
    if not running or not _authorised(facts, role):
        return
    for scope in _known(facts, role, DhcpScope):
        if scope.state == "Active":
            held = _addresses(scope.start_range, scope.end_range)
            for gap in _known(facts, role, DhcpExclusion):
                if gap.scope_id == scope.scope_id:
                    held -= _addresses(gap.start_range, gap.end_range)
            yield scope.scope_id, held


def _authorised(facts: Facts, role: str) -> bool:
    """Whether the directory lists the role's host, by its short name; yes where no list was read."""
    lists = [one for known in facts.hosts for one in _known(facts, known, DhcpAuthorization)]
    was_read = any((known, DhcpAuthorization.zdm_type) in facts.by_type for known in facts.hosts)
    short = facts.hosts[role].partition(".")[0].casefold()
    return not was_read or any(one.dns_name.partition(".")[0].casefold() == short for one in lists)


def _joined(facts: Facts, network: str, roles: tuple[str, str]) -> bool:
    return any(network in one.scope_ids for role in roles for one in _known(facts, role, DhcpFailover))


def _known(facts: Facts, role: str, kind: type[F]) -> tuple[F, ...]:
    try:
        return facts.of(role, kind)
    except FactsMissingError:
        return ()


def _addresses(start: str, end: str) -> set[int]:
    return set(range(int(IPv4Address(start)), int(IPv4Address(end)) + 1))


# --- whom members ask ---


def _servers_told(change: Change) -> tuple[str, ...] | None:
    """The DNS servers that the change would give to clients or to a host; None where it gives none."""
    verb, params = _call(change.call)
    if verb == "set-zdmdnsclient":
        return tuple(params.get("serveraddresses") or ())
    if verb == "set-zdmdhcpoption" and str(params.get("optionid")) == str(DNS_SERVERS):
        return tuple(params.get("value") or ())
    return None


def _no_dns_left(change: Change, _facts: Facts) -> str:
    told = _servers_told(change)
    return "" if told is None or any(told) else f"{change.target} would leave no DNS server at all"


def _public_dns(change: Change, _facts: Facts) -> str:
    public = [one for one in _servers_told(change) or () if _is_public(one)]
    return f"{', '.join(public)} is a public resolver" if public else ""


def _is_public(text: str) -> bool:
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _locator_records(change: Change, _facts: Facts) -> str:
    verb, params = _call(change.call)
    if not verb.startswith(("set-zdmdns", "remove-zdmdns", "convert-zdmdns", "add-zdmdns")):
        return ""
    names = [str(params.get(name) or "").casefold() for name in ("zone", "name")]
    if any(MSDCS in name.split(".") for name in names):
        return f"{'.'.join(reversed(names)).strip('.')} is kept by the domain controllers themselves"
    return ""


# --- identities, secrets, roles, temporaries ---


def _vague_identity(change: Change, _facts: Facts) -> str:
    verb, params = _call(change.call)
    if not verb.startswith(DESTRUCTIVE):
        return ""
    named = {n: v for n, v in params.items() if isinstance(v, str | list | tuple) and n not in EMPTY_ALLOWED}
    for name, value in named.items():
        for one in (value,) if isinstance(value, str) else value or ("",):
            if not str(one).strip():
                return f"{change.call.verb} with an empty {name}"
            if any(sign in str(one) for sign in "*?"):
                return f"{change.call.verb} with the wildcard {one!r} as {name}"
    missing = [name for name, value in params.items() if value is None]
    if missing or not named:
        return f"{change.call.verb} without {missing[0] if missing else 'naming anything'}"
    return ""


def _open_secret(change: Change, _facts: Facts) -> str:
    calls = [change.call, *([change.inverse] if change.inverse is not None else [])]
    for call in calls:
        for name, value in call.params.items():
            if isinstance(value, str) and value and any(word in name.casefold() for word in SECRET_NAMES):
                return f"{call.verb} carries {name} as plain text"
    return ""


def _directory_role(change: Change, _facts: Facts) -> str:
    verb, params = _call(change.call)
    name = str(params.get("name") or "")
    if verb == "uninstall-zdmfeature" and name.casefold() in DIRECTORY_ROLES:
        return f"the role {name} is demoted or retired first, never just uninstalled"
    return ""


def _forgotten_weakness(change: Change, _facts: Facts) -> str:
    verb, params = _call(change.call)
    name = str(params.get("name") or "")
    if verb == "install-zdmfeature" and name.casefold().startswith("fs-smb1") and not change.temporary:
        return f"{name} is switched on without an item that takes it back"
    return ""


def _silent_loss(change: Change, facts: Facts) -> str:
    """Damaged items may be lost only where somebody accepted that number for that mailbox, and never when a move begins."""
    verb, params = _call(change.call)
    limit = params.get("baditemlimit")
    if verb not in {"new-zdmmailboxmove", "new-zdmsystemmailboxmove", "set-zdmmailboxmovelimit"} or not limit:
        return ""
    if not verb.startswith("set-"):
        return f"{change.call.verb} would lose {limit} items before anybody has seen which"
    moves = _known(facts, change.call.role, MailboxMove)
    move = next((one for one in moves if one.guid == params.get("identity")), None)
    decision = decided(facts, move) if move is not None and (PROJECT, SignOff.zdm_type) in facts.by_type else None
    accepted = decision is not None and decision.accepted and limit == decision.items <= CEILING
    return "" if accepted else f"nobody has accepted that {limit} items of {move.name if move else 'this mailbox'} are lost"


def _any_loss(change: Change, facts: Facts) -> str:
    return _silent_loss(change, facts) or _silent_skip(change, facts)


def _silent_skip(change: Change, facts: Facts) -> str:
    """What Exchange Online could not copy is accepted only where somebody accepted that number for that mailbox."""
    verb, params = _call(change.call)
    if verb != "approve-zdmskippeditem":
        return ""
    moves = _known(facts, change.call.role, OnlineMove)
    move = next((one for one in moves if one.address == params.get("address")), None)
    decision = decided_online(facts, move) if move is not None and (PROJECT, SignOff.zdm_type) in facts.by_type else None
    accepted = decision is not None and decision.accepted and decision.items <= CEILING
    return "" if accepted else f"nobody has accepted what of {params.get('address')} was not copied"


RULES: Final[tuple[Rule, ...]] = (
    Rule("N-TWO-DHCP", "two authorised DHCP servers lease one range without failover or split", _two_servers),
    Rule("N-NO-DNS", "the last DNS server is taken from option 006 or from a host", _no_dns_left),
    Rule("N-PUBLIC-DNS", "a member of the domain, or its DHCP clients, ask a public resolver", _public_dns),
    Rule("N-MSDCS", "a record or zone of the domain controller locator is changed by hand", _locator_records),
    Rule("N-IDENTITY", "something is removed by an empty or wildcard name", _vague_identity),
    Rule("N-SECRET", "a secret stands in a plan as plain text", _open_secret),
    Rule("N-DEMOTE", "the directory or the certificate authority goes by uninstalling its role", _directory_role),
    Rule("N-LOSS", "damaged items of a mailbox are lost without an acceptance of that number, or more than ten", _any_loss),
    Rule("N-FORGET", "SMB1 is switched on without an item that switches it off again", _forgotten_weakness),
)
