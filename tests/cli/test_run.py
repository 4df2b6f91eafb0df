"""`zdm plan`, `zdm apply` and `zdm verify`: from a dry run to evidence, and every refusal on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock
from typed_commands import MakeProject, Zdm

from zdm_automate.journal import read, verify
from zdm_automate.lab.state import LabFolder


def events(folder: Path, run: str) -> list[str]:
    return [entry["event"] for entry in read(folder / "runs" / run / "journal.jsonl")]


def state(zdm: Zdm, folder: Path, service: str) -> str:
    (row,) = zdm("read", "it", "Get-ZdmService", f"Name={service}", "-p", folder, "--json").json
    return str(row["State"])


def test_a_dry_run_changes_nothing_and_says_what_to_type_next(zdm: Zdm, project: MakeProject) -> None:
    """The table, the counts, the requests, the id and the next command."""
    folder = project("OLD", ["LanmanWorkstation"])
    ran = zdm("plan", "services", "-p", folder)
    (path,) = (folder / "plans").glob("*.json")

    assert ran.code == 0
    assert "~ OLD: service LanmanWorkstation is Stopped" in ran.out
    assert "1 would change" in ran.out
    assert "WSMan requests" in ran.out
    assert f"`zdm apply {path.stem}`" in ran.out
    assert state(zdm, folder, "LanmanWorkstation") == "Running"
    assert not (folder / "runs").exists()


def test_an_applied_plan_leaves_its_evidence(zdm: Zdm, project: MakeProject) -> None:
    """Every event in order, one canonical line per change, the chain whole, the report beside it."""
    folder = project("PC1", ["LanmanServer"], form=["room"])
    plan = zdm("plan", "services", "-p", folder, "--json").json["id"]
    ran = zdm("apply", plan, "-p", folder)
    journal = folder / "runs" / plan / "journal.jsonl"

    assert ran.code == 0
    assert events(folder, plan) == [
        "run.started",
        "lock.taken",
        "host.connected",
        "read.finished",
        "plan.checked",
        "item.started",
        "change.started",
        "change.finished",
        "item.verified",
        "check",
        "run.finished",
    ]
    started, finished = (entry for entry in read(journal) if entry["event"].startswith("change."))
    assert started["before"] == {"State": "Running", "StartMode": "Auto"}
    assert (finished["result"], finished["changed"], finished["host"]) == ("ok", True, "PC1")
    assert finished["inverse"]["params"]["state"] == "Running"
    assert len(finished["script_sha256"]) == 64
    assert verify(journal).lines == 11
    assert (journal.parent / "report.html").is_file()
    assert "1 change made" in ran.out
    assert "by hand, B-104: put a label on it" in ran.out
    assert "report.html" in ran.out


def test_a_plan_says_how_long_it_takes_elsewhere(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """By the file that a retrospective of other projects wrote: changes by verb, rows by hand by item."""
    running = ["Set-ZdmServiceState", "Name=LanmanServer", "StartMode=Auto", "State=Running"]
    assert zdm("lab", "change", "PC2", *running, "--lab", lab.path).code == 0
    folder = project("PC2", ["LanmanServer"], form=["room"])
    row = {"times": 9, "p50": 120, "p90": 540}
    lessons = {"verbs": {"Set-ZdmServiceState": row}, "items": {"B-104": {"times": 1, "p50": 600, "p90": 900}}}
    (folder / "durations.json").write_text(json.dumps(lessons), encoding="utf-8")
    without = zdm("plan", "services", "-p", folder, "--json").json["seconds"]
    path = folder / "project.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\ndurations: durations.json\n", encoding="utf-8")
    ran = zdm("plan", "services", "-p", folder)

    assert without == {"p50": 60, "p90": 60, "by_hand": {}}
    assert "Changing takes about 2 min, in nine of ten cases at most 9 min." in ran.out
    assert "B-104 by hand took other projects about 10 min, in nine of ten cases at most 15 min." in ran.out


def test_times_that_cannot_be_read_stop_before_a_host_is_asked(zdm: Zdm, project: MakeProject) -> None:
    """Bad input: file, what is wrong with it, where such a file comes from."""
    folder = project("PC2", ["LanmanServer"])
    path = folder / "project.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\ndurations: nothing.json\n", encoding="utf-8")
    ran = zdm("plan", "services", "-p", folder)

    assert ran.code == 2
    assert "nothing.json cannot be read" in ran.err
    assert list((folder / "plans").glob("*")) == []


def test_a_plan_is_applied_once(zdm: Zdm, project: MakeProject) -> None:
    """The second time is refused, before any host is asked."""
    folder = project("PC1", ["LanmanWorkstation"])
    zdm("plan", "services", "-p", folder)
    assert zdm("apply", "latest", "-p", folder).code == 0
    again = zdm("apply", "latest", "-p", folder)

    assert again.code == 3
    assert "a plan is used once" in again.err
    assert "`zdm plan services`" in again.err


def test_applying_what_is_so_already_is_no_change(zdm: Zdm, project: MakeProject) -> None:
    """Planned again after the apply: nothing to do, exit code 0."""
    folder = project("PC1", ["Netlogon"])
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    ran = zdm("plan", "services", "-p", folder)

    assert ran.code == 0
    assert "No change: all is as wanted." in ran.out


def test_a_plan_is_refused_when_the_host_moved_on(zdm: Zdm, project: MakeProject) -> None:
    """Two plans on the same facts: after the first, the second rests on what is no more, and stays unused."""
    folder = project("PC1", ["EventLog"])
    first = zdm("plan", "services", "-p", folder, "--json").json["id"]
    second = zdm("plan", "services", "-p", folder, "--json").json["id"]
    assert zdm("apply", first, "-p", folder).code == 0
    ran = zdm("apply", second, "-p", folder)

    assert ran.code == 3
    assert "no longer as they were" in ran.err
    assert not (folder / "plans" / f"{second}.used").exists()
    assert not (folder / "runs" / second).exists()


def test_a_plan_is_refused_when_the_project_wants_something_else(zdm: Zdm, project: MakeProject) -> None:
    """What was approved is not what is written now."""
    folder = project("PC1", ["Dnscache"])
    zdm("plan", "services", "-p", folder)
    project("PC1", ["Dnscache"], state="Running")
    ran = zdm("apply", "latest", "-p", folder)

    assert ran.code == 3
    assert "wants something else" in ran.err
    assert state(zdm, folder, "Dnscache") == "Running"


def test_an_edited_plan_is_refused(zdm: Zdm, project: MakeProject) -> None:
    """And nothing is changed."""
    folder = project("PC2", ["Dnscache"])
    zdm("plan", "services", "-p", folder)
    (path,) = (folder / "plans").glob("*.json")
    body = json.loads(path.read_bytes())
    body["items"][0]["rows"][0]["change"]["call"]["params"]["name"] = "WinRM"
    path.write_text(json.dumps(body), encoding="utf-8")
    ran = zdm("apply", "latest", "-p", folder)

    assert ran.code == 3
    assert "edited or damaged" in ran.err


def test_a_second_run_of_the_project_is_refused(zdm: Zdm, project: MakeProject) -> None:
    """Two runs would write into each other; the plan stays unused."""
    folder = project("PC2", ["Dnscache"])
    zdm("plan", "services", "-p", folder)
    with FileLock(folder / ".zdm-lock"):
        ran = zdm("apply", "latest", "-p", folder)

    assert ran.code == 3
    assert "this project is held by another run" in ran.err
    assert not list((folder / "plans").glob("*.used"))


def test_a_failed_check_fails_the_run(zdm: Zdm, project: MakeProject) -> None:
    """All changes were made, and the result is not what it should be: exit code 1, the difference named."""
    folder = project("PC2", ["LanmanServer"], claimed="Paused")
    zdm("plan", "services", "-p", folder)
    ran = zdm("apply", "latest", "-p", folder)

    assert ran.code == 1
    assert "1 check failed: B-104: LanmanServer: Stopped instead of Paused" in ran.err
    assert zdm("status", "-p", folder, "--json").json["runs"][0]["result"] == "failed"


def test_a_change_that_fails_ends_the_run(zdm: Zdm, project: MakeProject) -> None:
    """A service that cannot be changed: exit code 1, the host's own reason, and the journal says failed."""
    folder = project("PC2", ["W32Time", "LanmanWorkstation"], state="Banana")
    zdm("plan", "services", "-p", folder)
    ran = zdm("apply", "latest", "-p", folder, "--json")
    (run,) = zdm("status", "-p", folder, "--json").json["runs"]

    assert ran.code == 1
    assert (ran.json["result"], ran.json["changed"], ran.json["left"]) == ("failed", 0, 2)
    assert run["result"] == "failed"
    assert ran.err.startswith("zdm: ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(("claimed", "code", "result"), [("", 0, "ok"), ("Paused", 1, "failed")])
def test_verify_judges_without_changing(zdm: Zdm, project: MakeProject, claimed: str, code: int, result: str) -> None:
    """A run of its own in the journal; the exit code says whether all is well."""
    folder = project("NEW", ["W32Time"], state="Running", claimed=claimed)
    # the host's start mode is another one: the item is open, so what is judged is the state alone after the apply
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    ran = zdm("verify", "services", "-p", folder, "--json")

    assert ran.code == code
    assert [one["state"] for one in ran.json] == [result]
    last = zdm("status", "-p", folder, "--json").json["runs"][-1]
    assert (last["kind"], last["changes"]) == ("verify", 0)


def test_an_item_that_is_open_is_not_judged(zdm: Zdm, project: MakeProject) -> None:
    """Before the apply there is nothing to be right or wrong: not yet, and no failure."""
    ran = zdm("verify", "services", "-p", project("OLD", ["LanmanServer"]))

    assert ran.code == 0
    assert "not yet" in ran.out


def test_plans_say_whether_they_were_used(zdm: Zdm, project: MakeProject) -> None:
    """With the moment."""
    folder = project("PC2", ["Netlogon"])
    zdm("plan", "services", "-p", folder)
    zdm("apply", "latest", "-p", folder)
    zdm("plan", "services", "-p", folder)
    rows = zdm("plans", "-p", folder, "--json").json

    assert sorted(bool(row["used"]) for row in rows) == [False, True]
    assert "USED" in zdm("plans", "-p", folder).out
