"""What all domain controllers of the office share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedServer:
    """A DHCP server object in CN=NetServices: name and address, not checked against anything."""

    dns_name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The domain and its configuration container.

    Attributes:
        domain: DNS name of the one domain; empty for a workgroup office.
        netbios: its short name.
        controllers: short names of the domain controllers.
        replication_delay: seconds until a change on one controller is on the others.
        dhcp_servers: the authorised DHCP servers.
    """

    domain: str = ""
    netbios: str = ""
    controllers: tuple[str, ...] = ()
    replication_delay: int = 15
    dhcp_servers: tuple[AuthorisedServer, ...] = ()
