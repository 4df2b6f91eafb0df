"""docs/gates.md names every gate, predicate, step, limit, role and rule, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from zdm_automate.gates import GATES, Gate
from zdm_automate.limits import Limits
from zdm_automate.never import RULES
from zdm_automate.project import ApproverRole

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "gates.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading of any level, up to the next of that level."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no heading {title!r}"
    return found.group(2)


def named(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def undocumented(gate: Gate, text: str) -> list[str]:
    """What a gate has and its section does not name."""
    words = named(text)
    smoke = {f"smoke-{number:02}" for number in range(1, 21)} if "smoke-01" in words else set()
    missing = [one.name for one in gate.predicates if one.name not in words | smoke]
    missing += [one.step for one in gate.predicates if one.step and one.step not in words | smoke]
    missing += [field for one in gate.predicates for field in one.form if field not in text]
    missing += [gate.phrase] if gate.phrase and gate.phrase not in words else []
    told = re.search(r"Approved by: ([a-z, ]+)\.", text)
    return missing if told is not None and told.group(1).split(", ") == list(gate.approvals) else [*missing, "approvals"]


@pytest.mark.parametrize("name", list(GATES))
def test_a_gate_is_documented_whole(name: str) -> None:
    """Predicates, the steps that are signed with their forms, the phrase, the roles."""
    assert undocumented(GATES[name], section(name)) == []


def test_a_gap_in_the_documentation_is_found() -> None:
    """The rule bites."""
    assert undocumented(GATES["G-DNS"], "Approved by: tech. `ttl-age`, `records-unique`") == ["servers-answer"]
    assert undocumented(GATES["G-DNS"], "`ttl-age`, `records-unique`, `servers-answer`") == ["approvals"]


@pytest.mark.parametrize("name", list(GATES))
def test_what_may_be_overridden_is_said_so(name: str) -> None:
    """The last column of the table says yes for these predicates and for no other."""
    rows = [line.strip("|").split("|") for line in section(name).splitlines() if line.startswith("| `")]
    yes = {word for cells in rows if cells[-1].strip() == "yes" for word in named(cells[0])}
    marked = {one.name for one in GATES[name].predicates if one.overridable}

    assert yes == ({"smoke-01", "smoke-20"} if name == "G-ACCEPT" else marked)
    assert name != "G-ACCEPT" or {one[:5] for one in marked} == {"smoke"}


def table(title: str) -> dict[str, str]:
    """First to second column of a section's tables, by what stands in backticks."""
    rows = (line.strip("|").split("|") for line in section(title).splitlines() if line.startswith("| `"))
    return {cells[0].strip().strip("`"): cells[1].strip() for cells in rows}


def test_limits_are_documented_with_their_defaults() -> None:
    """Each key with the number that counts where the project says nothing."""
    assert table("Limits") == {name: f"{value:g}" for name, value in Limits().model_dump().items()}


def test_roles_and_rules_are_documented() -> None:
    """Who may approve, and what is never done, in the words of the rule."""
    assert set(table("Approvals")) == set(get_args(ApproverRole))
    assert table("Never") == {rule.name: rule.text for rule in RULES}


def test_every_limit_is_used_by_a_gate_or_the_clock() -> None:
    """A number that nothing measures by would be a promise nobody keeps."""
    sources = [
        p.read_text() for p in (Path(__file__).resolve().parents[2] / "zdm_automate").rglob("*.py") if p.name != "limits.py"
    ]

    assert [name for name in Limits.model_fields if not any(f"limits.{name}" in text for text in sources)] == []
