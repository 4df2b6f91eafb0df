"""The `dhcp:` section of an office file: servers, scopes, who is authorised, which devices hold leases, visitors."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from zdm_automate.lab.world import dhcp_serve
from zdm_automate.lab.world.dhcp import DhcpClient, DhcpServer, OptionValue, Reservation, Scope, Visits
from zdm_automate.lab.world.directory import AuthorisedServer

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

Address = Annotated[str, BeforeValidator(lambda value: str(IPv4Address(str(value))))]
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
    client: str = Field(pattern=r"^([0-9a-f]{2}-){5}[0-9a-f]{2}$")
    name: str = ""
    description: str = ""
    options: tuple[OptionSection, ...] = ()


class ScopeSection(_Section):
    """A scope; `range` is first and last address."""

    network: Annotated[str, BeforeValidator(lambda value: str(IPv4Network(str(value))))]
    range: tuple[Address, Address]
    name: str = ""
    description: str = ""
    lease_seconds: int = Field(default=691200, ge=60)
    superscope: str = ""
    exclude: tuple[tuple[Address, Address], ...] = ()
    reservations: tuple[ReservationSection, ...] = ()
    options: tuple[OptionSection, ...] = ()


class ServerSection(_Section):
    """A server's database."""

    authorised: bool = True
    conflict_attempts: int = Field(default=0, ge=0, le=5)
    vendor_classes: tuple[str, ...] = ()
    options: tuple[OptionSection, ...] = ()
    scopes: tuple[ScopeSection, ...] = ()


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
    if made.visitors is not None:
        world = replace(world, visits=Visits(link=made.visitors.network, every=made.visitors.every))
    return _with_clients(made, world)


def _server(section: ServerSection) -> DhcpServer:
    empty = DhcpServer()
    return replace(
        empty,
        options=tuple(one.made() for one in section.options),
        vendor_classes=(*empty.vendor_classes, *section.vendor_classes),
        conflict_attempts=section.conflict_attempts,
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
        superscope=section.superscope,
        exclusions=section.exclude,
        reservations=tuple(
            Reservation(
                address=one.address,
                client_id=one.client,
                name=one.name,
                description=one.description,
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
    for host in world.hosts.values():
        if host.nics and host.nics[0].dhcp:
            if network is None:
                raise ValueError(f"{host.name} leases its address: say `clients_network`")
            client_id = host.nics[0].mac.lower()
            waiting.append(DhcpClient(name=host.name, client_id=client_id, link=network))
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
