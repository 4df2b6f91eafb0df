"""A source before Windows Server 2012: what it does not tell, ends together or cannot speak, and what the plan says then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from share_facts import (
    COMPARED,
    CUT,
    DATA,
    FINAL,
    FROZEN,
    KNOWN,
    MACHINE,
    NOW,
    SEEDED,
    SURVEY,
    TARGET,
    facts,
    intent,
    job,
    rows,
    started,
)
from zdm_automate.facts.project import SignOff
from zdm_automate.facts.shares import Share, ShareSession
from zdm_automate.model import Preview

UNTOLD = replace(DATA, caching_mode=None, enumeration_mode=None, encrypt_data=None)
"""The share as a server before 2012 tells it."""

HERE = {"name": "Data", "source": "D:\\Data", "target": "E:\\Data"}


def made(old: Share, **share: str) -> tuple[dict[str, Any], list[str]]:
    """With what the new share is made, and what is said beside it."""
    found = rows("B-111", facts(old=(old,), new=()), intent(shares=[{**HERE, **share}]))
    (call,) = [row.change.call for row in found if row.change]
    return dict(call.params), [row.text for row in found if "does not tell" in row.text]


def test_what_is_not_told_is_made_as_windows_makes_it_and_said() -> None:
    """Nobody finds out later that people see folders which they may not open."""
    params, told = made(UNTOLD)

    assert (params["caching_mode"], params["enumeration_mode"]) == ("Manual", "Unrestricted")
    assert told == [
        (
            "Data: OLD does not tell what clients keep copies of (made with caching_mode: Manual) and whether people see what "
            "they may not open (made with enumeration_mode: Unrestricted): say it in the project file where it is otherwise"
        )
    ]


def test_the_project_says_what_the_server_does_not() -> None:
    """Each of both by itself; what both say is not asked for."""
    params, told = made(UNTOLD, enumeration_mode="AccessBased")

    assert (params["caching_mode"], params["enumeration_mode"]) == ("Manual", "AccessBased")
    assert ["enumeration_mode" in text for text in told] == [False]
    assert made(UNTOLD, enumeration_mode="AccessBased", caching_mode="None")[1] == []


def test_the_project_goes_before_the_old_server() -> None:
    """And without a word of it the new share is like the old one."""
    told = replace(DATA, caching_mode="None", enumeration_mode="AccessBased")

    assert (made(told)[0]["caching_mode"], made(told)[0]["enumeration_mode"]) == ("None", "AccessBased")
    assert made(told, caching_mode="Manual")[0]["caching_mode"] == "Manual"
    assert made(told)[1] == []


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("B-111", facts(old=(replace(UNTOLD, sddl=""),), new=())),
        ("B-153", facts(*SEEDED, old=(replace(UNTOLD, sddl=""),))),
    ],
)
def test_permissions_that_are_not_told_are_not_guessed(item: str, found: Any) -> None:
    """No share is made of nothing, and none is frozen that could not be opened again."""
    told = rows(item, found, CUT)

    assert not any(row.change for row in told)
    assert any("OLD does not tell the permissions of Data" in row.reason for row in told if row.preview is Preview.UNKNOWN)


def test_a_share_that_could_not_come_back_is_not_removed() -> None:
    """Its definition would lack the permissions; with them it goes, and what was not told is not put into the way back."""
    steps = (("B-114", "acl-Data"), ("B-157", "homes"), ("B-163", "smoke"), ("B-163", "accepted"))
    long_ago = (NOW - timedelta(days=31)).isoformat()
    signed = tuple(SignOff(item=item, step=step, by="Kim", at_utc=long_ago) for item, step in steps)
    more = {"new": (replace(TARGET, sddl=DATA.sddl),), "signed": signed, "targets": ("Offline", "Online")}
    silent = rows("C-104", facts(*FINAL, *COMPARED, old=(replace(UNTOLD, sddl=""),), **more), CUT)
    (told,) = rows("C-104", facts(*FINAL, *COMPARED, old=(replace(UNTOLD, sddl=FROZEN[0].sddl),), **more), CUT)

    assert [row.preview for row in silent] == [Preview.UNKNOWN]
    assert told.change is not None
    assert told.change.inverse is not None
    assert set(told.change.inverse.params) == {"name", "path", "sddl", "description", "user_limit"}


def session(user: str, client: str = "10.0.0.7") -> ShareSession:
    return ShareSession(session_id=f"\\\\{client}", user=user, client=client, open_files=(), open_count=2)


def test_several_people_at_one_computer_are_ended_together() -> None:
    """One call, and the plan names them all."""
    (row,) = [one for one in rows("B-152", facts(*SEEDED, sessions=(session("anna, ben"),)), CUT) if one.change]

    assert row.text == "close the session of anna, ben from 10.0.0.7, with 2 files open"


def test_who_works_beside_the_account_that_copies_is_not_passed_over() -> None:
    """The pass would end with the session; to go on would leave somebody with the right to write."""
    copying = job("delta", 9, run_as="x\\mover")
    alone = rows("B-152", facts(*SEEDED, copying, sessions=(session("mover"), session("NEW$", "10.0.0.8"))), CUT)
    beside = rows("B-152", facts(*SEEDED, copying, sessions=(session("anna, mover"),)), CUT)

    assert [row.preview for row in alone if "session" in row.text] == [Preview.SAME, Preview.SAME]
    (refused,) = [row for row in beside if row.preview is Preview.UNKNOWN]
    assert refused.text == "close the session of anna from 10.0.0.7"
    assert "log the others off there" in refused.reason


def test_a_session_of_nobody_is_no_session_that_copies() -> None:
    """A connection without a name is ended like any other."""
    found = facts(*SEEDED, job("delta", 9, run_as=""), sessions=(session(""),))

    assert [row.change.call.verb for row in rows("B-152", found, CUT) if row.change] == ["Close-ZdmShareSession"]


OF_2003 = replace(MACHINE, os_version="5.2.3790")


@pytest.mark.parametrize(
    ("source", "release", "asked"),
    [
        ("5.2.3790", "10.0.20348", True),
        ("5.2.3790", "10.0.14393", False),
        ("5.2.3790", "6.3.9600", False),
        ("6.0.6002", "10.0.20348", False),
        ("6.1.7601", "10.0.26100", False),
    ],
)
def test_a_server_that_speaks_an_old_protocol(source: str, release: str, *, asked: bool) -> None:
    """2003 and a server of 2019 or later: a person installs the client first; all others understand each other."""
    found = facts(machine=(replace(MACHINE, os_version=source),), release=release)
    by_hand = [row.by_hand for row in rows("B-020", found) if row.preview is Preview.MANUAL and row.by_hand == "smb1"]

    assert by_hand == (["smb1"] if asked else [])
    assert bool(started("B-020", found)) is not asked


def test_the_protocol_is_signed_once() -> None:
    """Then the survey begins, and says no more of it than by whom."""
    signed = (KNOWN, SignOff(item="B-020", step="smb1", by="Kim", at_utc=NOW.isoformat()))
    found = facts(machine=(OF_2003,), signed=signed, release="10.0.20348")

    assert len(started("B-020", found)) == len(SURVEY)
