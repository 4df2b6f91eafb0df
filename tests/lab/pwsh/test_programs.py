"""pywinrm and pypsrp, unmodified, against WinRS shells that run real PowerShell."""

from __future__ import annotations

import re

import pytest
import winrm
from pwsh_site import PASSWORD, USER, Site, until
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from winrm.protocol import Protocol

from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.quotas import Quotas

pytestmark = pytest.mark.pwsh


def session(site: Site, listener: Listener, *, tls: bool = False) -> winrm.Session:
    """Pywinrm's session: NTLM, sealed messages over HTTP."""
    return winrm.Session(
        f"{'https' if tls else 'http'}://127.0.0.1:{listener.port}/wsman",
        auth=(USER, PASSWORD),
        transport="ntlm",
        message_encryption="auto" if tls else "always",
        ca_trust_path=str(site.tls.certificate),
        operation_timeout_sec=10,
        read_timeout_sec=20,
    )


@pytest.mark.parametrize("tls", [False, True])
def test_pywinrm_runs_a_script_and_a_command(site: Site, *, tls: bool) -> None:
    """`run_ps` and `run_cmd`, over HTTP with message encryption and over HTTPS; both run as the host."""
    made = session(site, site.up(tls=tls), tls=tls)
    ran = made.run_ps("Get-LabHost; 'größer'; exit 7")
    typed = made.run_cmd("netsh", ["dhcp", "server", '"a b"'])

    assert ran.std_out.decode("cp437") == "OLD\r\ngrößer\r\n"
    assert (ran.std_err, ran.status_code) == (b"", 7)
    assert (typed.std_out, typed.status_code) == (b"netsh on OLD: dhcp|server|a b\r\n", 3)
    assert {one[:2] for one in site.world.assigned} == {("OLD", f"TINY\\{USER}")}


def test_an_error_of_a_script_is_clixml_on_the_error_stream(site: Site) -> None:
    """As powershell.exe writes it; pywinrm makes text of it."""
    protocol = session(site, site.up()).protocol
    shell = protocol.open_shell()
    encoded = "VwByAGkAdABlAC0ARQByAHIAbwByACAAJwBiAGEAZAAnAA=="  # Write-Error 'bad'
    raw = output(protocol, shell, f"powershell -encodedcommand {encoded}")
    protocol.close_shell(shell, close_session=False)
    clean = session(site, site.up()).run_ps("Write-Error 'bad'")

    assert raw[1].startswith(b"#< CLIXML\r\n<Objs ")
    assert b"bad" in clean.std_err
    assert b"CLIXML" not in clean.std_err


def output(protocol: Protocol, shell: str, line: str, stdin: bytes = b"") -> tuple[bytes, bytes, int]:
    """Runs a line in a shell of pywinrm."""
    command = protocol.run_command(shell, line)
    if stdin:
        protocol.send_command_input(shell, command, stdin, end=True)
    found: tuple[bytes, bytes, int] = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    return found


@pytest.mark.parametrize(
    ("line", "stdin", "expected"),
    [
        ("powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command \"1 + 1; 'x'\"", b"", b"2\r\nx\r\n"),
        ("powershell (Get-LabHost).Length", b"", b"3\r\n"),
        ("powershell -nop -command -", b"$a = 4\r\n$a + 1\r\n", b"5\r\n"),
        ("powershell -File -", b"Get-LabHost\r\n", b"OLD\r\n"),
        ("cmd /c echo hello", b"", b"hello\r\n"),
        ("echo %COMPUTERNAME% %NOBODY%", b"", b"OLD %NOBODY%\r\n"),
        ("ver", b"", b"\r\nMicrosoft Windows [Version 10.0.20348]\r\n"),
        ("hostname", b"", b"OLD\r\n"),
    ],
)
def test_what_a_line_gives(site: Site, line: str, stdin: bytes, expected: bytes) -> None:
    """powershell.exe with its options and its input, and the few words that need no program."""
    protocol = session(site, site.up()).protocol
    shell = protocol.open_shell()

    assert output(protocol, shell, line, stdin) == (expected, b"", 0)
    protocol.close_shell(shell)


