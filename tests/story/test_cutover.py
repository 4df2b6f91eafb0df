"""The cut-overs, typed as a technician types them, against offices over the real wire."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from office_story import Story, previews

from zdm_automate import Read, never
from zdm_automate.cli.opening import open_project
from zdm_automate.lab.call import CMDLETS
from zdm_automate.resources import shipped

pytestmark = [pytest.mark.proof, pytest.mark.slow]

Start = Callable[[str], Story]
MODULES = {"DnsServer", "DhcpServer"}


def cut_dhcp_over(story: Story) -> tuple[int, str, str]:
    """The two plans of a DHCP cut-over with one old lease between them; how the second apply ended."""
    story.plan("dhcp_cutover")
    story.ok("apply", "latest")
    story.carry("+9d")
    plan = story.plan("dhcp_cutover")
    assert ("B-104", "would change") in previews(plan)
    return story.type("apply", "latest")


def test_dhcp_is_cut_over_and_planned_again_changes_nothing(story: Start) -> None:
    """After the switch, and a day later the closing, every row says no change."""
    tiny = story("tiny")
    code, out, err = cut_dhcp_over(tiny)
    assert (code, err) == (0, ""), out

    tiny.carry("+25h")
    tiny.plan("dhcp_cutover")
    tiny.ok("apply", "latest")

    assert {"no change"} == {preview for _, preview in previews(tiny.plan("dhcp_cutover"))}
    assert "BAD_ADDRESS" in tiny.ok("verify", "dhcp_cutover")


def own_playbook(story: Story, name: str, right: str, wrong: str) -> None:
    """The project brings its own version of a playbook, in which something is otherwise."""
    own = story.project / "playbooks"
    own.mkdir()
    text = (shipped("playbooks") / f"{name}.py").read_text(encoding="utf-8")
    assert right in text
    (own / f"{name}.py").write_text(text.replace(right, wrong), encoding="utf-8")


def test_the_switch_in_the_wrong_order_is_refused(story: Start) -> None:
    """New side up before old side down would let two servers lease one range: the plan says so, and apply changes nothing."""
    tiny = story("tiny")
    right, wrong = "SWITCH_ORDER = (close_old_side, open_new_side)", "SWITCH_ORDER = (open_new_side, close_old_side)"
    own_playbook(tiny, "dhcp_cutover", right, wrong)

    before = len([line for line in tiny.lab.calls() if line["kind"] == "applier"])
    code, out, err = cut_dhcp_over(tiny)
    first = [line["verb"] for line in tiny.lab.calls() if line["kind"] == "applier"][before:]

    assert code == 3, out + err
    assert "N-TWO-DHCP: NEW and OLD would both be authorised and lease 192.168.50.0" in err
    assert "N-TWO-DHCP" in json.dumps(tiny.plan("dhcp_cutover")["warnings"])
    assert "Import-ZdmDhcp" not in first


def test_the_switch_in_the_wrong_order_gives_an_address_twice(story: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """With that rule taken away the world shows why it is there: both lease one range, and the run's verification fails."""
    monkeypatch.setattr(never, "RULES", tuple(rule for rule in never.RULES if rule.name != "N-TWO-DHCP"))
    tiny = story("tiny")
    right, wrong = "SWITCH_ORDER = (close_old_side, open_new_side)", "SWITCH_ORDER = (open_new_side, close_old_side)"
    own_playbook(tiny, "dhcp_cutover", right, wrong)

    code, _, err = cut_dhcp_over(tiny)

    assert code == 1
    assert "no address is held twice (BAD_ADDRESS)" in err
    assert [row["HostName"] for row in tiny.json("read", "new", "Get-ZdmDhcpLease") if row["IsBad"]]


def test_two_servers_on_one_range_give_an_address_twice(story: Start) -> None:
    """What the rule is for: somebody brings the old server back by hand, and clients find their addresses taken."""
    tiny = story("tiny")
    code, out, err = cut_dhcp_over(tiny)
    assert (code, err) == (0, ""), out
    with open_project(tiny.project).bench([Read(role=role, verb="Get-ZdmService") for role in ("old", "new")]) as work:
        work.connect()
        old, new = work.sessions["old"], work.sessions["new"]
        new.change("Add-ZdmDhcpAuthorization", dns_name="old.tiny.example.org", ip_address="192.168.50.2")
        old.change("Set-ZdmServiceState", name="DHCPServer", start_mode="Auto", state="Running")
        old.change("Set-ZdmDhcpScopeState", scope_id="192.168.50.0", state="Active")
    tiny.carry("+20s")

    bad = [row for row in tiny.json("read", "new", "Get-ZdmDhcpLease") if row["IsBad"]]
    assert bad
    assert {"BAD_ADDRESS"} == {row["HostName"] for row in bad}


def in_haste(story: Story) -> None:
    """The project does not want to wait for the old time to live."""
    story.edit(
        lambda text: text.replace("old_address: 192.168.50.2\n", "old_address: 192.168.50.2\n    wait_old_ttl: false\n", 1)
    )


