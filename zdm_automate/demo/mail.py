"""Mailboxes go from Exchange 2010 to 2016: pilot, waves, a stall, damaged items, completion in the golden hours.

Where a playbook says that something has to wait, the lab's clock is carried forward; where it asks a person, the demo signs.
"""

from __future__ import annotations

from typing import Any

from zdm_automate.demo.stage import DemoFailedError, Stage, rows

BOOK = "mailbox_moves"
GATE_ROW = "B-139"
SECOND_EVENING = {
    "time_zone": "Europe/Berlin",
    "start": "2026-03-13T18:00",
    "fallback": "2026-03-13T23:30",
    "end": "2026-03-14T02:00",
}
LOST = {"damaged1": 1, "damaged2": 1}
"""Whose loss is accepted, and how many items."""

REFUSED = ("damaged3", 4)


def play(stage: Stage) -> None:
    """From an office that does not run yet to one whose mail is on the new server.

    Raises:
        DemoFailedError: a step did not end as it should.
    """
    MailStory(stage).play()


class MailStory:
    """The story in one office."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def play(self) -> None:
        """Pilot on the first evening, everybody on the second."""
        self.stage.up()
        self.lead_over()
        self.pilot()
        self.copy_everybody()
        self.complete_everybody()
        self.afterwards()

    def lead_over(self) -> None:
        """What a technician does by hand: a certificate with the common names; clients and port 25 lead to the new server."""
        for word in ("certificate", "clients-here", "mail-here"):
            self.stage.type("lab", "mail", "EX16", word)

    # --- the first evening ---

    def pilot(self) -> None:
        """System mailboxes and two friendly people first; they are completed, and accept it."""
        self.round("The organisation is looked at; system mailboxes and the pilot are copied.")
        self.stage.type("lab", "clock", "+15m")
        self.stage.type("mail")
        self.stage.say("Outside the golden hours nothing is completed.")
        plan = self.plan()
        self.sign_gate()
        self.refused(plan)
        self.stage.type("lab", "clock", "2026-03-06T17:05:00+00:00")
        self.sign_gate()
        self.round("The first evening: the pilot is completed behind its gate.")
        self.stage.type("lab", "clock", "+5m")
        self.stage.type("mail")
        self.round("The pilot says that it works; everybody else is copied while people work.", twice=True)

    def copy_everybody(self) -> None:
        """The waves are copied; on the way one database stands still."""
        self.stage.type("lab", "clock", "+9m")
        self.stage.say("The content index of one database falls behind.")
        self.stage.type("lab", "mail", "DB16-A", "content-index")
        self.stage.type("lab", "clock", "+35m")
        stalled = self.moves("stalled")
        self.expect("a stall is named with its cause", any("content index" in one["sentence"] for one in stalled))
        self.stage.type("mail")
        self.stage.type("lab", "mail", "DB16-A", "none")
        self.stage.type("lab", "clock", "+3h")
        self.stage.type("mail")
        failed = {one["mailbox"] for one in self.moves("failed")}
        self.expect("three mailboxes have damaged items", failed == {*LOST, REFUSED[0]})
        self.stage.say("Two losses are accepted by name, number and reason; one is refused, and that mailbox stays.")
        self.stage.type("plan", BOOK)
        for alias, items in LOST.items():
            self.decide(alias, items, "accept", f"{items} damaged item, the owner was asked")
        self.decide(*REFUSED, "refuse", "four items, the mailbox is repaired first")
        self.round("What was decided is done.")
        self.stage.type("lab", "clock", "+30m")
        self.stage.type("mail")

    # --- the second evening ---

    def complete_everybody(self) -> None:
        """Completed in the window that was agreed for it."""
        self.agree_on(SECOND_EVENING)
        self.stage.type("lab", "clock", "2026-03-13T17:05:00+00:00")
        self.sign_gate()
        self.round("The second evening: everybody is completed.")
        self.stage.type("lab", "clock", "+15m")
        self.stage.type("mail")

    def afterwards(self) -> None:
        """Verified, reports kept, requests cleared; and what was sent is counted."""
        self.stage.type("verify", BOOK)
        done = len(self.moves("done"))
        self.round("Reports are kept, requests cleared.", twice=True)
        left = [row for row in rows(self.plan()) if row["change"]]
        self.expect("nothing is left to be changed", not left)
        self.stage.type("checklist", "show")
        self.stage.type("journal", "verify")
        served = self.stage.ask("lab", "requests")["EX16/PowerShell"]
        self.stage.say(
            f"EX16/PowerShell: {served['Command']} pipelines, scripts: {served['Script']}, open: {served['Shells']}."
        )
        self.expect("no script was sent to Exchange, and no session is open", (served["Script"], served["Shells"]) == (0, 0))
        kept = len(list((self.stage.project / "reports").glob("move-*.txt")))
        # one more than are through: that of the mailbox whose loss was refused
        self.expect("the report of every move was kept", kept > done)
        self.stage.say(f"Done: {kept} reports of moves kept in {self.stage.project / 'reports'}.")

    # --- what is done again and again ---

    def round(self, title: str, *, twice: bool = False) -> None:
        """Plans, applies what can be applied, signs what is a person's; once more where a signature opens the way."""
        self.stage.say(title)
        for _ in range(2 if twice else 1):
            plan = self.plan()
            if any(row["change"] for row in rows(plan)):
                self.stage.type("apply", plan["id"])
            for row in rows(plan):
                if row["preview"] == "manual" and not row["by_hand"].startswith("bad-items"):
                    self.sign(row["item"], row["by_hand"], *(f"{field}=yes" for field in row["form"]))

    def plan(self) -> Any:
        """The newest plan."""
        return self.stage.plan(BOOK)

    def refused(self, plan: Any) -> None:
        """A plan that the clock forbids."""
        said = self.stage.type("apply", plan["id"], may_fail=True)
        used = self.stage.ask("plans")
        self.expect(
            "the plan was refused and not used", not next(one["used"] for one in used if one["id"] == plan["id"]) and not said
        )

    def moves(self, mood: str) -> list[Any]:
        """The requests in a mood, as `zdm mail` tells them."""
        return [one for one in self.stage.ask("mail")["moves"] if one["mood"] == mood]

    def sign_gate(self) -> None:
        """What a person has looked at before anything is completed."""
        for step, answer in (("mail-space", "free percent=45"), ("mail-ttl", "seconds=300"), ("mail-outbound", "outbound=ok")):
            self.sign(GATE_ROW, step, answer)

    def decide(self, alias: str, items: int, decision: str, reason: str) -> None:
        """Somebody decides about damaged items."""
        self.sign("B-138", f"bad-items-{alias}-{items}", f"decision={decision}", f"items={items}", f"reason={reason}")

    def sign(self, item: str, step: str, *answers: str) -> None:
        """Signs a step by hand."""
        self.stage.sign(item, step, *answers, quiet=True)

    def agree_on(self, window: dict[str, str]) -> None:
        """Writes other golden hours into the project file, as a technician would."""
        import yaml  # noqa: PLC0415 - the one place that writes the project

        path = self.stage.project / "project.yaml"
        project = yaml.safe_load(path.read_text(encoding="utf-8"))
        project["window"] = window
        path.write_text(yaml.safe_dump(project, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def expect(self, what: str, held: bool) -> None:  # noqa: FBT001 - reads as a sentence
        """Ends the demo where something is not so.

        Raises:
            DemoFailedError: it is not.
        """
        if not held:
            raise DemoFailedError(f"not so: {what}")
