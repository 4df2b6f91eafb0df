"""A real sshd on loopback with throw-away keys, and the boxes that it plays."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.ssh import SshTarget

HERE = Path(__file__).parent
SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
PATIENCE = 40.0


def keygen(path: Path, passphrase: str = "") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)], check=True, timeout=20)
    return path


def shown_fingerprint(path: Path) -> str:
    """What `ssh-keygen -l` says of a key."""
    said = subprocess.run(
        ["ssh-keygen", "-l", "-f", f"{path}.pub"], check=True, timeout=20, capture_output=True, text=True
    ).stdout
    return said.split()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Sshd:
    """One sshd that answers every logon with one command."""

    folder: Path
    command: str
    forwarding: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def host_key(self) -> str:
        return shown_fingerprint(self.folder / "host_key")

    def start(self, allowed: Path) -> None:
        """Starts it and waits until it answers."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where the distribution's own sshd would make it
        keygen(self.folder / "host_key")
        config = self.folder / "sshd_config"
        forced = f"ForceCommand {self.command}" if self.command else ""
        config.write_text(
            f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.folder}/host_key
PidFile none
AuthorizedKeysFile {allowed}
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
AllowTcpForwarding {"yes" if self.forwarding else "no"}
{forced}
""",
            encoding="utf-8",
        )
        log = (self.folder / "sshd.log").open("wb")
        self.process = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(config)], stdout=log, stderr=log)
        log.close()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "sshd.log").read_text()
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                    if line.recv(64).startswith(b"SSH-2.0"):
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("sshd did not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)


@dataclass
class Switch:
    """A switch behind an sshd: its state is a file."""

    server: Sshd
    state_file: Path
    key: Path
    user: str

    @property
    def state(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return made

    def set(self, **values: Any) -> None:
        self.state_file.write_text(json.dumps(self.state | values), encoding="utf-8")

    def target(self, **own: Any) -> SshTarget:
        known: dict[str, Any] = {
            "name": "core",
            "address": "127.0.0.1",
            "port": self.server.port,
            "host_keys": (self.server.host_key,),
            "credential": Credential(self.user, Secret("not-asked-for")),
            "key_file": self.key,
        }
        return SshTarget(**known | own)


def shell_command(state_file: Path) -> str:
    return f"{sys.executable} -u {HERE / 'box_shell.py'} {state_file}"


FRESH = {
    "running": {"Vlan17": ["192.168.16.2"], "Vlan18": ["192.168.16.2", "192.168.16.9"]},
    "saved": {"Vlan17": ["192.168.16.2"], "Vlan18": ["192.168.16.2", "192.168.16.9"]},
    "heard": [],
}
