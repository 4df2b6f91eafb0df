"""House rules that no linter knows: every test states a fact, no module outgrows its reader."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for folder in ("zdm_automate", "playbooks", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
HARD_LIMIT = 500


def undocumented_tests(source: str) -> list[str]:
    """Names of the test functions that state no fact."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return [node.name for node in functions if node.name.startswith("test_") and not ast.get_docstring(node)]


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name.startswith("test_")], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_test_states_a_fact(path: Path) -> None:
    """A test without a docstring says nothing to whoever sees it fail."""
    assert undocumented_tests(path.read_text()) == []


def test_a_test_without_a_fact_is_found() -> None:
    """The rule bites."""
    assert undocumented_tests("def test_x():\n    assert 1\n") == ["test_x"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_outgrows_its_reader(path: Path) -> None:
    """Five hundred lines is the hard limit; what grows beyond wants splitting."""
    assert len(path.read_text().splitlines()) <= HARD_LIMIT
