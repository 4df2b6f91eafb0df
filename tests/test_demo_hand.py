"""The demo's hand: commands typed in a copy of its own process do and say what a new interpreter's do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TYPED = """
import json, os, sys
from zdm_automate.demo.hand import _started, type_command
where = dict(os.environ, ZDM_PROJECT=sys.argv[1])
words = [("playbooks",), ("plan", "mailbox_moves"), ("no-such-command",)]
quick = [type_command(one, where, kept=True) for one in words]
new = [_started(one, where, kept=True) for one in words]
print(json.dumps([[(one.code, one.output) for one in run] for run in (quick, new)]), "ZDM_PROJECT" in os.environ)
"""


def test_a_split_process_says_what_a_new_one_says(tmp_path: Path) -> None:
    """Exit code and output: one that works, one without a project, one that is none; the demo stays as it was."""
    ran = subprocess.run(
        [sys.executable, "-c", TYPED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
        env={name: value for name, value in os.environ.items() if name != "ZDM_PROJECT"},
    )
    told, kept = ran.stdout.strip().rsplit(" ", 1)
    quick, new = json.loads(told)

    assert quick == new
    assert [code for code, _ in quick] == [0, 2, 2]
    assert "mailbox_moves" in quick[0][1]
    assert kept == "False"
    assert ran.stderr.count("no-such-command") == 2


STRUCK = """
import os, signal
from zdm_automate.demo.hand import type_command
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    print(type_command(("jobs", "--watch"), os.environ, kept=False))
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_between_two_commands_is_heard() -> None:
    """It comes while the process splits, when Python loses what is raised."""
    ran = subprocess.run([sys.executable, "-c", STRUCK], capture_output=True, text=True, check=True, timeout=50)

    assert ran.stdout == "stopped\n"
    assert "Exception ignored" not in ran.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_ends_a_demo_with_a_sentence_and_without_its_lab(tmp_path: Path) -> None:
    """Exit code 130, as shells give it; the lab that had come up is down."""
    command = [sys.executable, "-m", "zdm_automate.demo", "tiny", "--folder", str(tmp_path)]
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as playing:
        assert playing.stdout is not None
        for line in playing.stdout:
            said.append(line)
            if "$ zdm check" in line:
                os.killpg(playing.pid, signal.SIGINT)
                break
        said += playing.stdout
        code = playing.wait(timeout=40)
    told = "".join(said)

    assert code == 130
    assert "The demo was stopped by hand" in told
    assert "Traceback" not in told
    assert "the lab has ended" in told
