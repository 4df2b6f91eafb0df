"""What file servers share: shares with their permissions, sessions, open files. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Right = Literal["Full", "Change", "Read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAce:
    r"""One line of a share's permissions; `account` as Windows shows it (`Everyone`, `EXAMPLE\Sales`)."""

    account: str
    sid: str
    right: Right
    deny: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share. `caching` and `enumeration` are as `Get-SmbShare` names them."""

    name: str
    path: str
    description: str = ""
    access: tuple[ShareAce, ...] = (ShareAce(account="Everyone", sid="S-1-1-0", right="Read"),)
    caching: str = "Manual"
    enumeration: str = "Unrestricted"
    limit: int = 0
    encrypt: bool = False
    special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SmbSession:
    """Somebody's connection to a file server; `client` is the name or address of the computer."""

    number: int
    user: str
    client: str
    since: str
    dialect: str = "3.1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A file that a session holds open; `path` is the local one, `exclusive` lets nobody else read it."""

    number: int
    session: int
    path: str
    share: str
    exclusive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SmbServer:
    """The shares of one host, by name in lower case, and who uses them."""

    shares: Mapping[str, Share] = field(default_factory=dict)
    sessions: tuple[SmbSession, ...] = ()
    opens: tuple[OpenFile, ...] = ()

    def share(self, name: str) -> Share | None:
        """The share of that name."""
        return self.shares.get(name.casefold())

    def with_share(self, share: Share) -> SmbServer:
        """With this share in place of the one of the same name."""
        return replace(self, shares={**self.shares, share.name.casefold(): share})

    def without_share(self, name: str) -> SmbServer:
        """Without that share; its sessions' files there are closed."""
        return replace(
            self,
            shares={key: one for key, one in self.shares.items() if key != name.casefold()},
            opens=tuple(one for one in self.opens if one.share.casefold() != name.casefold()),
        )

    def without_session(self, number: int) -> SmbServer:
        """Without that session and the files that it held open."""
        return replace(
            self,
            sessions=tuple(one for one in self.sessions if one.number != number),
            opens=tuple(one for one in self.opens if one.session != number),
        )

    def locked(self, path: str) -> bool:
        """Whether somebody holds the file at this local path so that nobody else may read it."""
        return any(one.exclusive and one.path.casefold() == path.casefold() for one in self.opens)