def test_haste_stands_before_a_closed_gate(story: Start) -> None:
    """Whoever does not want to wait is held by the gate, in the plan and at the apply, and nothing is changed."""
    tiny = story("tiny")
    in_haste(tiny)
    plan = tiny.plan("dns_cutover")
    said = next(item["gate_says"] for item in plan["items"] if item["id"] == "B-156")
    code, _, err = tiny.type("apply", "latest")

    assert said[0].startswith("ttl-age: files.tiny.example.org A from ")
    assert code == 3
    assert "gate G-DNS is closed: ttl-age: files.tiny.example.org A from " in err
    assert [line for line in tiny.lab.calls() if line["kind"] == "applier"] == []
    assert not (tiny.project / "plans" / f"{plan['id']}.used").exists()


def test_a_time_to_live_lowered_right_before_the_change_fails_from_the_seat(story: Start) -> None:
    """Clients keep the old answer for the old hour; when it has passed, the same check is good."""
    tiny = story("tiny")
    own_playbook(tiny, "dns_cutover", ', gate="G-DNS"', "")
    in_haste(tiny)
    tiny.plan("dns_cutover")
    tiny.ok("apply", "latest")
    tiny.carry("+1m")

    seat = [row for row in tiny.json("verify", "dns_cutover") if row["seat"] == "PC1"]
    assert [(row["state"], row["expected"]) for row in seat] == [("failed", "192.168.50.10")]
    assert seat[0]["value"].startswith("192.168.50.2 (time to live 35")
    assert tiny.type("verify", "dns_cutover")[0] == 1

    tiny.carry("+61m")
    assert "failed" not in tiny.ok("verify", "dns_cutover")


def test_waiting_for_the_old_time_to_live_makes_the_seat_follow(story: Start) -> None:
    """The plan waits for the moment that it names; applied then, the seat is on the new address within the short time."""
    tiny = story("tiny")
    plan = tiny.plan("dns_cutover")
    assert ("B-156", "waits") in previews(plan)
    tiny.ok("apply", "latest")
    tiny.carry("+61m")
    assert ("B-156", "would change") in previews(tiny.plan("dns_cutover"))
    tiny.ok("apply", "latest")
    tiny.carry("+16m")

    checks = {(row["seat"], row["state"]) for row in tiny.json("verify", "dns_cutover") if row["item"] == "B-156"}
    assert ("PC1", "ok") in checks


@pytest.mark.parametrize("book", ["dns_cutover", "dhcp_cutover"])
def test_an_old_host_is_worked_with_without_the_modules(story: Start, book: str) -> None:
    """On the German Small Business Server 2008 no cmdlet of the DnsServer or DhcpServer module is called."""
    kanzlei = story("kanzlei")
    if book == "dhcp_cutover":
        code, out, err = cut_dhcp_over(kanzlei)
        assert (code, err) == (0, ""), out
    else:
        kanzlei.plan(book)
        kanzlei.ok("apply", "latest")
        kanzlei.carry("+61m")
        kanzlei.plan(book)
        kanzlei.ok("apply", "latest")

    used = {name for call in kanzlei.calls("SERVER") for name in call["used"]}
    assert used & {"netsh", "dnscmd", "wmi:MicrosoftDNS_Zone"}
    assert set() == {name for name in used if name.casefold() in CMDLETS and CMDLETS[name.casefold()].module in MODULES}


def test_two_new_servers_are_joined_by_failover(story: Start) -> None:
    """Path D: the scopes come across with their leases, and the old server keeps none."""
    branch = story("branch")
    branch.plan("dhcp_cutover")
    code, out, err = branch.type("apply", "latest")

    assert (code, err) == (0, ""), out
    assert [row["ScopeId"] for row in branch.json("read", "new", "Get-ZdmDhcpScope")] == ["10.20.0.0"]
    assert branch.json("read", "new", "Get-ZdmDhcpFailover") == []
    assert {"10.20.0.11"} == {row["DhcpServer"] for row in branch.json("read", "seat", "Get-ZdmDhcpClientLease")}


def test_a_plan_of_the_small_office_costs_two_requests_per_reader(story: Start) -> None:
    """Once the pools are open, no reader needs more than a Command and a Receive, on the 2008 R2 host neither."""
    small = story("smallbiz")
    for book in ("dns_cutover", "dhcp_cutover"):
        out = small.ok("plan", book)
        counted = re.search(r"^(\d+) readers, (\d+) WSMan requests\.", out, re.MULTILINE)

        assert counted is not None, out
        readers, requests = map(int, counted.groups())
        assert readers < requests <= 2 * readers


def test_the_report_of_a_run_holds_each_change(story: Start, tmp_path: Path) -> None:
    """Every change that was made stands in the report with its values."""
    tiny = story("tiny")
    plan = tiny.plan("dns_cutover")
    tiny.ok("apply", "latest")

    html = (tiny.project / "runs" / plan["id"] / "report.html").read_text(encoding="utf-8")
    targets = [row["change"]["target"] for item in plan["items"] for row in item["rows"] if row["change"]]
    assert targets
    assert [target for target in targets if target.split(" -> ", maxsplit=1)[0] not in html] == []
