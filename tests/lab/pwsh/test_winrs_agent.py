"""The agent of WinRS hosts in a real PowerShell: text goes in, values come out, and secrets stay on standard input."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pwsh_site import CONFIGURATION, PASSWORD, USER, Site

from zdm_automate.errors import OutcomeUnknownError, RestrictedLanguageError
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.psrp import PsrpTransport
from zdm_automate.transport.winrs import WinrsTransport

pytestmark = pytest.mark.pwsh
AGENT = Library.load(folders("ps_scripts")).agent_text
PRELUDE = "function Get-Twice { param($Value) $Value * 2 }\nNew-Object PSObject -Property @{ ComputerName = 'OLD' }"
HEAD = "param([hashtable]$ZdmArguments)\nSet-StrictMode -Version 2\n$ErrorActionPreference = 'Stop'\n"
CANARY = "Canary-7f3a-Secret!"
PROBE = "try { $null = [scriptblock]::Create('& $ZdmBlock *>&1') } catch { $ZdmMerge = $false }"
OLD_AGENT = AGENT.replace(PROBE, "$ZdmMerge = $false")
"""The agent as it goes on in 2.0, which cannot send all streams one way."""


def reached(site: Site, agent: str = AGENT, prelude: str = PRELUDE) -> WinrsTransport:
    listener = site.up()
    target = Target(
        host="OLD", address="127.0.0.1", port=listener.port, ssl=False, credential=Credential(USER, Secret(PASSWORD))
    )
    made = WinrsTransport(target, prelude=prelude, agent=agent)
    site._ending.callback(made.close)  # noqa: SLF001 - the site ends what is made for it
    made.open()
    return made


def call(transport: WinrsTransport, body: str, **arguments: object) -> object:
    return transport.call(HEAD + body, arguments, timeout=40, repeatable=True)


@pytest.mark.parametrize("agent", [AGENT, OLD_AGENT], ids=["3.0 and later", "2.0"])
def test_values_errors_and_streams_come_through(site: Site, agent: str) -> None:
    """Text beyond ASCII, numbers, booleans, lists, dictionaries, nothing; records of each stream; the prelude's functions."""
    assert agent != AGENT or OLD_AGENT != AGENT
    transport = reached(site, agent)
    body = """
    Write-Warning 'careful'
    Write-Verbose 'in detail' -Verbose
    New-Object PSObject -Property @{
        Text = $ZdmArguments.Text; Twice = (Get-Twice $ZdmArguments.Number); Big = [long]5368709120; Yes = $ZdmArguments.Yes
        No = $null; Names = [string[]]$ZdmArguments.Names; Before = @{ State = 'Stopped' }
        Length = $ZdmArguments.Account.GetNetworkCredential().Password.Length
    }
    """
    reply = transport.call(
        HEAD + body,
        {
            "Text": "Größe\nzwei Zeilen  €",
            "Number": 21,
            "Yes": True,
            "Names": ["a", "ä b"],
            "Account": Credential("EXAMPLE\\x", Secret(CANARY)),
        },
        timeout=40,
        repeatable=True,
    )

    assert reply.output == (
        {
            "Text": "Größe\nzwei Zeilen  €",
            "Twice": 42,
            "Big": 5368709120,
            "Yes": True,
            "No": None,
            "Names": ["a", "ä b"],
            "Before": {"State": "Stopped"},
            "Length": len(CANARY),
        },
    )
    assert (reply.warnings, reply.verbose, reply.had_errors) == (("careful",), ("in detail",), False)

    failed = transport.call(
        HEAD
        + "throw (New-Object System.Management.Automation.ErrorRecord "
        + "(New-Object System.InvalidOperationException 'It is not there.'), 'ZdmNotFound', 'ObjectNotFound', 'thing')",
        {},
        timeout=40,
        repeatable=True,
    )
    record = failed.errors[0]
    assert (record.error_id, record.message, record.category, record.target) == (
        "ZdmNotFound",
        "It is not there.",
        "ObjectNotFound",
        "thing",
    )


