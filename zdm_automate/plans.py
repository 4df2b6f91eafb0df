"""Plans as files: written once with a digest, refused when edited, used once. It never looks at a host."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import InputError, PlanAlteredError, PlanUsedError, UnknownNameError
from zdm_automate.planner import PLAN_FORMAT, Plan

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MOST_BYTES: Final = 64 * 1024 * 1024
_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)


def digest_of(plan: Plan) -> str:
    """SHA-256 over everything in a plan but the digest itself; what an approval names."""
    body = _PLAN.dump_python(replace(plan, digest=""), mode="json")
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Plans:
    """The plans of a project, one JSON file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, plan: Plan) -> Plan:
        """Writes a plan and gives it with its digest."""
        sealed = replace(plan, digest=digest_of(plan))
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{plan.id}.json"
        half = path.with_suffix(".part")
        half.write_bytes(_PLAN.dump_json(sealed, indent=1))
        half.replace(path)
        return sealed

    def load(self, name: str) -> Plan:
        """The plan of an id, an unambiguous part of one, `latest`, or a path within the folder.

        Raises:
            UnknownNameError: no such plan, or several fit.
            PlanAlteredError: the file is not what was written.
            InputError: it was written by another version of the format.
        """
        path = self._path(name)
        try:
            if (size := path.stat().st_size) > MOST_BYTES:
                raise InputError(f"plan {path.stem} has {size:,} bytes; the planner writes at most {MOST_BYTES:,}.")
            body: dict[str, Any] = json.loads(path.read_bytes())
            if body.get("format") != PLAN_FORMAT:
                raise InputError(
                    f"plan {path.stem} has format {body.get('format')}; this program reads {PLAN_FORMAT}.", hint="Plan again."
                )
            plan = _PLAN.validate_python(body)
            whole = body == _PLAN.dump_python(plan, mode="json")
        except (ValidationError, ValueError, AttributeError, RecursionError, TypeError) as problem:
            if isinstance(problem, InputError):
                raise
            raise self._altered(path) from problem
        if not whole or plan.digest != digest_of(plan) or plan.id != path.stem:
            raise self._altered(path)
        return plan

    def ids(self) -> tuple[str, ...]:
        """All plan ids, oldest first."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.json")))

    def used(self, plan_id: str) -> str:
        """When the plan was claimed, ISO 8601; empty for a plan that was not."""
        claim = self.folder / f"{plan_id}.used"
        return claim.read_text(encoding="utf-8").strip() if claim.exists() else ""

    def refuse_used(self, plan: Plan) -> None:
        """Refuses a plan that was claimed before.

        Raises:
            PlanUsedError: it was.
        """
        if when := self.used(plan.id):
            raise PlanUsedError(
                f"plan {plan.id} was used at {when}; a plan is used once.", hint=f"Make a new one: `zdm plan {plan.playbook}`."
            )

    def claim(self, plan: Plan, now: datetime) -> None:
        """Takes the plan for one run; nobody else can take it afterwards.

        Raises:
            PlanUsedError: it has been taken before.
        """
        try:
            handle = os.open(self.folder / f"{plan.id}.used", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            self.refuse_used(plan)
            raise PlanUsedError(f"plan {plan.id} has been used.", hint=f"Make a new one: `zdm plan {plan.playbook}`.") from None
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(now.isoformat(timespec="seconds") + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    def _path(self, name: str) -> Path:
        ids = self.ids()
        wanted = name.removesuffix(".json").replace("\\", "/").rsplit("/", 1)[-1]
        if wanted == "latest" and ids:
            return self.folder / f"{ids[-1]}.json"
        fitting = [wanted] if wanted in ids else [one for one in ids if wanted and wanted in one]
        if len(fitting) == 1:
            return self.folder / f"{fitting[0]}.json"
        if fitting:
            raise UnknownNameError(f"{name!r} fits {len(fitting)} plans.", hint=f"Name one: {', '.join(fitting[-5:])}.")
        known = f"The last ones: {', '.join(ids[-3:])}." if ids else "Make one with `zdm plan PLAYBOOK`."
        raise UnknownNameError(f"there is no plan {name!r}.", hint=known)

    def _altered(self, path: Path) -> PlanAlteredError:
        return PlanAlteredError(
            f"plan {path.stem} is not what the planner wrote; it was edited or damaged.",
            hint="Nothing was changed. Change the project file instead and plan again.",
        )