def test_a_program_that_the_host_does_not_know(site: Site) -> None:
    """cmd.exe's own words and exit code; a cmdlet is none of its programs."""
    made = session(site, site.up())
    unknown, cmdlet = made.run_cmd("nosuch", ["/x"]), made.run_cmd("Get-Date")

    assert (
        unknown.std_err
        == b"'nosuch' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
    )
    assert (unknown.std_out, unknown.status_code) == (b"", 1)
    assert cmdlet.status_code == 1
    assert cmdlet.std_err.startswith(b"'Get-Date' is not recognized")


def test_pypsrps_execute_cmd(site: Site) -> None:
    """The other client: output, error stream, exit code; its environment reaches the program."""
    client = site.client(site.up())

    assert client.execute_cmd('powershell -Command "$env:COLOUR; exit 4"', environment={"COLOUR": "red"}) == ("red\r\n", "", 4)


def test_output_comes_while_a_program_runs_and_a_signal_ends_it(site: Site) -> None:
    """Ctrl+C: Windows' exit code, and no process is left."""
    listener = site.up()
    shell = WinRS(site.wsman(listener))
    shell.open()
    process = Process(shell, "powershell", ["-Command", "\"'begun'; Start-Sleep -Seconds 50\""])
    process.begin_invoke()
    until(lambda: process.poll_invoke(timeout=1) or process.stdout)
    process.signal(SignalCode.CTRL_C)
    process.end_invoke()
    shell.close()
    until(lambda: not site.pids())

    assert (process.stdout, process.rc) == (b"begun\r\n", -1073741510)
    assert site.world.released == site.world.enrolled


def test_closing_a_shell_ends_its_programs(site: Site) -> None:
    """Delete while one runs."""
    shell = WinRS(site.wsman(site.up()))
    shell.open()
    process = Process(shell, "powershell", ["-Command", "Start-Sleep -Seconds 50"])
    process.begin_invoke()
    until(site.pids)
    shell.close()
    until(lambda: not site.pids())

    assert site.endpoint.shells == []


def test_a_code_page_that_there_is_not(site: Site) -> None:
    """Windows' fault."""
    listener = site.up()
    shell = WinRS(site.wsman(listener), codepage=4711)
    with pytest.raises(WSManFaultError, match="Code Page") as fault:
        shell.open()

    assert fault.value.code == 0x80338140


def test_utf_8_is_a_code_page(site: Site) -> None:
    """65001, as newer clients ask for it; both ways."""
    shell = WinRS(site.wsman(site.up()), codepage=65001)
    shell.open()
    process = Process(shell, "powershell", ["-Command", "-"])
    process.begin_invoke()
    process.send("'grüße €'\n".encode(), end=True)
    process.end_invoke()
    shell.close()

    assert process.stdout.decode() == "grüße €\r\n"


def test_these_shells_meet_the_quota(site: Site) -> None:
    """One quota of shells for both kinds."""
    listener = site.up(quotas=Quotas(shells_per_user=2))
    pool = site.pool(listener)
    shell = WinRS(site.wsman(listener))
    shell.open()
    with pytest.raises(WSManFaultError, match="concurrent shells") as fault:
        WinRS(site.wsman(listener)).open()
    with pytest.raises(WSManFaultError, match="concurrent shells"):
        site.pool(listener)
    shell.close()
    pool.close()

    assert fault.value.code == 0x803381A5
    assert len(site.world.enrolled) == 1


def test_every_command_is_told_to_the_world_before_its_client(site: Site) -> None:
    """Its end is what a pipeline's end is elsewhere."""
    made = session(site, site.up())
    made.run_ps("1")

    assert list(site.world.pipelines.values()) == [1]
    assert re.fullmatch(r"ticket-\d", site.world.enrolled[0])
