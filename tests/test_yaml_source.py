"""YAML with places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zdm_automate.errors import ProjectError
from zdm_automate.yaml_source import parse_yaml, read_yaml

if TYPE_CHECKING:
    from pathlib import Path


def test_a_part_has_its_line_and_column() -> None:
    """A place is the line and column of the key; of a list, those of its member."""
    source = parse_yaml("a:\n  b: [x, y]\n", "f.yaml")

    assert source.place(("a",)) == "f.yaml:1:1"
    assert source.place(("a", "b")) == "f.yaml:2:3"
    assert source.place(("a", "b", 1)) == "f.yaml:2:10"


def test_a_part_that_is_not_there_has_the_place_of_what_holds_it() -> None:
    """A missing key is reported at the key above it."""
    assert parse_yaml("x: 0\na:\n  b: 1\n", "f.yaml").place(("a", "missing")) == "f.yaml:2:1"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1\n", "f.yaml:2:1"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key 'a' is there twice"),
        ("x: !!python/none\n", "f.yaml:1:4"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(text: str, where: str) -> None:
    """Broken syntax, double keys and foreign tags are refused with line and column."""
    with pytest.raises(ProjectError, match=r"f\.yaml") as refused:
        parse_yaml(text, "f.yaml")

    assert str(refused.value).startswith(where)


def test_an_empty_text_has_no_value() -> None:
    """An empty file is None, not an error: the reader of the schema says what is missing."""
    source = parse_yaml("", "f.yaml")

    assert source.value is None
    assert source.place(("a",)) == "f.yaml:1:1"


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    """Missing files and binary files are bad input, not a traceback."""
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path / "none.yaml", binary):
        with pytest.raises(ProjectError, match="cannot be read"):
            read_yaml(path)
