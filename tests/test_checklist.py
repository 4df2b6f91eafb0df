"""Checklists as data: those that are shipped are whole, and a broken one is refused with its place."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from zdm_automate.checklist import Checklist, Kind, load_checklist, load_smoke_list, read_checklist, read_smoke_list
from zdm_automate.errors import ProjectError, UnknownNameError
from zdm_automate.playbook import Playbook, load_playbook, playbook_names
from zdm_automate.resources import shipped

BOOKS = shipped("playbooks")
SHIPPED = {name: load_checklist(name, [BOOKS]) for name in ("a", "b", "c")}

HEAD = """checklist: B
title: Example
phases:
  - id: B0
    title: All
    items:
"""


def write(folder: Path, *rows: str) -> Path:
    """A checklist file with these rows."""
    path = folder / "b.yaml"
    path.write_text(HEAD + "".join(f"      - {row}\n" for row in rows))
    return path


def row(item: str, more: str = "") -> str:
    """A row in YAML."""
    return f"{{id: {item}, title: Something, kind: S, risk: L, bucket: {{component: files, time: before}}{more}}}"


# --- what is shipped ---


def test_the_shipped_checklists_are_whole() -> None:
    """Every row of the three migrations is there."""
    assert {name: len(made.items) for name, made in SHIPPED.items()} == {"a": 103, "b": 148, "c": 68}


def playbooks() -> list[Playbook]:
    return [load_playbook(name, [BOOKS]) for name in playbook_names([BOOKS])]


def test_items_of_the_playbooks_are_rows_of_a_checklist() -> None:
    """What a playbook does, and what it does as well, can be ticked off."""
    rows = {item.id for made in SHIPPED.values() for item in made.items}
    named = {name for book in playbooks() for spec in book.items for name in (spec.id, *spec.also)}

    assert len(named) > 10
    assert named - rows == set()


@pytest.mark.parametrize("made", SHIPPED.values(), ids=SHIPPED)
def test_rows_name_only_verbs_that_are_shipped(made: Checklist) -> None:
    """`how` promises no verb that does not exist."""
    verbs = {path.stem for path in shipped("ps_scripts").rglob("*-Zdm*.ps1")}
    named = {verb for item in made.items for verb in re.findall(r"\w+-Zdm\w+", item.how)}

    assert named
    assert named - verbs == set()


@pytest.mark.parametrize("made", SHIPPED.values(), ids=SHIPPED)
def test_rows_name_only_playbooks_that_are_shipped(made: Checklist) -> None:
    """`zdm plan` and `zdm verify` in `how` can be typed."""
    books = {book.name for book in playbooks()}
    named = {name for item in made.items for name in re.findall(r"zdm (?:plan|verify) (\w+)", item.how)}

    assert named - books == set()


def test_a_row_without_a_way_back_says_so() -> None:
    """`X` rows are no accident: each is a gate, has a rollback text, or is a change that a gate guards."""
    rows = [item for made in SHIPPED.values() for item in made.items if item.risk == "X"]

    assert [item.id for item in rows if not (item.rollback or item.gate or Kind.GATE in item.kind)] == []


def test_the_smoke_checks_belong_to_rows_that_exist() -> None:
    """Twenty, numbered, for the rows of B and C that stand for them."""
    smoke = load_smoke_list([BOOKS])

    assert [check.number for check in smoke.checks] == list(range(1, 21))
    for name in smoke.items:
        assert SHIPPED[name[0].lower()].item(name).kind == (Kind.VERIFY,)


# --- a file is read ---


def test_a_row_is_read_with_its_defaults(tmp_path: Path) -> None:
    """Two kinds are written with a slash; times and texts may be missing."""
    made = read_checklist(write(tmp_path, row("B-001").replace("kind: S", "kind: S/M"))).item("B-001")

    assert made.kind == (Kind.CHANGE, Kind.MANUAL)
    assert made.kinds == "scripted and manual"
    assert (made.minutes, made.after, made.how, made.variant) == (0, (), "", "")


def test_a_choice_stands_for_its_alternatives(tmp_path: Path) -> None:
    """What comes after a choice comes after one of its rows."""
    made = read_checklist(
        write(tmp_path, row("B-001a", ", choice: B-001"), row("B-001b", ", choice: B-001"), row("B-002", ", after: [B-001]"))
    )

    assert made.named_by("B-001") == ("B-001a", "B-001b")
    assert made.phase_of("B-002").id == "B0"


def test_rows_of_other_routes_go_with_what_depended_on_them(tmp_path: Path) -> None:
    """A route's checklist has no row that waits for one that is not there."""
    path = write(tmp_path, row("B-001"), row("B-002", ", variant: EXO"), row("B-003", ", after: [B-001, B-002]"))
    without, with_it = (read_checklist(path).for_route(route) for route in ([], ["EXO"]))

    assert [item.id for item in without.items] == ["B-001", "B-003"]
    assert without.item("B-003").after == ("B-001",)
    assert with_it.item("B-003").after == ("B-001", "B-002")


