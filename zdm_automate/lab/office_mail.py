"""The `mail` section of an office definition: an Exchange organisation with its mailboxes, the same for the same seed."""

from __future__ import annotations

import uuid
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zdm_automate.lab.office_tenant import TenantSection, build_tenant
from zdm_automate.lab.world.host import Service
from zdm_automate.lab.world.mail import GB, MB, MailBox, MailDatabase, MailOrg, MailServer
from zdm_automate.lab.world.mail_flow import Folder, MailFlow

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

FIRST = ("Anna", "Ben", "Clara", "David", "Eva", "Finn", "Greta", "Hans", "Ida", "Jörg", "Käthe", "Lars", "Mia", "Noël", "Olga")
LAST = ("Müller", "O'Brien", "Schmidt", "de Vries", "Weiß", "Núñez", "Larsen", "Fischer", "Zu Hohenfels", "Ødegård")
NAMESPACE = uuid.UUID("6d1f4c3e-52d4-4d39-9c5f-3f6d7b1f0a11")

ARBITRATION = (
    "SystemMailbox{1f05a927}",
    "SystemMailbox{e0dc1c29}",
    "FederatedEmail.4c1f4d8b",
    "Migration.8f3e7716",
    "DiscoverySearchMailbox{D919BA05}",
)


PATHS = {
    "owa": "owa",
    "ecp": "ecp",
    "activesync": "Microsoft-Server-ActiveSync",
    "ews": "EWS/Exchange.asmx",
    "oab": "OAB",
    "mapi": "mapi",
}
"""Where each service lies under a server's name."""


