"""The replication of shares: the method, what the survey found and what is signed, and what it all costs this computer."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from share_facts import (
    BOOK,
    COMPARED,
    CUT,
    DATA,
    FINAL,
    FOUND,
    FROZEN,
    KNOWN,
    MACHINE,
    NOW,
    PASSES,
    SEEDED,
    SURVEY,
    TARGET,
    WANTED,
    facts,
    intent,
    job,
    rows,
    started,
    table,
)
from zdm_automate.cli.jobs_view import view
from zdm_automate.lab.world.tree_walk import SORTS
from zdm_automate.model import Preview
from zdm_automate.planner import plan_items

# --- the method ---

SERVED = (replace(KNOWN, item="B-111", step="method", answers=("method=SMS", "why=name")),)


def test_storage_migration_service_is_offered_where_it_fits() -> None:
    """From a member server to 2019 or later: a choice for a person, with both words."""
    row = rows("B-111", facts())[0]

    assert row.preview is Preview.MANUAL
    assert "method=robocopy or method=sms" in row.text


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"machine": (replace(MACHINE, domain_role=5),)}, "OLD is a domain controller"),
        ({"machine": (replace(MACHINE, os_version="5.0.2195"),)}, "its source is Windows Server 2003 or later"),
        ({"machine": ()}, "nobody knows yet"),
        ({"release": "10.0.14393"}, "its target is Windows Server 2019 or later"),
    ],
)
def test_storage_migration_service_is_refused_where_it_cannot(more: dict[str, Any], why: str) -> None:
    """A domain controller, a target before 2019, a source before 2003, an unknown one: with the reason, even if signed."""
    row = rows("B-111", facts(**more))[0]

    assert (row.preview, why in row.text) == (Preview.SAME, True)
    assert started("B-112", facts(*SURVEY, signed=(KNOWN, *SERVED), **more)) == ["seed 1 of Data"]


def test_nothing_is_copied_twice() -> None:
    """Who has signed for the service gets no passes, no shares, and a check that each share is there."""
    signed = facts(*SURVEY, new=(), signed=(KNOWN, *SERVED))

    assert not any(row.change for item in ("B-111", "B-112") for row in rows(item, signed))
    assert any("as is signed under B-111" in row.reason for row in rows("B-112", signed))
    (judge,) = [item.judge for item in BOOK.items if item.id == "B-111" and item.judge is not None]
    assert [(one.name, one.value) for one in judge(facts(signed=(KNOWN, *SERVED)), WANTED)] == [("Data on NEW", "closed")]


# --- the survey ---


def test_a_finding_comes_with_its_advice() -> None:
    """What it is, where, and what to do."""
    told = [row.text for row in rows("B-020", facts(*SURVEY))]

    assert "Data: 7 folders, 100 files, 0.0 GB were looked through" in told
    (link,) = [text for text in told if "links" in text and "carry" not in text]
    assert "D:\\Data\\elsewhere" in link
    assert "make them again on the new server" in link


def test_every_finding_has_advice() -> None:
    """Each sort that the walk tells, but for the two that are counts."""
    findings = __import__("zdm_playbooks._share_findings", fromlist=["x"])

    assert set(SORTS) - {"folder", "file"} == set(findings.ADVICE)
    assert set(findings.NOT_CARRIED) <= set(findings.ADVICE)


def test_what_the_passes_do_not_carry_is_signed_before_the_switch() -> None:
    """It is listed by day, with the first places; nobody is led over before somebody has signed it."""
    (row,) = [row for row in rows("B-020", facts(*SURVEY, signed=())) if row.preview is Preview.MANUAL]

    assert "1 folders are links or mount points (D:\\Data\\elsewhere)" in row.text
    assert "shadow copies, quotas" in row.text
    unsigned = facts(*FINAL, *COMPARED, old=FROZEN, signed=())
    assert [row.reason for row in rows("B-156", unsigned, CUT)] == ["what the passes do not carry is signed first (B-020)"]


def test_a_survey_that_cannot_be_made_is_signed_too() -> None:
    """After three tries; what never comes along is listed all the same."""
    tries = [job("survey", number, tail=(), log_name="survey.log") for number in (1, 2, 3)]
    told = rows("B-020", facts(*SURVEY[:3], *tries, signed=()))

    assert any(row.preview is Preview.MANUAL and "shadow copies" in row.text for row in told)


def test_half_a_survey_is_made_again() -> None:
    """A log without its last line was cut off."""
    half = job("survey", code="0", tail=FOUND[:-1], log_name="survey.log")

    assert started("B-020", facts(*SURVEY[:3], half)) == [f"{PASSES.TITLES['survey']} 2 of Data"]


# --- how much of it is kept ---

LIMIT = 200 * 2**20
LINE = "\t    New File  \t\t  800000\t\\\\OLD\\D$\\Data\\" + "x" * 60
"""A line of a log that was read from its end."""


def test_a_large_share_costs_little() -> None:
    """Five million files in each of four shares, thirty deltas: plan and view hold the ends of logs alone.

    `benchmarks/large_share.py` weighs the commands themselves.
    """
    many = 5_000_000
    names = [f"Data{number}" for number in range(4)]
    shares = [{"name": name, "source": f"D:\\{name}", "target": f"E:\\{name}"} for name in names]
    wanted = intent(shares=shares)
    tail = (*[LINE] * 120, *table(many, many))
    tracemalloc.start()
    jobs = [
        replace(one, job_id=PASSES.number_of(wanted, share, one.title, number), tail=tuple("".join(line) for line in tail))
        for share in wanted.shares
        for one in (*SURVEY[:3], *SEEDED[4:])
        for number in range(1, 31 if one.title == "delta" else 2)
    ]
    old = tuple(replace(DATA, name=name, path=f"D:\\{name}") for name in names)
    new = tuple(replace(TARGET, name=name, path=f"E:\\{name}") for name in names)
    plan = plan_items(BOOK.items, facts(*jobs, old=old, new=new), wanted)
    view({"NEW": jobs}, NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < LIMIT
    assert sum(len(item.rows) for item in plan) > len(names) * 30
    assert any("5000000 files" in row.text for item in plan for row in item.rows)
