"""What goes wrong before anything is changed: one sentence, the right exit code, no traceback, nothing changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from office_story import Story

from zdm_automate.lab.office import find_office

Start = Callable[[str], Story]


def refused(story: Story, *words: str, code: int) -> str:
    """Types a command that must be refused with this code; gives its one sentence."""
    before = [line for line in story.lab.calls() if line["kind"] == "applier"]
    ended, _, err = story.type(*words)
    after = [line for line in story.lab.calls() if line["kind"] == "applier"]

    assert code == ended, err
    assert "Traceback" not in err
    assert err.startswith("zdm: "), err
    assert len(err.strip().splitlines()) == 1
    assert before == after
    return err


def replaced(old: str, new: str) -> Callable[[str], str]:
    """An edit of a file that must find what it changes."""

    def change(text: str) -> str:
        assert old in text, f"{old!r} is not in {text}"
        return text.replace(old, new, 1)

    return change


def test_names_that_do_not_exist(story: Start) -> None:
    """A playbook, a host, a reader, a plan, a run: the sentence lists what there is."""
    tiny = story("tiny")

    assert "dhcp_cutover" in refused(tiny, "plan", "dhcp_cutover2", code=2)
    assert "OLD, NEW" in refused(tiny, "read", "SERVER", "Get-ZdmService", code=2)
    assert "Get-ZdmService" in refused(tiny, "read", "old", "Get-ZdmServices", code=2)
    assert "zdm plan" in refused(tiny, "apply", "2026", code=2)
    assert "none yet" in refused(tiny, "journal", "show", "2026", code=2)


def test_a_project_file_that_is_wrong_names_line_and_column(story: Start) -> None:
    """No YAML, an unknown key, a role without a host, an address that must not be: file, line, column."""
    tiny = story("tiny")
    good = (tiny.project / "project.yaml").read_text(encoding="utf-8")
    for old, new, place in (
        ("roles: {old: OLD", "roles: {old: [OLD", "project.yaml:"),
        ("client: the lab", "klient: the lab", "project.yaml:3:1: klient: this key is not known here"),
        ("old: OLD", "old: OLT", "there is no host 'OLT'"),
        ("new_address: 192.168.50.10", "new_address: 9.9.9.9", "new_address is a public address"),
        ("new_address: 192.168.50.10", "new_address: 192.168.50.10\n    ttl: 5", "ttl: this key is not known here"),
    ):
        tiny.edit(replaced(old, new))
        assert place in refused(tiny, "plan", "dns_cutover", code=2)
        (tiny.project / "project.yaml").write_text(good, encoding="utf-8")


def test_a_wrong_password_is_a_logon_that_failed(story: Start) -> None:
    """The host refuses it, and so does the product, without showing it."""
    tiny = story("tiny")
    wrong = tiny.project / "wrong"
    wrong.write_text("not-the-password")
    wrong.chmod(0o600)
    password = os.path.relpath(tiny.lab.password_file, tiny.project)
    tiny.edit(replaced(f"file:{password}", "file:wrong"))

    said = refused(tiny, "plan", "dns_cutover", code=1)
    assert "OLD: " in said
    assert "not-the-password" not in said


def test_a_password_file_that_others_can_read_is_refused(story: Start) -> None:
    """The sentence says which mode it needs."""
    tiny = story("tiny")
    open_to_all = tiny.project / "open"
    open_to_all.write_text("Lab-Tiny-2026!")
    open_to_all.chmod(0o644)
    tiny.edit(replaced(f"file:{os.path.relpath(tiny.lab.password_file, tiny.project)}", "file:open"))

    assert "chmod 600" in refused(tiny, "plan", "dns_cutover", code=2)


def test_a_port_where_nobody_listens_is_unreachable(story: Start) -> None:
    """The sentence names the host."""
    tiny = story("tiny")
    tiny.edit(replaced(f"port: {tiny.lab.info().hosts['OLD'].https_port}", "port: 9"))

    assert "OLD: " in refused(tiny, "plan", "dns_cutover", code=1)


def test_another_certificate_than_the_pinned_one_is_refused(story: Start) -> None:
    """The password is not even sent."""
    tiny = story("tiny")
    hosts = tiny.lab.info().hosts
    tiny.edit(replaced(hosts["OLD"].fingerprint, hosts["NEW"].fingerprint))

    assert "certificate" in refused(tiny, "plan", "dns_cutover", code=1)
    assert not tiny.calls("OLD")


def test_another_machine_than_the_project_names_is_refused(story: Start) -> None:
    """Who answers must call itself as the project says."""
    tiny = story("tiny")
    old, new = (tiny.lab.info().hosts[name] for name in ("OLD", "NEW"))
    tiny.edit(replaced(f"port: {old.https_port}", f"port: {new.https_port}"))
    tiny.edit(replaced(old.fingerprint, new.fingerprint))

    assert "NEW answered" in refused(tiny, "plan", "dns_cutover", code=3)


def test_a_clock_that_is_off_forbids_changes(story: Start, tmp_path: Path) -> None:
    """Six minutes: reading and planning work, applying and checking are refused."""
    office = tmp_path / "skewed.yaml"
    text = find_office("tiny").read_text(encoding="utf-8")
    office.write_text(replaced("NEW: {release:", "NEW: {skew: 360, release:")(text), encoding="utf-8")
    tiny = story(str(office))
    tiny.plan("dns_cutover")

    assert "NEW: the clock is +3" in refused(tiny, "apply", "latest", code=3)
    assert "NEW: the clock is +3" in refused(tiny, "check", code=3)


def test_a_plan_is_stale_once_the_hosts_moved_on(story: Start) -> None:
    """Two plans from the same facts: the second no longer fits after the first was applied."""
    tiny = story("tiny")
    first, second = (tiny.plan("dns_cutover")["id"] for _ in range(2))
    tiny.ok("apply", first)

    assert "no longer as they were" in refused(tiny, "apply", second, code=3)


def test_a_plan_is_stale_once_the_project_wants_something_else(story: Start) -> None:
    """The intent is part of what was approved."""
    tiny = story("tiny")
    tiny.plan("dns_cutover")
    tiny.edit(replaced("new_address: 192.168.50.10", "new_address: 192.168.50.10\n    ttl_seconds: 600"))

    assert "wants something else" in refused(tiny, "apply", "latest", code=3)


def test_a_plan_is_used_once(story: Start) -> None:
    """The second time it is refused before any host is asked."""
    tiny = story("tiny")
    tiny.plan("dns_cutover")
    tiny.ok("apply", "latest")
    asked = len(tiny.lab.calls())

    assert "used once" in refused(tiny, "apply", "latest", code=3)
    assert asked == len(tiny.lab.calls())


def test_a_plan_that_was_edited_is_refused(story: Start) -> None:
    """One letter is enough."""
    tiny = story("tiny")
    path = tiny.project / "plans" / f"{tiny.plan('dns_cutover')['id']}.json"
    path.write_text(replaced("192.168.50.10", "192.168.50.11")(path.read_text(encoding="utf-8")), encoding="utf-8")

    assert "not what the planner wrote" in refused(tiny, "apply", "latest", code=3)


def test_a_journal_line_that_was_altered_is_named(story: Start) -> None:
    """Verification names the line; the report says it aloud."""
    tiny = story("tiny")
    run = tiny.plan("dns_cutover")["id"]
    tiny.ok("apply", "latest")
    journal = tiny.project / "runs" / run / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if '"change.finished"' in line)
    lines[number - 1] = lines[number - 1].replace('"result":"ok"', '"result":"no"')
    journal.write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert f"line {number} does not fit" in refused(tiny, "journal", "verify", code=3)
    tiny.ok("report", run)
    assert "This journal was altered" in (journal.parent / "report.html").read_text(encoding="utf-8")


def test_a_world_file_that_is_no_world_is_refused(story: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab does not start on it, and the file stays as it is."""
    tiny = story("tiny")
    broken = tiny.project / "broken-lab"
    broken.mkdir()
    (broken / "world.json").write_text('{"hosts": 7}')
    monkeypatch.setenv("ZDM_LAB_DIR", str(broken))

    assert "is not a world file" in refused(tiny, "lab", "up", "tiny", code=2)
    assert (broken / "world.json").read_text() == '{"hosts": 7}'


