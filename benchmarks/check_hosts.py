"""How long `zdm check` takes for forty hosts of which eight are dead, each in another way: `python benchmarks/check_hosts.py`.

All living ones are one host of a lab, asked 32 times. Limit: the slowest time-out of the project, here ten seconds, and two
more.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from zdm_automate.lab.state import LabFolder
from zdm_automate.project import FILE

if TYPE_CHECKING:
    from zdm_automate.lab.state import LabInfo

ZDM = [sys.executable, "-m", "zdm_automate.cli"]
LIVING = 32
SECONDS = 10
LIMIT = SECONDS + 2.0


def full_port(ending: ExitStack) -> int:
    """A port whose queue is full: as if nothing were at the address."""
    full = ending.enter_context(closing(socket.socket()))
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    for _ in range(2):
        held = ending.enter_context(closing(socket.socket()))
        held.setblocking(False)
        held.connect_ex(full.getsockname())
    return int(full.getsockname()[1])


def project(folder: Path, lab: LabFolder, info: LabInfo, ending: ExitStack) -> Path:
    """Forty hosts."""
    way = info.hosts["NEW"]
    mute = ending.enter_context(closing(socket.create_server(("127.0.0.1", 0)))).getsockname()[1]
    good: dict[str, Any] = {
        "address": way.address,
        "port": way.https_port,
        "fingerprint": way.fingerprint,
        "computer_name": "NEW",
        "connect_seconds": SECONDS,
    }
    dead: dict[str, dict[str, Any]] = {
        "closed": {"port": 1},
        "silent": {"port": full_port(ending)},
        "mute": {"port": mute},
        "mute-without-tls": {"port": mute, "ssl": False, "fingerprint": ""},
        "name": {"address": "no-such-host.invalid"},
        "password": {"credential": "wrong"},
        "certificate": {"fingerprint": "0" * 64},
        "machine": {"computer_name": "OTHER"},
    }
    account = f"TINY\\{info.user}"
    content = {
        "project": "Example",
        "lab": str(lab.path),
        "credentials": {
            "admin": {"user": account, "secret": f"file:{info.password_file}"},
            "wrong": {"user": account, "secret": "env:ZDM_BENCH_WRONG"},
        },
        "credential": "admin",
        "hosts": {f"host-{number:02}": good for number in range(LIVING)} | {name: good | own for name, own in dead.items()},
        "roles": {"it": "host-00"},
    }
    folder.mkdir()
    (folder / FILE).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def main() -> int:
    """Measures once; the exit code says whether the result was whole and in time."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as ending:
        lab = LabFolder(Path(place) / "lab")
        subprocess.run(  # noqa: S603 - the product itself
            [*ZDM, "lab", "up", "tiny", "--lab", lab.path], stdout=subprocess.DEVNULL, check=True
        )
        try:
            folder = project(Path(place) / "project", lab, lab.info(), ending)
            started = time.monotonic()
            ran = subprocess.run(  # noqa: S603 - as above
                [*ZDM, "check", "--json", "-p", folder],
                env=os.environ | {"ZDM_BENCH_WRONG": "not-the-password"},
                capture_output=True,
                text=True,
                check=False,
            )
            seconds = time.monotonic() - started
        finally:
            subprocess.run(  # noqa: S603 - as above
                [*ZDM, "lab", "down", "--lab", lab.path], stdout=subprocess.DEVNULL, check=True
            )
    rows = json.loads(ran.stdout)
    failed = [row["host"] for row in rows if not row["ok"]]
    whole = (len(rows), len(failed)) == (LIVING + 8, 8)
    sys.stdout.write(f"zdm check of {len(rows)} hosts, {len(failed)} of them dead: {seconds:.1f} s, limit {LIMIT:.0f} s\n")
    return 0 if whole and seconds <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
