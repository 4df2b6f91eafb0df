"""Shares move while people work: survey, seed, deltas, the night of the cut. Whoever starts it all is killed on the way.

The jobs run on the lab's clock: while they work the demo looks at them and carries the clock on.
"""

from __future__ import annotations

import shutil
from typing import Any

from zdm_automate.demo.stage import DemoFailedError, Stage, rows

BOOK = "share_replication"
ROUNDS = 24
"""More plans than the story needs; the demo fails when it is not done by then."""

LOOKS = 60
"""Looks at jobs at work, each after another piece of the lab's time."""

STEP, NIGHT_STEP = "+5m", "+1m"
CUT_BEGINS = "2026-03-04T19:10:00+00:00"

SIGNED = {
    "backup": {"taken at": "2026-03-04T18:00:00Z"},
    "delta": {"percent of bytes": "0.1", "percent of window": "2"},
    "space": {"free percent": "90"},
    "sessions": {"users logged on": "0"},
    "quiet": {"jobs running": "0"},
    "devices": {"listed": "yes"},
}
"""What the technician signs under the gate's row before the cut."""


SHORT = ("delta", "sessions", "quiet")
"""What has to be fresh when the gate is asked."""


def play(stage: Stage) -> None:
    """From an office whose people work on the old server to one whose people work on the new one.

    Raises:
        DemoFailedError: a step did not end as it should.
    """
    Shares(stage).play()


class Shares:
    """The story in one office."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.killed = False
        self.cut = False

    def play(self) -> None:
        """Plans until no row wants a change and nothing waits but the removal weeks later."""
        self.stage.up()
        for _ in range(ROUNDS):
            plan = self.one_plan()
            self.let_jobs_end()
            if self.over(plan):
                break
        else:
            raise DemoFailedError(f"not done after {ROUNDS} rounds")
        self.stage.type("verify", BOOK)
        self.stage.type("jobs")
        self.stage.type("journal", "verify")
        self.stage.say("Done: people work on the new server; the old shares are frozen and stay for a month.")

    def one_plan(self) -> Any:
        """Plans, applies what can be applied, signs what is a person's."""
        plan = self.stage.plan(BOOK)
        if any(row["change"] for row in rows(plan)):
            if self.cut and any(row["change"] and row["change"]["gate"] for row in rows(plan)):
                self.sign(*SHORT)
            if not self.killed and any("seed" in row["text"] and row["change"] for row in rows(plan)):
                self.kill_in_the_middle(plan["id"])
            else:
                self.stage.type("apply", plan["id"])
        for row in rows(plan):
            if row["preview"] == "manual":
                self.stage.sign_row(row)
        self.pass_time(plan)
        return plan

    def kill_in_the_middle(self, plan: str) -> None:
        """The computer of the technician dies between two changes; another one takes the run up again."""
        self.stage.say("The technician's computer dies while the seeds are started ...")
        self.stage.kill(plan, lambda journal: "change.started" in journal)
        self.killed = True
        self.stage.say("... and the jobs do not mind. From another computer, with a copy of the project folder:")
        elsewhere = self.stage.project.with_name(f"{self.stage.project.name}-elsewhere")
        shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.copytree(self.stage.project, elsewhere)
        self.stage.type("jobs", "-p", str(elsewhere))
        self.stage.type("resume")

    def let_jobs_end(self) -> None:
        """Looks at the jobs, and carries the lab's clock on while some are at work.

        Raises:
            DemoFailedError: a job failed, or does not end.
        """
        for _ in range(LOOKS):
            # The PCs have none, and asking them costs a PowerShell each.
            found = [row for role in ("new", "old") for row in self.stage.ask("jobs", role)]
            bad = [row for row in found if row["state"] in {"Failed", "Lost", "Stopped"}]
            if bad:
                raise DemoFailedError(f"the job {bad[0]['title']} is {bad[0]['state']}: {bad[0]['says']}")
            if not any(row["state"] in {"Queued", "Running"} for row in found):
                return
            if any(row["bytes_per_second"] for row in found if row["state"] == "Running"):
                self.stage.type("jobs")
            self.stage.type("lab", "clock", NIGHT_STEP if self.cut else STEP, quiet=True)
        raise DemoFailedError(f"jobs are still at work after {LOOKS} looks")

    def pass_time(self, plan: Any) -> None:
        """To the next delta; after two of them to the night of the cut, for which the technician signs."""
        deltas = sum("delta" in row["text"] and "MB" in row["text"] for row in rows(plan))
        moments = [row["not_before"] for row in rows(plan) if row["not_before"] and "delta" in row["text"]]
        if self.cut or not moments:
            return
        if deltas < len(self.shares()) * 2:
            self.stage.carry_to(max(moments))
            return
        self.cut = True
        self.stage.say("Two deltas are enough: tonight is the cut. The technician says so in the project file and signs.")
        self.stage.carry_to(CUT_BEGINS)
        path = self.stage.project / "project.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("old_name:", "cut: true\n    old_name:", 1), encoding="utf-8")
        for row in ("B-029", "B-138", "B-150"):
            self.stage.type("checklist", "sign", row, "--by", "demo")
        self.sign(*(step for step in SIGNED if step not in SHORT))

    def sign(self, *steps: str) -> None:
        """What the technician has looked at for the gate; some of it holds a quarter of an hour."""
        for step in steps:
            self.stage.sign("B-151", step, *(f"{name}={value}" for name, value in SIGNED[step].items()))

    def shares(self) -> list[Any]:
        """The shares of the project."""
        import yaml  # noqa: PLC0415 - the one place that reads the project

        project = yaml.safe_load((self.stage.project / "project.yaml").read_text(encoding="utf-8"))
        found: list[Any] = project["intent"][BOOK]["shares"]
        return found

    def over(self, plan: Any) -> bool:
        """Whether only the removal of the old shares is left."""
        left = [row for row in rows(plan) if row["preview"] != "no change" and row["item"] != "C-104"]
        return self.cut and not left
