"""The times that other projects took, from the file that `zdm retrospective` writes. It reads that file and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zdm_automate.durations import Learned, Lessons
from zdm_automate.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    times: int = Field(ge=0)
    p50: Seconds
    p90: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> _Row:
        if self.p50 > self.p90:
            raise ValueError("p50 is larger than p90")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    verbs: dict[str, _Row]
    items: dict[str, _Row]


def load_lessons(path: Path) -> Lessons:
    """The times in a file of `zdm retrospective`.

    Raises:
        ProjectError: it cannot be read, or is no such file.
    """
    try:
        found = _File.model_validate_json(path.read_bytes())
    except OSError as problem:
        raise ProjectError(f"{path} cannot be read: {problem.strerror}.", hint=_HINT) from problem
    except ValidationError as problem:
        raise ProjectError(f"{path} holds no times of projects: {_first(problem.errors()[0])}.", hint=_HINT) from problem
    return Lessons(verbs=_learned(found.verbs), items=_learned(found.items))


_HINT = "`durations:` in project.yaml names a durations.json that `zdm retrospective` wrote."


def _first(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"]


def _learned(rows: dict[str, _Row]) -> dict[str, Learned]:
    return {name: Learned(times=row.times, p50=row.p50, p90=row.p90) for name, row in rows.items() if row.times}
