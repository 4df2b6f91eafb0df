"""What a share of five million files and four terabytes costs this computer: `python benchmarks/large_share.py`.

A lab's office has such a share; survey, plan, seed, the view of jobs and the report are typed as a technician types them,
and the memory of each command is what the system says of its process. Limit: 200 MB for any of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LIMIT = 200 * 2**20
FILES, FOLDERS, SIZE = 1_000, 5_000, "800 KB"
SMALL = "{path: Shares\\Data\\Scans, many: 1000, folders: 50, size: 450 KB, days: 400}"
LARGE = f"{{path: Shares\\Data\\Scans, many: {FILES}, folders: {FOLDERS}, size: {SIZE}, days: 400}}"
BOOK = "share_replication"


class Typed:
    """Commands typed in a folder, with what each took at most."""

    def __init__(self, folder: Path) -> None:
        self.lab, self.project = folder / "lab", folder / "project"
        self.environment = os.environ | {"ZDM_LAB_DIR": str(self.lab), "ZDM_PROJECT": str(self.project)}
        self.peaks: dict[str, int] = {}

    def __call__(self, *words: str, measured: str = "") -> str:
        """The output of a command.

        Raises:
            SystemExit: it did not end well.
        """
        command = [sys.executable, "-m", "zdm_automate.cli", *words]
        with tempfile.TemporaryFile() as out:
            run = subprocess.Popen(command, env=self.environment, stdout=out)  # noqa: S603 - our own command
            _, status, used = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said = out.read().decode()
        if run.returncode:
            raise SystemExit(f"zdm {' '.join(words)} ended with {run.returncode}")
        if measured:
            self.peaks[measured] = max(self.peaks.get(measured, 0), used.ru_maxrss * 1024)
        return said

    def plan(self) -> str:
        """Plans; gives the id of the plan that was written."""
        folder = self.project / "plans"
        before = set(folder.glob("*.json"))
        self("plan", BOOK, measured="zdm plan")
        (made,) = set(folder.glob("*.json")) - before
        return made.stem


def play(folder: Path) -> dict[str, int]:
    """The most bytes of each command, from the survey to the seed at work."""
    office = folder / "large.yaml"
    text = (Path(__file__).parents[1] / "labs" / "files.yaml").read_text(encoding="utf-8")
    if SMALL not in text:
        raise SystemExit("labs/files.yaml has no folder of scans to enlarge any more")
    for small, large in ((SMALL, LARGE), ("size: 2 TB", "size: 8 TB"), ("size: 4 TB", "size: 9 TB")):
        text = text.replace(small, large)
    office.write_text(text, encoding="utf-8")
    zdm = Typed(folder)
    zdm("lab", "up", str(office))
    try:
        zdm("new", str(zdm.project), "--lab", str(zdm.lab))
        zdm("apply", zdm.plan(), measured="zdm apply")
        zdm("lab", "clock", "+3h")
        zdm("apply", zdm.plan(), measured="zdm apply")
        zdm("lab", "clock", "+2h")
        rows: Any = json.loads(zdm("jobs", "--json", measured="zdm jobs"))
        zdm("jobs", measured="zdm jobs")
        zdm("report", measured="zdm report")
        for row in rows:
            print(f"{row['title']}: {row['state']}, {row['says']}")
    finally:
        zdm("lab", "down")
    return zdm.peaks


def main() -> int:
    """Prints the table; 1 where a command took more than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = play(Path(folder))
    print(f"{FILES * FOLDERS:,} files of {SIZE}:")
    for name, peak in peaks.items():
        print(f"{name:<12} {peak / 2**20:6.0f} MB of at most {LIMIT / 2**20:.0f}")
    return int(max(peaks.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
