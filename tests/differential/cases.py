"""Case files: one call on one world with both outcomes, to be read, sent and replayed. Written only when asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zdm_automate.lab.perform import Outcome
from zdm_automate.lab.world.model import World, dump, load

FOLDER = Path(__file__).resolve().parent / "cases"
WRITE = "ZDM_DIFFERENTIAL_CASES"
"""Environment: set to 1, a divergence becomes a file in `cases/`; each smaller one replaces it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A call that once came out differently."""

    world: World
    host: str
    verb: str
    arguments: Mapping[str, Any]
    about: str = ""


def text_of(case: Case, twin: Outcome, script: Outcome) -> str:
    """The case with both outcomes as JSON."""
    return json.dumps(
        {
            "about": case.about,
            "verb": case.verb,
            "host": case.host,
            "arguments": case.arguments,
            "twin": _shown(twin),
            "script": _shown(script),
            "world": json.loads(dump(case.world)),
        },
        indent=1,
        ensure_ascii=False,
        default=str,
    )


def case_of(text: str) -> Case:
    """The call of a case file; a list that stands for a credential is one again."""
    body = json.loads(text)
    arguments = {name: tuple(value) if name == "Credential" else value for name, value in body["arguments"].items()}
    return Case(load(json.dumps(body["world"]).encode()), body["host"], body["verb"], arguments, body["about"])


def kept(folder: Path = FOLDER) -> Iterator[Path]:
    """The case files that are replayed."""
    yield from sorted(folder.glob("*.json"))


def write(case: Case, twin: Outcome, script: Outcome, folder: Path = FOLDER) -> Path | None:
    """Writes the file of a divergence where that was asked for."""
    if os.environ.get(WRITE) != "1":
        return None
    path = folder / f"{case.verb}.json"
    path.write_text(text_of(case, twin, script) + "\n", encoding="utf-8")
    return path


def _shown(outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    said = None if error is None else {"id": error.error_id, "category": error.category, "message": error.message}
    return {"rows": outcome.rows, "error": said, "warnings": outcome.warnings}
