"""`zdm gate`, `zdm approve`, and what they let pass: approvals by hash, two persons, golden hours, overrides."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typed_commands import SERVICES, MakeProject, Zdm

from zdm_automate.journal import read

Change = Callable[[dict[str, Any]], None]
PEOPLE = {"tech": ["Alex", "Kim"], "client": ["Maria Muster"], "lead": ["Robin"]}


def people(**more: Any) -> Change:
    """A rehearsal in which people approve, with further keys of the project file."""

    def change(content: dict[str, Any]) -> None:
        content.update({"lab_approves": False, "approvers": PEOPLE, **more})

    return change


def item(folder: Path, old: str, new: str) -> Path:
    """The project's playbook with another item."""
    assert old in SERVICES
    (folder / "playbooks" / "services.py").write_text(SERVICES.replace(old, new), encoding="utf-8")
    return folder


def opposite(zdm: Zdm, project: MakeProject, host: str, service: str, change: Change | None = None) -> Path:
    """A project that wants a service otherwise than it is: the lab outlives the test. No other module changes that service."""
    folder = project(host, [service], change=change)
    (row,) = zdm("read", "it", "Get-ZdmService", f"Name={service}", "-p", folder, "--json").json
    return project(host, [service], change=change, state="Stopped" if row["State"] == "Running" else "Running")


def risky(folder: Path) -> Path:
    """Its changes have no way back."""
    text = SERVICES.replace('"B-104", title="Services as wanted"', '"B-104", title="Services as wanted", risk=Risk.NO_RETURN')
    text = text.replace("from zdm_automate import Check", "from zdm_automate import Risk, Check")
    (folder / "playbooks" / "services.py").write_text(text, encoding="utf-8")
    return folder


def plan(zdm: Zdm, folder: Path) -> str:
    return str(zdm("plan", "services", "-p", folder, "--json").json["id"])


def events(folder: Path) -> list[dict[str, Any]]:
    return [line for path in sorted(folder.glob("runs/*/journal.jsonl")) for line in read(path)]


def test_the_gates_are_listed(zdm: Zdm) -> None:
    """All ten, with their roles, and which of them stay closed."""
    rows = zdm("gate", "--json").json

    assert len(rows) == 11
    assert [row["gate"] for row in rows if not row["works"]] == ["G-LEVEL", "G-DECOM"]
    assert "stays closed" in zdm("gate").out


def test_a_gate_that_does_not_exist_is_bad_input(zdm: Zdm, project: MakeProject) -> None:
    """The sentence lists those there are."""
    ran = zdm("gate", "G-DCHP", "-p", project("PC1", ["Dnscache"]))

    assert ran.code == 2
    assert "G-DHCP" in ran.err


def test_a_gate_is_judged_and_its_answer_kept(zdm: Zdm, project: MakeProject) -> None:
    """Closed is exit code 3; the table says why and what to do; the journal holds it."""
    folder = project("PC1", ["Dnscache"])
    ran = zdm("gate", "g-close", "-p", folder)
    told = [line for line in events(folder) if line["event"] == "gate.judged"]

    assert ran.code == 3
    assert "G-CLOSE is closed" in ran.out
    assert "zdm checklist sign B-193 binder" in " ".join(ran.out.split())
    assert [(line["gate"], line["item"], line.get("open", False)) for line in told] == [("G-CLOSE", "B-193", False)]


@pytest.mark.parametrize(("words", "state"), [((), "false"), (("--confirm", "there is no way back"), "true")])
def test_a_phrase_is_typed(zdm: Zdm, project: MakeProject, words: tuple[str, ...], state: str) -> None:
    """What the operator typed counts for this judgement; the gate stays closed for what nobody can read."""
    ran = zdm("gate", "G-LEVEL", *words, "-p", project("PC1", ["Dnscache"]), "--json")
    (row,) = [one for one in ran.json["findings"] if one["name"] == "phrase"]

    assert (ran.code, row["state"]) == (3, state)


def test_a_gate_row_is_passed_and_not_signed(zdm: Zdm, project: MakeProject) -> None:
    """A step of the gate is signed with its form; the row itself never, and stays open until the gate was found open."""
    folder = project("PC1", ["Dnscache"])
    whole = zdm("checklist", "sign", "B-151", "-p", folder)
    bare = zdm("checklist", "sign", "B-151", "sessions", "-p", folder)
    good = zdm("checklist", "sign", "B-151", "sessions", "--answer", "users logged on=0", "-p", folder)
    rows = {row["item"]: row for row in zdm("checklist", "show", "--all", "-p", folder, "--json").json}
    found = {row["name"]: row for row in zdm("gate", "G-CUT", "-p", folder, "--json").json["findings"]}

    assert (whole.code, bare.code, good.code) == (2, 2, 0)
    assert "is a gate and is not signed" in whole.err
    assert "users logged on" in bare.err
    assert rows["B-151"]["state"] == "open"
    assert (found["users-off"]["state"], found["quiet"]["state"]) == ("true", "unknown")


