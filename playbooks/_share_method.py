"""By which method the files move: this playbook's passes, or Storage Migration Service where it fits; where it cannot, why not.

The service is not driven from here: what a person does with it stands in docs/playbooks/share_replication.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import check, manual, same
from zdm_automate.facts.host import HostInventory
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.facts.shares import Share

from ._share_intent import CLOSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate import Check, Facts, Step

    from ._share_intent import SharesIntent

ITEM, STEP = "B-111", "method"
SERVICE = "Storage Migration Service"
FIRST_TARGET = (10, 0, 17763)
"""Windows Server 2019, the first that takes over."""

FIRST_SOURCE = (5, 2)
"""Windows Server 2003, the first that files are taken from."""

CONTROLLER = 4
"""Domain roles from here on are domain controllers."""


def version_of(host: HostInventory) -> tuple[int, ...]:
    """The version of its Windows as numbers."""
    return tuple(int(part) for part in host.os_version.split(".") if part.isdigit())


def hindrance(facts: Facts) -> str:
    """Why Storage Migration Service cannot do it; empty where it can."""
    found = {role: next(iter(facts.of(role, HostInventory)), None) for role in ("old", "new")}
    old, new = found["old"], found["new"]
    if old is None or new is None:
        return "nobody knows yet what the two servers are"
    if old.domain_role >= CONTROLLER:
        return f"{facts.hosts['old']} is a domain controller: it would copy from there, and cannot cut over"
    if version_of(new) < FIRST_TARGET:
        return f"{facts.hosts['new']} is {new.os_caption}: its target is Windows Server 2019 or later"
    if version_of(old) < FIRST_SOURCE:
        return f"{facts.hosts['old']} is {old.os_caption}: its source is Windows Server 2003 or later"
    return ""


def by_service(facts: Facts) -> bool:
    """Whether somebody has signed that the service moves the files, and it can."""
    signed = facts.one(PROJECT, SignOff, ITEM, STEP)
    answers = signed.answers if signed is not None else ()
    methods = {answer.partition("=")[2].strip().casefold() for answer in answers if answer.startswith("method=")}
    return bool(methods & {"sms", SERVICE.casefold()}) and not hindrance(facts)


def chosen(facts: Facts) -> Iterator[Step]:
    """The passes where the service cannot do it; else a choice, by signature."""
    why = hindrance(facts)
    if why:
        yield same(f"passes by robocopy; {SERVICE} is refused: {why}", role="new")
        return
    text = f"passes by robocopy, or {SERVICE}: it fits here. Sign method=robocopy or method=sms"
    yield manual(facts, ITEM, STEP, text, form=("method", "why"))


def arrived(facts: Facts, intent: SharesIntent) -> Iterator[Check]:
    """What is looked at where the service has moved the files: each share is on the new server, and open."""
    if not by_service(facts):
        return
    for share in intent.shares:
        there = facts.one("new", Share, share.name)
        opened = there is not None and CLOSED not in there.sddl
        said = "open" if opened else "closed" if there is not None else "not there"
        yield check(f"{share.name} on {facts.hosts['new']}", opened, value=said, hint=f"Look at the job in {SERVICE}.")
