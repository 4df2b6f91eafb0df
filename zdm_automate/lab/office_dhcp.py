"""The `dhcp:` section of an office file: servers, scopes, who is authorised, which devices hold leases, visitors."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from zdm_automate.lab.world import dhcp_serve
from zdm_automate.lab.world.dhcp import (
    NEVER,
    DhcpClient,
    DhcpServer,
    Failover,
    Lease,
    OptionValue,
    Reservation,
    Scope,
    Visits,
)
from zdm_automate.lab.world.directory import AuthorisedServer
from zdm_automate.lab.world.reach import owners

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

Address = Annotated[str, BeforeValidator(lambda value: str(IPv4Address(str(value))))]
CLIENT_ID = r"^[0-9a-f]{2}(-[0-9a-f]{2})*$"
KNOWN_TYPES = {
    3: "IPv4Address",
    4: "IPv4Address",
    6: "IPv4Address",
    15: "String",
    42: "IPv4Address",
    44: "IPv4Address",
    46: "Byte",
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OptionSection(_Section):
    """An option's value; the type is known for the common ones, else String."""

    id: int = Field(ge=1, le=254)
    value: tuple[Annotated[str, BeforeValidator(str)], ...]
    type: str = ""
    vendor: str = ""
    user: str = ""

    def made(self) -> OptionValue:
        """As the world has it."""
        return OptionValue(
            option_id=self.id,
            type=self.type or KNOWN_TYPES.get(self.id, "String"),
            value=self.value,
            vendor_class=self.vendor,
            user_class=self.user,
        )


class ReservationSection(_Section):
    """An address kept for one client."""

    address: Address
    client: str = Field(pattern=CLIENT_ID)
    name: str = ""
    description: str = ""
    type: str = "Both"
    options: tuple[OptionSection, ...] = ()


class ScopeSection(_Section):
    """A scope; `range` is first and last address."""

    network: Annotated[str, BeforeValidator(lambda value: str(IPv4Network(str(value))))]
    range: tuple[Address, Address]
    name: str = ""
    description: str = ""
    lease_seconds: int = Field(default=691200, ge=NEVER)
    active: bool = True
    delay: int = Field(default=0, ge=0)
    superscope: str = ""
    exclude: tuple[tuple[Address, Address], ...] = ()
    reservations: tuple[ReservationSection, ...] = ()
    options: tuple[OptionSection, ...] = ()


class FailoverSection(_Section):
    """A failover relationship as this server holds it; `partner` as it was named, `host` the machine that is meant."""

    name: str
    partner: str
    host: str
    mode: str = "HotStandby"
    role: str = "Active"
    percent: int | None = None
    mclt: int = 3600
    scopes: tuple[Address, ...] = ()

    def made(self) -> Failover:
        """As the world has it."""
        return Failover(
            name=self.name,
            partner=self.partner,
            partner_host=self.host,
            mode=self.mode,
            role=self.role,
            percent=self.percent,
            mclt=self.mclt,
            scope_ids=self.scopes,
        )


class HolderSection(_Section):
    """A device that holds a lease since a known moment; one with a host's name is that host's network side."""

    name: str
    client: str = Field(pattern=CLIENT_ID)
    network: Address
    address: Address
    server: Address
    obtained: datetime | None = None
    expires: datetime | None = None
    dns: tuple[Address, ...] = ()
    shown: str = ""


class ElsewhereSection(_Section):
    """A server that the directory authorises and that is no host of the office."""

    name: str
    address: Address


class ServerSection(_Section):
    """A server's database."""

    authorised: bool = True
    conflict_attempts: int = Field(default=0, ge=0, le=5)
    vendor_classes: tuple[str, ...] = ()
    options: tuple[OptionSection, ...] = ()
    scopes: tuple[ScopeSection, ...] = ()
    audit_path: str = ""
    failovers: tuple[FailoverSection, ...] = ()


class DeviceSection(_Section):
    """A device that is no Windows host: a phone, a printer."""

    name: str
    client: str = Field(pattern=r"^([0-9a-f]{2}-){5}[0-9a-f]{2}$")
    network: Address
    vendor: str = ""


class VisitSection(_Section):
    """Devices that come and go."""

    network: Address
    every: float = Field(default=1.0, gt=0)


class DhcpSection(_Section):
    """The whole section."""

    servers: dict[str, ServerSection]
    devices: tuple[DeviceSection, ...] = ()
    clients_network: Address | None = None
    visitors: VisitSection | None = None
    holders: tuple[HolderSection, ...] = ()
    authorised_elsewhere: tuple[ElsewhereSection, ...] = ()


