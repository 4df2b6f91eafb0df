"""`zdm status`, `checklist`, `journal` and `report`: what was done stays provable, what a person did is signed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typed_commands import MakeProject, Zdm


@pytest.fixture
def done(zdm: Zdm, project: MakeProject) -> Path:
    """A project with one run: nothing to change, one step by hand."""
    folder = project("NEW", ["LanmanServer"], state="Running", form=["room", "colour"])
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    return folder


def journal_of(folder: Path) -> Path:
    return next((folder / "runs").glob("*/journal.jsonl"))


def test_a_fresh_project_says_what_to_do_first(zdm: Zdm, project: MakeProject) -> None:
    """Instead of an empty table."""
    folder = project("NEW", [])

    assert "Next: `zdm check`" in zdm("status", "-p", folder).out
    empty = {"runs": [], "open": [], "temporaries": [], "golden_hours": None}
    assert zdm("status", "-p", folder, "--json").json == empty
    assert "No journal yet" in zdm("journal", "verify", "-p", folder).out
    assert zdm("report", "-p", folder).code == 2


def test_runs_are_listed_with_who_and_what(zdm: Zdm, done: Path) -> None:
    """Run, result, number of changes, operator."""
    (run,) = zdm("status", "-p", done, "--json").json["runs"]

    assert (run["result"], run["operator"], run["kind"]) == ("done", "Alex", "apply")
    assert run["run"] in zdm("status", "-p", done).out


def test_a_journal_can_be_shown_and_proven(zdm: Zdm, done: Path) -> None:
    """As a table, as JSON, and as a chain that holds."""
    assert "run.finished" in zdm("journal", "show", "-p", done).out
    assert zdm("journal", "show", "-p", done, "--json").json[0]["event"] == "run.started"
    assert "lines intact" in zdm("journal", "verify", "-p", done).out


def test_an_altered_journal_is_refused(zdm: Zdm, done: Path) -> None:
    """Exit code 3 and the line."""
    path = journal_of(done)
    path.write_bytes(path.read_bytes().replace(b'"Alex"', b'"Eve"'))
    ran = zdm("journal", "verify", "-p", done)

    assert ran.code == 3
    assert "line 1 does not fit the chain" in ran.err


def test_a_torn_line_is_told_and_is_no_failure(zdm: Zdm, done: Path) -> None:
    """The process died while it wrote."""
    path = journal_of(done)
    path.write_bytes(path.read_bytes() + b'{"seq"')
    ran = zdm("journal", "verify", "-p", done)

    assert ran.code == 0
    assert "6 bytes of a torn last line" in ran.out


def test_a_step_by_hand_is_signed_with_its_form(zdm: Zdm, done: Path) -> None:
    """The next plan holds it for done, and the signature is in a journal of its own."""
    ran = zdm("checklist", "sign", "B-104", "label", "--answer", "room=2", "--answer", "colour=red", "--by", "Kim", "-p", done)
    planned = zdm("plan", "services", "-p", done)

    assert ran.code == 0
    assert "B-104 label is signed by Kim" in ran.out
    assert "put a label on it: signed by Kim" in planned.out
    assert zdm("journal", "verify", "-p", done).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["B-104", "label"], "the form of B-104 label is not filled in: room, colour"),
        (["B-104", "label", "--answer", "room=2"], "not filled in: colour"),
        (["B-104", "label", "--answer", "room"], "'room' is no answer"),
        (["B-104", "nolabel"], "no step by hand 'nolabel'"),
        (["B-104"], "no step by hand ''"),
        (["B-999", "label"], "B-999"),
    ],
)
def test_a_signature_that_says_too_little_is_bad_input(zdm: Zdm, done: Path, words: list[str], said: str) -> None:
    """Nothing is signed."""
    ran = zdm("checklist", "sign", *words, "-p", done)

    assert ran.code == 2
    assert said in ran.err
    assert len(list((done / "runs").iterdir())) == 1


def test_the_checklist_shows_what_has_evidence(zdm: Zdm, done: Path) -> None:
    """The item of the run, of all rows of the checklist."""
    rows = {row["item"]: row for row in zdm("checklist", "show", "-p", done, "--json").json}

    assert len(rows) > 100
    assert "B-104" in zdm("checklist", "show", "-p", done).out
    assert rows["B-104"]["state"] != rows["B-001"]["state"]


def test_a_report_is_written_for_a_run(zdm: Zdm, done: Path) -> None:
    """One HTML file beside the journal."""
    path = Path(zdm("report", "latest", "-p", done, "--json").json["report"])

    assert path.parent == journal_of(done).parent
    assert "SR-7" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["journal", "show"], ["report"]])
def test_a_run_that_is_none_is_bad_input(zdm: Zdm, done: Path, command: list[str]) -> None:
    """The message lists the last ones."""
    ran = zdm(*command, "nope", "-p", done)

    assert ran.code == 2
    assert "there is no run 'nope'" in ran.err
    assert journal_of(done).parent.name in ran.err
