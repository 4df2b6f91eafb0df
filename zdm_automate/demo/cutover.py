"""DNS and DHCP are cut over: plans, applies, waits, signs, verifies, until no plan wants anything.

Where a playbook says that something has to wait, the lab's clock is carried forward; where it asks a person, the demo signs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.demo.stage import DemoFailedError, Stage, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

BOOKS = ("dns_cutover", "dhcp_cutover")
ROUNDS = 8
"""More plans than any office needs; the demo fails when it is not done by then."""

MARGIN = 60
"""Seconds that the clock is carried past the moment a plan names, and past a change."""


def play(stage: Stage) -> None:
    """From an office that does not run yet to one that is cut over, checked and reported.

    Raises:
        DemoFailedError: a step did not end as it should.
    """
    Cutover(stage).play()


class Cutover:
    """The story in one office."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.changes = 0

    def play(self) -> None:
        """Plans until no row wants a change, then verifies."""
        self.stage.up()
        self.stage.type("check")
        for _ in range(ROUNDS):
            plans = [self.one_plan(book) for book in BOOKS]
            if not any(row["preview"] != "no change" for plan in plans for row in rows(plan)):
                break
            self.wait_for(plans)
        else:
            raise DemoFailedError(f"not done after {ROUNDS} rounds")
        for book in BOOKS:
            self.stage.type("verify", book)
        self.stage.type("checklist", "show")
        self.stage.type("status")
        self.stage.type("journal", "verify")
        self.stage.say(f"Done: {self.changes} changes in this run. Reports: {self.stage.project / 'runs'}/*/report.html")

    def one_plan(self, book: str) -> Any:
        """Plans a playbook, applies what can be applied, takes the steps that are a person's."""
        plan = self.stage.plan(book)
        if any(row["change"] for row in rows(plan)):
            self.changes += sum(row["change"] is not None for row in rows(plan))
            self.stage.type("apply", plan["id"])
            # what one controller is told reaches the others after a while, and the next plan is to find it there
            self.stage.type("lab", "clock", f"+{MARGIN}s", quiet=True)
        for row in rows(plan):
            if row["preview"] == "manual":
                self.by_hand(row)
        return plan

    def by_hand(self, row: Any) -> None:
        """What the technician does outside: at the provider, on a switch. Then it is signed."""
        if row["by_hand"].startswith("public-"):
            self.at_the_provider(row["by_hand"])
        self.stage.sign_row(row)

    def at_the_provider(self, step: str) -> None:
        """Plays the provider of the public zone, as the project file wants it."""
        import yaml  # noqa: PLC0415 - the one place that reads the project

        project = yaml.safe_load((self.stage.project / "project.yaml").read_text(encoding="utf-8"))
        for record in project["intent"]["dns_cutover"].get("external", ()):
            if step == f"public-{record['name']}-{record['type']}":
                self.stage.type("lab", "public", record["name"], record["type"], *record["expected"])

    def wait_for(self, plans: Sequence[Any]) -> None:
        """Carries the lab's clock past the latest moment that a plan waits for."""
        moments = [row["not_before"] for plan in plans for row in rows(plan) if row["not_before"]]
        if moments:
            self.stage.carry_to(max(moments))
            self.stage.type("lab", "clock", f"+{MARGIN}s", quiet=True)
