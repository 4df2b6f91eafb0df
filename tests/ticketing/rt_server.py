"""A real Request Tracker 5 for tests: its own SQLite database, caches and port, started on loopback and ended again.

It comes from the distribution (`apt-get install request-tracker5 rt5-db-sqlite rt5-standalone dbconfig-no-thanks nullmailer`)
and touches nothing of an installation that may be in use.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import requests

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SETUP = "rt-setup-database-5"
SETTINGS = """
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt.sqlite3');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($MailCommand, 'testfile'); Set($LogToSyslog, undef); Set($LogToSTDERR, 'error'); Set($LogToFile, undef);
Set($MasonDataDir, '{folder}/mason'); Set($WebSessionClass, 'Apache::Session::File');
$RT::MasonDataDir = '{folder}/mason'; $RT::MasonSessionDir = '{folder}/sessions'; $RT::VarPath = '{folder}';
1;
"""
MAKE_USER = """
use RT -init;
my $user = RT::User->new(RT->SystemUser);
$user->Create(Name => 'zdm', EmailAddress => 'zdm@example.test', Privileged => 1);
my $queue = RT::Queue->new(RT->SystemUser);
$queue->Load('General');
$user->PrincipalObj->GrantRight(Right => $_, Object => $queue)
    for qw(SeeQueue ShowTicket ShowTicketComments CommentOnTicket ModifyTicket CreateTicket);
my ($ok, $said, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id, Description => 'zdm');
die $said unless $ok;
print $token;
"""
START_SECONDS = 50


class NoRequestTrackerError(Exception):
    """Request Tracker cannot be started here; the text says why."""


@dataclass
class RequestTracker:
    """A server that runs."""

    url: str
    token: str
    folder: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ends it and its workers."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False)


def start(folder: Path) -> RequestTracker:
    """Makes a database in a folder and serves it.

    Raises:
        NoRequestTrackerError: it is not installed, or does not come up in time.
    """
    if not SERVER.exists() or shutil.which(SETUP) is None:
        raise NoRequestTrackerError("no Request Tracker 5 (apt-get install request-tracker5 rt5-db-sqlite rt5-standalone)")
    port = free_port()
    (folder / "sessions").mkdir()
    (folder / "mason").mkdir()
    (folder / "RT_SiteConfig.d").mkdir()
    settings = folder / "RT_SiteConfig.pm"
    settings.write_text(SETTINGS.format(folder=folder, port=port), encoding="utf-8")
    password = folder / "password"
    password.write_text("throw-away-1", encoding="utf-8")
    environment = os.environ | {"RT_SITE_CONFIG": str(settings), "RT_SITE_CONFIG_DIR": str(folder / "RT_SiteConfig.d")}
    made = _run([SETUP, "--action", "init", "--skip-create", "--root-password-file", str(password)], environment)
    if made.returncode:
        raise NoRequestTrackerError(f"its database could not be made: {made.stdout[-300:]} {made.stderr[-300:]}")
    token = _run(["perl", "-I/usr/share/request-tracker5/lib", "-e", MAKE_USER], environment)
    if token.returncode:
        raise NoRequestTrackerError(f"no token: {token.stderr[-300:]}")
    command = [SERVER, "--server", "Starlet", "--host", "127.0.0.1", "--port", str(port), "--max-workers", "3"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    tracker = RequestTracker(f"http://127.0.0.1:{port}", token.stdout.strip(), folder, process)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            headers = {"Authorization": f"token {tracker.token}"}
            if requests.get(f"{tracker.url}/REST/2.0/rt", headers=headers, timeout=10).ok:
                return tracker
        except requests.RequestException:
            time.sleep(0.3)
    tracker.stop()
    raise NoRequestTrackerError(f"it did not answer within {START_SECONDS} s: {(folder / 'server.log').read_text()[-300:]}")
