"""The documents name what there is: every module, playbook, error and error id."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zdm_automate import errors

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "zdm_automate"


def document(name: str) -> str:
    """The text of a document."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def parts() -> list[str]:
    """The package's own modules and sub-packages, as the document writes them; of the lab also what lies in it."""
    found = [path for folder in (PACKAGE, PACKAGE / "lab") for path in folder.iterdir() if path.name[0] not in "_."]
    names = [path.relative_to(PACKAGE).as_posix() + ("/" if path.is_dir() else "") for path in found]
    return sorted(name for name in names if name != "data/")


@pytest.mark.parametrize("name", parts())
def test_the_architecture_names_every_module(name: str) -> None:
    """A module nobody finds in the document has no place."""
    assert f"`{name}`" in document("architecture.md")


@pytest.mark.parametrize("path", sorted((ROOT / "playbooks").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_playbook_has_its_page(path: Path) -> None:
    """With what it reads, what it changes and what it cannot undo."""
    text = (ROOT / "docs/playbooks" / f"{path.stem}.md").read_text(encoding="utf-8")

    assert [head for head in ("## Reads", "## Changes", "## Cannot undo") if head not in text] == []


def test_every_error_class_is_explained() -> None:
    """In the page of the errors."""
    classes = {name for name, found in vars(errors).items() if isinstance(found, type) and name.endswith("Error")}
    said = set(re.findall(r"`(\w+Error)`", document("errors.md")))

    assert sorted(classes - said - {"ZdmError"}) == []


def test_every_error_id_of_the_verbs_is_explained() -> None:
    """What the prelude can end with, and what the table knows."""
    used = set(re.findall(r"-Code (\w+)", "".join(p.read_text(encoding="ascii") for p in (ROOT / "ps_scripts").rglob("*.ps1"))))
    said = set(re.findall(r"`Zdm(\w+)`", document("errors.md")))

    assert used
    assert sorted(used - said) == []