def test_one_process_answers_all_calls(site: Site) -> None:
    """State of a scope does not go from one verb to the next; the process stays."""
    transport = reached(site)
    first = call(transport, "$left = 1\n$PID")
    second = call(transport, "if (Get-Variable -Name left -ErrorAction SilentlyContinue) { 'leaked' }\n$PID")

    assert second.output == first.output  # type: ignore[attr-defined]


def test_noise_on_the_console_is_kept_apart(site: Site) -> None:
    """What a program writes past the streams is no result."""
    reply = call(reached(site), "[Console]::Out.WriteLine('noise')\n'result'")

    assert (reply.output, reply.verbose) == (("result",), ("noise",))  # type: ignore[attr-defined]


def test_a_large_result_comes_whole(site: Site) -> None:
    """Half a megabyte, in many lines and several answers."""
    reply = call(reached(site), "'x' * 500000")

    assert reply.output == ("x" * 500_000,)  # type: ignore[attr-defined]


def test_a_secret_is_in_no_argument_list_and_no_file(site: Site, tmp_path: Path) -> None:
    """Looked for while the call that has it is at work: in the command lines of all processes, and in every file of the lab."""
    transport = reached(site)
    flag = tmp_path / "at-work"
    seen: list[str] = []

    body = f"""
    $length = $ZdmArguments.Account.GetNetworkCredential().Password.Length
    $lines = @(Get-ChildItem -Path /proc -Filter cmdline -Recurse -Depth 1 -ErrorAction SilentlyContinue | ForEach-Object {{
        Get-Content -LiteralPath $_.FullName -Raw -ErrorAction SilentlyContinue }})
    Set-Content -LiteralPath '{flag}' -Value $length
    @($lines -like '*ZDM-END*').Count -gt 0
    @($lines -like '*Canary-7f3a*').Count
    """
    reply = call(transport, body, Account=Credential("EXAMPLE\\x", Secret(CANARY)))
    for folder, _, names in os.walk(tmp_path):
        for name in names:
            path = Path(folder) / name
            if path.is_file() and CANARY.encode() in path.read_bytes():
                seen.append(str(path))

    assert flag.read_text().strip() == str(len(CANARY))
    # the agent's own command line is among those that were looked at, the canary in none of them
    assert reply.output == (True, 0)  # type: ignore[attr-defined]
    assert seen == []


def test_a_process_that_dies_in_a_change_leaves_it_unknown(site: Site) -> None:
    """It is not started again for a change; a reader gets a new one."""
    transport = reached(site)

    with pytest.raises(OutcomeUnknownError):
        transport.call(HEAD + "[Environment]::Exit(3)", {}, timeout=40, repeatable=False)
    assert call(transport, "'alive'").output == ("alive",)  # type: ignore[attr-defined]


JEA = """@{
    SchemaVersion = '2.0.0.0'
    GUID = '6a1c2a56-0d4c-4ad1-9f0e-4a1b6a0f7d12'
    SessionType = 'RestrictedRemoteServer'
    LanguageMode = 'NoLanguage'
}
"""


@pytest.fixture
def restricted(site: Site) -> Callable[[], PsrpTransport]:
    """A session configuration as JEA has it, in a real PowerShell."""
    assert CONFIGURATION
    site.world.configuration_file.write_text(JEA)

    def start() -> PsrpTransport:
        listener = site.up()
        target = Target(
            host="OLD", address="127.0.0.1", port=listener.port, ssl=False, credential=Credential(USER, Secret(PASSWORD))
        )
        made = PsrpTransport(target, prelude=PRELUDE)
        site._ending.callback(made.close)  # noqa: SLF001
        return made

    return start


def test_a_real_jea_endpoint_is_found_out_by_a_command(site: Site, restricted: Callable[[], PsrpTransport]) -> None:
    """PowerShell's own restricted session shows no New-Object; one command was all that was sent."""
    with pytest.raises(RestrictedLanguageError, match="takes commands only"):
        restricted().open()
    assert site.endpoint.requests["Command"] == 1
