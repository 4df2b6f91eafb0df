"""Where a demo plays: one office, its lab folder and its project folder, and the commands typed there.

It types commands and reads what they leave; it knows no other way in.
"""

from __future__ import annotations

import json
import math
import os
import shlex
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.demo.hand import COMMANDS, type_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

NEAR: Final = 60.0
"""Seconds before a moment in which the clock may pass it between two commands."""

PATIENCE: Final = 300.0
"""Seconds until a run that is to be killed has come as far as it should."""


class DemoFailedError(Exception):
    """A command did not end as the story says."""


def rows(plan: Any) -> Iterator[Any]:
    """All rows of a plan file."""
    return (row for item in plan["items"] for row in item["rows"])


class Stage:
    """One office, its lab folder and its project folder."""

    def __init__(self, office: str, folder: Path, *, engine: str = "") -> None:
        self.office = office
        self.engine = engine
        self.lab = folder / f"{office}-lab"
        self.project = folder / office

    def say(self, line: str) -> None:
        """Tells the watcher something between two commands."""
        print(f"\n{line}", flush=True)  # noqa: T201 - the demo is a show

    @property
    def environment(self) -> Mapping[str, str]:
        """What a command is told of lab and project."""
        return os.environ | {"ZDM_LAB_DIR": str(self.lab), "ZDM_PROJECT": str(self.project)}

    def type(self, *words: str, quiet: bool = False, may_fail: bool = False, ends_with: int = 0) -> str:
        """Types a `zdm` command, shows it with its output, gives the output.

        Raises:
            DemoFailedError: it ended with another code than it should.
        """
        print(f"\n$ zdm {shlex.join(words)}", flush=True)  # noqa: T201 - the demo is a show
        run = type_command(words, self.environment, kept=quiet)
        if run.code != ends_with and not may_fail:
            raise DemoFailedError(f"`zdm {shlex.join(words)}` ended with {run.code}")
        return run.output

    def ask(self, *words: str) -> Any:
        """Types a command for its JSON; the answer is not shown."""
        return json.loads(self.type(*words, "--json", quiet=True))

    def plan(self, book: str) -> Any:
        """Plans a playbook, shows it; gives the plan."""
        return self.planned("plan", book)

    def planned(self, *words: str) -> Any:
        """Types a command that makes a plan, shows it; gives the plan that it has written, whatever its name.

        Raises:
            DemoFailedError: it ended badly, or did not write one plan.
        """
        folder = self.project / "plans"
        before = set(folder.glob("*.json"))
        self.type(*words)
        made = sorted(set(folder.glob("*.json")) - before)
        if len(made) != 1:
            raise DemoFailedError(f"`zdm {shlex.join(words)}` has written {len(made)} plans")
        return json.loads(made[0].read_bytes())

    def kill(self, plan: str, begun: Callable[[str], bool]) -> None:
        """Applies a plan and kills the program as soon as its journal tells what `begun` looks for.

        Raises:
            DemoFailedError: it ended before, or its journal never tells it.
        """
        words = ("apply", plan)
        self.say(f"$ zdm {shlex.join(words)}    (and it is killed in the middle)")
        journal = self.project / "runs" / plan / "journal.jsonl"

        def told() -> bool:
            return journal.exists() and begun(journal.read_text(encoding="utf-8"))

        run = subprocess.Popen(  # noqa: S603 - our own command, arguments as a list
            [sys.executable, "-m", COMMANDS, *words], env=self.environment, stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + PATIENCE
        while not (seen := told()) and run.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        ended = run.poll()
        run.kill()
        run.wait()
        if ended is not None:
            raise DemoFailedError(f"`zdm apply {plan}` ended with {ended} before it could be killed")
        if not seen:
            raise DemoFailedError(f"`zdm apply {plan}` did not come so far in {PATIENCE:.0f} s")

    def sign(self, item: str, step: str, *answers: str, quiet: bool = False) -> None:
        """Signs a step by hand; an answer is `field=value`."""
        words = [word for one in answers for word in ("--answer", one)]
        self.type("checklist", "sign", item, step, "--by", "demo", *words, quiet=quiet)

    def sign_row(self, row: Any) -> None:
        """Signs what a plan leaves to a person."""
        self.sign(row["item"], row["by_hand"], *(f"{field}=done in the demo" for field in row["form"]))

    def carry_to(self, moment: str) -> None:
        """Carries the lab's clock to a moment, unless it has come there by itself, as it runs on between two commands."""
        ahead = (datetime.fromisoformat(moment) - datetime.fromisoformat(self.ask("lab", "clock")["now"])).total_seconds()
        if ahead > NEAR:
            self.type("lab", "clock", moment)
        elif ahead > 0:
            self.type("lab", "clock", f"+{math.ceil(ahead)}s")

    def up(self) -> None:
        """The lab comes up, with the engine that was asked for; a project is made for it the first time."""
        self.type("lab", "up", self.office, *(["--engine", self.engine] if self.engine else []))
        if not (self.project / "project.yaml").exists():
            self.type("new", str(self.project), "--lab", str(self.lab))

    def down(self) -> None:
        """The lab goes, if it came up."""
        if self.lab.exists():
            self.type("lab", "down", may_fail=True)
