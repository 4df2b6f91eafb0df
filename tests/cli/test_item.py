"""`zdm item`, `zdm trl`, `zdm signoff`: what people say about the work is in the record, with who, when and proof."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject, Zdm


@pytest.fixture
def done(zdm: Zdm, project: MakeProject) -> Path:
    """A project with one run: nothing to change, one step by hand."""
    folder = project("NEW", ["LanmanServer"], state="Running", form=["room", "colour"])
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    return folder


def lines(folder: Path, event: str) -> list[dict[str, Any]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("runs/*/journal.jsonl"))]
    found = [json.loads(line) for text in texts for line in text.splitlines()]
    return [entry for entry in found if entry["event"] == event]


def rows(zdm: Zdm, folder: Path) -> dict[str, Any]:
    return {row["item"]: row for row in zdm("checklist", "show", "-p", folder, "--json").json}


def test_an_item_is_done_with_form_photo_and_minutes(zdm: Zdm, done: Path, tmp_path: Path) -> None:
    """The photo lies beside the journal, its hash is in the line, and both ways to sign are one."""
    photo = tmp_path / "rack 1.jpg"
    photo.write_bytes(b"\xff\xd8\0photo")
    words = ["B-104", "label", "--answer", "room=2", "--answer", "colour=red", "--file", photo, "--minutes", "5"]
    ran = zdm("item", "done", *words, "--by", "Kim", "-p", done)
    again = zdm("checklist", "sign", *words, "-p", done, "--json").json

    assert ran.out == "B-104 label is signed by Kim.\n", ran.err
    assert again["files"] == ["rack_1.jpg"]
    first, _ = lines(done, "manual.signed")
    assert first["files"] == [{"name": "rack_1.jpg", "sha256": hashlib.sha256(photo.read_bytes()).hexdigest(), "bytes": 8}]
    assert (first["by"], first["minutes"]) == ("Kim", 5)
    assert [path.name for path in done.glob("runs/*/attachments/*")] == ["rack_1.jpg"] * 2
    assert zdm("bundle", "--no-pdf", "-p", done).code == 0
    assert len(list(done.glob("bundles/project/runs/*/attachments/rack_1.jpg"))) == 2


def test_a_row_is_left_out_with_a_reason(zdm: Zdm, done: Path) -> None:
    """It is settled, and a signature later makes it done."""
    ran = zdm("item", "skip", "B-003", "--reason", "the client has no licences of its own", "-p", done)

    assert ran.code == 0, ran.err
    assert rows(zdm, done)["B-003"] | {"title": ""} == {
        "item": "B-003", "title": "", "state": "skipped", "reason": "the client has no licences of its own", "not_before": "",
    }  # fmt: skip
    zdm("item", "done", "B-003", "-p", done)
    assert rows(zdm, done)["B-003"]["state"] == "done"


def test_two_words_of_one_second_are_read_in_their_order(zdm: Zdm, done: Path) -> None:
    """Their journals are called alike, so that names sort as they were said."""
    for words in (["skip", "B-003", "--reason", "not needed here"], ["note", "B-003", "or is it"], ["done", "B-003"]):
        zdm("item", *words, "-p", done)
    names = [path.name[15:] for path in sorted((done / "runs").glob("*-hand-*"))]

    assert {name.removeprefix("-hand-B-003").removeprefix("-2").removeprefix("-3") for name in names} == {""}
    assert rows(zdm, done)["B-003"]["state"] == "done"


def test_a_gate_is_not_left_out(zdm: Zdm, done: Path) -> None:
    """It is passed; exit code 3, and nothing is written."""
    ran = zdm("item", "skip", "B-040", "--reason", "we trust the backup", "-p", done)

    assert ran.code == 3
    assert "B-040 is a gate" in ran.err
    assert lines(done, "manual.skipped") == []


def test_a_note_leaves_the_state_alone(zdm: Zdm, done: Path) -> None:
    """A row by hand stays open."""
    before = rows(zdm, done)["B-003"]["state"]
    ran = zdm("item", "note", "B-003", "waiting for the vendor", "-p", done)

    assert ran.code == 0, ran.err
    assert rows(zdm, done)["B-003"]["state"] == before == "manual open"
    assert lines(done, "item.noted")[0]["note"] == "waiting for the vendor"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["skip", "B-003"], "Missing option '--reason'"),
        (["skip", "B-003", "--reason", "no"], "'no' is no reason"),
        (["skip", "B-999", "--reason", "not needed here"], "B-999"),
        (["note", "B-003", " "], "the note is empty"),
        (["done", "B-003", "--file", "/nowhere/x"], "/nowhere/x cannot be read"),
        (["done", "B-104", "label"], "is not filled in: room, colour"),
    ],
)
def test_what_says_too_little_is_bad_input(zdm: Zdm, done: Path, words: list[str], said: str) -> None:
    """Nothing is written."""
    ran = zdm("item", *words, "-p", done)

    assert ran.code == 2
    assert said in ran.err
    assert len(list((done / "runs").iterdir())) == 1


def test_a_trouble_opens_by_itself_and_is_closed_by_a_person(zdm: Zdm, project: MakeProject) -> None:
    """A failed check opened it; it keeps what was tried, the cause and what helped."""
    folder = project("NEW", ["LanmanServer"], state="Running", claimed="Stopped")
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    (trouble,) = zdm("trl", "list", "-p", folder, "--json").json
    assert (trouble["item"], trouble["open"], trouble["by_itself"]) == ("B-104", True, True)
    assert "LanmanServer: Running instead of Stopped" in trouble["symptom"]
    words = ["--tried", "restart", "--tried", "wait", "--cause", "wrong intent", "--fix", "intent corrected", "--minutes", "7"]
    ran = zdm("trl", "add", "--to", trouble["id"], *words, "-p", folder)
    (closed,) = zdm("trl", "list", "-p", folder, "--json").json

    assert ran.out == f"{trouble['id']} is closed.\n", ran.err
    assert (closed["open"], closed["tried"], closed["minutes"]) == (False, ["restart", "wait"], 7)
    assert closed["line"] == trouble["line"]
    assert zdm("trl", "list", "--open", "-p", folder).out == "No open trouble.\n"


def test_a_trouble_is_settled_by_the_run_that_went_well(zdm: Zdm, project: MakeProject) -> None:
    """The intent is corrected, the next run finds all as wanted: nobody has to close what is over."""
    folder = project("NEW", ["LanmanServer"], state="Running", claimed="Stopped")
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    path = folder / "project.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Stopped", "Running"), encoding="utf-8")
    zdm("plan", "services", "-p", folder)
    ran = zdm("apply", "latest", "-p", folder)
    (trouble,) = zdm("trl", "list", "-p", folder, "--json").json

    assert ran.code == 0, ran.err
    assert (trouble["open"], trouble["fix"]) == (False, "")
    assert trouble["settled_in"] > trouble["run"]
    assert "settled by run" in " ".join(zdm("trl", "list", "-p", folder).out.split())
    assert zdm("trl", "list", "--open", "-p", folder).out == "No open trouble.\n"


def test_a_trouble_of_a_person_is_linked(zdm: Zdm, done: Path) -> None:
    """To item and host."""
    made = zdm("trl", "add", "--symptom", "printer prints blank", "--item", "B-104", "--host", "NEW", "-p", done, "--json").json
    (found,) = zdm("trl", "list", "-p", done, "--json").json

    assert (found["id"], found["item"], found["host"], found["by"]) == (made["trouble"], "B-104", "NEW", ["Alex"])
    assert "printer prints blank" in zdm("trl", "list", "-p", done).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "a new trouble needs a symptom"),
        (["--to", "T-00000000", "--fix", "x"], "there is no trouble 'T-00000000'"),
        (["--symptom", "x", "--item", "B-999"], "B-999"),
    ],
)
def test_an_entry_without_matter_is_bad_input(zdm: Zdm, done: Path, words: list[str], said: str) -> None:
    """Nothing is written."""
    ran = zdm("trl", "add", *words, "-p", done)

    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_project_is_signed_off(zdm: Zdm, done: Path) -> None:
    """By name and role; what is left and what follows stands on the page."""
    zdm("signoff", "followup", "Replace the old switch", "--item", "B-104", "-p", done)
    zdm("signoff", "followup", "Replace the old switch", "--ticket", "SR-99", "--item", "B-104", "-p", done)
    ran = zdm("signoff", "sign", "client", "--by", "Kim Doe", "--note", "with thanks", "-p", done)
    page = Path(zdm("signoff", "page", "-p", done, "--json").json["page"]).read_text(encoding="utf-8")

    assert ran.out == "Signed off by Kim Doe as client.\n", ran.err
    assert "Kim Doe" in page
    assert "with thanks" in page
    assert page.count("Replace the old switch") == 1
    assert "SR-99" in page
    assert "put a label on it" in page
    assert ">technician<" in page


@pytest.mark.parametrize("words", [["boss", "--by", "Kim"], ["client", "--by", " "]])
def test_who_may_not_sign_does_not(zdm: Zdm, done: Path, words: list[str]) -> None:
    """An unknown role, no name."""
    assert zdm("signoff", "sign", *words, "-p", done).code == 2
