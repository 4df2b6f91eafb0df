"""Every rule bites on a script that breaks it and nothing else, and leaves those alone that come close."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.conformance.check import RULES, Outcome

HERE = Path(__file__).resolve().parent
BAD = sorted(HERE.glob("bad/*/*.ps1"))
GOOD = sorted(HERE.glob("good/*/*.ps1"))


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def folder(rule: str) -> str:
    return rule.replace("/", "-")


def test_every_rule_has_a_bad_sample() -> None:
    """No rule is there that nothing proves, and no sample of a rule that is gone."""
    assert {path.parent.name for path in BAD} == {folder(rule.id) for rule in RULES}


def test_rules_have_names_of_their_own() -> None:
    """An id leads to one rule, and each says in one sentence what it wants."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert [rule.id for rule in RULES if not rule.says.endswith(".") or not rule.source] == []


@pytest.mark.pwsh
@pytest.mark.parametrize("path", BAD, ids=named)
def test_a_bad_sample_has_exactly_its_finding(samples: dict[Path, list[str]], path: Path) -> None:
    """The rule of the folder finds something in each sample there, and no other rule does."""
    assert {folder(rule) for rule in samples[path]} == {path.parent.name}


@pytest.mark.pwsh
@pytest.mark.parametrize("path", GOOD, ids=named)
def test_a_good_sample_has_no_finding(samples: dict[Path, list[str]], path: Path) -> None:
    """What comes close to breaking a rule and does not is left alone."""
    assert samples[path] == []


@pytest.mark.pwsh
def test_the_shipped_scripts_have_no_finding(shipped: Outcome) -> None:
    """Verbs and prelude keep to every rule."""
    assert [str(finding) for finding in shipped.findings] == []
