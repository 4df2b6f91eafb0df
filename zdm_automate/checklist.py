"""Migration checklists: rows of work as data, read from YAML. It knows no host, no journal and no playbook.

A checklist is a living document: a technician's own file of the same name stands before the one that is shipped.
"""

from __future__ import annotations

from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from zdm_automate.errors import UnknownNameError
from zdm_automate.model import Risk  # noqa: TC001 - pydantic reads it
from zdm_automate.yaml_source import YamlSource, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ItemId = Annotated[str, Field(pattern=r"^[A-Z]-\d{3}[a-z]?$")]


class Kind(StrEnum):
    """How a row is done."""

    READ = "R"
    CHANGE = "S"
    JOB = "J"
    VERIFY = "V"
    MANUAL = "M"
    GATE = "G"


KIND_WORDS = {
    Kind.READ: "read",
    Kind.CHANGE: "scripted",
    Kind.JOB: "job",
    Kind.VERIFY: "verify",
    Kind.MANUAL: "manual",
    Kind.GATE: "gate",
}
"""The kinds as people say them."""

Component = Literal[
    "project", "infrastructure", "directory", "e-mail", "files", "profiles", "databases", "applications", "desktops"
]
Moment = Literal["before", "during", "after"]
Variant = Literal["", "EXO", "SE", "2025"]


def _split(value: Any) -> Any:
    """`S/M` is two kinds, and `[S, M]` is as good."""
    return tuple(value.split("/")) if isinstance(value, str) else value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bucket(_Section):
    """Which part of the office a row belongs to, and whether it is done before, during or after the golden hours."""

    component: Component
    time: Moment


class ChecklistItem(_Section):
    """One row.

    Attributes:
        kind: one kind, or two where a row is partly scripted and partly manual.
        minutes: planned attention of the technician; per `per` where that is given.
        after: rows (or choices) that must be done first.
        how: the verbs or cmdlets that do it; empty for work by hand.
        rollback: how it is taken back; `none` means that there is no way back.
        variant: the route it belongs to; empty for all.
        choice: rows with the same choice are alternatives, one of which is done.
    """

    id: ItemId
    title: str = Field(min_length=3, max_length=90)
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_split), Field(min_length=1, max_length=2)]
    risk: Risk
    minutes: int = Field(default=0, ge=0)
    per: Literal["", "PC", "device"] = ""
    after: tuple[str, ...] = ()
    bucket: Bucket
    how: str = ""
    rollback: str = ""
    gate: Annotated[str, Field(pattern=r"^(G-[A-Z-]+)?$")] = ""
    variant: Variant = ""
    choice: str = ""
    notes: str = ""

    @property
    def kinds(self) -> str:
        """The kinds in words."""
        return " and ".join(KIND_WORDS[kind] for kind in self.kind)


class Phase(_Section):
    """Rows that belong together."""

    id: Annotated[str, Field(pattern=r"^[A-Z]\d{1,2}$")]
    title: str
    items: tuple[ChecklistItem, ...]


class Checklist(_Section):
    """One migration's rows, in phases."""

    checklist: Annotated[str, Field(pattern=r"^[A-Z]$")]
    title: str
    assumes: str = ""
    phases: tuple[Phase, ...]

    @property
    def items(self) -> tuple[ChecklistItem, ...]:
        """All rows in order."""
        return tuple(item for phase in self.phases for item in phase.items)

    def phase_of(self, item_id: str) -> Phase:
        """The phase that holds a row.

        Raises:
            UnknownNameError: no such row.
        """
        for phase in self.phases:
            if any(item.id == item_id for item in phase.items):
                return phase
        raise UnknownNameError(
            f"checklist {self.checklist} has no item {item_id!r}.", hint="`zdm checklist show` lists the items."
        )

    def item(self, item_id: str) -> ChecklistItem:
        """A row.

        Raises:
            UnknownNameError: no such row.
        """
        return next(item for item in self.phase_of(item_id).items if item.id == item_id)

    def named_by(self, name: str) -> tuple[str, ...]:
        """The rows that a name in `after` stands for: the row itself, or the alternatives of a choice."""
        return tuple(item.id for item in self.items if name in {item.id, item.choice})

    def for_route(self, variants: Iterable[str]) -> Checklist:
        """The checklist without the rows of other routes; what depended on them depends on them no more."""
        kept = {"", *variants}
        there = {name for item in self.items if item.variant in kept for name in (item.id, item.choice)}
        phases = tuple(
            phase.model_copy(
                update={
                    "items": tuple(
                        item.model_copy(update={"after": tuple(name for name in item.after if name in there)})
                        for item in phase.items
                        if item.variant in kept
                    )
                }
            )
            for phase in self.phases
        )
        return self.model_copy(update={"phases": tuple(phase for phase in phases if phase.items)})


