"""The lines of USMT that public pages show, by the text they are of; where each was read stands in the file of samples."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SAMPLES = Path(__file__).parent / "data" / "usmt_published.txt"


@cache
def published(kind: str) -> tuple[tuple[str, ...], ...]:
    """The samples of a text (`progress`, `log`, `estimate`), in the order of the file."""
    found: list[tuple[str, ...]] = []
    for block in SAMPLES.read_text(encoding="utf-8").split("\n="):
        name, *lines = block.split("\n")
        if name == kind:
            found.append(tuple(line for line in lines if line and not line.startswith("#")))
    return tuple(found)
