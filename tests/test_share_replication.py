"""The replication of shares decides: passes in their order, and what it refuses with a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from share_facts import (
    BOOK,
    COMPARED,
    CUT,
    DATA,
    FINAL,
    FROZEN,
    NOW,
    PASSES,
    SAME,
    SEEDED,
    SHARE,
    SURVEY,
    TARGET,
    TEXTS,
    WANTED,
    facts,
    intent,
    job,
    rows,
    sampled,
    started,
    table,
)
from zdm_automate.facts.project import SignOff
from zdm_automate.facts.shares import ShareSession
from zdm_automate.facts.store import Facts
from zdm_automate.lab.world.programs.robocopy_options import read_options
from zdm_automate.model import Preview

WORKING = ShareSession(session_id="7", user="X\\ben", client="PC", open_files=("E:\\Data\\a",), open_count=1)

# --- refusals ---


@pytest.mark.parametrize(
    ("item", "found", "wanted", "said"),
    [
        ("B-112", facts(*SURVEY, held=(sampled(500),)), WANTED, "are they swapped?"),
        ("B-112", facts(*SURVEY, held=(sampled(7),)), WANTED, "no pass of this project has copied"),
        ("B-112", facts(*SURVEY, hosts=("OLD", "OLD")), WANTED, "the same host"),
        ("B-112", facts(job("total", code="0", tail=table(0)), *SURVEY[1:]), WANTED, "is empty"),
        ("B-112", facts(*SURVEY, old=(replace(DATA, path="D:\\Other"),)), WANTED, "the wrong share, or folder"),
        ("B-112", facts(*SURVEY, old=()), WANTED, "has no share Data; it has: none"),
        (
            "B-112",
            facts(*SURVEY, new=(replace(TARGET, sddl=DATA.sddl),)),
            WANTED,
            "is in use: people reach it by the share Data",
        ),
        ("B-113", facts(*SEEDED[:-2], new=(TARGET, replace(DATA, name="Alles", path="E:\\"))), WANTED, "by the share Alles"),
        (
            "B-113",
            facts(
                *SEEDED[:-2],
                busy=(ShareSession(session_id="7", user="X\\ben", client="PC", open_files=("E:\\Data\\a",), open_count=1),),
            ),
            WANTED,
            "X\\ben has E:\\Data\\a open",
        ),
        (
            "B-154",
            facts(*SEEDED, job("newer", tail=("\t  New File  \t\t 5\tE:\\Data\\a.txt", *table(100, 1))), old=FROZEN),
            CUT,
            "1 files are newer on NEW (E:\\Data\\a.txt): somebody has written there",
        ),
        ("B-154", facts(*SEEDED, old=FROZEN, new=(replace(TARGET, sddl=DATA.sddl),)), CUT, "is in use"),
        ("B-111", facts(old=()), WANTED, "has no share Data"),
    ],
)
def test_what_is_refused(item: str, found: Facts, wanted: Any, said: str) -> None:
    """Swapped sides, an empty source, a strange or busy target, newer files, a wrong share: a sentence, and no pass."""
    told = rows(item, found, wanted)

    assert any(said in row.reason for row in told if row.preview is Preview.UNKNOWN)
    assert started(item, found, wanted) == []


# --- the order ---


def test_the_survey_comes_first() -> None:
    """Three lists and a walk, and nothing is copied before they are there."""
    found = facts(new=())

    wanted = [f"{PASSES.TITLES[what]} 1 of Data" for what in ("total", "databases", "encrypted", "survey")]
    assert started("B-020", found) == wanted
    assert started("B-112", found) == []


def test_a_job_at_work_is_waited_for() -> None:
    """And not started again."""
    found = facts(*SURVEY, job("seed", code=None))

    assert [row.preview for row in rows("B-112", found)] == [Preview.WAIT]


def test_a_start_that_was_cut_off_goes_on_under_its_own_id() -> None:
    """The same id: the host knows how far it came."""
    cut_off = job("seed", code=None, launched=False, started_utc=None, processes=0)
    changes = [row.change for row in rows("B-112", facts(*SURVEY, cut_off)) if row.change]

    assert [one.call.params["job_id"] for one in changes] == [cut_off.job_id]


def test_a_pass_that_failed_runs_again_three_times() -> None:
    """Each try has an id of its own; then a person looks."""
    full = ("2026/03/02 18:05:09 ERROR 112 (0x00000070) Copying File E:\\Data\\x", *table(100, 50, failed=50))
    tries = [job("seed", number, code="9", tail=full) for number in (1, 2, 3)]

    assert started("B-112", facts(*SURVEY, *tries[:1])) == ["seed 2 of Data"]
    assert started("B-112", facts(*SURVEY, *tries[:2])) == ["seed 3 of Data"]
    assert started("B-112", facts(*SURVEY, *tries)) == []
    assert "a person has to look" in rows("B-112", facts(*SURVEY, *tries))[0].reason


def test_files_in_use_are_left_to_the_next_pass() -> None:
    """An open file by day is no failure of a seed; a full drive is, and says so; in the final pass both are."""
    opened = ("2026/03/02 18:05:09 ERROR 32 (0x00000020) Copying File D:\\Data\\x", *table(100, 99, failed=1))
    full = ("2026/03/02 18:05:09 ERROR 112 (0x00000070) Copying File D:\\Data\\x", *table(100, 99, failed=1))

    assert rows("B-112", facts(*SURVEY, job("seed", code="9", tail=opened)))[0].preview is Preview.SAME
    (again,) = rows("B-112", facts(*SURVEY, job("seed", code="9", tail=full)))
    assert "the target drive is full" in again.text
    final = facts(*FINAL[:-1], job("final", code="9", tail=opened), old=FROZEN)
    assert started("B-154", final, CUT) == ["final pass 2 of Data"]


def test_the_next_delta_comes_a_day_later() -> None:
    """Before that it waits, with the moment; on the day of the cut there is none any more."""
    early = facts(*SEEDED)
    early = replace(early, taken_at=datetime(2026, 3, 3, 21, 0, tzinfo=UTC))

    assert started("B-113", early) == []
    assert [row.not_before for row in rows("B-113", early) if row.not_before] == ["2026-03-04T16:10:00+00:00"]
    assert started("B-113", facts(*SEEDED)) == ["delta pass 2 of Data"]
    assert started("B-113", facts(*SEEDED), CUT) == []


def test_the_trend_gives_the_forecast() -> None:
    """Ten minutes for the last delta: a quarter of an hour for the final pass."""
    deltas = PASSES.trend(facts(*SEEDED), WANTED, SHARE)

    assert [(one.files, one.seconds) for one in deltas] == [(5, 600.0)]
    assert PASSES.forecast(deltas) == 900.0
    assert PASSES.forecast([]) is None


def test_nothing_of_the_night_happens_by_day() -> None:
    """Without `cut: true` no session is closed and no share frozen."""
    found = facts(*SEEDED, sessions=(ShareSession(session_id="7", user="X\\anna", client="PC", open_files=(), open_count=0),))

    assert not any(row.change for item in ("B-152", "B-153", "B-154", "B-156") for row in rows(item, found))


def test_sessions_are_closed_after_the_freeze() -> None:
    """A session of before keeps the rights of before: closed first, it would be back before the permissions change."""
    ids = [item.id for item in BOOK.items]

    assert ids.index("B-153") < ids.index("B-152") < ids.index("B-154")
    assert {item.id: item.after for item in BOOK.items}["B-154"] == ("B-152",)


def test_the_session_of_the_account_that_copies_stays() -> None:
    """Its end would be the end of a pass; the server's own account copies where a job runs without a credential."""
    users = ("X\\anna", "x\\MOVER", "X\\NEW$")
    sessions = tuple(ShareSession(session_id=name, user=name, client="PC", open_files=(), open_count=0) for name in users)
    found = facts(*SEEDED, job("delta", 9, run_as="mover@x.example"), sessions=sessions)

    closed = [row.change.call.params["session_id"] for row in rows("B-152", found, CUT) if row.change]
    assert closed == ["X\\anna"]


