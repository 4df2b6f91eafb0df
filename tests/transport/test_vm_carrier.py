"""The carrier script itself, in a real PowerShell whose sessions are functions: what it holds, brings along and gives back."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from zdm_automate.powershell import find, surroundings
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.transport.agent import reply_of

SESSIONS = r"""
$ErrorActionPreference = 'Stop'
$made = 0
function New-PSSession { param($VMName, $Credential)
    if ($VMName -eq 'OLD') { throw 'A failure occurred while attempting to connect to the target virtual machine.' }
    $script:made++
    return New-Object psobject -Property @{ State = 'Opened'; Name = $VMName } }
function Remove-PSSession { param($Session) $Session.State = 'Closed' }
function Invoke-Command { param($Session, $ScriptBlock, $ArgumentList)
    if ($Session.State -ne 'Opened') { throw 'not open' }
    if ($script:breaks) { throw 'The Hyper-V socket target process has ended.' }
    . $ScriptBlock @ArgumentList }
function Ask { param([hashtable]$Values, [string]$Text, [bool]$Opening = $false, [string]$Name = 'NEW')
    $own = @{ ZdmVmName = $Name; ZdmVmAccount = 'account'; ZdmVmText = $Text; ZdmVmOpening = $Opening }
    foreach ($key in $Values.Keys) { $own[$key] = $Values[$key] }
    try { & $carrier -ZdmArguments $own } catch { 'FAILED ' + $_.FullyQualifiedErrorId + ' ' + $_.Exception.Message } }
$carrier = [scriptblock]::Create([System.IO.File]::ReadAllText($env:ZDM_CARRIER))
$breaks = $false
"""

ASKED = r"""
$answers = @(
    (Ask @{} 'x')
    (Ask @{} 'x' $true 'OLD')
    (Ask @{} 'function global:Get-Kept { "kept" }; "prelude"' $true)
    (Ask @{ Name = 'files'; Count = 3 } ('param([hashtable]$ZdmArguments) Write-Warning w; Get-Kept; $ZdmArguments.Name;' +
        '$ZdmArguments.Count; $ZdmArguments.Keys.Count'))
    (Ask @{} ('param([hashtable]$ZdmArguments) $why = New-Object Exception "no scope";' +
        'throw (New-Object System.Management.Automation.ErrorRecord $why, "ZdmMissing", "ObjectNotFound", "10.0.0.0")'))
)
$breaks = $true
$answers += (Ask @{} 'x')
$answers | ForEach-Object { [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes([string]$_)) }
"""


@pytest.mark.pwsh
def test_the_carrier_runs_in_a_real_powershell(tmp_path: Path) -> None:
    """Not open, not reached, opened with the prelude, a call with its own arguments alone, a verb's error, a lost guest.

    It starts a PowerShell, which takes its second or two.
    """
    carrier = tmp_path / "carrier.ps1"
    carrier.write_text(Library.load(folders("ps_scripts")).carrier_text, encoding="ascii")
    run = subprocess.run(
        [str(find()), "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", SESSIONS + ASKED],
        env={**surroundings({}, tmp_path), "ZDM_CARRIER": str(carrier)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    said = [base64.b64decode(line).decode() for line in run.stdout.split()]

    assert len(said) == 6, run.stderr
    assert said[0] == "FAILED ZdmVmNotOpen There is no open session with the guest."
    assert said[1].startswith("FAILED ZdmVmUnreachable A failure occurred")
    assert said[5] == "FAILED ZdmVmLost The Hyper-V socket target process has ended."
    opened, called, failed = (reply_of(text, seconds=0, requests=0) for text in said[2:5])
    assert (opened.output, opened.errors) == (("prelude",), ())
    assert (called.output, called.warnings, called.had_errors) == (("kept", "files", 3, 2), ("w",), False)
    assert [(one.error_id, one.message, one.category, one.target) for one in failed.errors] == [
        ("ZdmMissing", "no scope", "ObjectNotFound", "10.0.0.0")
    ]
