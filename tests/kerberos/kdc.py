"""A real MIT KDC on loopback with a throw-away realm; its clients find it by environment variables alone."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

REALM = "TINY.EXAMPLE.ORG"
USER, PASSWORD = "Administrator", "Lab-Tiny-2026!"
HOST = "new.tiny.example.org"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit", "faketime")
MISSING = [name for name in PROGRAMS if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin") is None]
PATIENCE = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Kdc:
    """One realm: its folder, its port, its process."""

    folder: Path
    realm: str = REALM
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process live in this realm; whatever the system says of Kerberos is not read."""
        return {
            "KRB5_CONFIG": str(self.folder / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
            "KRB5CCNAME": f"FILE:{self.folder}/tickets",
            "KRB5RCACHETYPE": "none",
        }

    @property
    def keytab(self) -> Path:
        return self.folder / "keytab"

    def make(self) -> None:
        """Writes the realm's files and its database."""
        (self.folder / "krb5.conf").write_text(
            f"""[libdefaults]
default_realm = {self.realm}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
{self.realm} = {{
 kdc = 127.0.0.1:{self.port}
}}
[domain_realm]
.{self.realm.lower()} = {self.realm}
""",
            encoding="utf-8",
        )
        (self.folder / "kdc.conf").write_text(
            f"""[kdcdefaults]
kdc_listen = 127.0.0.1:{self.port}
kdc_tcp_listen = 127.0.0.1:{self.port}
[realms]
{self.realm} = {{
 database_name = {self.folder}/principal
 key_stash_file = {self.folder}/stash
 acl_file = {self.folder}/acl
 max_life = 10h
}}
""",
            encoding="utf-8",
        )
        self.run("kdb5_util", "create", "-s", "-r", self.realm, "-P", "throw-away-master")

    def run(self, *command: str, stdin: str = "") -> str:
        """One program of the realm."""
        path = "/usr/sbin:/usr/bin:/sbin:/bin"
        done = subprocess.run(
            command,
            env={"PATH": path, **self.environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add_account(self, name: str, password: str, *options: str) -> None:
        self.run("kadmin.local", "addprinc", *options, "-pw", password, name)

    def add_service(self, *names: str) -> None:
        """A service with its key in the keytab."""
        for name in names:
            self.run("kadmin.local", "addprinc", "-randkey", name)
            self.run("kadmin.local", "ktadd", "-k", str(self.keytab), name)

    def start(self, offset: str = "") -> None:
        """Starts it, by its own clock where there is an offset such as `+10m`."""
        before = ["faketime", "-f", offset] if offset else []
        command = [*before, "krb5kdc", "-n", "-r", self.realm]
        log = (self.folder / "kdc.log").open("ab")
        self.process = subprocess.Popen(
            command, env={"PATH": "/usr/sbin:/usr/bin:/bin", **self.environment}, stdout=log, stderr=log
        )
        log.close()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "kdc.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the KDC did not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def ticket(self, name: str, password: str, *options: str) -> None:
        """Gets a ticket into the realm's ccache."""
        self.run("kinit", *options, name, stdin=f"{password}\n")
