"""The move to Exchange Online run in memory: an old server and a tenant, with faults at every moment; and its story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from mail_rig import MailRig, NotedSession, _Unpaced, rounds, sign, specs, staged
from matrix import Stage
from rig import library

from zdm_automate.facts.dns import DnsAnswer
from zdm_automate.lab.exchange.engine import perform_pipeline
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.world import dns_resolve
from zdm_automate.mail.specs import NULL
from zdm_automate.mail.versions import Exchange
from zdm_automate.model import Change
from zdm_automate.online_session import ONLINE, OnlineSession
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import Reading
from zdm_automate.workplace import Intended, Workplace

OFFICE = "mailcloud"
TENANT = "cloudexample.onmicrosoft.com"
BOOK = "mailbox_moves"
HOUR = 3600.0


class NotedOnline(NotedSession, OnlineSession):
    """The same of Exchange Online."""


@dataclass(frozen=True, slots=True)
class PublicDns:
    """The outside world's answers, straight from the world."""

    rig: MailRig

    def read(self, verb: str, /, **params: Any) -> Reading:
        found = dns_resolve.outside(self.rig.keeper.world, params["name"], params["type"])
        fact = DnsAnswer(
            name=params["name"],
            record_type=params["type"],
            server="",
            status="Success",
            answers=found.data,
            ttl_seconds=3600,
        )
        return Reading(
            verb=verb,
            host="controller",
            params=params,
            facts=(fact,),
            collected_at=self.rig.now(),
            script_sha256="",
            duration_seconds=0.0,
        )


@dataclass(slots=True)
class OnlineRig(MailRig):
    """A rig with an old server and a tenant."""

    def __post_init__(self) -> None:
        MailRig.__post_init__(self)
        self.roles = {**self.roles, ONLINE: TENANT}
        # a call takes no time: equal ends can be told although one run made a call less
        self.keeper = Keeper(self.keeper.world, self.clock, Pace(reader=0, applier=0))  # type: ignore[arg-type]

    def workplace(self, what: Intended) -> Workplace:
        return Workplace(
            sessions={
                role: self._mail(host, NotedOnline if role == ONLINE else NotedSession) for role, host in self.roles.items()
            },
            library=library(),
            now=self.clock.now,
            held=self.held,
            specs=specs(),
            controller=PublicDns(self),
            credentials={"migration-account": Credential("CLOUD\\mover", Secret("word"))},
        )

    def by_hand(self, host: str, change: Change) -> None:
        version = Exchange.ONLINE if host == TENANT else Exchange.V2010
        params = {
            name: Credential("CLOUD\\mover", Secret("word")) if isinstance(value, dict) else value
            for name, value in change.call.params.items()
        }
        for command in specs()[change.call.verb].commands(version, params):
            given = {name: None if value is NULL else value for name, value in command.parameters.items()}
            perform_pipeline(cast("Any", _Unpaced(self)), host, [(command.cmdlet, given)])


def story(rig: OnlineRig, on_plan: Callable[[Any, Any], None]) -> None:
    """From the first look to the service connection points; every plan is handed out before it is applied."""
    round_ = rounds(rig, on_plan)
    round_(0)  # the way, its endpoint, the pilot
    round_(HOUR)  # the pilot is completed
    rig.carry(HOUR)
    sign(rig, "B-125", "pilot-accepted", works="yes")
    round_(0)  # everybody else
    rig.carry(HOUR)
    sign(rig, "B-127", "skipped-damaged1-cloud.example.net-1", decision="accept", items="1", reason="asked")
    round_(0)  # accepted and completed
    round_(HOUR)  # nobody asks the old server any more


@cache
def online_stages(folder: Path) -> tuple[Stage, ...]:
    """The story, undisturbed."""
    rig = OnlineRig(OFFICE, folder)
    return staged(rig, OFFICE, story)
