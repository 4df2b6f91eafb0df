"""A process that dies under its client: what WinRM's clients see when a host process does."""

from __future__ import annotations

import os
import signal

import pytest
from pwsh_site import Site, script, until
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell
from pypsrp.shell import Process, WinRS

from zdm_automate import errors as e
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.psrp import PsrpTransport

pytestmark = pytest.mark.pwsh
DIES = "[System.Diagnostics.Process]::GetCurrentProcess().Kill(); Start-Sleep -Seconds 20"


def test_a_receive_at_work_meets_the_fault_of_a_dead_host_process(site: Site) -> None:
    """1722, that the provider's host process gave no proper response; then nobody knows the shell any more."""
    pool = site.pool(site.up())
    [pid] = site.pids()
    pipeline = PowerShell(pool)
    pipeline.add_script("'begun'; Start-Sleep -Seconds 50")
    pipeline.begin_invoke()
    pipeline.poll_invoke()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WSManFaultError, match="host process did not return a proper response") as fault:
        pipeline.end_invoke()
    until(lambda: not site.pids())
    with pytest.raises(WSManFaultError) as after:
        script(pool, "1")

    assert pipeline.output == ["begun"]
    assert fault.value.code == 1722
    assert after.value.code == 0x8033805B
    assert site.world.released == site.world.enrolled


def test_a_shell_whose_process_died_is_gone_and_leaves_room(site: Site) -> None:
    """It died between two requests: the shell counts no more."""
    listener = site.up(quotas=Quotas(shells_per_user=1))
    pool = site.pool(listener)
    os.kill(site.pids()[0], signal.SIGKILL)
    until(lambda: not site.pids())
    with pytest.raises(WSManFaultError) as fault:
        script(pool, "1")
    again = site.pool(listener)
    ran = script(again, "'again'")
    again.close()

    assert fault.value.code == 0x8033805B
    assert ran.output == ["again"]


def transport(site: Site) -> PsrpTransport:
    """The product's own way to the host."""
    from pwsh_site import PASSWORD, USER  # noqa: PLC0415

    listener = site.up()
    target = Target(
        host="OLD",
        address="127.0.0.1",
        port=listener.port,
        ssl=False,
        credential=Credential(USER, Secret(PASSWORD)),
        operation_seconds=10,
        read_seconds=20,
    )
    return PsrpTransport(target)


def test_a_change_that_it_dies_under_has_an_unknown_outcome(site: Site) -> None:
    """Exit code 4: it is not sent again; the next call has a new process."""
    way = transport(site)
    with pytest.raises(e.OutcomeUnknownError) as raised:
        way.call(DIES, {}, timeout=30, repeatable=False)
    after = way.call("'still here'", {}, timeout=30, repeatable=False)
    way.close()

    assert raised.value.exit_code == 4
    assert raised.value.error_id == "1722"
    assert after.output == ("still here",)
    assert len(site.world.enrolled) == 2


def test_a_reading_that_it_dies_under_is_done_again_once(site: Site) -> None:
    """In a new process; when that dies too, the host's PowerShell process ended."""
    way = transport(site)
    with pytest.raises(e.PoolLostError, match="PowerShell process ended") as raised:
        way.call(DIES, {}, timeout=40, repeatable=True)
    way.close()

    assert raised.value.error_id == "1722"
    assert len(site.world.enrolled) == 2


def test_a_program_that_is_killed_ends_with_a_code(site: Site) -> None:
    """WinRS: the command is done, with the exit code of a program that something has ended."""
    shell = WinRS(site.wsman(site.up()))
    shell.open()
    process = Process(shell, "powershell", ["-Command", DIES])
    process.begin_invoke()
    process.end_invoke()
    shell.close()

    assert process.rc == 1
