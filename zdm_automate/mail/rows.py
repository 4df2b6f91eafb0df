"""How the properties of an Exchange object are read: texts, lists, switches, limits, whatever the version makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from zdm_automate.errors import WireError
from zdm_automate.mail.values import UNLIMITED, whole

Row = Mapping[str, Any]

ANYTHING: Final = -1
"""A limit that is none."""


def text(row: Row, name: str) -> str:
    """A text that the fact needs; an object with a value counts by it.

    Raises:
        WireError: the object has no such property.
    """
    if name not in row:
        raise WireError(f"an object of Exchange has no {name}.", error_id="ZdmSchema")
    value = row[name]
    return "" if value is None else str(value.get("Value", "") if isinstance(value, Mapping) else value)


def texts(row: Row, name: str) -> tuple[str, ...]:
    """A list; a single value is one of one."""
    value = row.get(name)
    found = [] if value is None else [value] if isinstance(value, str) else list(value)
    return tuple(str(one) for one in found)


def truth(row: Row, name: str) -> bool:
    """A flag; a switch travels as an object or as text in some versions."""
    value = row.get(name)
    if isinstance(value, Mapping):
        value = value.get("IsPresent")
    return str(value) == "True"


def limit(row: Row, name: str) -> int:
    """A limit; `ANYTHING` for none."""
    value = row.get(name)
    value = value.get("Value") if isinstance(value, Mapping) and not value.get("IsUnlimited") else value
    return ANYTHING if str(value) == UNLIMITED or isinstance(value, Mapping) else whole(value)
