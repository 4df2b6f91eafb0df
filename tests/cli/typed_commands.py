"""What a test of a command types and sees, and the small playbook that its projects bring along."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVICES = '''"""Services as wanted, one change each: a playbook of the project's own."""

from zdm_automate import Check, Facts, Playbook, Read, VerbCall, check, ensure, intent, manual
from dataclasses import replace
from zdm_automate.facts.host import Service


@intent
class Wanted:
    """What project.yaml says."""

    services: tuple[str, ...]
    state: str = "Stopped"
    claimed: str = ""
    form: tuple[str, ...] = ()


playbook = Playbook(name="services", title="Services as wanted", roles={"it": "the host"}, intent=Wanted)


@playbook.reads
def reads(wanted, _hosts):
    yield Read(role="it", verb="Get-ZdmService", params={"name": list(wanted.services)})


def call(name, state):
    return VerbCall(role="it", verb="Set-ZdmServiceState", params={"name": name, "start_mode": "Manual", "state": state})


@playbook.item("B-104", title="Services as wanted")
def set_services(facts, wanted):
    for found in facts.of("it", Service):
        if found.name in wanted.services:
            then = replace(found, state=wanted.state, start_mode="Manual")
            yield ensure(facts, call(found.name, wanted.state), then, f"service {found.name} is {wanted.state}",
                         inverse=lambda before: call(before.name, before.state))
    if wanted.form:
        yield manual(facts, "B-104", "label", "put a label on it", wanted.form)


@playbook.check("B-104")
def judge(facts, wanted):
    for found in facts.of("it", Service):
        if found.name in wanted.services:
            state = wanted.claimed or wanted.state
            yield check(found.name, found.state == state, value=found.state, expected=state)
'''


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended: exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, as JSON."""
        return json.loads(self.out)


Zdm = Callable[..., Ran]
MakeProject = Callable[..., Path]
