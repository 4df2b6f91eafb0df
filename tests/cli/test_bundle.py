"""`zdm bundle`: written, checked without the product, refused when something in it must not leave."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject, Zdm

from zdm_automate.journal import Journal


@pytest.fixture
def done(zdm: Zdm, project: MakeProject) -> Path:
    """A project with one run and one signature."""
    folder = project("NEW", ["LanmanServer"], state="Running", form=["room"])
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    zdm("checklist", "sign", "B-104", "label", "--answer", "room=2", "--minutes", "5", "-p", folder)
    return folder


def test_a_project_becomes_a_bundle_that_checks_itself(zdm: Zdm, done: Path) -> None:
    """With both runs, the plan, and the digest that goes to the service request."""
    ran = zdm("bundle", "--no-pdf", "-p", done, "--json").json
    folder = Path(ran["folder"])
    checked = subprocess.run(
        [sys.executable, "-I", folder / "verify.py", ran["archive"], "--digest", ran["digest"]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.stdout.startswith("Intact"), checked.stdout
    assert len(list(folder.glob("runs/*/journal.jsonl"))) == 2
    assert len(list(folder.glob("plans/*.json"))) == 1
    assert ran["signed"] is False


def test_a_run_becomes_a_bundle_of_its_own(zdm: Zdm, done: Path) -> None:
    """Only its journal, and what belongs to it."""
    run = next(path.parent.name for path in (done / "runs").glob("*services*/journal.jsonl"))
    ran = zdm("bundle", run, "--no-pdf", "-p", done)

    assert ran.code == 0, ran.err
    assert f"bundles/{run}.zip is written" in ran.out
    assert [path.parent.name for path in (done / "bundles").glob("*/runs/*/journal.jsonl")] == [run]


def test_a_run_brings_the_journals_that_allowed_it(zdm: Zdm, done: Path) -> None:
    """Who approved, or excused a gate, before it."""
    with Journal(done / "runs/20200101-approve/journal.jsonl", run="20200101-approve", project="P", service_request="7",
                 now=lambda: datetime(2020, 1, 1, tzinfo=UTC)) as record:  # fmt: skip
        record.write("approval.given", subject="plan", digest="ab" * 32, by="Kim", role="client")
    run = next(path.parent.name for path in (done / "runs").glob("*services*/journal.jsonl"))
    zdm("bundle", run, "--no-pdf", "-p", done)
    there = sorted(path.parent.name for path in (done / "bundles" / run / "runs").glob("*/journal.jsonl"))

    assert there == ["20200101-approve", run]


def change(done: Path, **more: Any) -> None:
    import yaml  # noqa: PLC0415 - the one place that edits the project

    path = done / "project.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | more, sort_keys=False))


def test_personal_data_stops_it_and_is_named(zdm: Zdm, done: Path) -> None:
    """File and line, nothing written; what the project allows passes."""
    zdm("checklist", "sign", "B-104", "label", "--answer", "room=kim@client.com", "-p", done)
    refused = zdm("bundle", "--no-pdf", "-p", done)

    assert refused.code == 3
    assert "/journal.jsonl:2: an e-mail address (ki... of 14 characters)" in refused.err
    assert not (done / "bundles").exists()
    change(done, evidence={"allow": ["kim@client.com"]})
    assert zdm("bundle", "--no-pdf", "-p", done).code == 0


def test_a_planted_password_stops_it(zdm: Zdm, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its value, in a file that somebody laid beside the plans."""
    monkeypatch.setenv("CANARY", "c4n4ry-word")
    change(done, credentials={"admin": {"user": "x", "secret": "env:CANARY"}})
    (done / "plans" / "notes.json").write_text('{"a": "YzRuNHJ5LXdvcmQ="}')
    refused = zdm("bundle", "--no-pdf", "-p", done)

    assert refused.code == 3
    assert "plans/notes.json:1: a known secret (***)" in refused.err


def test_an_altered_journal_gives_no_bundle(zdm: Zdm, done: Path) -> None:
    """Exit code 3."""
    path = next((done / "runs").glob("*/journal.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"Alex"', b'"Eve"'))

    assert zdm("bundle", "--no-pdf", "-p", done).code == 3


@pytest.mark.parametrize("words", [["nope"], ["--sign", "/nowhere/key"]])
def test_what_is_not_there_is_bad_input(zdm: Zdm, done: Path, words: list[str]) -> None:
    """A run, a key."""
    assert zdm("bundle", *words, "--no-pdf", "-p", done).code == 2


def test_many_projects_teach(zdm: Zdm, done: Path, tmp_path: Path) -> None:
    """A page, a table, and times for planning; an altered journal teaches nothing."""
    ran = zdm("retrospective", done, done, "--out", tmp_path / "out", "--json")

    assert "B-104" in ran.json["items"], ran.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "durations.json", "retrospective.csv", "retrospective.html",
    ]  # fmt: skip
    path = next((done / "runs").glob("*services*/journal.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"Alex"', b'"Eve"'))
    assert zdm("retrospective", done, "--out", tmp_path).code == 3


def test_events_go_to_a_file_only_where_one_is_named(zdm: Zdm, done: Path) -> None:
    """Off unless the project says so."""
    assert list(done.glob("*.xml")) == []
    change(done, logs={"event_file": "events.xml"})
    zdm("item", "note", "B-003", "a note", "-p", done)

    assert (done / "events.xml").read_text(encoding="utf-8").count("<Event ") == 3


def test_a_collector_without_its_library_is_told(zdm: Zdm, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with what to install; nothing is written."""
    before = sorted(done.glob("runs/*"))
    change(done, logs={"otlp": "http://127.0.0.1:9"})
    monkeypatch.delitem(sys.modules, "zdm_automate.report.otlp_outlet", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry._logs", None)
    told = zdm("item", "note", "B-003", "a note", "-p", done)

    assert told.code == 2
    assert "zdm-automate[otel]" in told.err
    assert sorted(done.glob("runs/*")) == before
