"""The table of items that a page shows a part of, and its script all of: filters, sorting, pages. Pure; it makes no markup.

What came from a host reaches the script as data, in which no sign can end the element that it stands in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import jinja2
from markupsafe import Markup

STATIC: Final = 500
"""Rows that stand in the page itself, for paper and for readers without scripts; the script shows the others."""

LINK, TAG, TEXT, DECIMAL = "link", "tag", "text", "decimal"
"""What a column shows: the item's name, its state, text, a number with one digit."""

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: `label` stands before the value where there is no room for heads; `filter` names the choice by its values."""

    head: str
    kind: str = TEXT
    label: str = ""
    searched: bool = False
    filter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows: a cell for each column, then the tone of the state, then what the address needs (empty: no link).

    Attributes:
        address: what an item's address is put together from: text, and numbers of cells.
        more: where all rows are, in a sentence.
    """

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    address: tuple[str | int, ...]
    more: str

    @property
    def first(self) -> Sequence[tuple[Cell, ...]]:
        """The rows that stand in the page itself."""
        return self.rows[:STATIC]

    @property
    def choices(self) -> list[tuple[str, list[Cell]]]:
        """The filters with the values that there are."""
        wanted = [(at, column) for at, column in enumerate(self.columns) if column.filter]
        return [(column.filter, list(dict.fromkeys(row[at] for row in self.rows if row[at]))) for at, column in wanted]

    @property
    def data(self) -> Markup:
        """The rows and how to show them, as JSON. `<`, `>` and `&` are escapes, so that no value can end the element."""
        shape = {
            "columns": [{"kind": one.kind, "label": one.label} for one in self.columns],
            "search": [at for at, one in enumerate(self.columns) if one.searched],
            "filters": {one.filter.lower(): at for at, one in enumerate(self.columns) if one.filter},
            "address": self.address,
            "more": self.more,
            "rows": self.rows,
        }
        text = json.dumps(shape, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - as above


@cache
def script() -> Markup:
    """The script of the table: our own file, nothing is put into it."""
    loader = jinja2.Environment(loader=jinja2.PackageLoader("zdm_automate.report"), autoescape=True)
    return Markup(loader.get_template("items.js").render())  # noqa: S704


def script_hash() -> str:
    """By which a page's policy lets this script run and no other."""
    return base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
