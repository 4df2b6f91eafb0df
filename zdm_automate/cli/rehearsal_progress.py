"""How far a rehearsal has come, beside its project; and that project as it stood when each checkpoint of the lab was taken.

Setting back puts the project's files of a phase in place of those that came after it, which are kept aside.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import InputError, UnknownNameError
from zdm_automate.rehearsal import Basis, WayBack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE: Final = "progress.json"
PHASES: Final = "phases"
SET_BACK: Final = "set-back"


@dataclass(slots=True)
class Progress:
    """What is remembered of a rehearsal between its playbooks.

    Attributes:
        begun: when it began, ISO 8601, by the client's clock.
        books: the playbooks in their order.
        done: those that have been rehearsed.
        labels: checkpoints of the lab, one before each playbook.
        seen: the lab's facts when each checkpoint was taken, by label.
        planned: minutes by playbook and item.
        failed: what a check said, by playbook and item.
        bases: what each playbook was rehearsed on.
        ways_back: runs that were taken back.
        by_hand: steps that were signed.
    """

    begun: str
    books: tuple[str, ...]
    done: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    seen: dict[str, Basis] = field(default_factory=dict)
    planned: dict[str, dict[str, float]] = field(default_factory=dict)
    failed: dict[str, dict[str, str]] = field(default_factory=dict)
    bases: dict[str, Basis] = field(default_factory=dict)
    ways_back: list[WayBack] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Writes it into the rehearsal's folder."""
        half = folder / f"{FILE}.part"
        half.write_bytes(_PROGRESS.dump_json(self, indent=1))
        half.replace(folder / FILE)


_PROGRESS: Final[TypeAdapter[Progress]] = TypeAdapter(Progress)


def load(folder: Path) -> Progress:
    """How far the rehearsal of a folder has come.

    Raises:
        InputError: the folder does not say.
    """
    try:
        return _PROGRESS.validate_json((folder / FILE).read_bytes())
    except (ValidationError, OSError) as problem:
        raise InputError(f"{folder / FILE} does not tell how far a rehearsal has come.", hint="Begin another one.") from problem


def keep_phase(folder: Path, label: str) -> None:
    """Keeps the rehearsal's project as it is now, under the label of a checkpoint."""
    kept = folder / PHASES / label
    half = kept.with_name(f"{label}.part")
    for old in (half, kept):
        shutil.rmtree(old, ignore_errors=True)
    half.mkdir(parents=True)
    for one in _own(folder):
        _copy(one, half / one.name)
    half.rename(kept)


def back_to_phase(folder: Path, label: str) -> Progress:
    """Puts the project of a phase in place; what came after it goes to `set-back/<number>`.

    Raises:
        UnknownNameError: nothing was kept under that label.
    """
    kept = folder / PHASES / label
    if not kept.is_dir():
        known = ", ".join(sorted(one.name for one in (folder / PHASES).glob("*") if not one.name.endswith(".part")))
        raise UnknownNameError(f"this rehearsal has no checkpoint {label!r}.", hint=f"It has: {known or 'none'}.")
    aside = folder / SET_BACK / str(1 + sum(1 for _ in (folder / SET_BACK).glob("*")))
    aside.mkdir(parents=True)
    for one in tuple(_own(folder)):
        one.rename(aside / one.name)
    for one in kept.iterdir():
        _copy(one, folder / one.name)
    return load(folder)


def _own(folder: Path) -> Iterator[Path]:
    return (one for one in folder.iterdir() if one.name not in {PHASES, SET_BACK})


def _copy(one: Path, to: Path) -> None:
    if one.is_dir():
        shutil.copytree(one, to)
    else:
        shutil.copy2(one, to)
