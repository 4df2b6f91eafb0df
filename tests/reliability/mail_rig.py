"""The mail project run in memory, with faults at every moment of a change; and its story for the fault matrix."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from matrix import Stage, played, start_of
from rig import Killed, Rig, library

from zdm_automate.lab.exchange.direct import DirectExchange, Pipeline
from zdm_automate.lab.exchange.engine import perform_pipeline
from zdm_automate.mail.specs import NULL, Specs
from zdm_automate.mail.versions import Exchange
from zdm_automate.mail_session import ExchangeSession
from zdm_automate.model import Change, ChangeRecord
from zdm_automate.resources import folders
from zdm_automate.scripts import Verb
from zdm_automate.session import Reading
from zdm_automate.transport.base import Reply, Target
from zdm_automate.workplace import Intended, Workplace

OFFICE = str(Path(__file__).with_name("mail_small.yaml"))
BOOK = "mailbox_moves"
HOUR = 3600.0


@cache
def specs() -> Specs:
    return Specs.load(folders("ps_scripts"))


class NotedSession(ExchangeSession):
    """A session that says which verb is at work."""

    verb = ""

    def read(self, verb: str, /, **params: Any) -> Reading:
        before, self.verb = self.verb, verb
        try:
            return super().read(verb, **params)
        finally:
            self.verb = before

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        self.verb = verb
        return super().change(verb, **params)


@dataclass(slots=True)
class MailRig(Rig):
    """A rig whose one host is an Exchange server."""

    def workplace(self, what: Intended) -> Workplace:
        return Workplace(
            sessions={
                role: self._mail(host) if role in what.book.exchange else self._session(host)
                for role, host in self.roles.items()
            },
            library=library(),
            now=self.clock.now,
            held=self.held,
            specs=specs(),
            optional=what.book.optional,
        )

    def by_hand(self, host: str, change: Change) -> None:
        spec = specs()[change.call.verb]
        for command in spec.commands(Exchange.V2016, change.call.params):
            given = {name: None if value is NULL else value for name, value in command.parameters.items()}
            perform_pipeline(cast("Any", _Unpaced(self)), host, [(command.cmdlet, given)])

    def _mail(self, host: str, kind: type[NotedSession] = NotedSession) -> ExchangeSession:
        transport = DirectExchange(target=Target(host=host, address="192.0.2.1"), keeper=self.keeper)
        made = kind(transport, specs(), now=self.clock.now, keep=lambda name, _text: f"{name}.txt")

        def around(where: str, pipeline: Pipeline, call: Callable[[], Reply]) -> Reply:
            if self.trap.dead:
                raise Killed
            applier = not pipeline[0][0].startswith("Get-")
            verb = cast("Verb", SimpleNamespace(name=made.verb, kind="applier" if applier else "reader"))

            def counted() -> Reply:
                before = self.keeper.world.mail
                reply = call()
                if applier and not reply.errors and self.keeper.world.mail != before:
                    self.changed[where, verb.name, str(pipeline[0][1].get("Identity"))] += 1
                return reply

            return counted() if self.trap.on_call is None or not applier else self.trap.on_call(where, verb, counted)

        transport.around = around
        return made


class _Unpaced:
    """The keeper without the time that a call takes: somebody else's minute is not ours."""

    def __init__(self, rig: Rig) -> None:
        self._keeper = rig.keeper

    def with_world(self, act: Callable[..., Any]) -> Any:
        return self._keeper.with_world(act)

    def now(self) -> Any:
        return self._keeper.now()

    def worked(self, record: object) -> None:
        """Nothing passes."""


def sign(rig: Rig, item: str, step: str, **answers: str) -> None:
    """Somebody signs a step, in a journal of its own."""
    with rig.journal(f"{len(rig.journals) + 1:03}-sign") as record:
        record.write("manual.signed", boundary=True, item=item, step=step, by="Maria", answers=answers)


def rounds(rig: Rig, on_plan: Callable[[Any, Any], None]) -> Callable[[float], None]:
    """Gives what carries the clock on, plans, and hands a plan with changes out."""

    def round_(seconds: float) -> None:
        rig.carry(seconds)
        what, plan = rig.plan(BOOK)
        if plan.changes:
            on_plan(what, plan)

    return round_


def staged(rig: Rig, office: str, story: Callable[[Any, Callable[[Any, Any], None]], None]) -> tuple[Stage, ...]:
    """A story, undisturbed."""
    made: list[Stage] = []
    story(rig, lambda what, plan: made.append(played(rig, office, BOOK, start_of(rig), (what, plan))))
    return tuple(made)


def story(rig: Rig, on_plan: Callable[[Any, Any], None]) -> None:
    """From the first look to the cleared requests; every plan is handed out before it is applied."""
    round_ = rounds(rig, on_plan)
    round_(0)
    round_(HOUR)
    rig.carry(HOUR)
    sign(rig, "B-137", "pilot-accepted", works="yes")
    round_(0)
    rig.carry(HOUR)
    sign(rig, "B-138", "bad-items-hurt-1", decision="accept", items="1", reason="asked")
    sign(rig, "B-138", "bad-items-broken-2", decision="refuse", items="2", reason="repair")
    round_(0)
    round_(HOUR)
    round_(HOUR)


@cache
def mail_stages(folder: Path) -> tuple[Stage, ...]:
    """The story of the small office, undisturbed."""
    rig = MailRig(OFFICE, folder)
    return staged(rig, OFFICE, story)


def lines_of(rig: Rig) -> list[Mapping[str, Any]]:
    """Every journal line of a rig."""
    return [json.loads(line) for run in rig.journals.values() for line in run]
