"""An Exchange of 2003 or 2007 on a host of a world: mailboxes of every size, the server's own, some whose user is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import hostile
from hypothesis import strategies as st

from zdm_automate.lab.office_mail import SERVICES
from zdm_automate.lab.world.host import Service
from zdm_automate.lab.world.mail import MailBox, MailDatabase, MailOrg, MailServer
from zdm_automate.lab.world.model import World

CLIENTS = ("11.0.8161.0", "HTTP", "SMTP", "12.0.4518.1014")
STORES = ("Mailbox Store (OLD)", "Zweite Ablage ü")
SIZES = (0, 1023, 1024, 600 * 1024**2, 5 * 1024**4)


@st.composite
def boxes(draw: st.DrawFn, world: World) -> MailBox:
    """One mailbox."""
    number = draw(st.integers(1, 10**6))
    used = draw(st.booleans())
    return MailBox(
        guid=f"6f9619ff-8b86-d011-b42d-{number:012x}",
        name=draw(hostile.texts(empty=False)),
        alias=draw(st.sampled_from(("anna", "joerg.o", "o'brien", "u$er"))),
        database=draw(st.sampled_from(STORES)),
        kind=draw(st.sampled_from(("UserMailbox", "UserMailbox", "SystemMailbox"))),
        size=draw(st.sampled_from(SIZES) | st.integers(0, 2**34)),
        items=draw(st.integers(0, 10**6)),
        last_logon=world.now - timedelta(days=draw(st.integers(0, 900)), seconds=draw(st.integers(0, 86399))) if used else None,
        clients=tuple(draw(st.lists(st.sampled_from(CLIENTS), max_size=3))),
        disconnected=world.now - timedelta(days=3) if draw(st.sampled_from((False, False, True))) else None,
    )


@st.composite
def with_exchange(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """The host has one of the two, or none; only hosts of their time have."""
    machine = world.hosts[host]
    known = [one for one in world.hosts.values() if one.windows.level == 0 and one.windows.server and one.powered]
    if not known:
        return world, host
    machine = draw(st.sampled_from(known))
    version = draw(st.sampled_from(("2003", "2007", "2007", "")))
    if not version:
        return world, machine.name
    for name in SERVICES[version]:
        machine = machine.with_service(Service(name=name, display_name=name))
    if version == "2003" and draw(st.sampled_from((False, False, False, True))):
        machine = machine.with_service(Service(name="MSExchangeMGMT", display_name="MSExchangeMGMT", state="Stopped"))
    found = draw(st.lists(boxes(world), max_size=4, unique_by=lambda one: one.guid))
    health = draw(st.dictionaries(st.sampled_from(("CPU", "Disks", "Queues", "Services")), st.integers(0, 3), max_size=2))
    org = MailOrg(
        name="Büro Müller",
        domain=world.directory.domain,
        servers={machine.name: MailServer(name=machine.name, version=version, health=health)},
        databases={name: MailDatabase(name=name, server=machine.name) for name in STORES},
        mailboxes={one.guid: one for one in found},
    )
    return replace(world.with_host(machine), mail=org), machine.name
