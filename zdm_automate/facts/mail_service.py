"""What an Exchange organisation says of its ways: queues, what was received, public folders, tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueue(Fact):
    """A queue of a server; `kind` is its delivery type, `hop` where it goes next."""

    zdm_type: ClassVar[str] = "Zdm.MailQueue"
    reader: ClassVar[str] = "Get-ZdmQueue"
    key: ClassVar[tuple[str, ...]] = ("queue",)
    transient: ClassVar[bool] = True

    queue: str
    kind: str
    status: str
    count: int
    hop: str
    error: str

    @property
    def server(self) -> str:
        """The server whose queue it is."""
        return self.queue.partition("\\")[0]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailReceived(Fact):
    """A message that a server took, by its tracking log."""

    zdm_type: ClassVar[str] = "Zdm.MailReceived"
    reader: ClassVar[str] = "Get-ZdmMailReceived"
    key: ClassVar[tuple[str, ...]] = ("server", "at_utc", "sender")
    transient: ClassVar[bool] = True

    server: str
    at_utc: str
    source: str
    sender: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFolderDatabase(Fact):
    """A database of public folders as 2010 and older have them."""

    zdm_type: ClassVar[str] = "Zdm.PublicFolderDatabase"
    reader: ClassVar[str] = "Get-ZdmPublicFolderDatabase"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    server: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFolder(Fact):
    """A public folder with what is in it."""

    zdm_type: ClassVar[str] = "Zdm.PublicFolder"
    reader: ClassVar[str] = "Get-ZdmPublicFolder"
    key: ClassVar[tuple[str, ...]] = ("path",)
    volatile: ClassVar[frozenset[str]] = frozenset({"items", "size"})

    path: str
    items: int
    size: int


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFolderState(Fact):
    """What the organisation says of all its public folders; `where` is empty for a version that does not say it."""

    zdm_type: ClassVar[str] = "Zdm.PublicFolderState"
    reader: ClassVar[str] = "Get-ZdmPublicFolderState"
    key: ClassVar[tuple[str, ...]] = ()

    locked: bool
    complete: bool
    where: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailTest(Fact):
    """Whether a message, or Outlook, got where it should; `why` in the server's words where it did not."""

    zdm_type: ClassVar[str] = "Zdm.MailTest"
    reader: ClassVar[str] = "Test-ZdmMailflow"
    key: ClassVar[tuple[str, ...]] = ("what", "why")
    transient: ClassVar[bool] = True

    what: str
    arrived: bool
    why: str
    where: str