def test_the_night_in_its_order() -> None:
    """Freeze, sessions, a look for newer files, the final pass, the comparison, the switch."""
    open_session = ShareSession(session_id="7", user="X\\anna", client="PC", open_files=("D:\\Data\\a.txt",), open_count=1)
    found = facts(*SEEDED, sessions=(open_session,))

    assert [row.change.call.verb for row in rows("B-152", found, CUT) if row.change] == ["Close-ZdmShareSession"]
    frozen = [row.change.call.params["sddl"] for row in rows("B-153", found, CUT) if row.change]
    assert frozen == [FROZEN[0].sddl]
    assert started("B-154", facts(*SEEDED), CUT) == ["look for files that are newer on the new server 1 of Data"]
    assert started("B-154", facts(*FINAL[:-1], old=FROZEN), CUT) == ["final pass 1 of Data"]
    assert started("B-155", facts(*FINAL, old=FROZEN), CUT) == ["compare both sides 1 of Data"]
    assert not any(row.change for row in rows("B-156", facts(*FINAL, old=FROZEN), CUT))
    compared = facts(*FINAL, *COMPARED, old=FROZEN)
    opened = facts(*FINAL, *COMPARED, old=FROZEN, new=(replace(TARGET, sddl=DATA.sddl),))
    assert not any(row.preview is Preview.UNKNOWN for item in ("B-112", "B-113", "B-154") for row in rows(item, opened, CUT))
    switched = [
        (row.change.call.verb, row.change.call.params.get("state")) for row in rows("B-156", compared, CUT) if row.change
    ]
    assert switched == [("Set-ZdmShareAcl", None), ("Set-ZdmDfsTarget", "Online"), ("Set-ZdmDfsTarget", "Offline")]


