"""The lines that a walk through a tree leaves in its job's log, as values: a sort, how often, how many bytes, the first places.

What does not fit is left out, never guessed; a log whose last line is missing is not whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST: Final = frozenset({"unseen", "files"})
"""The sorts by which the two walks end."""

_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Met:
    """What was met of one sort; a count of -1 says that it could not be looked for."""

    count: int = 0
    size: int = 0
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a walk found, by sort."""

    whole: bool = False
    sorts: Mapping[str, Met] = field(default_factory=dict)

    def __getitem__(self, sort: str) -> Met:
        """What was met of a sort; nothing of one that is not told."""
        return self.sorts.get(sort, Met())


def read_walk(lines: Iterable[str]) -> Walk:
    """The walk of these lines, whatever they are; never an exception."""
    found: dict[str, Met] = {}
    last = ""
    for line in lines:
        sort, *cells = line.replace("\ufeff", "").rstrip("\r\n").split("\t")
        if len(cells) < len(("count", "bytes")) or not all(_NUMBER.fullmatch(cell) for cell in cells[:2]):
            continue
        found[sort] = Met(int(cells[0]), int(cells[1]), tuple(cells[2:]))
        last = sort
    return Walk(whole=last in LAST, sorts=found)
