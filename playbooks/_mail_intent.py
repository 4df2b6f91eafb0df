"""What a project says about its mailbox moves: which databases, who first, what may be lost, and how they go online."""

from __future__ import annotations

from typing import Literal

from zdm_automate import intent
from zdm_automate.mail.losses import CEILING

ROLE = "mail"
"""The Exchange server on which everything is asked."""


@intent
class MailIntent:
    """What the project file says under `intent: mailbox_moves:`.

    Attributes:
        source_databases: databases that are to be emptied.
        target_databases: databases of the new server; mailboxes are spread over them.
        pilot: who moves first and has to accept it before everybody else is copied.
        wave_size: mailboxes per wave; people who share mailboxes are never torn apart for it.
        batch: begins the name of every wave's requests.
        bad_items: damaged items that a mailbox may lose at most, each of them approved; 0 allows none.
        completing: the waves that are completed now; none named: all that have been copied.
        stay: mailboxes that do not move.
        back: mailboxes that are moved back to where they came from.
        scp: what the service connection points say while both servers stand side by side; empty leaves them alone.
        old_servers: the Exchange servers that go in the end, for G-EXREMOVE.
        online: how the mailboxes go to Exchange Online: `cutover`, `minimal-hybrid` or `remote-move`; empty: to own servers.
        remote_server: the name by which Exchange Online reaches the old servers from outside.
        domain: the mail domain whose MX and SPF records follow.
        migration_account: the credential with which Exchange Online enters the old side.
    """

    source_databases: tuple[str, ...]
    target_databases: tuple[str, ...] = ()
    pilot: tuple[str, ...] = ()
    wave_size: int = 50
    batch: str = "zdm"
    bad_items: int = 0
    completing: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    scp: str = ""
    old_servers: tuple[str, ...] = ()
    online: Literal["", "cutover", "minimal-hybrid", "remote-move"] = ""
    remote_server: str = ""
    domain: str = ""
    migration_account: str = ""

    def __post_init__(self) -> None:
        """Refuses what would move nothing, in circles, or lose more than anybody may approve."""
        if not self.source_databases or not (self.target_databases or self.online):
            raise ValueError("source_databases and target_databases each need a database")
        if self.online and self.target_databases:
            raise ValueError("mailboxes go either to target_databases or online")
        if self.online and not (self.remote_server and self.domain and self.migration_account):
            raise ValueError("online needs remote_server, domain and migration_account")
        both = {one.casefold() for one in self.source_databases} & {one.casefold() for one in self.target_databases}
        if both:
            raise ValueError(f"{both.pop()} is both source and target")
        if self.wave_size < 1:
            raise ValueError("wave_size must be 1 at least")
        if not 0 <= self.bad_items <= CEILING:
            raise ValueError(f"bad_items must be between 0 and {CEILING}")
