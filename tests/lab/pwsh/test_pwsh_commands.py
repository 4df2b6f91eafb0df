"""What any script finds on a host of the lab: its version, its commands, their errors, the types of their answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_host import ScriptHost

    from zdm_automate.lab.world.model import World

    Office = Callable[[str], World]

pytestmark = pytest.mark.pwsh
STOP = "$ErrorActionPreference = 'Stop'\n"


@pytest.mark.parametrize(
    ("office_name", "host", "told"),
    [
        ("kanzlei", "SERVER", ["2.0", "", "de-DE", "SERVER", False, False, False]),
        ("tiny", "OLD", ["4.0", "", "en-US", "OLD", True, True, True]),
        ("smallbiz", "DC1", ["5.1.20348.1", "Desktop", "en-US", "DC1", True, True, False]),
    ],
)
def test_a_script_sees_the_host(
    script_host: ScriptHost, office: Office, office_name: str, host: str, told: list[object]
) -> None:
    """Version, language and name are the host's; so is whether cmdlets of 3.0, of 4.0 and of a role's module are there."""
    script = """
        $PSVersionTable.PSVersion.ToString(); [string]$PSVersionTable['PSEdition']; $ZdmHostCulture; $env:COMPUTERNAME
        foreach ($name in 'ConvertTo-Json', 'Get-FileHash') { Test-ZdmCommand $name }
        Import-ZdmModule DhcpServer
    """
    outcome = script_host.script(office(office_name), host, script)

    assert outcome.error is None
    assert list(outcome.rows) == told


@pytest.mark.parametrize(
    ("command", "error_id"),
    [
        ("Get-DhcpServerv4Scope -ScopeIdd 10.0.0.0", "NamedParameterNotFound,Get-DhcpServerv4Scope"),
        ("Get-DhcpServerv4Scope -ScopeId here", "ParameterArgumentTransformationError,Get-DhcpServerv4Scope"),
        ("Set-DhcpServerv4Scope -ScopeId 10.0.0.0 -State Asleep", "ParameterArgumentValidationError,Set-DhcpServerv4Scope"),
        ("Get-DnsServerResourceRecord -ZoneName x -ZoneScope y", "NamedParameterNotFound,Get-DnsServerResourceRecord"),
        ("Start-Service -Nmae x", "NamedParameterNotFound,Microsoft.PowerShell.Commands.StartServiceCommand"),
        ("Start-Service -Name nothing", "NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.StartServiceCommand"),
        ("Get-DnsServerZone -Name nowhere.test", "WIN32 9601,Get-DnsServerZone"),
        ("Get-DnsServerStatistics", "NotModelled"),
        ("Get-ChildItem C:\\", "NotModelled"),
        ("Get-DhcpServerv4Scope -AsJob", "NotModelled"),
        ("Get-WmiObject -Query 'select * from x'", "NotModelled"),
        ("Get-WmiObject -Class Win32_Printer", "NotModelled"),
        ("netsh wlan show profiles", "NotModelled"),
        ("ls", "CommandNotFoundException"),
        ("hostname", "CommandNotFoundException"),
    ],
)
def test_a_command_fails_as_on_windows(script_host: ScriptHost, office: Office, command: str, error_id: str) -> None:
    """With PowerShell's own id or the cmdlet's; the lab's own where it has no model. No program of this machine answers."""
    world = office("tiny")
    imports = "$null = Import-ZdmModule DhcpServer; $null = Import-ZdmModule DnsServer\n"
    outcome = script_host.script(world, "OLD", STOP + imports + command)

    assert outcome.error is not None
    assert outcome.error.error_id == error_id
    assert outcome.world == world


def test_an_error_ends_nothing_unless_the_script_says_so(script_host: ScriptHost, office: Office) -> None:
    """A cmdlet's error is non-terminating, and -ErrorAction is heard."""
    script = """
        $ErrorActionPreference = 'Continue'
        Get-DnsServerZone -Name nowhere.test -ErrorAction SilentlyContinue
        'went on'
        try { Get-DnsServerZone -Name nowhere.test -ErrorAction Stop } catch { $_.CategoryInfo.Category.ToString() }
    """
    outcome = script_host.script(office("tiny"), "OLD", script)

    assert list(outcome.rows) == ["went on", "ObjectNotFound"]


