"""Which port a server of the lab takes: one that the system hands to nobody by itself, so that it is still free next time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LOW: Final = 20_000
HIGH: Final = 30_000
"""Below what Linux (32768) and Windows (49152) give to outgoing connections."""

TRIES: Final = 50


def on_free_port(make: Callable[[int], T], wanted: int = 0) -> T:
    """What `make` makes on the wanted port, or on a free one of the lab's range where none is wanted.

    Raises:
        OSError: the wanted port cannot be had, or none of many.
    """
    if wanted:
        return make(wanted)
    for _ in range(TRIES):
        try:
            return make(random.randrange(LOW, HIGH))  # noqa: S311 - no secret, only out of each other's way
        except OSError:
            continue
    return make(0)
