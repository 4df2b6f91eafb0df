"""`zdm sr`: told once, also over kill -9; nothing leaves that must not; every problem is one sentence."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from typed_commands import MakeProject, Zdm

sys.path.insert(0, str(Path(__file__).parent.parent / "ticketing"))

from model_http import Said
from zammad_model import ZammadModel

from zdm_automate.lab.state import LabFolder


@pytest.fixture
def done(zdm: Zdm, project: MakeProject, lab: LabFolder) -> Path:
    """A project with one run, which finds all as wanted whoever used the lab before, and a folder for its requests."""
    wanted = ["Set-ZdmServiceState", "Name=LanmanServer", "StartMode=Manual", "State=Running"]
    assert zdm("lab", "change", "NEW", *wanted, "--lab", lab.path).code == 0
    folder = project("NEW", ["LanmanServer"], state="Running", form=["room"])
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    zdm("item", "done", "B-104", "label", "--answer", "room=2", "--minutes", "5", "-p", folder)
    (folder / "desk").mkdir()
    change(folder, ticketing={"system": "folder", "folder": "desk"})
    return folder


def change(folder: Path, **more: Any) -> None:
    path = folder / "project.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | more, sort_keys=False))


def at_zammad(folder: Path, url: str) -> None:
    content = yaml.safe_load((folder / "project.yaml").read_text())
    (folder / "token").write_text("secret-word")
    (folder / "token").chmod(0o600)
    credentials = content["credentials"] | {"desk": {"user": "zdm", "secret": "file:token"}}
    section = {"system": "zammad", "url": url, "credential": "desk", "done_status": "closed"}
    change(folder, credentials=credentials, service_request="31007", ticketing=section)


def test_the_way_there_is_tested_without_writing(zdm: Zdm, done: Path) -> None:
    """Names and tickets."""
    ran = zdm("sr", "test", "-p", done)

    assert ran.code == 0, ran.err
    assert "Folder: SR-7" in ran.out
    assert list((done / "desk").iterdir()) == []


def test_what_runs_have_done_is_told_once(zdm: Zdm, done: Path) -> None:
    """A note per run, time, at the end the bundle; again there is nothing new."""
    first = zdm("sr", "push", "--end", "-p", done, "--json").json
    again = zdm("sr", "push", "--end", "-p", done, "--json").json
    names = sorted(path.name.partition("-")[2] for path in (done / "desk" / "SR-7").iterdir())

    assert (first["sent"], first["problems"]) == (4, [])
    assert (again["new"], again["sent"]) == (0, 0)
    assert names == ["note.txt", "note.txt", "project.zip", "time.json"]
    assert zdm("sr", "status", "-p", done).out == "4 sent\n"


def test_what_people_say_and_attach_is_told(zdm: Zdm, done: Path, tmp_path: Path) -> None:
    """A note with a photo, and what was left out, by way of the queue; a photo that was exchanged since goes nowhere."""
    photo = tmp_path / "rack.jpg"
    photo.write_bytes(b"\xff\xd8 rack")
    zdm("sr", "push", "-p", done)
    zdm("item", "skip", "B-003", "--reason", "no licences of its own", "--by", "Kim", "-p", done)
    zdm("item", "note", "B-019", "see the photo", "--file", photo, "-p", done)
    (kept,) = done.glob("runs/*/attachments/rack.jpg")
    kept.write_bytes(b"another")
    refused = zdm("sr", "push", "-p", done)
    kept.unlink()
    away = zdm("sr", "push", "-p", done)
    kept.write_bytes(photo.read_bytes())
    pushed = zdm("sr", "push", "-p", done, "--json").json
    folder = done / "desk" / "SR-7"
    notes = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*note.txt"))

    assert (refused.code, "is not the file that the journal describes" in refused.err) == (3, True)
    assert (away.code, "cannot be read" in away.err) == (2, True)
    assert (pushed["sent"], pushed["problems"]) == (3, [])
    assert "B-003: left out (no licences of its own; by Kim)" in notes
    assert "B-019: noted (see the photo; file rack.jpg; by" in notes
    assert [path.read_bytes() for path in folder.glob("*rack.jpg")] == [b"\xff\xd8 rack"]


def test_personal_data_stops_a_message(zdm: Zdm, done: Path) -> None:
    """Before it is on disk in the queue."""
    zdm("item", "skip", "B-003", "--reason", "kim.doe@client.com does it", "-p", done)
    ran = zdm("sr", "push", "-p", done)

    assert ran.code == 3
    assert "an e-mail address (ki... of 18 characters)" in ran.err
    assert zdm("sr", "status", "-p", done).out == "The queue is empty.\n"


def test_a_planted_secret_reaches_neither_ticket_nor_queue(zdm: Zdm, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In no form, and the other artefacts have none: what is planted is found, what is not is not."""
    monkeypatch.setenv("CANARY", "c4n4ry-word")
    content = yaml.safe_load((done / "project.yaml").read_text())
    change(done, credentials=content["credentials"] | {"other": {"user": "x", "secret": "env:CANARY"}})
    assert zdm("sr", "push", "--end", "-p", done).code == 0
    zdm("item", "note", "B-003", "said YzRuNHJ5LXdvcmQ= on the phone", "-p", done)
    zdm("item", "skip", "B-003", "--reason", "it was c4n4ry-word all the time", "-p", done)
    stopped = [zdm("sr", "push", "-p", done), zdm("bundle", "--no-pdf", "-p", done)]

    assert [ran.code for ran in stopped] == [3, 3]
    assert "a known secret" in stopped[0].err + stopped[1].err
    assert "c4n4ry" not in "".join(ran.err + ran.out for ran in stopped)
    left = [path for place in ("desk", "outbox", "bundles") for path in (done / place).rglob("*") if path.is_file()]
    assert left
    assert [path for path in left if b"c4n4ry" in path.read_bytes() or b"YzRuNHJ5LXdvcmQ" in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("ticketing", "said"),
    [
        ({"system": "folder", "folder": "nowhere"}, "nowhere is no folder"),
        ({"system": "folder", "folder": "desk", "requests": {"Q9": "1"}}, "there is no phase 'Q9'"),
        ({"system": "zammad", "url": "https://z"}, "needs credential too"),
        ({"system": "zammad", "url": "https://z", "credential": "none"}, "there is no credential 'none'"),
        ({"system": "zammad", "url": "http://z", "credential": "admin"}, "is not an https address"),
        ({"system": "jira"}, "ticketing.system"),
    ],
)
def test_a_section_that_does_not_do_is_told(zdm: Zdm, done: Path, ticketing: dict[str, Any], said: str) -> None:
    """One sentence, no trace."""
    change(done, ticketing=ticketing)
    ran = zdm("sr", "test", "-p", done)

    assert ran.code in {1, 2}
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_project_without_a_system_says_so(zdm: Zdm, done: Path) -> None:
    """And where to write it."""
    change(done, ticketing=None)

    assert "names no ticketing system" in zdm("sr", "push", "-p", done).err


