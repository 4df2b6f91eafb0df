"""`zdm jobs` over a real wire: all jobs of the project with their state, and no less when a host does not answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typed_commands import MakeProject, Zdm

from zdm_automate.lab.state import LabFolder

JOB = "0a4f3c1e-9b7d-4e21-8c55-0123456789ab"
WORDS = (f"JobId={JOB}", "Kind=command", "Label=probe of the way", "FilePath=ping.exe", "ArgumentList=127.0.0.1")


def nobody_there(content: dict[str, Any]) -> None:
    content["hosts"]["NEW"]["port"] = 1


def test_a_job_from_its_start_to_its_end(zdm: Zdm, project: MakeProject, lab: LabFolder, tmp_path: Path) -> None:
    """None, queued or at work, done; a host that is named twice is asked once."""
    folder = project("NEW", [])
    first = zdm("jobs", "-p", folder)

    assert (first.code, first.out.strip()) == (0, "There are no jobs.")
    assert zdm("lab", "change", "NEW", "Start-ZdmJob", *WORDS, "--lab", lab.path).code == 0
    (row,) = zdm("jobs", "NEW", "NEW", "-p", folder, "--json").json
    assert (row["host"], row["job"], row["title"]) == ("NEW", JOB, "probe of the way")
    assert row["state"] in {"Queued", "Running"}
    assert zdm("lab", "clock", "+60s", "--lab", lab.path).code == 0
    ran = zdm("jobs", "--watch", "-p", folder)
    assert ran.code == 0
    assert "Succeeded" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    (row,) = zdm("jobs", "-p", folder, "--json").json
    assert (row["state"], row["exit_code"]) == ("Succeeded", 0)
    assert row["last_output"].startswith("Reply from")


def test_a_host_that_does_not_answer_is_said(zdm: Zdm, project: MakeProject) -> None:
    """With its reason and its exit code: its jobs go on, and nobody knows how far they are."""
    ran = zdm("jobs", "-p", project("NEW", [], change=nobody_there))

    assert ran.code == 1
    assert "NEW was not asked" in ran.out


def test_an_unknown_host_is_bad_input(zdm: Zdm, project: MakeProject) -> None:
    """With those there are."""
    ran = zdm("jobs", "NOBODY", "-p", project("NEW", []))

    assert ran.code == 2
    assert "Hosts: NEW" in ran.err
