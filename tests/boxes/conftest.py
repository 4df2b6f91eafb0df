"""The boxes of these tests: a switch and a Linux relay behind a real sshd."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ssh_server import FRESH, SSHD, Sshd, Switch, keygen, shell_command

from zdm_automate.box_profiles import load_profiles
from zdm_automate.box_session import BoxSession
from zdm_automate.resources import folders
from zdm_automate.transport.ssh import SshLine

PROFILES = load_profiles(folders("ps_scripts"))


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The technician's key."""
    return keygen(tmp_path_factory.mktemp("ssh-key") / "key")


@pytest.fixture
def start_sshd(tmp_path: Path, key: Path) -> Iterator[Callable[..., Sshd]]:
    """Starts sshd's that end with the test."""
    if SSHD is None:
        pytest.skip("no sshd here: apt-get install openssh-server")
    with ExitStack() as ending:

        def start(command: str = "", *, allowed: Path | None = None, forwarding: bool = False) -> Sshd:
            folder = tmp_path / f"sshd-{len(list(tmp_path.glob('sshd-*')))}"
            folder.mkdir()
            made = Sshd(folder, command, forwarding=forwarding)
            ending.callback(made.stop)
            made.start(allowed or Path(f"{key}.pub"))
            return made

        yield start


@pytest.fixture
def switch(start_sshd: Callable[..., Sshd], tmp_path: Path, key: Path) -> Switch:
    """A switch as it was before the cut-over."""
    state = tmp_path / "switch.json"
    state.write_text(json.dumps(FRESH), encoding="utf-8")
    return Switch(start_sshd(shell_command(state)), state, key, getpass.getuser())


@pytest.fixture
def open_box(tmp_path: Path) -> Iterator[Callable[..., BoxSession]]:
    """Opens sessions that are closed with the test; backups go to `<tmp>/backups`."""
    with ExitStack() as ending:

        def start(target: Any, profile: str = "cisco-ios", **own: str) -> BoxSession:
            session = BoxSession(
                SshLine(target),
                PROFILES[profile].model_copy(update=own),
                now=lambda: datetime.now(UTC),
                backups=tmp_path / "backups",
                pause=lambda _seconds: None,
            )
            ending.callback(session.close)
            session.connect()
            return session

        yield start
