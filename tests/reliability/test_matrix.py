"""Every change of every playbook x every fault x every moment: resumed, the world is as undisturbed and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from matrix import DOCUMENT, MARKS, NIGHTLY, cells, lose, stages, table
from strikes import FAULTS, MOMENTS

from zdm_automate import workplace
from zdm_automate.resume import Settled
from zdm_automate.settling import Verdict, judgeable

OFFICES = ("tiny", *(NIGHTLY if os.environ.get("ZDM_PROFILE") == "nightly" else ()))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix")


@pytest.mark.proof
@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost(fault: str, moment: str, office: str, folder: Path) -> None:
    """End state, count of changes in the world, journal, chain and report are those of the undisturbed run."""
    lost = {
        f"{stage.plan.id} {change.id} {change.call.verb}": what
        for stage, change in cells(office, folder)
        if (what := lose(stage, change, fault, moment, folder))
    }

    assert lost == {}


def test_the_table_of_the_documentation_is_that_of_the_matrix(folder: Path) -> None:
    """As many cells as there are changes, no losses; `python tests/reliability/matrix.py` writes it anew."""
    number = len(list(cells("tiny", folder)))
    counts = {(fault, moment): (number, 0) for fault in FAULTS for moment in MOMENTS}

    text = DOCUMENT.read_text(encoding="utf-8")
    assert text[text.index(MARKS[0]) + len(MARKS[0]) : text.index(MARKS[1])].strip() == table(counts)


def test_every_change_of_the_playbooks_can_be_settled_by_reading(folder: Path) -> None:
    """Each has facts that were known before, or a watch."""
    unsettled = [
        change.id
        for stage in stages("tiny", folder)
        for change in stage.plan.changes
        if not judgeable(change) and change.watch is None
    ]

    assert unsettled == []


def test_the_matrix_bites_on_a_resume_that_calls_everything_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settled blindly as not done, an export is made twice, and the matrix sees it."""

    def blindly(_plan: object, standing: object, _bench: object) -> Settled:
        return Settled(verdicts={one.step: Verdict.NOT for one in standing.open})  # type: ignore[attr-defined]

    monkeypatch.setattr(workplace, "settle_open", blindly)
    lost = [lose(stage, change, "the process is killed", MOMENTS[3], folder) for stage, change in cells("tiny", folder)]

    assert any("changed more often than undisturbed" in what for what in lost)


def test_the_matrix_bites_on_a_resume_that_believes_everything_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settled blindly as done, every change is missed."""

    def blindly(_plan: object, standing: object, _bench: object) -> Settled:
        return Settled(verdicts={one.step: Verdict.HAPPENED for one in standing.open})  # type: ignore[attr-defined]

    monkeypatch.setattr(workplace, "settle_open", blindly)
    lost = [lose(stage, change, "the process is killed", MOMENTS[1], folder) for stage, change in cells("tiny", folder)]

    assert all(lost)
