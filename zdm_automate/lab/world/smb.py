"""What file servers share: shares with their permissions, sessions, open files. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

EVERYONE_READ = "O:SYG:SYD:(A;;0x1200a9;;;WD)"
"""What Windows gives a share that is made without permissions."""

RIGHTS = {"FA": 3, "0x1f01ff": 3, "0x1301bf": 2, "0x1200a9": 1}
"""The masks of Full, Change and Read, and how much each allows."""

WRITING = "0x110116"
"""Change without Read: what a denial takes away that leaves a share readable."""

_ACE = re.compile(r"\(([AD]);[A-Z]*;([A-Za-z0-9]+);;;([A-Za-z0-9-]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share. `caching` and `enumeration` are as `Get-SmbShare` names them.

    Attributes:
        kept: permissions of before by the number of a session that was connected then: a server looks at a share's permissions
            when somebody connects to it, and who is connected keeps what he had.
    """

    name: str
    path: str
    description: str = ""
    sddl: str = EVERYONE_READ
    caching: str = "Manual"
    enumeration: str = "Unrestricted"
    limit: int = 0
    encrypt: bool = False
    special: bool = False
    kept: tuple[tuple[int, str], ...] = ()

    def right_of(self, sids: frozenset[str], session: int | None = None) -> int:
        """What somebody with these SIDs may do: 0 nothing, 1 read, 2 change, 3 all. A denial counts most.

        `session`: by that connection, where there is one; else by a new one.
        """
        sddl = next((old for number, old in self.kept if number == session), self.sddl)
        own = [(kind, mask) for kind, mask, sid in _ACE.findall(sddl) if sid in sids]
        most = 1 if any(kind == "D" and mask == WRITING for kind, mask in own) else RIGHTS["FA"]
        if any(kind == "D" and mask != WRITING for kind, mask in own):
            return 0
        return min(most, max((RIGHTS.get(mask, 0) for kind, mask in own if kind == "A"), default=0))


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
    r"""The shares of one host, by name in lower case, and who uses them.

    Attributes:
        names: the accounts that its permissions name, `DOMAIN\name` or `HOST\name` by SID; who is not here is an orphan.
    """

    shares: Mapping[str, Share] = field(default_factory=dict)
    sessions: tuple[SmbSession, ...] = ()
    opens: tuple[OpenFile, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def share(self, name: str) -> Share | None:
        """The share of that name."""
        return self.shares.get(name.casefold())

    def with_share(self, share: Share) -> SmbServer:
        """With this share in place of the one of the same name."""
        return replace(self, shares={**self.shares, share.name.casefold(): share})

    def with_permissions(self, share: Share, sddl: str) -> SmbServer:
        """With other permissions on a share; the sessions of now keep there what they had."""
        if sddl == share.sddl:
            return self
        known = {number for number, _ in share.kept}
        new = tuple((one.number, share.sddl) for one in self.sessions if one.number not in known)
        return self.with_share(replace(share, sddl=sddl, kept=(*share.kept, *new)))

    def session_of(self, user: str) -> int | None:
        r"""The number of a user's session; None without one. `DOMAIN\user` and `user` are the same."""
        name = user.rpartition("\\")[2].casefold()
        return next((one.number for one in self.sessions if one.user.rpartition("\\")[2].casefold() == name), None)

    def without_share(self, name: str) -> SmbServer:
        """Without that share; its sessions' files there are closed."""
        return replace(
            self,
            shares={key: one for key, one in self.shares.items() if key != name.casefold()},
            opens=tuple(one for one in self.opens if one.share.casefold() != name.casefold()),
        )

    def without_session(self, number: int) -> SmbServer:
        """Without that session and the files that it held open."""
        shares = self.shares.items()
        return replace(
            self,
            shares={key: replace(one, kept=tuple(pair for pair in one.kept if pair[0] != number)) for key, one in shares},
            sessions=tuple(one for one in self.sessions if one.number != number),
            opens=tuple(one for one in self.opens if one.session != number),
        )

    def locked(self, path: str) -> bool:
        """Whether somebody holds the file at this local path so that nobody else may read it."""
        return any(one.exclusive and one.path.casefold() == path.casefold() for one in self.opens)
