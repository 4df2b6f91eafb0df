"""What a project says about its profile copy: which PCs, who comes along, where stores go."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from zdm_automate import intent
from zdm_automate.usmt.selection import Wish

PieceName = Literal[
    "desktop",
    "documents",
    "pictures",
    "downloads",
    "favourites",
    "signatures",
    "templates",
    "dictionaries",
    "nicknames",
    "outlook",
    "drives",
    "printers",
]


@intent
class Pieces:
    r"""Whose profile is carried piece by piece where USMT cannot: the user (DOMAIN\name), and which pieces; none: all."""

    user: str
    what: tuple[PieceName, ...] = ()

    def wants(self, name: str) -> bool:
        """Whether a piece of his comes along."""
        return not self.what or name in self.what


@intent
class Pc:
    """A PC that is replaced by another: their roles, the network they hang on, which try this is, pieces where USMT cannot."""

    old: str
    new: str
    segment: str = ""
    attempt: int = 1
    pieces: tuple[Pieces, ...] = ()


@intent
class Users:
    r"""Who comes along.

    domains: users of these domains; none: of every domain. local: the PC's own accounts too.
    last_days: who was there within so many days. always: these (DOMAIN\name) whatever their age. never: not these (* and ?).
    """

    domains: tuple[str, ...] = ()
    local: bool = False
    last_days: int | None = None
    always: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def wish(self) -> Wish:
        """As the compiler of switches takes it."""
        return Wish(domains=self.domains, local=self.local, last_days=self.last_days, always=self.always, never=self.never)


@intent
class ProfileIntent:
    r"""What is wanted of the profile copy.

    pcs: the PCs to replace, each with old and new role, segment (its network) and attempt (raise it to try again).
    stores: folder for the stores on the host of role `store`; share: the same folder as the PCs reach it (\\NEW\zdm-usmt$).
    run: a name for this capture; another name captures anew. tool: the folder of USMT on every PC.
    users: who comes along. domains: old domain to new one. renamed: DOMAIN\old to DOMAIN\new.
    side_by_side: PCs at work at a time in one segment. keep_days: how long stores are kept after the users have accepted.
    key: the credential whose password encrypts the stores; without it they are not encrypted.
    servers: servers that network drives and printers name, old to new; for profiles carried piece by piece.
    go_on: pass over every error (/c), not only over those that the shipped Config.xml lets pass.
    """

    pcs: tuple[Pc, ...]
    stores: str
    share: str
    run: str
    users: Users
    tool: str = r"C:\Zdm\usmt\amd64"
    domains: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    side_by_side: int = 2
    keep_days: int = 30
    key: str = ""
    servers: dict[str, str] = field(default_factory=dict)
    go_on: bool = False


def key_role(name: str) -> str:
    """Under which name the key's credential is handed over."""
    return f"credential/{name}"