def test_answers_have_the_types_of_windows(script_host: ScriptHost, office: Office) -> None:
    """Addresses, spans and small numbers are that; a property that Windows does not give is an error under StrictMode."""
    script = """
        Set-StrictMode -Version 2
        $scope = @(Get-DhcpServerv4Scope)[0]
        $scope.ScopeId.GetType().Name; $scope.LeaseDuration.GetType().Name; $scope.Delay.GetType().Name
        $scope.PSObject.TypeNames -contains 'Microsoft.Management.Infrastructure.CimInstance'
        $record = @(Get-DnsServerResourceRecord -ZoneName tiny.example.org -RRType A)[0]
        $record.RecordData.IPv4Address.GetType().Name; $record.TimeToLive.GetType().Name
        (Get-WmiObject -Class Win32_Service -Filter "Name='DNS'").__CLASS
        try { $scope.PrefixLength } catch { $_.FullyQualifiedErrorId }
    """
    outcome = script_host.script(office("tiny"), "OLD", script)

    assert outcome.error is None
    assert list(outcome.rows) == [
        "IPAddress", "TimeSpan", "UInt16", True, "IPAddress", "TimeSpan", "Win32_Service", "PropertyNotFoundStrict",
    ]  # fmt: skip


def test_a_lease_without_end_is_the_longest_time_span(script_host: ScriptHost, office: Office) -> None:
    """TimeSpan.MaxValue, whose ticks Python's times cannot hold."""
    world = office("tiny")
    server = world.dhcp["OLD"]
    endless = server.with_scope(replace(server.scopes["192.168.50.0"], lease_seconds=-1))
    outcome = script_host.script(
        world.with_dhcp("OLD", endless), "OLD", "(Get-DhcpServerv4Scope).LeaseDuration -eq [timespan]::MaxValue"
    )

    assert list(outcome.rows) == [True]


def test_a_copied_object_is_its_own(script_host: ScriptHost, office: Office) -> None:
    """What is set in the copy, and in the object within it, is not set in the original; both may be given to a cmdlet."""
    script = """
        $old = @(Get-DnsServerResourceRecord -ZoneName tiny.example.org -RRType A)[0]
        $new = New-Object -TypeName Microsoft.Management.Infrastructure.CimInstance -ArgumentList $old
        $before = [string]$old.RecordData.IPv4Address
        $new.RecordData.IPv4Address = [System.Net.IPAddress]'192.0.2.99'
        $new.TimeToLive = New-TimeSpan -Seconds 77
        [string]$old.RecordData.IPv4Address -eq $before
        Set-DnsServerResourceRecord -ZoneName tiny.example.org -OldInputObject $old -NewInputObject $new
        $all = @(Get-DnsServerResourceRecord -ZoneName tiny.example.org -RRType A)
        @($all | Where-Object { [string]$_.RecordData.IPv4Address -eq '192.0.2.99' }).Count
        $twice = @{ ZoneName = 'tiny.example.org'; OldInputObject = $new; NewInputObject = $new }
        try { Set-DnsServerResourceRecord @twice } catch { $_.FullyQualifiedErrorId }
    """
    outcome = script_host.script(office("tiny"), "OLD", STOP + script)

    assert outcome.error is None
    assert list(outcome.rows) == [True, 1, "WIN32 9701,Set-DnsServerResourceRecord"]


def test_what_if_is_heard_by_a_stub(script_host: ScriptHost, office: Office) -> None:
    """The world is not asked."""
    world = office("tiny")
    outcome = script_host.script(world, "OLD", "Set-DhcpServerv4Scope -ScopeId 192.168.50.0 -State InActive -WhatIf")

    assert outcome.error is None
    assert outcome.used == ()
    assert outcome.world == world


def test_a_program_gives_lines_and_a_code(script_host: ScriptHost, office: Office) -> None:
    """By both names; what it writes to its error stream is a record, and an exit code is no error."""
    script = """
        $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', 'HKLM\\SOFTWARE\\Nothing'
        $run.ExitCode; $run.StdOut.Count; $run.StdErr[0]
        $lines = @(netsh dhcp server dump); $LASTEXITCODE; $lines.Count -gt 10
    """
    outcome = script_host.script(office("smallbiz"), "SBS", STOP + script)

    assert outcome.error is None
    assert list(outcome.rows) == [
        1, 0, "ERROR: The system was unable to find the specified registry key or value.", 0, True,
    ]  # fmt: skip


def test_a_role_brings_its_module_at_once(script_host: ScriptHost, office: Office) -> None:
    """The same session finds it; a command of it loads it by itself."""
    script = """
        Import-ZdmModule DhcpServer
        $null = Install-WindowsFeature -Name DHCP -IncludeManagementTools
        @(Get-DhcpServerv4Scope).Count
        Import-ZdmModule DhcpServer
    """
    outcome = script_host.script(office("tiny"), "NEW", STOP + script)

    assert outcome.error is None
    assert list(outcome.rows) == [False, 0, True]


def test_the_clock_is_the_hosts(script_host: ScriptHost, office: Office) -> None:
    """Get-Date is the world's time with the host's own error."""
    world = office("tiny")
    late = world.with_host(replace(world.host("OLD"), skew=90.0))
    outcome = script_host.script(late, "OLD", "(Get-Date).ToUniversalTime().ToString('s'); (Get-Date -Year 2001).Year")

    assert list(outcome.rows) == ["2026-03-02T07:01:30", 2001]
