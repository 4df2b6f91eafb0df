r"""Which users come along: a plain wish compiled into the switches of scanstate and loadstate.

The tool's own precedence is /ui over /uel over /ue: whoever logged on within /uel comes along although /ue names him, and
/ui brings in everybody whom it names, whatever his age. So "domain users of the last 30 days, not kiosk" fits into no single
command. Two forms say it all the same: `by_name` lists the users of one PC, `by_rule` takes more on the scan and leaves out
on the load. Both are held to an evaluator of their own by tests. Nothing here reads a profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from zdm_automate.model import require

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_BUT_NAMED = r"/ue:*\*"
LONGEST_COMMAND = 8000
"""Of a line that cmd.exe still takes (8,191), with room for the rest of the call in `by_name`."""
ROOM_FOR_THE_REST = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    r"""A user who has a profile on a PC.

    Attributes:
        domain: NetBIOS name of the domain, or the PC's own for a local account.
        name: the account's name.
        used: when NTUSER.DAT was written last, which is what /uel goes by; None where it cannot be read.
    """

    domain: str
    name: str
    used: datetime | None = None

    @property
    def full(self) -> str:
        r"""`DOMAIN\name`."""
        return f"{self.domain}\\{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    r"""Who shall come along, in plain words.

    Attributes:
        domains: users of these domains; empty with `local` False: of every domain.
        local: the PC's own accounts too.
        last_days: only who was there within so many days; None: whatever the age.
        always: these (`DOMAIN\name`), whatever their age and domain.
        never: not these; `*` and `?` stand for any letters. It outdoes `always`.
    """

    domains: tuple[str, ...] = ()
    local: bool = False
    last_days: int | None = None
    always: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses what the tool would take in another sense.

        Raises:
            InputError: a name without its domain, with a wildcard where none can stand, or days below 1.
        """
        for name in (*self.always, *self.never):
            domain, mark, user = name.partition("\\")
            require(
                mark and domain and user and "\\" not in user,
                f"{name!r} is no account: a user is written DOMAIN\\name.",
            )
            require(not set('"/:;|=,+<>[]') & set(name), f"{name!r} holds a character that no account name has.")
        for name in self.always:
            require(
                not {"*", "?"} & set(name),
                f"{name!r}: who always comes along is named in full.",
                "A wildcard there would bring back whom `never` leaves out.",
            )
        for domain in self.domains:
            require(
                domain and not set('\\*?"/:;|=,+<>[] ') & set(domain),
                f"{domain!r} is no NetBIOS name of a domain.",
                "Write EXAMPLE, not example.local\\*; local accounts are asked for by `local: true`.",
            )
        require(
            self.last_days is None or self.last_days >= 1,
            f"last_days is {self.last_days}: it must be 1 or more.",
            "0 would mean to the tool: whoever is logged on now.",
        )

    def wants(self, who: Account, computer: str, now: datetime) -> bool:
        """Whether this user shall come along; the meaning that the switches are measured by."""
        if any(_fits(who.full, pattern) for pattern in self.never):
            return False
        if any(_fits(who.full, name) for name in self.always):
            return True
        return self._of_the_right_kind(who.domain, computer) and self._recent(who, now)

    def _of_the_right_kind(self, domain: str, computer: str) -> bool:
        if domain.casefold() == computer.casefold():
            return self.local
        return not self.domains or any(domain.casefold() == one.casefold() for one in self.domains)

    def _recent(self, who: Account, now: datetime) -> bool:
        if self.last_days is None:
            return True
        return who.used is not None and now - who.used <= timedelta(days=self.last_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The switches for the users.

    Attributes:
        scan: for scanstate.
        load: for loadstate; what it leaves out lies in the store all the same.
        notes: what a reader of the plan should know about them.
    """

    scan: tuple[str, ...]
    load: tuple[str, ...]
    notes: tuple[str, ...] = ()


def by_name(users: Iterable[Account]) -> Switches:
    """Exactly these users, each by name, nobody else. A user who logs on later is not among them."""
    named = tuple(f"/ui:{who.full}" for who in sorted(users, key=lambda who: who.full.casefold()))
    return Switches(scan=(ALL_BUT_NAMED, *named), load=(ALL_BUT_NAMED, *named))


def by_rule(wish: Wish, computer: str, authorities: Iterable[str]) -> Switches:
    r"""The wish as a rule, for a PC whose profiles belong to these authorities (domains, and the PC's own name).

    With an age, /uel alone decides on the scan, for it outdoes /ue and is outdone by /ui; authorities and names that are not
    wanted are left out on the load. Without an age the scan takes the wanted authorities only.
    """
    always = tuple(name for name in wish.always if not any(_fits(name, pattern) for pattern in wish.never))
    bring = tuple(f"/ui:{name}" for name in always)
    present = {one.casefold(): one for one in authorities}
    wanted = [one for one in present.values() if wish._of_the_right_kind(one, computer)]  # noqa: SLF001 - its own meaning
    unwanted = [one for one in present.values() if one not in wanted]
    if wish.last_days is not None:
        scan = (f"/uel:{wish.last_days}", *bring)
        notes = _left_for_the_load(unwanted, wish.never)
    elif unwanted:
        scan = (ALL_BUT_NAMED, *(f"/ui:{one}\\*" for one in wanted), *bring)
        notes = _left_for_the_load([], wish.never)
    else:
        scan, notes = (*(f"/ue:{name}" for name in wish.never), *bring), ()
    leave = (*(f"/ue:{one}\\*" for one in unwanted), *(f"/ue:{name}" for name in wish.never))
    return Switches(scan=scan, load=(*leave, *bring) if leave else (), notes=notes)


def compiled(wish: Wish, computer: str, accounts: Iterable[Account], now: datetime) -> Switches:
    """By name where the command line has room for the names, else by rule."""
    accounts = tuple(accounts)
    named = by_name(who for who in accounts if wish.wants(who, computer, now))
    if sum(len(word) + 3 for word in named.scan) <= LONGEST_COMMAND - ROOM_FOR_THE_REST:
        return named
    return by_rule(wish, computer, {who.domain for who in accounts})


def _left_for_the_load(unwanted: list[str], never: tuple[str, ...]) -> tuple[str, ...]:
    names = (*(f"{one}\\*" for one in unwanted), *never)
    if not names:
        return ()
    return (f"scanstate cannot leave out {', '.join(names)} here: the store holds them, loadstate leaves them out",)


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name.casefold(), pattern.casefold())
