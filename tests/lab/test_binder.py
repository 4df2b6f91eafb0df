"""Argument binding: what the lab makes of a value is what PowerShell makes of it, asked once for each kind of parameter."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from zdm_automate.lab.binder import bind
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.scripts import Verb, parse

TRANSFORMATION = "ParameterArgumentTransformationError"
VALIDATION = "ParameterArgumentValidationError"
SCRIPT = """function Test-ZdmBinding {{
    <#
    .SYNOPSIS
        Gives what it was given.
    .OUTPUTS
        Zdm.Binding
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        {declared}$Value
    )
    ,$Value
}}
"""
DECLARED = {
    "text": "[Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string]",
    "plain text": "[Parameter(Mandatory = $true)] [string]",
    "address": r"[Parameter(Mandatory = $true)] [ValidatePattern('^\d+\.\d+$')] [string]",
    "word": "[Parameter(Mandatory = $true)] [ValidateSet('Auto', 'Manual')] [string]",
    "texts": "[Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string[]]",
    "any texts": "[Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]]",
    "plain texts": "[Parameter(Mandatory = $true)] [string[]]",
    "number": "[Parameter(Mandatory = $true)] [ValidateRange(0, 2147483647)] [int]",
    "truth": "[Parameter(Mandatory = $true)] [bool]",
}
CASES: list[tuple[str, Any, Any]] = [
    ("text", "a b", "a b"),
    ("text", 7, "7"),
    ("text", True, "True"),
    ("text", "", VALIDATION),
    ("text", ["a", "b"], "a b"),
    ("text", [], VALIDATION),
    ("plain text", "", f"{VALIDATION}EmptyStringNotAllowed"),
    ("address", "10.7", "10.7"),
    ("address", "10.7\n", "10.7\n"),
    ("address", "", VALIDATION),
    ("word", "auto", "auto"),
    ("word", "Asleep", VALIDATION),
    ("texts", "a", ["a"]),
    ("texts", [1, True], ["1", "True"]),
    ("texts", [], VALIDATION),
    ("texts", ["a", ""], VALIDATION),
    ("any texts", [], []),
    ("any texts", ["a", ""], f"{VALIDATION}EmptyStringNotAllowed"),
    ("plain texts", [], f"{VALIDATION}EmptyArrayNotAllowed"),
    ("number", "", 0),
    ("number", " 7 ", 7),
    ("number", "+1,000", 1000),
    ("number", "1.5", 2),
    ("number", "2.5", 2),
    ("number", "1e3", 1000),
    ("number", "0x10", 16),
    ("number", "0x7FFFFFFF", 2147483647),
    ("number", "0xFFFFFFFF", VALIDATION),
    ("number", True, 1),
    ("number", -1, VALIDATION),
    ("number", 2**31, TRANSFORMATION),
    ("number", "2147483648", TRANSFORMATION),
    ("number", "soon", TRANSFORMATION),
    ("number", "\u0663", TRANSFORMATION),
    ("number", [7], TRANSFORMATION),
    ("truth", 0, False),
    ("truth", -1, True),
    ("truth", "true", TRANSFORMATION),
    ("truth", [True], TRANSFORMATION),
]


def verb_of(kind: str) -> Verb:
    """A verb with one parameter of a kind."""
    return parse("Test-ZdmBinding", "host", SCRIPT.format(declared=DECLARED[kind]))


@pytest.mark.parametrize(("kind", "value", "expected"), CASES)
def test_a_value_becomes_what_powershell_makes_of_it(kind: str, value: object, expected: object) -> None:
    """Converted, validated, or refused with PowerShell's own error id."""
    try:
        bound, _ = bind(verb_of(kind), {"Value": value})
        found = bound["value"]
    except Refusal as refusal:
        found = refusal.error_id.partition(",")[0]

    assert found == expected
    assert type(found) is type(expected)


RUN = """$ErrorActionPreference = 'Stop'
foreach ($case in @([Console]::In.ReadToEnd() | ConvertFrom-Json)) {
    Invoke-Expression $case.script
    $value = $case.value
    # JSON makes other numbers than the wire has.
    if ($value -is [System.ValueType] -and $value -isnot [bool]) {
        $value = [long]$value
        if ([System.Math]::Abs($value) -lt 2147483648) { $value = [int]$value }
    }
    if ($value -is [array]) { $value = [System.Collections.ArrayList]$value }  # so does the wire
    $given = @{ Value = $value }
    try { $found = Test-ZdmBinding @given } catch { $found = $_.FullyQualifiedErrorId.Split(',')[0] }
    ConvertTo-Json -InputObject $found -Compress
}
exit 0
"""


def test_powershell_says_the_same(pwsh: str) -> None:
    """The table holds what a real engine answers."""
    asked = [{"script": SCRIPT.format(declared=DECLARED[kind]), "value": value} for kind, value, _ in CASES]
    command = [pwsh, "-NoProfile", "-NonInteractive", "-Command", RUN]
    run = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=50)

    assert [json.loads(line) for line in run.stdout.splitlines()] == [expected for *_, expected in CASES]
