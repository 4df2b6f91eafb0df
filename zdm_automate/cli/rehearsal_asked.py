"""Sessions by which the machines of a rehearsal are asked who they are, held from one proof to the next.

Opening one is what a proof costs most, and there is a proof before every run. What a held session reads is as fresh as what a
new one reads: a machine that has taken another's place does not know its shell. Nothing is changed by them.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import ZdmError
from zdm_automate.lab.apart import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.cli.opening import Opened
    from zdm_automate.facts.store import Facts
    from zdm_automate.session import HostSession
    from zdm_automate.workplace import Intended, Workplace


def machine_of(session: HostSession) -> Machine:
    """Which machine a session leads to."""
    found: Any = session.read("Get-ZdmHostInventory").facts[0]
    return Machine(uuid=found.machine_uuid, serial=found.windows_serial)


class Asked:
    """The sessions with the lab's machines; `drop` closes them, as before machines go off."""

    def __init__(self) -> None:
        self._held: dict[str, HostSession] = {}

    def machines(self, opened: Opened, hosts: Iterable[str]) -> dict[str, Machine]:
        """Who answers at these hosts of a project.

        Raises:
            ZdmError: one does not, nor does it by a new session.
        """
        return {name: self._machine(opened, name) for name in hosts}

    def _machine(self, opened: Opened, name: str) -> Machine:
        held = self._held.pop(name, None)
        if held is not None:
            try:
                found = machine_of(held)
            except ZdmError:
                held.close()
            else:
                self._held[name] = held
                return found
        session = opened.session(name)
        try:
            session.connect()
            found = machine_of(session)
        except ZdmError:
            session.close()
            raise
        self._held[name] = session
        return found

    def drop(self) -> None:
        """Closes all of them; whoever is asked next gets a new one."""
        while self._held:
            self._held.popitem()[1].close()


class Watched:
    """The Hyper-V host of a lab, looked at again and again over one session."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._work: Workplace | None = None

    def look(self, opened: Opened, what: Intended) -> Facts:
        """What its readers tell now.

        Raises:
            ZdmError: it does not answer, nor does it by a new session.
        """
        if self._work is not None:
            try:
                facts = self._work.read(what).facts
            except ZdmError:
                self.drop()
            else:
                if not facts.missing:
                    return facts
                self.drop()
        self._work = work = self._open.enter_context(opened.workplace(what))
        work.connect()
        work.require(what.book.roles)
        return work.read(what).facts

    def drop(self) -> None:
        """Closes the session."""
        self._work = None
        self._open.close()
