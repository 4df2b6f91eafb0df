"""The whole story on this computer: a lab office comes up and its DNS and DHCP are cut over, by the commands one would type.

Where a playbook says that something has to wait, the lab's clock is carried forward; where it asks a person, the demo signs.
It types commands and reads what they leave; it knows no other way in.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BOOKS = ("dns_cutover", "dhcp_cutover")
ROUNDS = 8
"""More plans than any office needs; the demo fails when it is not done by then."""

MARGIN = 60
"""Seconds that the clock is carried past the moment a plan names."""


class DemoFailedError(Exception):
    """A command did not end as the story says."""


class Demo:
    """One office, its lab folder and its project folder."""

    def __init__(self, office: str, folder: Path, *, engine: str = "") -> None:
        self.office = office
        self.engine = engine
        self.lab = folder / f"{office}-lab"
        self.project = folder / office
        self.changes = 0

    # --- typing commands ---

    def type(self, *words: str, quiet: bool = False, may_fail: bool = False) -> str:
        """Types a `zdm` command, shows it with its output, gives the output.

        Raises:
            DemoFailedError: it ended with a code other than 0.
        """
        print(f"\n$ zdm {shlex.join(words)}", flush=True)  # noqa: T201 - the demo is a show
        environment = os.environ | {"ZDM_LAB_DIR": str(self.lab), "ZDM_PROJECT": str(self.project)}
        run = subprocess.run(  # noqa: S603 - our own command, arguments as a list
            [sys.executable, "-m", "zdm_automate.cli", *words],
            env=environment,
            stdout=subprocess.PIPE if quiet else None,
            text=True,
            check=False,
        )
        if run.returncode and not may_fail:
            raise DemoFailedError(f"`zdm {shlex.join(words)}` ended with {run.returncode}")
        return run.stdout or ""

    def ask(self, *words: str) -> Any:
        """Types a command for its JSON; the answer is not shown."""
        return json.loads(self.type(*words, "--json", quiet=True))

    # --- the story ---

    def play(self) -> None:
        """From an office that does not run yet to one that is cut over, checked and reported.

        Raises:
            DemoFailedError: a step did not end as it should.
        """
        self.type("lab", "up", self.office, *(["--engine", self.engine] if self.engine else []))
        if not (self.project / "project.yaml").exists():
            self.type("new", str(self.project), "--lab", str(self.lab))
        self.type("check")
        for _ in range(ROUNDS):
            plans = [self.one_plan(book) for book in BOOKS]
            if not any(row["preview"] != "no change" for plan in plans for row in rows(plan)):
                break
            self.wait_for(plans)
        else:
            raise DemoFailedError(f"not done after {ROUNDS} rounds")
        for book in BOOKS:
            self.type("verify", book)
        self.type("checklist", "show")
        self.type("status")
        self.type("journal", "verify")
        print(f"\nDone: {self.changes} changes in this run. Reports: {self.project / 'runs'}/*/report.html")  # noqa: T201

    def one_plan(self, book: str) -> Any:
        """Plans a playbook, applies what can be applied, takes the steps that are a person's."""
        self.type("plan", book)
        path = max((self.project / "plans").glob(f"*-{book}-*.json"))
        plan = json.loads(path.read_bytes())
        if any(row["change"] for row in rows(plan)):
            self.changes += sum(row["change"] is not None for row in rows(plan))
            self.type("apply", path.stem)
        for row in rows(plan):
            if row["preview"] == "manual":
                self.by_hand(row)
        return plan

    def by_hand(self, row: Any) -> None:
        """What the technician does outside: at the provider, on a switch. Then it is signed."""
        item, step = row["item"], row["by_hand"]
        if step.startswith("public-"):
            self.at_the_provider(step)
        answers = [word for field in row["form"] for word in ("--answer", f"{field}=done in the demo")]
        self.type("checklist", "sign", item, step, "--by", "demo", *answers)

    def at_the_provider(self, step: str) -> None:
        """Plays the provider of the public zone, as the project file wants it."""
        import yaml  # noqa: PLC0415 - the one place that reads the project

        project = yaml.safe_load((self.project / "project.yaml").read_text(encoding="utf-8"))
        for record in project["intent"]["dns_cutover"].get("external", ()):
            if step == f"public-{record['name']}-{record['type']}":
                self.type("lab", "public", record["name"], record["type"], *record["expected"])

    def wait_for(self, plans: Sequence[Any]) -> None:
        """Carries the lab's clock past the latest moment that a plan waits for."""
        moments = [row["not_before"] for plan in plans for row in rows(plan) if row["not_before"]]
        if moments:
            now = self.ask("lab", "clock")["now"]
            latest = max(*moments, now)
            self.type("lab", "clock", latest)
            self.type("lab", "clock", f"+{MARGIN}s", quiet=True)


def rows(plan: Any) -> Iterator[Any]:
    """All rows of a plan file."""
    return (row for item in plan["items"] for row in item["rows"])


def main(argv: Sequence[str] | None = None) -> int:
    """Plays the demo; gives the exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("office", nargs="?", default="smallbiz")
    parser.add_argument("--folder", type=Path, default=Path(".demo"))
    parser.add_argument("--engine", default="", help="what runs the lab's scripts: sim or pwsh")
    chosen = parser.parse_args(argv)
    demo = Demo(chosen.office, chosen.folder.resolve(), engine=chosen.engine)
    begun = time.monotonic()
    try:
        demo.play()
    except DemoFailedError as problem:
        print(f"\nThe demo failed: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        if demo.lab.exists():
            demo.type("lab", "down", may_fail=True)
    print(f"{time.monotonic() - begun:.0f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