def test_ctrl_c_stops_before_the_next_change(story: Start) -> None:
    """The change at work is finished and recorded, no other is begun, and the next plan goes on from there."""
    tiny = story("tiny")
    run = tiny.plan("dns_cutover")["id"]
    for host in ("OLD", "NEW"):
        tiny.ok("lab", "fault", host, "delay", "--action", "Command", "--count", "60", "--seconds", "0.5")
    command = [sys.executable, "-u", "-m", "zdm_automate.cli", "apply", run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "done" in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=30)

    lines = [json.loads(line) for line in (tiny.project / "runs" / run / "journal.jsonl").read_text().splitlines()]
    started = [line["step"] for line in lines if line["event"] == "change.started"]
    finished = [line["step"] for line in lines if line["event"] == "change.finished"]
    assert process.returncode == 1, out + err
    assert "Traceback" not in err
    assert lines[-1]["result"] == "interrupted"
    assert started == finished
    assert 1 <= len(finished) < 4
    tiny.ok("journal", "verify")
    assert ("B-100", "would change") in [(i["id"], r["preview"]) for i in tiny.plan("dns_cutover")["items"] for r in i["rows"]]


ASKED = 1
"""Commands of a session that no verb shows: the question whether the endpoint takes scripts."""


def test_a_reply_that_is_lost_is_settled_by_reading(story: Start) -> None:
    """The host carried the change out and the answer never came: the paired reader says so, and nothing is called twice."""
    tiny = story("tiny")
    run = tiny.plan("dns_cutover")["id"]
    reads = len(tiny.calls("OLD"))
    tiny.ok("lab", "fault", "OLD", "drop-after", "--action", "Command", "--skip", str(reads + ASKED))
    tiny.ok("apply", run)

    lines = [json.loads(line) for line in (tiny.project / "runs" / run / "journal.jsonl").read_text().splitlines()]
    settled = [line for line in lines if line["event"] == "change.finished" and line.get("settled")]
    assert [(line["verb"], line["result"]) for line in settled] == [("Convert-ZdmDnsZone", "ok")]
    assert [line["verb"] for line in tiny.calls("OLD") if line["kind"] == "applier"] == ["Convert-ZdmDnsZone"]


def test_a_change_that_never_arrived_is_said_not_to_have_happened(story: Start) -> None:
    """The line was cut before the host heard of it: the run fails, says so, and the next plan begins there."""
    tiny = story("tiny")
    run = tiny.plan("dns_cutover")["id"]
    reads = len(tiny.calls("OLD"))
    tiny.ok("lab", "fault", "OLD", "drop-before", "--action", "Command", "--skip", str(reads + ASKED))
    code, _, err = tiny.type("apply", run)

    assert code == 1
    assert "did not happen" in err
    assert [line["verb"] for line in tiny.calls("OLD") if line["kind"] == "applier"] == []
    assert "would change" in {row["preview"] for item in tiny.plan("dns_cutover")["items"] for row in item["rows"]}
