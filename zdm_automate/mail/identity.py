"""Whom a command is about. Exchange takes an empty identity for everybody; so nothing vague is ever sent.

A mailbox is named by its GUID, which one reader gave and no other object has; a name that people type is resolved to it here.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

VAGUE: Final = frozenset({"", "$null", "null", "$_", "*", "$true", "$false"})
LONGEST: Final = 1024
NIL: Final = "00000000-0000-0000-0000-000000000000"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A recipient under all the names by which Exchange would find it."""

    guid: str
    names: tuple[str, ...]


def exact(value: Any, what: str) -> str:
    """The GUID of one object, in its usual form.

    Raises:
        InputError: it is anything else.
    """
    text = named(value, what)
    try:
        made = str(uuid.UUID(text))
    except ValueError:
        raise InputError(
            f"{what}: {text[:80]!r} is no GUID, and a name may stand for several objects.",
            hint="Name the mailbox in the project; it is resolved to the one object of that name before anything is sent.",
        ) from None
    if made == NIL:
        raise InputError(f"{what}: the empty GUID names nobody.", hint="Read the mailboxes anew.")
    return made


def named(value: Any, what: str) -> str:
    """A name that stands for one thing as far as text can tell: not empty, no variable, no wildcard.

    Raises:
        InputError: it could stand for everything.
    """
    if not isinstance(value, str) or value.strip().casefold() in VAGUE:
        raise InputError(
            f"{what} is empty ({value!r}): Exchange would take that for every object.", hint="Nothing was sent. Name one."
        )
    if any(sign in value for sign in "*?"):
        raise InputError(
            f"{what}: {value[:80]!r} holds a wildcard and could stand for many.", hint="Nothing was sent. Name one."
        )
    if _CONTROL.search(value) or len(value) > LONGEST:
        raise InputError(f"{what}: {value[:80]!r} holds control characters or is too long.", hint="Nothing was sent.")
    return value


def resolve(text: str, known: Iterable[Known], what: str = "mailbox") -> str:
    """The GUID of the one recipient that answers to this name in any of its forms, in any case.

    Raises:
        UnknownNameError: nobody has it.
        InputError: it is vague, or it is one's name and another's alias, or several have it.
    """
    wanted = named(text, what).strip().casefold()
    found = sorted({one.guid for one in known if wanted == one.guid.casefold() or wanted in _folded(one.names)})
    if not found:
        raise UnknownNameError(f"no {what} is called {text!r}.", hint="Nothing was sent. Mend the name in project.yaml.")
    if len(found) > 1:
        raise InputError(
            f"{text!r} stands for {len(found)} recipients: the name of one may be the alias of another.",
            hint=f"Nothing was sent. Name it by its address or GUID: {', '.join(found[:3])}.",
            error_id="ZdmAmbiguous",
        )
    return exact(found[0], what)


def _folded(names: Iterable[str]) -> set[str]:
    return {name.strip().casefold() for name in names if name.strip()}
