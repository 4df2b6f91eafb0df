"""Three PCs are replaced: estimate, capture, check, restore, acceptance, and thirty days later the stores go.

While the captures are being started the controller is killed; the jobs go on, and it comes back to them. The users of a
terminal server come piece by piece; a piece is taken back and comes again. Where something waits, the lab's clock is carried
forward; where a person is asked, the demo signs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zdm_automate.demo.stage import DemoFailedError, Stage, rows

if TYPE_CHECKING:
    from pathlib import Path

BOOK = "profile_copy"
GATE, PHRASE = "G-PROFILES", "the captured profiles go for good"
ROUNDS = 20
"""More plans than the office needs."""
SET_ASIDE, COPIED = "B-173i", "B-173j"
OLD, NEW, USER = "ts01", "nb04", r"DESKS\emma"
"""The terminal server, the notebook that takes its place, and whose desktop is taken back."""
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


def pieces_are_there(plan: Any) -> bool:
    """Whether a plan finds every piece set aside and copied."""
    found = [row for row in rows(plan) if row["item"] in {SET_ASIDE, COPIED}]
    return any(USER in row["text"] for row in found) and all(row["preview"] == "no change" for row in found)


def run_that_moved(runs: Path) -> str:
    """The run that has put a backup of a folder in its place.

    Raises:
        DemoFailedError: none did.
    """
    for journal in sorted(runs.glob("*/journal.jsonl")):
        lines = map(json.loads, journal.read_text(encoding="utf-8").splitlines())
        if any(line.get("verb") == "Move-ZdmFolder" for line in lines):
            return journal.parent.name
    raise DemoFailedError("no folder was set aside")


class Copy:
    """The story in one office."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.killed = False
        self.taken_back = False

    def play(self) -> None:
        """Plans until no row wants anything, then verifies."""
        self.stage.up()
        self.stage.type("check")
        for _ in range(ROUNDS):
            plan = self.one_plan()
            if all(row["preview"] == "no change" for row in rows(plan)):
                break
            self.wait_for(plan)
            if pieces_are_there(plan) and not self.taken_back:
                self.take_back()  # once nothing works any more: a job that ends meanwhile makes its plan a stale one
        else:
            raise DemoFailedError(f"not done after {ROUNDS} plans")
        if not (self.killed and self.taken_back):
            raise DemoFailedError("the controller was never killed, or no piece taken back")
        self.show_pieces()
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

    def show_pieces(self) -> None:
        """What the notebook has of her: folders, drives, printers."""
        self.stage.type("read", NEW, "Get-ZdmProfilePiece", f"Account={USER}")

    def take_back(self) -> None:
        """Emma's desktop is as she had it on the notebook; then all of it comes again, by another attempt."""
        self.taken_back = True
        self.stage.say(f"The pieces of {USER} are on her notebook:")
        self.show_pieces()
        self.stage.say("She wants her desktop there as it was: what has come is taken back, and kept beside its backup.")
        undo = self.stage.planned("undo", run_that_moved(self.stage.project / "runs"), "--to", SET_ASIDE)
        self.stage.type("apply", undo["id"])
        self.stage.type("plan", BOOK)
        self.stage.say("She has thought again. The technician raises the attempt of that pair in the project file.")
        self.raise_attempt()

    def raise_attempt(self) -> None:
        """As a technician writes it into the project file."""
        import yaml  # noqa: PLC0415 - the one place that writes the project

        path = self.stage.project / "project.yaml"
        project = yaml.safe_load(path.read_text(encoding="utf-8"))
        pair = next(one for one in project["intent"][BOOK]["pcs"] if one["old"] == OLD)
        pair["attempt"] = pair.get("attempt", 1) + 1
        path.write_text(yaml.safe_dump(project, sort_keys=False, allow_unicode=True), encoding="utf-8")

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