def build_dhcp(section: dict[str, Any], world: World) -> World:
    """The world with the section's servers; its clients hold leases that are between new and half of their time old.

    Raises:
        ValidationError: a value does not fit.
        ValueError: a server is no host, or a host that leases has no scope.
    """
    made = DhcpSection.model_validate(section)
    for host, server in made.servers.items():
        if host not in world.hosts:
            raise ValueError(f"the DHCP server {host!r} is not among the hosts")
        world = world.with_dhcp(host, _server(server))
        if server.authorised:
            machine = world.hosts[host]
            entry = AuthorisedServer(dns_name=machine.fqdn, address=machine.address)
            listed = (*world.directory.dhcp_servers, entry)
            world = replace(world, directory=replace(world.directory, dhcp_servers=listed))
    for one in made.authorised_elsewhere:
        listed = (*world.directory.dhcp_servers, AuthorisedServer(dns_name=one.name, address=one.address))
        world = replace(world, directory=replace(world.directory, dhcp_servers=listed))
    if made.visitors is not None:
        world = replace(world, visits=Visits(link=made.visitors.network, every=made.visitors.every))
    return _with_holders(made, _with_clients(made, world))


def _server(section: ServerSection) -> DhcpServer:
    empty = DhcpServer()
    return replace(
        empty,
        options=tuple(one.made() for one in section.options),
        vendor_classes=(*empty.vendor_classes, *section.vendor_classes),
        conflict_attempts=section.conflict_attempts,
        audit_path=section.audit_path or empty.audit_path,
        failovers=tuple(one.made() for one in section.failovers),
        scopes={str(IPv4Network(one.network).network_address): _scope(one) for one in section.scopes},
    )


def _scope(section: ScopeSection) -> Scope:
    network = IPv4Network(section.network)
    outside = [address for address in section.range if IPv4Address(address) not in network]
    if outside:
        raise ValueError(f"{outside[0]} is not in {network}")
    return Scope(
        scope_id=str(network.network_address),
        mask=str(network.netmask),
        start=section.range[0],
        end=section.range[1],
        name=section.name,
        description=section.description,
        lease_seconds=section.lease_seconds,
        active=section.active,
        delay=section.delay,
        superscope=section.superscope,
        exclusions=section.exclude,
        reservations=tuple(
            Reservation(
                address=one.address,
                client_id=one.client,
                name=one.name,
                description=one.description,
                type=one.type,
                options=tuple(option.made() for option in one.options),
            )
            for one in section.reservations
        ),
        options=tuple(one.made() for one in section.options),
    )


def _with_clients(made: DhcpSection, world: World) -> World:
    """Every host with `dhcp: true` and every device gets its lease, one after the other, some time ago."""
    network = made.clients_network
    waiting: list[DhcpClient] = []
    held = {one.name for one in made.holders}
    for host in world.hosts.values():
        if host.nics and host.nics[0].dhcp and host.name not in held:
            if network is None:
                raise ValueError(f"{host.name} leases its address: say `clients_network`")
            client_id = host.nics[0].mac.lower()
            waiting.append(DhcpClient(name=host.name, client_id=client_id, link=network, on=host.powered))
    waiting += [
        DhcpClient(name=one.name, client_id=one.client, link=one.network, vendor_class=one.vendor) for one in made.devices
    ]
    now = world.now
    world = replace(world, clients={one.name: one for one in waiting})
    for number, client in enumerate(waiting):
        server = next((s for s in world.dhcp.values() if client.link in s.scopes), None)
        if server is None:
            raise ValueError(f"{client.name}: no server has a scope {client.link}")
        age = server.scopes[client.link].lease_seconds / 2 * (number + 1) / (len(waiting) + 1)
        world = dhcp_serve.discover(replace(world, now=now - timedelta(seconds=int(age))), client.name)
    return replace(world, now=now)


def _with_holders(made: DhcpSection, world: World) -> World:
    """Each holder has its lease, as old as it is said to be; a machine's adapter already stands as its own section has it."""
    for one in made.holders:
        holder = next(owners(world, one.server), None)
        server = world.dhcp.get(holder.name) if holder is not None else None
        if holder is None or server is None or one.network not in server.scopes:
            raise ValueError(f"{one.name}: no server at {one.server} has a scope {one.network}")
        obtained, expires = _utc(one.obtained), _utc(one.expires)
        client = DhcpClient(
            name=one.name,
            client_id=one.client,
            link=one.network,
            address=one.address,
            server=one.server,
            obtained=obtained,
            expires=expires,
            next_at=None if obtained is None or expires is None else obtained + (expires - obtained) / 2,
            dns=one.dns,
        )
        reserved = server.scopes[one.network].reserved(one.address) is not None
        lease = Lease(
            address=one.address,
            client_id=one.client,
            host_name=one.shown or one.name,
            expires=None if reserved else expires,
        )
        world = dhcp_serve.record(world, holder.name, one.network, lease)
        world = replace(world, clients={**world.clients, one.name: client})
    return world


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
