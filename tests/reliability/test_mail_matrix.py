"""Every change of the mail playbook x every fault x every moment: nothing asked twice, nobody in two places, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_rig import MailRig, mail_stages
from matrix import FAULTS, MOMENTS, Stage, lose

from zdm_automate import workplace
from zdm_automate.model import Change
from zdm_automate.resume import Settled
from zdm_automate.settling import Verdict, judgeable

WHOLE = os.environ.get("ZDM_PROFILE") == "nightly"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail-matrix")


def cells(folder: Path) -> Iterator[tuple[Stage, Change]]:
    """The first change of each verb in every plan of the story; in the nightly profile all of them."""
    for stage in mail_stages(folder):
        seen: set[str] = set()
        for change in stage.plan.changes:
            if WHOLE or change.call.verb not in seen:
                seen.add(change.call.verb)
                yield stage, change


def test_the_story_ends_with_everybody_in_one_place(folder: Path) -> None:
    """Undisturbed: five people, one of whom stays by decision; every verb of the playbook is in it."""
    end = mail_stages(folder)[-1].end.mail
    assert end is not None
    verbs = {change.call.verb for stage in mail_stages(folder) for change in stage.plan.changes}

    assert {one.alias: one.database for one in end.mailboxes.values()} == {
        "pilot": "DB16",
        "boss": "DB16",
        "assistant": "DB16",
        "hurt": "DB16",
        "broken": "DB10",
    }
    assert end.moves == {}
    assert verbs == {
        "Set-ZdmOwaUrl",
        "Set-ZdmEcpUrl",
        "Set-ZdmActiveSyncUrl",
        "Set-ZdmWebServicesUrl",
        "Set-ZdmOabUrl",
        "Set-ZdmMapiUrl",
        "Set-ZdmSendConnectorSource",
        "Set-ZdmScp",
        "New-ZdmMailboxMove",
        "Resume-ZdmMailboxMove",
        "Set-ZdmMailboxMoveLimit",
        "Restart-ZdmMailboxMove",
        "Remove-ZdmMailboxMove",
    }


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_mailbox_is_lost(fault: str, moment: str, folder: Path) -> None:
    """End state, count of changes in the world, journal, chain and report are those of the undisturbed run."""
    lost = {
        f"{stage.plan.id} {change.id} {change.call.verb}": what
        for stage, change in cells(folder)
        if (what := lose(stage, change, fault, moment, folder, MailRig))
    }

    assert lost == {}


def test_every_change_can_be_settled_by_reading(folder: Path) -> None:
    """Each has facts that were known before, or a watch."""
    unsettled = [
        change.id
        for stage in mail_stages(folder)
        for change in stage.plan.changes
        if not judgeable(change) and change.watch is None
    ]

    assert unsettled == []


def test_the_matrix_bites_on_a_resume_that_believes_everything_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settled blindly as done, every change is missed."""

    def blindly(_plan: object, standing: object, _bench: object) -> Settled:
        return Settled(verdicts={one.step: Verdict.HAPPENED for one in standing.open})  # type: ignore[attr-defined]

    monkeypatch.setattr(workplace, "settle_open", blindly)
    lost = [lose(stage, change, "the process is killed", MOMENTS[1], folder, MailRig) for stage, change in cells(folder)]

    assert lost
    assert all(lost)
