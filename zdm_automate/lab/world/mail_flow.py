"""Where mail and clients of an office go: the way in, the name that clients ask, certificates, queues, public folders. Values.

Outlook asks the connection points, then the addresses that it is told; whether it arrives, and why not, is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world.reach import reaches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.mail import MailBox, MailOrg, MailServer
    from zdm_automate.lab.world.model import World

EVERY: Final = timedelta(hours=1)
"""How often mail from outside comes."""

ACCESS, ENTRY, CERTIFICATE = "clients-here", "mail-here", "certificate"
STOPPED, STARTED = "transport-stopped", "transport-started"
BEFALLS: Final = (ACCESS, ENTRY, CERTIFICATE, STOPPED, STARTED)
"""What technicians and bad days do: the clients' name or port 25 leads here, a certificate with its names, a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A public folder."""

    path: str
    items: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFlow:
    """The ways.

    Attributes:
        access: the server that the clients' name leads to; empty: the oldest.
        entries: from when on which server port 25 of the firewall leads to; before the first of them, the oldest.
        senders: source servers of the connector to the outside; empty: the oldest.
        certificates: names on the certificate that a server shows; its own name alone where it is not here.
        stopped: servers whose transport service does not run.
        folders: public folders in the old server's database.
        folder_server: the server of the public folder database; empty for none.
        locked, complete, enabled: what the organisation says of public folders.
        folder_mailboxes: mailboxes that hold the folders on the new side.
    """

    access: str = ""
    entries: tuple[tuple[datetime, str], ...] = ()
    senders: tuple[str, ...] = ()
    certificates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()
    folders: tuple[Folder, ...] = ()
    folder_server: str = ""
    locked: bool = False
    complete: bool = False
    enabled: str = "Local"


def oldest(org: MailOrg) -> str:
    """The server that was there first."""
    return min(org.servers.values(), key=lambda one: (one.version == "SE", one.version, one.name)).name


def access(org: MailOrg) -> str:
    """The server that clients reach by the common name."""
    return org.flow.access or oldest(org)


def senders(org: MailOrg) -> tuple[str, ...]:
    """The servers by which mail leaves."""
    return org.flow.senders or (oldest(org),)


def received(org: MailOrg, server: str, since: datetime, now: datetime) -> Iterator[datetime]:
    """When a server took a message from outside, on the hour, as long as it was the way in."""
    moment = since.replace(minute=0, second=0, microsecond=0) + EVERY
    while moment <= now:
        way = next((name for start, name in reversed(org.flow.entries) if start <= moment), oldest(org))
        if way == server:
            yield moment
        moment += EVERY


def names_on(org: MailOrg, server: str) -> tuple[str, ...]:
    """The names for which a server's certificate is good."""
    return org.flow.certificates.get(server, (f"{server}.{org.domain}".casefold(),))


def lost(world: World, org: MailOrg, source: str, target: str) -> str:
    """Why a message does not get from one server to the other; empty where it does."""
    if not reaches(world, source, target):
        return f"{target} does not answer {source}."
    for name in (source, target):
        if name in org.flow.stopped:
            return f"The Microsoft Exchange Transport service on {name} does not run."
    down = [one.name for one in org.databases.values() if one.server == target and not one.mounted]
    return f"The mailbox database {down[0]} on {target} is dismounted." if down else ""


def waiting(world: World, org: MailOrg, server: str) -> Iterator[tuple[str, str]]:
    """Next hop and error of a server's queues that do not move."""
    for name in sorted(org.servers.keys() - {server}):
        if not reaches(world, server, name):
            yield name, f"451 4.4.0 Primary target IP address did not respond. Attempted {name}."
        elif name in org.flow.stopped:
            yield name, f"451 4.4.0 Primary target IP address responded with: connection refused. Attempted {name}."


def autodiscovered(org: MailOrg, box: MailBox) -> tuple[str, str]:
    """How Outlook in the domain finds a mailbox: the address it was told, and what goes wrong on the way, empty for nothing."""
    points = [one for one in sorted(org.servers.values(), key=lambda one: one.name != oldest(org)) if one.scp]
    if not points:
        return "", f"no service connection point is set, and autodiscover.{org.domain} is not found."
    point = points[0].scp or ""
    host = point.split("/")[2].casefold() if "//" in point else ""
    server = _behind(org, host)
    if server is None:
        return point, f"the name {host or point} of the service connection point leads nowhere."
    if host not in names_on(org, server.name):
        return point, f"the certificate of {server.name} is not for {host}."
    home = org.servers[org.databases[box.database].server]
    if server.version < home.version:
        return point, f"{server.name} is Exchange {server.version} and cannot serve a mailbox on Exchange {home.version}."
    return _served(org, home)


def _served(org: MailOrg, home: MailServer) -> tuple[str, str]:
    """The address of the web services that Outlook is told, and whether it leads somewhere."""
    told = home.urls.get("ews", ("", ""))[0]
    named = told.split("/")[2].casefold() if told else ""
    behind = _behind(org, named)
    if behind is None:
        return told, f"the address of the web services of {home.name} ({told or 'none'}) leads nowhere."
    return told, "" if named in names_on(org, behind.name) else f"the certificate of {behind.name} is not for {named}."


def _behind(org: MailOrg, host: str) -> MailServer | None:
    """The server that a name leads to: its own, or the one that clients reach by the common name."""
    own = next((one for one in org.servers.values() if host == f"{one.name}.{org.domain}".casefold()), None)
    if own is not None:
        return own
    common = {url.split("/")[2].casefold() for one in org.servers.values() for pair in one.urls.values() for url in pair if url}
    return org.servers[access(org)] if host in common else None


def befallen(org: MailOrg, server: str, what: str, now: datetime) -> MailOrg:
    """The organisation after a technician, or a bad day, changed a way."""
    flow = org.flow
    if what == ACCESS:
        flow = replace(flow, access=server)
    elif what == ENTRY:
        flow = replace(flow, entries=(*flow.entries, (now, server)))
    elif what == CERTIFICATE:
        all_urls = (url for one in org.servers.values() for pair in one.urls.values() for url in pair if url)
        own = {f"{name}.{org.domain}".casefold() for name in org.servers}
        names = {url.split("/")[2].casefold() for url in all_urls} - own
        names |= {f"autodiscover.{org.domain}", f"{server}.{org.domain}".casefold()}
        flow = replace(flow, certificates={**flow.certificates, server: tuple(sorted(names))})
    elif what == STOPPED:
        flow = replace(flow, stopped=flow.stopped | {server})
    else:
        flow = replace(flow, stopped=flow.stopped - {server})
    return replace(org, flow=flow)
