"""Facts about an Exchange that has no endpoint of its own: 2003, read by WMI on the box, and 2007, by its snap-in there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLegacy(Fact):
    """The server.

    Attributes:
        build: such as `Version 6.5 (Build 7638.2: Service Pack 2)`.
        front_end: it has no mailboxes of its own.
        state: `OK`, `Warning`, `Error` or `Unknown`, by its own monitoring; None where it has none.
        bad: what is not well: CPU, Disks, Memory, Queues, Services.
    """

    zdm_type: ClassVar[str] = "Zdm.ExchangeLegacy"
    reader: ClassVar[str] = "Get-ZdmExchangeLegacy"
    key: ClassVar[tuple[str, ...]] = ("name",)
    volatile: ClassVar[frozenset[str]] = frozenset({"state", "bad"})

    name: str
    build: str
    front_end: bool
    state: str | None
    bad: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLegacyMailbox(Fact):
    r"""A mailbox in a store of that server.

    Attributes:
        legacy_dn: the name by which the next version finds it.
        database: `SERVER\storage group\store`.
        account: who was logged on last.
        disconnected: its user is gone; the store keeps it for a while.
        system: it is the server's own.
    """

    zdm_type: ClassVar[str] = "Zdm.ExchangeLegacyMailbox"
    reader: ClassVar[str] = "Get-ZdmExchangeLegacyMailbox"
    key: ClassVar[tuple[str, ...]] = ("guid",)
    volatile: ClassVar[frozenset[str]] = frozenset({"bytes", "items", "account", "last_logon_utc"})

    guid: str
    name: str
    legacy_dn: str
    database: str
    bytes: int
    items: int
    account: str
    last_logon_utc: str | None
    disconnected: bool
    system: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLegacyLogon(Fact):
    """Somebody who is logged on; `client` is the version of the program, such as `11.0.8161.0`, or `HTTP`."""

    zdm_type: ClassVar[str] = "Zdm.ExchangeLegacyLogon"
    reader: ClassVar[str] = "Get-ZdmExchangeLegacyLogon"
    key: ClassVar[tuple[str, ...]] = ("row_id",)
    volatile: ClassVar[frozenset[str]] = frozenset({"name", "legacy_dn", "account", "client", "since_utc"})

    row_id: int
    name: str
    legacy_dn: str
    account: str
    client: str
    since_utc: str | None
