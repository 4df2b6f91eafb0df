"""A process that waits has opened a runspace before, and serves its client as if it had not."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from pwsh_site import Site, script, until

from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.lab.pwsh.process import Process, start
from zdm_automate.lab.pwsh.warming import warm

ACKNOWLEDGES = """import re, sys
for line in sys.stdin:
    kind, shell = re.match("<(\\w+).* PSGuid='([^']*)'", line).groups()
    print(f"<{kind}Ack PSGuid='{shell}' />", flush=True)
    break
"""
"""Takes the first line and ends."""


def begun(program: str, ending: ExitStack) -> Process:
    """Python with a program; it is killed with the test."""
    made = start([sys.executable, "-c", program], environment={}, ticket="t", ended=lambda _: None)
    ending.callback(made.wait, 10)
    ending.callback(made.kill)
    return made


@pytest.mark.pwsh
def test_it_plays_the_host_that_it_is_given_then(tmp_path: Path, pwsh_tls: TlsIdentity) -> None:
    """The first runspace was lent to get ready; the client's is another one, of the host it asked for, in the same process."""
    with ExitStack() as ending:
        site = Site(tmp_path, pwsh_tls, ending, ready=1)
        until(lambda: site.engine.waiting)
        (waiting,) = site.engine.waiting
        lent = list(site.world.lent)
        ran = script(site.pool(site.up()), "Get-LabHost; $PID")

        assert lent == [waiting.ticket]
        assert ran.output == ["OLD", waiting.pid]


@pytest.mark.parametrize("program", ["pass", ACKNOWLEDGES, "print('no frame')"], ids=["ends", "ends later", "says no frame"])
def test_one_that_cannot_get_ready_is_none(program: str) -> None:
    """It is not waited for."""
    with ExitStack() as ending, pytest.raises(OSError, match=r"Broken pipe|ended while"):
        warm(begun(program, ending))