def test_an_unclear_message_is_settled_by_a_person(zdm: Zdm, done: Path) -> None:
    """Exit code 4; the key stands in the status; once settled it is not sent again."""
    with ZammadModel() as server:
        at_zammad(done, server.url)
        server.after = lambda asked, said: Said(hang_up=True) if asked.method == "POST" else said
        ran = zdm("sr", "push", "-p", done)
        (unclear, *_) = zdm("sr", "status", "-p", done, "--json").json
        settled = zdm("sr", "settle", unclear["key"][:6], "--sent", "-p", done)

    assert ran.code == 4
    assert unclear["state"] == "not known"
    assert "not known" in zdm("sr", "status", "-p", done).out or settled.code == 0
    assert settled.out == f"{unclear['key']} is sent.\n"


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(240)  # many processes, each started and killed
def test_kill_9_at_any_moment_leaves_every_message_once(zdm: Zdm, done: Path) -> None:
    """The program is started again and again, and killed while it works, until nothing waits."""
    dice = random.Random(9)  # noqa: S311 - moments
    with ZammadModel() as server:
        at_zammad(done, server.url)
        for number in range(6):
            zdm("item", "note", "B-003", f"note {number}", "-p", done)
            zdm("item", "skip", "B-003", "--reason", f"reason number {number}", "-p", done)
        assert zdm("sr", "push", "--queue", "-p", done).code == 0
        queued = [row["key"] for row in zdm("sr", "status", "-p", done, "--json").json]
        command = [sys.executable, "-c", PUSH, str(done / "outbox"), server.url]
        killed = 0
        for _ in range(25):
            before = len(server.asked)
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until, wanted = time.monotonic() + 20, before + dice.randrange(2, 9)
            while len(server.asked) < wanted and process.poll() is None and time.monotonic() < until:
                time.sleep(0.001)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
            process.wait()
        subprocess.run(command, check=True, timeout=60)

    told = [key for article in server.articles for key in queued if f"[zdm:{key}]" in article["body"]]
    assert killed > 3
    assert sorted(told) == sorted(queued)


PUSH = """
import sys
from datetime import timedelta
from pathlib import Path
from zdm_automate.outlets import TicketingSection
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.outbox import Outbox
from zdm_automate.ticketing.zammad import Zammad
section = TicketingSection(system="zammad", url=sys.argv[2], credential="desk")
desk = Zammad(section, Credential("", Secret("secret-word")))
done = Outbox(Path(sys.argv[1]), rest=timedelta()).push(desk)
sys.exit(len(done.problems))
"""