def test_an_approval_names_who_as_what_and_from_where(zdm: Zdm, project: MakeProject) -> None:
    """It is journalled with the digest of the plan, and `zdm plans` shows it."""
    folder = project("PC1", ["Netlogon"], change=people())
    made = plan(zdm, folder)
    ran = zdm("approve", "latest", "--as", " alex", "--role", "tech", "--reference", "mail of 7 March", "-p", folder)
    (line,) = [one for one in events(folder) if one["event"] == "approval.given"]
    (row,) = zdm("plans", "-p", folder, "--json").json

    assert ran.code == 0, ran.err
    assert (line["subject"], line["by"], line["role"], line["origin"]) == (made, "Alex", "tech", "mail of 7 March")
    assert (
        line["digest"]
        == row["approvals"][0]["digest"]
        == json.loads((folder / "plans" / f"{made}.json").read_bytes())["digest"]
    )
    assert [(one["by"], one["role"]) for one in row["approvals"]] == [("Alex", "tech")]
    assert "Alex (tech)" in zdm("plans", "-p", folder).out


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [
        ("Maria Muster", "tech", "the project names Alex, Kim"),
        ("Eve", "client", "Maria Muster"),
        ("Alex", "boss", "tech, client, lead"),
    ],
)
def test_only_who_is_named_may_approve(zdm: Zdm, project: MakeProject, name: str, role: str, said: str) -> None:
    """Bad input, and nothing is written."""
    folder = project("PC1", ["Netlogon"], change=people())
    plan(zdm, folder)
    ran = zdm("approve", "latest", "--as", name, "--role", role, "-p", folder)

    assert ran.code == 2
    assert said in ran.err
    assert events(folder) == []


def test_what_has_no_way_back_needs_two_persons(zdm: Zdm, project: MakeProject) -> None:
    """Nobody, then the operator alone, then another as well; only then is it made."""
    folder = risky(opposite(zdm, project, "NEW", "LanmanWorkstation", people()))
    made = plan(zdm, folder)
    codes = [zdm("apply", made, "-p", folder).code]
    first = zdm("approve", made, "--as", "Alex", "--role", "tech", "-p", folder)
    assert first.code == 0, first.err
    alone = zdm("apply", made, "-p", folder)
    zdm("approve", made, "--as", "Robin", "--role", "lead", "-p", folder)
    both = zdm("apply", made, "-p", folder)
    assert [*codes, alone.code, both.code] == [3, 3, 0], both.err
    (done,) = [line for line in events(folder) if line["event"] == "change.finished"]

    assert "needs two persons, one of them not the operator Alex; so far approved by Alex" in alone.err
    assert done["approver"] == "Alex, Robin"


def test_an_approval_is_void_for_another_plan(zdm: Zdm, project: MakeProject) -> None:
    """The same plan made again is another one: its digest is."""
    folder = risky(opposite(zdm, project, "NEW", "LanmanWorkstation", people()))
    first = plan(zdm, folder)
    for name, role in (("Alex", "tech"), ("Robin", "lead")):
        zdm("approve", first, "--as", name, "--role", role, "-p", folder)
    ran = zdm("apply", plan(zdm, folder), "-p", folder)

    assert ran.code == 3
    assert "so far approved by nobody" in ran.err


def test_a_lab_approves_itself_and_says_so(zdm: Zdm, project: MakeProject) -> None:
    """In the plan, at the apply, in the journal and in the report."""
    folder = risky(opposite(zdm, project, "NEW", "LanmanWorkstation"))
    planned = zdm("plan", "services", "-p", folder)
    ran = zdm("apply", "latest", "-p", folder)
    begin = next(line for line in events(folder) if line["event"] == "run.started")
    (report,) = folder.glob("runs/*/report.html")

    assert "the lab approves this plan itself" in planned.out
    assert (ran.code, "the lab approved this plan itself" in ran.out) == (0, True)
    assert (begin["profile"], begin["approvals"]) == ("lab", [{"by": "lab", "role": "lab"}])
    assert "The lab approved this run itself" in report.read_text(encoding="utf-8")


# --- golden hours: row B-156 belongs to them ---


def window(zdm: Zdm, folder: Path, start: float, fallback: float, end: float) -> dict[str, Any]:
    """Golden hours from now, in hours of the project's clock."""
    now = datetime.fromisoformat(zdm("lab", "clock", "--lab", folder, "--json").json["now"])
    moments = {
        name: (now + timedelta(hours=h)).isoformat() for name, h in (("start", start), ("fallback", fallback), ("end", end))
    }
    return {"time_zone": "Europe/Berlin", "reserve_minutes": 0, **moments}


