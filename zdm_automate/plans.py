"""Plans as files: written once with a digest, refused when edited, used once. It never looks at a host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from zdm_automate.digest_file import DigestFile
from zdm_automate.errors import PlanAlteredError, PlanUsedError, UnknownNameError
from zdm_automate.planner import PLAN_FORMAT, Plan
from zdm_automate.project import SECOND

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MOST_BYTES: Final = 64 * 1024 * 1024
_FILES: Final = DigestFile(Plan, version=PLAN_FORMAT, most_bytes=MOST_BYTES)


def digest_of(plan: Plan) -> str:
    """SHA-256 over everything in a plan but the digest itself; what an approval names."""
    return _FILES.digest_of(plan)


class Plans:
    """The plans of a project, one JSON file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, plan: Plan) -> Plan:
        """Writes a plan and gives it with its digest."""
        return _FILES.write(self.folder / f"{plan.id}.json", plan)

    def load(self, name: str) -> Plan:
        """The plan of an id, an unambiguous part of one, `latest`, or a path within the folder.

        Raises:
            UnknownNameError: no such plan, or several fit.
            PlanAlteredError: the file is not what was written.
            InputError: it was written by another version of the format.
        """
        path = self._path(name)
        return _FILES.read(
            path,
            path.stem,
            called=f"plan {path.stem}",
            again="Plan again.",
            altered=lambda _: PlanAlteredError(
                f"plan {path.stem} is not what the planner wrote; it was edited or damaged.",
                hint="Nothing was changed. Change the project file instead and plan again.",
            ),
        )

    def ids(self) -> tuple[str, ...]:
        """All plan ids, oldest first; of two of one second the file written last is the later one."""
        found = sorted(self.folder.glob("*.json"), key=lambda path: (path.stem[:SECOND], path.stat().st_mtime_ns, path.stem))
        return tuple(path.stem for path in found)

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