class SmokeCheck(_Section):
    """One of the checks after the cut-over: what is tried, from where, and what must come out."""

    number: int = Field(ge=1)
    title: str
    seat: str
    expects: str
    how: str = ""
    blocks: bool = True


class SmokeList(_Section):
    """The checks that decide about accepting the new servers; `items` are the checklist rows that they belong to."""

    title: str
    items: tuple[str, ...]
    checks: tuple[SmokeCheck, ...]


def read_checklist(path: Path) -> Checklist:
    """The checklist in a file.

    Raises:
        ProjectError: not YAML, not a checklist, an id twice, an unknown id in `after`, or rows that wait for each other;
            with file, line and column.
    """
    source = read_yaml(path)
    try:
        made = Checklist.model_validate(source.value)
    except ValidationError as problem:
        raise source.invalid(problem) from problem
    _refuse_broken(made, source)
    return made


def read_smoke_list(path: Path) -> SmokeList:
    """The checks after the cut-over.

    Raises:
        ProjectError: not YAML, or not such a list; with file, line and column.
    """
    source = read_yaml(path)
    try:
        return SmokeList.model_validate(source.value)
    except ValidationError as problem:
        raise source.invalid(problem) from problem


def _refuse_broken(made: Checklist, source: YamlSource) -> None:
    """What no single row can show: double ids, unknown names, cycles."""
    seen: set[str] = set()
    known = {item.id for item in made.items} | {item.choice for item in made.items if item.choice}
    for loc, item in _places(made):
        if item.id in seen:
            raise source.error((*loc, "id"), f"the id {item.id} is there twice")
        seen.add(item.id)
        if not item.id.startswith(made.checklist):
            raise source.error((*loc, "id"), f"the id {item.id} does not begin with {made.checklist}-")
        for number, name in enumerate(item.after):
            if name not in known:
                raise source.error((*loc, "after", number), f"{item.id}: there is no item {name} to come after")
    graph = {item.id: {row for name in item.after for row in made.named_by(name)} for item in made.items}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        ring = list(reversed(problem.args[1]))
        loc = next(loc for loc, item in _places(made) if item.id == ring[0])
        raise source.error((*loc, "after"), f"items wait for each other: {' after '.join(ring)}") from problem


def _places(made: Checklist) -> Iterator[tuple[tuple[str | int, ...], ChecklistItem]]:
    for p, phase in enumerate(made.phases):
        for i, item in enumerate(phase.items):
            yield ("phases", p, "items", i), item


def load_checklist(name: str, folders: Iterable[Path]) -> Checklist:
    """The checklist `<name>.yaml` of the first playbook folder that has it, in its folder `checklists`.

    Raises:
        UnknownNameError: no folder has it; the message lists those there are.
        ProjectError: as for `read_checklist`.
    """
    there = [path for folder in folders for path in sorted((folder / "checklists").glob("?.yaml"))]
    wanted = name.strip().casefold()
    found = next((path for path in there if path.stem.casefold() == wanted), None)
    if found is None:
        known = ", ".join(sorted({path.stem.upper() for path in there})) or "none"
        raise UnknownNameError(f"there is no checklist {name!r}.", hint=f"Known checklists: {known}.")
    return read_checklist(found)


def load_smoke_list(folders: Iterable[Path]) -> SmokeList:
    """The list `smoke.yaml` of the first playbook folder that has one.

    Raises:
        UnknownNameError: no folder has one.
        ProjectError: as for `read_smoke_list`.
    """
    found = next((path for folder in folders if (path := folder / "checklists" / "smoke.yaml").is_file()), None)
    if found is None:
        raise UnknownNameError("there is no list of smoke checks.", hint="It is `checklists/smoke.yaml` in a playbook folder.")
    return read_smoke_list(found)