def test_an_own_checklist_stands_before_the_shipped_one(tmp_path: Path) -> None:
    """A technician's folder comes first; the name's case does not matter."""
    (tmp_path / "checklists").mkdir()
    write(tmp_path / "checklists", row("B-001"))

    assert len(load_checklist(" B ", [tmp_path, BOOKS]).items) == 1
    assert len(load_checklist("a", [tmp_path, BOOKS]).items) == 103


# --- guards ---


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("B-001"), row("B-001")], "b.yaml:8:10: the id B-001 is there twice"),
        ([row("A-001")], "b.yaml:7:10: the id A-001 does not begin with B-"),
        ([row("B-001", ", after: [B-009]")], "b.yaml:7:107: B-001: there is no item B-009 to come after"),
        ([row("B-001", ", after: [B-002]"), row("B-002", ", after: [B-001]")], "items wait for each other: B-00"),
        ([row("B-001", ", after: [B-001]")], "b.yaml:7:99: items wait for each other: B-001 after B-001"),
        ([row("B-001", ", gates: G-DNS")], "b.yaml:7:99: phases.0.items.0.gates: this key is not known here"),
        ([row("B-1")], "b.yaml:7:10: phases.0.items.0.id: String should match"),
        ([row("B-001").replace("kind: S", "kind: Q")], "b.yaml:7:39: phases.0.items.0.kind.0: Input should be"),
        (["{id: B-001}"], "b.yaml:7:9: phases.0.items.0.title: this key is missing (3 more)"),
    ],
)
def test_a_broken_checklist_is_refused_with_its_place(tmp_path: Path, rows: list[str], said: str) -> None:
    """Double ids, foreign ids, unknown names, rings and unknown keys have a file, a line and a column."""
    with pytest.raises(ProjectError) as refused:
        read_checklist(write(tmp_path, *rows))

    assert said in str(refused.value)
    assert re.search(r"b\.yaml:\d+:\d+: ", str(refused.value))


def test_a_ring_names_its_rows_in_order(tmp_path: Path) -> None:
    """`X after Y` reads as the file says it."""
    path = write(tmp_path, row("B-001", ", after: [B-003]"), row("B-002", ", after: [B-001]"), row("B-003", ", after: [B-002]"))
    with pytest.raises(ProjectError, match="wait for each other") as refused:
        read_checklist(path)

    ring = str(refused.value).split("each other: ")[1].split(".")[0].split(" after ")
    after = {"B-001": "B-003", "B-002": "B-001", "B-003": "B-002"}
    assert all(after[first] == second for first, second in pairwise(ring))


def test_a_broken_smoke_list_is_refused_with_its_place(tmp_path: Path) -> None:
    """A check without a seat is none."""
    path = tmp_path / "smoke.yaml"
    path.write_text("title: T\nitems: []\nchecks:\n  - {number: 1, title: X, expects: Y}\n")

    with pytest.raises(ProjectError, match=r"smoke\.yaml:4:5: checks\.0\.seat: this key is missing"):
        read_smoke_list(path)


def test_names_that_are_none_are_refused_with_what_there_is(tmp_path: Path) -> None:
    """Checklists, rows and the smoke list."""
    with pytest.raises(UnknownNameError, match="there is no checklist 'z'") as refused:
        load_checklist("z", [tmp_path, BOOKS])
    assert "A, B, C" in refused.value.hint

    with pytest.raises(UnknownNameError, match="checklist B has no item 'B-999'"):
        SHIPPED["b"].item("B-999")
    with pytest.raises(UnknownNameError, match="no list of smoke checks"):
        load_smoke_list([tmp_path])
