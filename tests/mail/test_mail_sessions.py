"""Sessions are counted by Exchange: one is opened, it is closed, and what a killed run left is found, named and ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from mail_lab import SPECS, Wire, guid_of, office

from zdm_automate.mail_session import ExchangeSession
from zdm_automate.transport.psrp import PsrpTransport
from zdm_automate.transport.shells_kept import KeptShells

PROJECT = """\
project: Example
credentials:
  admin: {{user: 'CORP\\Administrator', secret: 'file:password'}}
credential: admin
hosts:
  EX16: {{address: 127.0.0.1, ssl: false, exchange: {{port: {port}, auth: ntlm}}}}
roles: {{mail: EX16}}
intent:
  mailbox_moves: {{source_databases: [DB10], target_databases: [DB16-A]}}
"""


@pytest.fixture
def project(tmp_path: Path, wire: Wire) -> Path:
    """A project folder that leads to the endpoint."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "project.yaml").write_text(PROJECT.format(port=wire.listener.port), encoding="utf-8")
    secret = folder / "password"
    secret.write_text(office().password.get_secret_value(), encoding="utf-8")
    secret.chmod(0o600)
    return folder


def start(project: Path, *words: str) -> subprocess.Popen[str]:
    """A command of the product in a process of its own."""
    command = [sys.executable, "-m", "zdm_automate.cli", "mail", "-p", str(project), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def test_a_command_opens_one_session_and_closes_it(wire: Wire, project: Path) -> None:
    """Nothing is open at Exchange afterwards, and nothing is noted as open."""
    ran = start(project, "--json")
    out, err = ran.communicate(timeout=50)

    assert ran.returncode == 0, err
    assert json.loads(out) == {"summary": "no requests", "commands": 2, "moves": []}
    assert wire.exchange.endpoint.requests["Create"] == 1
    assert wire.exchange.endpoint.shells == []
    assert list((project / "sessions").glob("*")) == []
    assert wire.exchange.scripts == 0


def test_what_a_killed_run_left_open_is_found_named_and_ended(wire: Wire, project: Path) -> None:
    """Killed while it watches: its session stays at Exchange until the next command comes."""
    killed = start(project, "--watch", "60", "--json")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "{\n"  # it has looked once
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=20)
    left = [shell.id for shell in wire.exchange.endpoint.shells]
    ran = start(project)
    out, err = ran.communicate(timeout=50)

    assert len(left) == 1
    assert ran.returncode == 0, err
    assert f"session {left[0][:8]}" in out.upper().replace("SESSION", "session")
    assert "of a run that was killed, was found and ended" in out
    assert wire.exchange.endpoint.shells == []
    assert list((project / "sessions").glob("*")) == []


def test_the_session_of_a_run_that_still_works_is_left_alone(wire: Wire, tmp_path: Path, ending: ExitStack) -> None:
    """Its process lives; nothing is ended and nothing is said."""
    kept = KeptShells(tmp_path / "sessions", wire.target(), now=wire.keeper.now)
    first = ExchangeSession(PsrpTransport(wire.target(), kept=kept), SPECS, now=wire.keeper.now, tidy=kept.end_left)
    ending.callback(first.close)
    first.connect()
    second = ExchangeSession(PsrpTransport(wire.target(), kept=kept), SPECS, now=wire.keeper.now, tidy=kept.end_left)
    ending.callback(second.close)

    assert second.connect().warnings == ()
    assert len(wire.exchange.endpoint.shells) == 2


def test_another_process_under_the_old_number_is_not_taken_for_the_run(wire: Wire, tmp_path: Path) -> None:
    """The number of a process comes again; its beginning does not."""
    kept = KeptShells(tmp_path / "sessions", wire.target(), now=wire.keeper.now)
    transport = PsrpTransport(wire.target(), kept=kept)
    transport.open()
    (file,) = (tmp_path / "sessions").glob("*.json")
    body = json.loads(file.read_text(encoding="utf-8"))
    body["process_started"] = psutil.Process().create_time() - 1000
    file.write_text(json.dumps(body), encoding="utf-8")
    said = kept.end_left()
    transport.close()

    assert len(said) == 1
    assert wire.exchange.endpoint.shells == []


def test_a_report_is_kept_before_the_request_goes(wire: Wire, ending: ExitStack) -> None:
    """The server forgets it with the request."""
    kept: list[tuple[str, str]] = []

    def keep(name: str, text: str) -> str:
        kept.append((name, text))
        return "move-pilot1.txt"

    session = ExchangeSession(PsrpTransport(wire.target()), SPECS, now=wire.keeper.now, keep=keep)
    ending.callback(session.close)
    session.connect()
    guid = guid_of(wire.keeper, "pilot1")
    session.change("New-ZdmMailboxMove", identity=guid, target_database="DB16-A", batch_name="x", bad_item_limit=0)
    wire.keeper.carry(1200)
    session.change("Resume-ZdmMailboxMove", identity=guid)
    wire.keeper.carry(600)
    record = session.change("Remove-ZdmMailboxMove", identity=guid)

    assert record.before["Report"] == "move-pilot1.txt"
    assert kept[0][0] == "pilot1"
    assert "moved to DB16-A" in kept[0][1]