def test_sides_that_differ_are_not_switched() -> None:
    """A comparison that found something has failed; three of them want a person."""
    found = facts(*FINAL, *(job("compare", number, code="1", tail=table(100, 1, 99)) for number in (1, 2, 3)), old=FROZEN)

    assert [row.preview for row in rows("B-155", found, CUT)] == [Preview.UNKNOWN]
    assert not any(row.change for row in rows("B-156", found, CUT))


def test_the_way_back_copies_before_it_leads_people_back() -> None:
    """The new side is closed to everybody, what was written there comes back without purging, then the old side opens."""
    back = intent(cut=True, roll_back=True)
    compared = (*FINAL, *COMPARED)
    working = ShareSession(session_id="8", user="X\\ben", client="PC", open_files=(), open_count=0)
    first = facts(*compared, old=FROZEN, new=(replace(TARGET, sddl=DATA.sddl),), busy=(working,))
    verbs = [row.change.call.verb for row in rows("B-163", first, back) if row.change]

    assert verbs == ["Set-ZdmShareAcl", "Close-ZdmShareSession", "Start-ZdmJob"]
    words = PASSES.words_of(back, SHARE, "reverse", "x")
    assert "/XO" in words
    assert not {"/PURGE", "/MIR"} & set(words)
    then = facts(*compared, job("reverse", tail=table(100, 2, 98)), old=FROZEN)
    changes = [row.change.call for row in rows("B-163", then, back) if row.change]
    assert [(call.role, call.verb) for call in changes][-1] == ("old", "Set-ZdmShareAcl")
    assert changes[-1].params["sddl"] == DATA.sddl


def test_the_old_share_goes_weeks_after_acceptance_and_can_come_back() -> None:
    """Its definition is the inverse."""
    steps = (("B-114", "acl-Data"), ("B-157", "homes"), ("B-163", "smoke"), ("B-163", "accepted"))
    long_ago = (NOW - timedelta(days=31)).isoformat()
    signed = tuple(SignOff(item=item, step=step, by="Kim", at_utc=long_ago) for item, step in steps)
    compared = (*FINAL, *COMPARED)
    opened = (replace(TARGET, sddl=DATA.sddl),)
    links = {"targets": ("Offline", "Online")}
    later = facts(*compared, old=FROZEN, new=opened, signed=signed, **links)
    changes = [row.change for row in rows("C-104", later, CUT) if row.change]

    assert [one.call.verb for one in changes] == ["Remove-ZdmShare"]
    assert changes[0].inverse is not None
    assert changes[0].inverse.params["path"] == "D:\\Data"
    late = (*signed[:-1], replace(signed[-1], at_utc=(NOW - timedelta(days=3)).isoformat()))
    soon = facts(*compared, old=FROZEN, new=opened, signed=late, **links)
    assert not any(row.change for row in rows("C-104", soon, CUT))


# --- switches ---


@pytest.mark.parametrize("what", [what for what in PASSES.KINDS if what not in PASSES.WALKS])
def test_every_pass_has_switches_that_go_together(what: Any) -> None:
    """None of robocopy's own complaints, retries are limited, junctions left out, and the log is in the job's folder."""
    for wanted in (WANTED, intent(throttle_ms=5, hours="2000-0600")):
        words = PASSES.words_of(wanted, SHARE, what, "0a")

        assert read_options(tuple(words)).wrong == ""
        assert any(word.startswith("/R:") for word in words)
        assert "/XJ" in words
        assert any(word.startswith("/UNILOG+:C:\\Zdm\\jobs\\0a\\") for word in words)
        assert "/MIR" not in words


