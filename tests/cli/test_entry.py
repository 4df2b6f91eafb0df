"""The command itself: quick help, one sentence per error, documented exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typed_commands import MakeProject, Zdm

HEAVY = ("pypsrp", "pydantic", "structlog", "jinja2", "rich.table", "requests", "yaml", "cryptography", "psrpcore")


def test_help_names_every_command_and_the_exit_codes(zdm: Zdm) -> None:
    """All on one page of 80 columns."""
    ran = zdm("--help")

    assert ran.code == 0
    for name in ("new", "check", "read", "plan", "apply", "verify", "status", "checklist", "journal", "report", "lab"):
        assert f"\n  {name} " in ran.out
    assert "3 refused by a rule" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_help_loads_nothing_heavy() -> None:
    """What a command needs is imported by that command."""
    code = (
        "import sys; from zdm_automate.cli.__main__ import main; main(['--help']); "
        f"print('loaded:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ran.stdout.endswith("loaded: []\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["plan"], "Missing argument 'playbook'"),
        (["plan", "x", "--no-such-option"], "No such option"),
        (["playbooks", "nope"], "there is no playbook 'nope'. Known playbooks: dhcp_cutover, dns_cutover"),
    ],
)
def test_what_cannot_be_understood_is_bad_input(zdm: Zdm, words: list[str], said: str) -> None:
    """Exit code 2, and what would have been right."""
    ran = zdm(*words)

    assert ran.code == 2
    assert said in ran.err


def test_a_folder_without_project_is_bad_input(zdm: Zdm, tmp_path: Path) -> None:
    """One sentence with what to do."""
    ran = zdm("status", "-p", tmp_path)

    assert ran.code == 2
    assert ran.err == f"zdm: there is no project.yaml in {tmp_path}. `zdm new DIR` makes a project.\n"


def test_a_mistake_in_the_project_has_its_place(zdm: Zdm, project: MakeProject) -> None:
    """File, line and column of the key of a playbook's intent."""
    folder = project("PC1", ["W32Time"], colour="red")
    ran = zdm("plan", "services", "-p", folder)

    assert ran.code == 2
    assert "project.yaml:21:5: intent.services.colour: this key is not known here" in ran.err


def test_a_defect_is_one_sentence_and_a_file_in_the_project(zdm: Zdm, project: MakeProject) -> None:
    """No trace on the screen; the whole of it in a file to report it with."""
    folder = project("PC1", ["W32Time"])
    (folder / "playbooks" / "broken.py").write_text("raise RuntimeError('that was wrong')\n", encoding="utf-8")
    ran = zdm("plan", "broken", "-p", folder)

    (trace,) = folder.glob("zdm-defect-*.txt")
    assert ran.code == 1
    assert ran.err == f"zdm: a defect in zdm itself (RuntimeError); please report it with {trace}.\n"
    assert "RuntimeError: that was wrong" in trace.read_text(encoding="utf-8")


def test_a_reader_that_went_away_is_no_defect(project: MakeProject) -> None:
    """`zdm ... | head` ends quietly."""
    folder = project("PC1", ["W32Time"])
    command = [sys.executable, "-m", "zdm_automate.cli", "checklist", "show", "--all", "-p", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait() == 1
    assert said == b""