@pytest.mark.parametrize(
    ("row", "hours", "code", "said"),
    [
        ("B-156", (1, 4, 6), 3, "the golden hours begin at"),
        ("B-156", (-4, -1, 6), 3, "the fallback deadline"),
        ("B-156", (-4, -2, -1), 3, "the golden hours ended at"),
        ("B-156", (-4, 0.01, 6), 3, "it would end at"),
        ("B-156", (-4, 0.03, 0.03), 3, "taken back it would be"),
        ("B-156", (-1, 4, 6), 0, ""),
        ("B-100", (1, 4, 6), 0, ""),
    ],
)
def test_what_belongs_to_the_golden_hours_keeps_to_them(
    zdm: Zdm, project: MakeProject, lab: Any, row: str, hours: tuple[float, float, float], code: int, said: str
) -> None:
    """Not before, not too late, not without time for the way back; preparation at any time."""
    golden = window(zdm, lab.path, *hours)
    folder = opposite(zdm, project, "NEW", "LanmanWorkstation", lambda content: content.update(window=golden))
    item(folder, '@playbook.item("B-104"', f'@playbook.item("{row}"')
    planned = zdm("plan", "services", "-p", folder)
    ran = zdm("apply", "latest", "-p", folder)

    assert ran.code == code, ran.err
    assert said in ran.err
    assert ("could not be begun now" in " ".join(planned.out.split())) == (code == 3)
    assert bool(list(folder.glob("plans/*.used"))) == (code == 0)


def test_the_clock_stands_in_the_status(zdm: Zdm, project: MakeProject, lab: Any) -> None:
    """Phase, minutes to the fallback deadline, and when the plan that waits would end."""
    golden = window(zdm, lab.path, -1, 2, 4)
    folder = opposite(zdm, project, "NEW", "LanmanWorkstation", lambda content: content.update(window=golden))
    made = plan(zdm, folder)
    face = zdm("status", "-p", folder, "--json").json["golden_hours"]

    assert (face["phase"], face["plan"], face["in_time"], face["way_back"]) == ("open", made, True, [])
    assert 118 <= face["minutes_left"] <= 120
    assert "Golden hours open" in zdm("status", "-p", folder).out


# --- the never list and overrides ---


def test_the_never_list_hears_no_approval(zdm: Zdm, project: MakeProject) -> None:
    """A plan that carries a secret as plain text is refused in a lab too, and says so when it is made."""
    folder = opposite(zdm, project, "NEW", "LanmanWorkstation")
    item(folder, '"state": state}', '"state": state, "secret": "hunter2"}')
    planned = zdm("plan", "services", "-p", folder)
    ran = zdm("apply", "latest", "-p", folder)

    assert "refused whoever approves it: B-104/1: N-SECRET" in " ".join(planned.out.split())
    assert ran.code == 3
    assert "N-SECRET" in ran.err
    assert not list(folder.glob("plans/*.used"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--override", "users-of", "--as", "Alex", "--reason", "x"], 2, "users-off"),
        (["--override", "users-off", "--as", "Alex"], 2, "a name and a reason"),
        (["--override", "quiet", "--as", "Alex", "--reason", "x"], 3, "only what is known to fail"),
        (["--override", "devices", "--as", "Alex", "--reason", "x"], 3, "cannot be excused by anybody"),
    ],
)
def test_an_override_that_is_none_is_refused(zdm: Zdm, project: MakeProject, words: list[str], code: int, said: str) -> None:
    """Unknown name, no reason, not known to fail, not to be excused: nothing is written."""
    folder = project("PC1", ["EventLog"])
    zdm("checklist", "sign", "B-151", "devices", "--answer", "listed=no", "-p", folder)
    ran = zdm("gate", "G-CUT", *words, "-p", folder)

    assert ran.code == code
    assert said in ran.err
    assert "gate.overridden" not in {line["event"] for line in events(folder)}


def test_a_failure_is_excused_by_name_and_reason(zdm: Zdm, project: MakeProject) -> None:
    """Two people are still at work, and somebody answers for it."""
    folder = project("PC1", ["EventLog"])
    zdm("checklist", "sign", "B-151", "sessions", "--answer", "users logged on=2", "-p", folder)
    ran = zdm(
        "gate", "G-CUT", "--override", "users-off", "--as", "Alex", "--reason", "night shift agreed", "-p", folder, "--json"
    )
    (row,) = [one for one in ran.json["findings"] if one["name"] == "users-off"]
    (line,) = [one for one in events(folder) if one["event"] == "gate.overridden"]

    assert (row["state"], row["excused"]["by"], row["excused"]["reason"]) == ("false", "Alex", "night shift agreed")
    assert (line["predicate"], line["value"]) == ("users-off", "users logged on 2 (signed by Alex)")


def test_a_gate_that_finds_something_wrong_cannot_be_approved(zdm: Zdm, project: MakeProject) -> None:
    """There is nothing to approve until its predicates hold."""
    ran = zdm("approve", "G-CLOSE", "--as", "Alex", "--role", "tech", "-p", project("PC1", ["EventLog"], change=people()))

    assert ran.code == 3
    assert "there is nothing to approve yet" in ran.err


def test_a_plan_that_was_used_cannot_be_approved(zdm: Zdm, project: MakeProject) -> None:
    """What was done is done."""
    folder = opposite(zdm, project, "NEW", "LanmanWorkstation", people())
    made = plan(zdm, folder)
    zdm("apply", made, "-p", folder)

    assert zdm("approve", made, "--as", "Alex", "--role", "tech", "-p", folder).code == 3
