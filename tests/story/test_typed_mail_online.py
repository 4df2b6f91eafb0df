"""The move to Exchange Online at the command line: a lab with a tenant, the module's stub in a real PowerShell, the gate."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest
from office_story import Story, previews

from zdm_automate.lab.state import LabFolder
from zdm_automate.lab.world.mail_tenant import Tenant
from zdm_automate.transport.online import ARGUMENTS

BOOK = "mailbox_moves"

pytestmark = pytest.mark.pwsh


def tenant(folder: LabFolder) -> Tenant:
    """The tenant in the saved world."""
    world = folder.load()
    assert world is not None
    assert world.mail is not None
    assert world.mail.tenant is not None
    return world.mail.tenant


@pytest.mark.slow
def test_a_pilot_is_copied_to_exchange_online(story: Callable[[str], Story]) -> None:
    """Looked at, planned, applied: three PowerShells, each with its connection, and none is left; that takes its seconds."""
    made = story("mailcloud")
    checked = {one["host"]: one for one in made.json("check", "online")}
    plan = made.plan(BOOK)
    made.ok("apply", plan["id"])
    # tests beside this one may have engines of their own in this process
    left = [one for one in psutil.Process().children(recursive=True) if ARGUMENTS[-1] in one.cmdline()]
    there = tenant(made.lab)

    assert checked["cloudexample.onmicrosoft.com"]["by"] == "online/certificate"
    assert ("B-125", "would change") in previews(plan)
    assert ("B-160", "waits") in previews(plan)
    assert there.endpoints["zdm-old"].server == "mail.cloud.example.net"
    assert list(there.batches) == ["zdm-pilot"]
    assert there.mailboxes == {}
    assert left == []