def test_only_passes_that_follow_the_source_purge() -> None:
    """A seed, the pass for permissions and the way back take nothing away."""
    purging = {what for what in PASSES.KINDS if "/PURGE" in PASSES.words_of(WANTED, SHARE, what, "x")}

    assert purging == {"delta", "final", "compare"}


def test_a_denial_in_front_is_taken_back_to_the_letter() -> None:
    """Whatever the permissions are."""
    for sddl in (DATA.sddl, "O:SYG:SYD:", "O:SYG:SYD:P(D;;FA;;;DU)(A;;FA;;;BA)"):
        closed = TEXTS.denied(sddl, TEXTS.CLOSED)

        assert TEXTS.denied(closed, TEXTS.CLOSED) == closed
        assert TEXTS.allowed(closed, TEXTS.CLOSED) == sddl


def test_a_share_at_work_holds_up_no_other() -> None:
    """The seed of the second one starts although the first one's is at work."""
    other = {"name": "Archiv", "source": "D:\\Archiv", "target": "E:\\Archiv"}
    both = intent(shares=[{"name": "Data", "source": "D:\\Data", "target": "E:\\Data"}, other])
    counted = replace(SURVEY[0], job_id=PASSES.number_of(both, both.shares[1], "total", 1))
    archive = replace(DATA, name="Archiv", path="D:\\Archiv")
    closed = replace(TARGET, name="Archiv", path="E:\\Archiv")
    lists = [replace(one, job_id=PASSES.number_of(both, both.shares[1], one.title, 1)) for one in SURVEY[1:]]
    jobs = (*SURVEY, counted, *lists, job("seed", code=None))
    found = facts(*jobs, old=(DATA, archive), new=(TARGET, closed))

    assert started("B-112", found, both) == ["seed 1 of Archiv"]


@pytest.mark.parametrize(
    ("number", "walk", "said"),
    [
        (100, ("sampled\t9\t9", "contents\t1\t5\t\\a.txt", "files\t9\t0"), "1 contents (\\a.txt)"),
        (100, ("sampled\t9\t9", "missing\t1\t5\t\\b.txt", "files\t9\t0"), "1 missing (\\b.txt)"),
        (100, ("sampled\t9\t9", "permissions\t1\t5\t\\Leitung\\", "files\t9\t0"), "1 permissions (\\Leitung\\)"),
        (100, ("sampled\t9\t9",), "its log is not whole"),
        (99, SAME, "the counts are the same: 100 files, 99 the same"),
    ],
)
def test_a_sample_that_differs_keeps_the_switch_back(number: int, walk: tuple[str, ...], said: str) -> None:
    """Another content, another permission, a file too few, half a log: a sentence, and nobody is led over."""
    sample = job("sample", code="0", tail=walk, log_name="sample.log")
    found = facts(*FINAL, job("compare", code="0", tail=table(100, 0, number)), sample, old=FROZEN)
    told = [*rows("B-155", found, CUT), *rows("B-156", found, CUT)]

    assert not any(row.change for row in rows("B-156", found, CUT))
    assert any(said in row.text + row.reason for row in told)


def test_four_ways_of_comparing() -> None:
    """Forecast, counts, contents and permissions, each with what differs."""
    compare = __import__("zdm_playbooks._share_compare", fromlist=["x"])
    walk = ("sampled\t9\t9", "contents\t1\t5\t\\a", "permissions\t1\t5\t\\b", "files\t9\t0")
    sample = job("sample", code="0", tail=walk, log_name="sample.log")

    assert compare.ways(facts(*FINAL, COMPARED[0], sample, old=FROZEN), WANTED, SHARE) == {
        "nothing is left to copy": "",
        "the counts are the same": "",
        "a sample of 9 has the same contents": "\\a",
        "the sample has the same permissions": "\\b",
    }


def test_a_sample_that_differs_is_compared_again() -> None:
    """Somebody has mended the files meanwhile; after three times a person looks."""
    walk = ("sampled\t9\t9", "contents\t1\t5\t\\a.txt", "files\t9\t0")
    tries = [job("sample", number, code="0", tail=walk, log_name="sample.log") for number in (1, 2, 3)]

    assert started("B-155", facts(*FINAL, COMPARED[0], tries[0], old=FROZEN), CUT) == [f"{PASSES.TITLES['sample']} 2 of Data"]
    assert started("B-155", facts(*FINAL, COMPARED[0], *tries, old=FROZEN), CUT) == []
