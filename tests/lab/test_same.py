"""How the twins compare text: as PowerShell's `-eq` does, and a real engine says the same."""

from __future__ import annotations

import subprocess

import pytest

from zdm_automate.lab.twins.same import among, same

CASES = [
    ("ABC", "abc", True),
    ("Büro", "BÜRO", True),
    ("\u00e9", "e\u0301", True),
    ("a\u200f", "a", True),
    ("a\u00adb", "ab", True),
    ("\ufeffx", "x", True),
    ("", "\u200f", True),
    ("ß", "ẞ", True),
    ("ß", "ss", False),
    ("\u0131", "I", False),
    ("\u0130", "i", False),
    ("\u017f", "s", False),
    ("a-b", "ab", False),
    ("a ", "a", False),
    ("a\n", "a", False),
]
"""Umlauts composed and not, marks that show nothing, and letters that only look alike."""


@pytest.mark.parametrize(("one", "other", "expected"), CASES)
def test_text_is_the_same_as_powershell_sees_it(one: str, other: str, expected: bool) -> None:  # noqa: FBT001
    """Without case, and without what shows nothing; nothing else is let pass."""
    assert same(one, other) == expected
    assert among(one, ["x", other]) == expected


def test_a_list_is_compared_value_by_value() -> None:
    """One more, or in another order, is another list."""
    assert same(["A", "b"], ["a", "B"])
    assert not same(["a", "b"], ["b", "a"])
    assert not same(["a"], ["a", "b"])


ASK = """$texts = [Console]::In.ReadToEnd().Split([char]31)
for ($i = 0; $i -lt $texts.Count; $i += 2) { [string]($texts[$i] -eq $texts[$i + 1]) }
exit 0
"""


def test_powershell_says_the_same(pwsh: str) -> None:
    """The table holds what a real engine answers."""
    run = subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-Command", ASK],
        input="\x1f".join(text for one, other, _ in CASES for text in (one, other)),
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=50,
    )

    assert run.stdout.splitlines() == [str(expected) for *_, expected in CASES]