SERVICES = {"2003": ("MSExchangeIS", "MSExchangeMGMT", "MSExchangeSA"), "2007": ("MSExchangeIS", "MSExchangeServiceHost")}
"""By which services a host shows that it has an Exchange that is asked on the box."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSection(_Section):
    """An Exchange server.

    Attributes:
        scp: its service connection point; its own name where it is empty, as setup leaves it.
        url_host: the name in its URLs; its own where it is empty.
        log_free_gb: the room that its transaction logs have.
    """

    version: Literal["2003", "2007", "2010", "2013", "2016", "2019", "SE"]
    scp: str = ""
    url_host: str = ""
    log_free_gb: int = Field(default=500, ge=0)


class DatabaseSection(_Section):
    """A database; `rate_mb` is what one move into it copies in a minute."""

    server: str
    rate_mb: int = Field(default=200, gt=0)
    circular: bool = False


class BoxSection(_Section):
    """A mailbox that is named because something is special about it."""

    alias: str = Field(pattern=r"^[a-z][a-z0-9.-]*$")
    name: str = ""
    kind: Literal["UserMailbox", "SharedMailbox", "RoomMailbox"] = "UserMailbox"
    database: str = ""
    size_mb: int = Field(default=800, ge=0)
    items: int = Field(default=9000, ge=0)
    corrupt: int = Field(default=0, ge=0)
    large_mb: tuple[int, ...] = ()
    on_hold: bool = False
    archive: bool = False
    forwards_to: str = ""
    full_access: tuple[str, ...] = ()
    on_behalf: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


class PeopleSection(_Section):
    """Mailboxes by the dozen: as many as bring the whole to `count`, sizes drawn between two bounds."""

    count: int = Field(ge=0, le=5000)
    size_mb: tuple[int, int] = (100, 3000)


class MailSection(_Section):
    """The whole section."""

    organization: str = "First Organization"
    session_limit: int = Field(default=18, ge=1)
    servers: dict[str, ServerSection] = Field(min_length=1)
    databases: dict[str, DatabaseSection] = Field(min_length=1)
    home: str
    mailboxes: tuple[BoxSection, ...] = ()
    people: PeopleSection = PeopleSection(count=0)
    arbitration: bool = True
    relays: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    tenant: TenantSection | None = None
    public_folders: tuple[str, ...] = ()


def build_mail(section: dict[str, Any], world: World) -> World:
    """The world with its Exchange organisation.

    Raises:
        ValueError: a server or database that the section does not name.
    """
    made = MailSection.model_validate(section)
    for name in made.servers:
        if name not in world.hosts:
            raise ValueError(f"the server {name} is not among the hosts")
    for name, one in made.databases.items():
        if one.server not in made.servers:
            raise ValueError(f"database {name}: there is no server {one.server}")
    if made.home not in made.databases:
        raise ValueError(f"there is no database {made.home!r} to be home")
    for name, server in made.servers.items():
        for service in SERVICES.get(server.version, ()):
            world = world.with_host(world.hosts[name].with_service(Service(name=service, display_name=service)))
    domain = world.directory.domain
    boxes = {box.guid: box for box in _boxes(made, domain, Random(world.seed))}  # noqa: S311 - repeatable, not secret
    return replace(
        world,
        mail=MailOrg(
            name=made.organization,
            domain=domain,
            session_limit=made.session_limit,
            servers={
                name: MailServer(
                    name=name,
                    version=one.version,
                    scp=one.scp or f"https://{name.lower()}.{domain}/Autodiscover/Autodiscover.xml",
                    log_free=one.log_free_gb * GB,
                    urls=_urls(one, one.url_host or f"{name.lower()}.{domain}"),
                )
                for name, one in made.servers.items()
            },
            databases={
                name: MailDatabase(
                    name=name, server=one.server, rate=one.rate_mb * MB, circular=one.circular, last_backup=world.now
                )
                for name, one in made.databases.items()
            },
            mailboxes=boxes,
            relays=dict(made.relays),
            flow=_flow(made, domain),
            tenant=build_tenant(made.tenant, boxes.values()),
        ),
    )


def _urls(server: ServerSection, host: str) -> dict[str, tuple[str, str]]:
    """Where a server offers its services; setup knows no address for the outside."""
    outside = bool(server.url_host)
    services = {name: path for name, path in PATHS.items() if name != "mapi" or server.version != "2010"}
    return {name: (f"https://{host}/{path}", f"https://{host}/{path}" if outside else "") for name, path in services.items()}


def _flow(made: MailSection, domain: str) -> MailFlow:
    """A server under a common name has a certificate for it; another shows the one that setup made."""
    shown = {
        name: tuple(sorted({one.url_host, f"autodiscover.{domain}", f"{name.lower()}.{domain}"}))
        for name, one in made.servers.items()
        if one.url_host
    }
    folders = tuple(Folder(path=path, items=20, size=20 * MB) for path in made.public_folders)
    old = next((name for name, one in made.servers.items() if one.version == "2010"), "")
    return MailFlow(certificates=shown, folders=folders, folder_server=old if folders else "")


def _boxes(made: MailSection, domain: str, chance: Random) -> list[MailBox]:
    found = [_named(one, made.home, domain) for one in made.mailboxes]
    number = 0
    while len(found) < made.people.count:
        number += 1
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        low, high = made.people.size_mb
        size = chance.randint(low, high) * MB
        found.append(
            MailBox(
                guid=_guid(f"user{number:04}", domain),
                name=f"{first} {last} {number}",
                alias=f"user{number:04}",
                database=made.home,
                address=f"user{number:04}@{domain}",
                size=size,
                items=size // (80 * 1024),
            )
        )
    if made.arbitration:
        found += [
            MailBox(
                guid=_guid(name, domain),
                name=name,
                alias=name.replace("{", ".").replace("}", ""),
                database=made.home,
                kind="ArbitrationMailbox",
                size=5 * MB,
                items=20,
            )
            for name in ARBITRATION
        ]
    return found


def _named(one: BoxSection, home: str, domain: str) -> MailBox:
    return MailBox(
        guid=_guid(one.alias, domain),
        name=one.name or one.alias.title(),
        alias=one.alias,
        database=one.database or home,
        address=f"{one.alias}@{domain}",
        kind=one.kind,
        size=one.size_mb * MB,
        items=one.items,
        corrupt=one.corrupt,
        large=tuple(size * MB for size in one.large_mb),
        on_hold=one.on_hold,
        archive=one.archive,
        forwards_to=one.forwards_to,
        full_access=one.full_access,
        on_behalf=one.on_behalf,
        clients=one.clients,
    )


def _guid(alias: str, domain: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{alias}@{domain}"))
