"""Values that must not be seen: a secret that no text, log or file can show by accident, and a credential that holds one.

It decides nothing about where secrets come from and stores none.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import NoReturn

MASK = "***"
"""What every attempt to print a secret shows."""


class Secret:
    """A text that shows as `***` everywhere except through `reveal()`; it cannot be pickled, copied deeply or made JSON."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The text itself; to be called only where it goes into a request."""
        return self.__value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is never written out")


@dataclass(frozen=True, slots=True)
class Credential:
    r"""A user name (`DOMAIN\user` or `user@domain`) and its password."""

    username: str
    password: Secret
