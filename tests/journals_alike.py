"""Journals of two labs laid side by side: what has to be equal, once moments, names of runs and ports are taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zdm_automate.plans import Plans
from zdm_automate.project import read_project

OWN = frozenset(
    {
        "ts",
        "age_seconds",
        "run",
        "plan",
        "plan_digest",
        "prev",
        "hash",
        "duration_ms",
        "requests",
        "locks",
        "fingerprint",
        "undoes",
    }
)
"""What two runs never share: names, moments, hashes over them, and how long things took."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00| UTC)?")
_LEFT = re.compile(r"time to live \d+ s")
_PORT = re.compile(r"127\.0\.0\.1:\d+")
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def alike(value: Any) -> Any:
    """A value without what two runs never share."""
    match value:
        case dict():
            return {name: alike(one) for name, one in value.items() if name not in OWN}
        case list():
            return [alike(one) for one in value]
        case str():
            for pattern, word in ((_MOMENT, "MOMENT"), (_LEFT, "time to live"), (_PORT, "PORT"), (_HASH, "HASH")):
                value = pattern.sub(word, value)
    return value


def journals(project: Path) -> Iterator[tuple[str, list[Any]]]:
    """What kind of run each journal of a project is, and its lines, oldest first."""
    for path in read_project(project).journals():
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        begin = lines[0]
        yield f"{begin.get('kind')} {begin.get('playbook', '')}", [alike(line) for line in lines]


def plans(project: Path) -> list[Any]:
    """The rows of every plan of a project, oldest first."""
    files = Plans(project / "plans")
    return [alike(json.loads((files.folder / f"{name}.json").read_text(encoding="utf-8"))["items"]) for name in files.ids()]
