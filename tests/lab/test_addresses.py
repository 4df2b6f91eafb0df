"""Addresses as .NET reads them: a table, and a real engine that says the same."""

from __future__ import annotations

import subprocess

import pytest

from zdm_automate.lab.addresses import net_address

CASES = {
    "1.2.3.4": "1.2.3.4",
    "010.0.0.1": "8.0.0.1",
    "01.02.03.04": "1.2.3.4",
    "0x10.1.1.1": "16.1.1.1",
    "10.0.0": "10.0.0.0",
    "1.2": "1.0.0.2",
    "256": "0.0.1.0",
    "1.2.65535": "1.2.255.255",
    "4294967295": "255.255.255.255",
    "0xFFFFFFFF": "255.255.255.255",
    "1.2.65536": None,
    "4294967296": None,
    "08.1.1.1": None,
    "1.2.3.256": None,
    "1.2.3.4.5": None,
    "999.1.1.1": None,
    "1..2.3": None,
    " 1.2.3.4": None,
    "-1": None,
    "\u0663.1.1.1": None,
    "": None,
    "a": None,
    "::": "::",
    "2001:DB8:0:0::1": "2001:db8::1",
    "1:0:0:2:0:0:0:3": "1:0:0:2::3",
    "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
    "::1.2.3.4": "::1.2.3.4",
    "::ffff:1.2.3.4": "::ffff:1.2.3.4",
    "::ffff:0:1.2.3.4": "::ffff:0:1.2.3.4",
    "fe80::5efe:1.2.3.4": "fe80::5efe:1.2.3.4",
    "64:ff9b::1.2.3.4": "64:ff9b::102:304",
    "::1": "::1",
    "12345::": None,
    "1::2::3": None,
    ":::": None,
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_an_address_is_read_as_net_reads_it(text: str, expected: str | None) -> None:
    """In its one form, or not at all."""
    assert net_address(text) == expected


ASK = """$texts = [Console]::In.ReadToEnd().Split([char]31)
foreach ($text in $texts) {
    $address = $null
    if ([System.Net.IPAddress]::TryParse($text, [ref]$address)) { [string]$address } else { '-' }
}
exit 0
"""


def test_net_says_the_same(pwsh: str) -> None:
    """The table holds what a real engine answers."""
    run = subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-Command", ASK],
        input="\x1f".join(CASES),
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
    )

    assert run.stdout.splitlines() == [expected or "-" for expected in CASES.values()]
