"""Three PCs are replaced: estimate, capture, check, restore, acceptance, and thirty days later the stores go.

While the captures are being started the controller is killed; the jobs go on, and it comes back to them. Where something waits,
the lab's clock is carried forward; where a person is asked, the demo signs.
"""

from __future__ import annotations

from typing import Any

from zdm_automate.demo.stage import DemoFailedError, Stage, rows

BOOK = "profile_copy"
GATE, PHRASE = "G-PROFILES", "the captured profiles go for good"
ROUNDS = 16
"""More plans than the office needs."""
LOOKS = 60
LOOK = 300
"""Lab seconds between two looks at the jobs."""
MARGIN = 60


def play(stage: Stage) -> None:
    """From an office with old PCs to one whose users have accepted the new ones.

    Raises:
        DemoFailedError: a step did not end as it should.
    """
    Copy(stage).play()


def capture_made(journal: str) -> bool:
    """Whether a journal tells of a capture that was started."""
    return any('"change.finished"' in line and "B-173c" in line for line in journal.splitlines())


def starts(plan: Any) -> list[str]:
    """The hosts on which a plan starts jobs, by their roles."""
    calls = [row["change"]["call"] for row in rows(plan) if row["change"]]
    return sorted({call["role"] for call in calls if call["verb"] == "Start-ZdmJob"})


class Copy:
    """The story in one office."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.killed = False

    def play(self) -> None:
        """Plans until no row wants anything, then verifies."""
        self.stage.up()
        self.stage.type("check")
        for _ in range(ROUNDS):
            plan = self.one_plan()
            if all(row["preview"] == "no change" for row in rows(plan)):
                break
            self.wait_for(plan)
        else:
            raise DemoFailedError(f"not done after {ROUNDS} plans")
        if not self.killed:
            raise DemoFailedError("the controller was never killed")
        self.stage.type("verify", BOOK)
        self.stage.type("checklist", "show")
        self.stage.type("journal", "verify")
        self.stage.say(f"Done. Reports: {self.stage.project / 'runs'}/*/report.html")

    def one_plan(self) -> Any:
        """Plans, applies what can be applied, signs what is a person's."""
        plan = self.stage.plan(BOOK)
        captures = [row for row in rows(plan) if row["item"] == "B-173c" and row["change"]]
        if captures and not self.killed:
            self.killed = True
            self.stage.kill(plan["id"], capture_made)
            self.stage.say("The controller is dead; what it has started works on. Another one looks:")
            self.follow(starts(plan))
            self.stage.type("resume")
        elif any(row["change"] for row in rows(plan)):
            final = any(row["change"] and row["change"]["gate"] == GATE for row in rows(plan))
            self.stage.type("apply", plan["id"], *(["--confirm", PHRASE] if final else []))
        for row in rows(plan):
            if row["preview"] == "manual":
                self.stage.sign_row(row)
        return plan

    def wait_for(self, plan: Any) -> None:
        """Follows the jobs to their end, or carries the clock past the moment that a plan waits for."""
        if begun := starts(plan):
            self.follow(begun)
            return
        moments = [row["not_before"] for row in rows(plan) if row["not_before"]]
        if moments:
            self.stage.carry_to(max(moments))
            self.stage.type("lab", "clock", f"+{MARGIN}s", quiet=True)

    def follow(self, hosts: list[str]) -> None:
        """Looks at the jobs of some hosts until none is at work; who is done is not asked again."""
        for _ in range(LOOKS):
            busy = [job for job in self.stage.ask("jobs", *hosts) if job["state"] in {"Queued", "Running"}]
            hosts = sorted({job["host"] for job in busy})
            if not busy:
                return
            for job in busy:
                left = f", {job['seconds_left'] / 60:.0f} min left" if job["seconds_left"] is not None else ""
                part = f" {job['fraction']:.0%}" if job["fraction"] is not None else ""
                self.stage.say(f"  {job['host']}  {job['title']}: {job['state']}{part}{left}  {job['last_output'][-60:]}")
            self.stage.type("lab", "clock", f"+{LOOK}s", quiet=True)
        raise DemoFailedError(f"jobs are still at work after {LOOKS} looks")
