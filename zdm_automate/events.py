"""A journal entry as observers see it: a value, after it was written. Observers show; they never decide or write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal."""

    seq: int
    event: str
    fields: Mapping[str, Any]


Observer = Callable[[Entry], None]
