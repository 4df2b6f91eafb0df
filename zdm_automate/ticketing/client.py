"""What the clients of ticketing systems share: section, credential, interfaces that hide the secret, pages, words of refusal.

It knows no system and sends nothing by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.errors import TicketError
from zdm_automate.ticketing.http import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential


class Client:
    """A ticketing system that is reached by HTTP; `name` is what people call it."""

    name = ""

    def __init__(self, section: TicketingSection, credential: Credential) -> None:
        self._section = section
        self._credential = credential

    @staticmethod
    def explain(body: Any) -> str:
        """The system's own sentence in an error body; empty for none."""
        raise NotImplementedError

    def interface(self, url: str, **more: Any) -> Api:
        """An interface of the system, in whose errors the secret does not show."""
        section = self._section
        return Api(url, secrets=[self._credential.password], ca_file=section.ca_file, explain=self.explain, **more)

    def no(self, what: str, known: Iterable[str]) -> TicketError:
        """The error for a name that the system does not have, with those that it has."""
        return TicketError(f"{self.name} has no {what}.", hint=f"It has: {', '.join(known)}.")

    def refuse_no_number(self, number: str) -> None:
        """Asks that a ticket's number is one that the system could have.

        Raises:
            TicketError: it is no whole number.
        """
        if not number.isdigit():
            raise TicketError(f"{number!r} is no ticket number of {self.name}.", hint="It is a whole number.")


def turned(read: Callable[[int], Sequence[Any] | None], full: int = 1) -> Iterator[Any]:
    """All rows of pages that are numbered from 1: they are read until one is empty, or holds fewer rows than a full one."""
    page = 1
    while rows := read(page):
        yield from rows
        if len(rows) < full:
            return
        page += 1
