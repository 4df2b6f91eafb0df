"""Exchange 2007 to 2013: looked at on the box by its snap-in, moved by requests of the newer side, refused where illegal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mail_rig import MailRig, sign

from zdm_automate.errors import RefusedError
from zdm_automate.facts.legacy_mail import ExchangeLegacyMailbox
from zdm_automate.lab.office_mail import SERVICES
from zdm_automate.lab.world.host import Service
from zdm_automate.lab.world.model import World

OFFICE = str(Path(__file__).with_name("mail_2007.yaml"))
BOOK = "mailbox_moves"
HOUR = 3600.0


def said(plan: Any, item: str) -> list[str]:
    return [row.text for one in plan.items if one.id == item for row in one.rows]


def go(rig: MailRig) -> Any:
    what, plan = rig.plan(BOOK)
    if plan.changes:
        assert rig.apply(what, plan).result == "done"
    rig.carry(HOUR)
    return plan


def as_versions(rig: MailRig, **versions: str) -> None:
    """Makes servers of other versions of them, with the services by which they show it."""

    def change(world: World) -> tuple[World, None]:
        assert world.mail is not None
        servers = {key: replace(one, version=versions.get(key, one.version)) for key, one in world.mail.servers.items()}
        old = world.hosts["EX07"]
        bare = replace(old, services={key: one for key, one in old.services.items() if not key.startswith("MSExchange")})
        for name in SERVICES.get(servers["EX07"].version, ()):
            bare = bare.with_service(Service(name=name, display_name=name))
        return replace(world.with_host(bare), mail=replace(world.mail, servers=servers)), None

    rig.keeper.with_world(change)


def test_everybody_goes_from_2007_to_2013(tmp_path: Path) -> None:
    """The old server says what it is and what lies in its stores; nobody is left there at the end."""
    rig = MailRig(OFFICE, tmp_path)
    first = go(rig)
    go(rig)
    sign(rig, "B-137", "pilot-accepted", works="yes")
    for _ in range(4):
        go(rig)
    what = rig.intended(BOOK)
    with rig.workplace(what) as work:
        work.connect()
        left = work.read(what).facts.of("legacy", ExchangeLegacyMailbox)
    org = rig.keeper.world.mail
    assert org is not None

    assert "EX07: Version 8.3 (Build 83.6)" in said(first, "B-014")
    assert "3 mailboxes in its stores, 2.0 GB" in said(first, "B-014")
    assert any("by New-MoveRequest; both sides need: 2007 SP3 RU10" in text for text in said(first, "B-014"))
    assert {one.alias: one.database for one in org.mailboxes.values()} == dict.fromkeys(("pilot", "boss", "info"), "DB13")
    assert left == ()


@pytest.mark.parametrize(
    ("versions", "why"),
    [
        ({"EX07": "2003"}, "cannot go from Exchange 2003 to 2013 at once"),
        ({"EX07": "2003", "EX13": "2010"}, "nobody can use a mailbox while it moves"),
    ],
)
def test_2003_is_refused(versions: dict[str, str], why: str, tmp_path: Path) -> None:
    """Beside 2013 it may not stand; to 2010 it goes offline, which is another playbook's business."""
    rig = MailRig(OFFICE, tmp_path)
    as_versions(rig, **versions)
    with pytest.raises(RefusedError, match=why):
        rig.plan(BOOK)
