"""Gates against a running office: judged on what its hosts say, opened by what people sign and approve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from office_story import Story

pytestmark = [pytest.mark.proof, pytest.mark.slow]
Start = Callable[[str], Story]


def states(answer: Any) -> dict[str, str]:
    return {row["name"]: row["state"] for row in answer["findings"]}


def test_the_start_of_the_swing_opens_with_its_evidence(story: Start) -> None:
    """Clocks, restarts and the kind of server are read; backup, replication and the rest are signed; then it is open."""
    tiny = story("tiny")
    before = tiny.json("gate", "G-START")
    now = tiny.json("lab", "clock")["now"]

    assert {name for name, state in states(before).items() if state == "true"} == {
        "time-skew", "sbs-clock", "pending-reboot", "rehearsal", "approval-tech", "approval-client",
    }  # fmt: skip

    for row in ("B-001", "B-002", "B-031", "B-063"):
        tiny.ok("checklist", "sign", row)
    for step, *answers in (
        ("backup", f"taken at={now}"),
        ("restore", f"restored at={now}"),
        ("replication", "oldest link in minutes=5", "failures=0"),
        ("sysvol", "healthy=yes"),
        ("disk", "free percent=48"),
    ):
        tiny.ok("checklist", "sign", "B-080", step, *(word for one in answers for word in ("--answer", one)))
    after = tiny.json("gate", "G-START")

    assert (before["open"], after["open"]) == (False, True), after
    row = next(one for one in tiny.json("checklist", "show", "--all") if one["item"] == "B-080")
    assert row["state"] == "done"


def test_people_approve_what_is_changed_for_users(story: Start) -> None:
    """Preparation needs nobody; the switch waits for the technician's word on this very plan; the report names it."""
    tiny = story("tiny")
    tiny.edit(lambda text: text + "lab_approves: false\napprovers: {tech: [Alex]}\n")
    tiny.plan("dns_cutover")
    tiny.ok("apply", "latest")
    tiny.carry("+61m")
    plan = tiny.plan("dns_cutover")
    code, _, err = tiny.type("apply", "latest")
    changed = [line for line in tiny.lab.calls() if line["verb"] == "Set-ZdmDnsRecord"]

    assert (code, changed) == (3, [])
    assert "gate G-DNS is closed: approval-tech: nobody yet" in err

    tiny.ok("approve", "latest", "--as", "Alex", "--role", "tech")
    assert states(tiny.json("gate", "G-DNS")) == {
        "ttl-age": "true", "records-unique": "true", "servers-answer": "true", "approval-tech": "true",
    }  # fmt: skip
    tiny.ok("apply", plan["id"])
    html = (tiny.project / "runs" / plan["id"] / "report.html").read_text(encoding="utf-8")

    assert [line["verb"] for line in tiny.lab.calls() if line["verb"] == "Set-ZdmDnsRecord"] == ["Set-ZdmDnsRecord"]
    assert "Gate G-DNS" in html
    assert "Alex" in html
    assert "A rehearsal" not in html


def test_a_server_that_does_not_answer_keeps_the_gate_closed(story: Start) -> None:
    """The project names an address at which no DNS server is: asked there, nobody answers."""
    tiny = story("tiny")
    tiny.plan("dns_cutover")
    tiny.ok("apply", "latest")
    tiny.carry("+61m")
    good = states(tiny.json("gate", "G-DNS"))
    tiny.edit(lambda text: text.replace("new_address: 192.168.50.10", "new_address: 192.168.50.77", 1))
    bad = tiny.json("gate", "G-DNS")

    assert good["servers-answer"] == "true"
    assert states(bad)["servers-answer"] == "false"
    assert not bad["open"]
