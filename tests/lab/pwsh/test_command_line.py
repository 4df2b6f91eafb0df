"""What becomes of a line that Windows' cmd.exe would be given."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.lab.pwsh.command_line import Native, PowerShell, Say, decide, split
from zdm_automate.lab.pwsh.powershell_options import Options, Unmodelled, option, translate


def decided(line: str) -> Say | PowerShell | Native:
    """What the host OLD decides."""
    return decide(line, {"COMPUTERNAME": "OLD", "Colour": "red"}, host="OLD", version="6.1.7601")


@given(st.lists(st.text(st.sampled_from('ab \\"\t/-'), max_size=8), min_size=1, max_size=5))
def test_words_come_back_as_windows_writes_them(words: list[str]) -> None:
    """Python's own quoting for Windows is undone; the first word is a program's name, which has no quotes."""
    assert split("program " + subprocess.list2cmdline(words)) == ["program", *words]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"C:\\Program Files\\x.exe" /a', ["C:\\Program Files\\x.exe", "/a"]),
        ('x "a ""b"" c"', ["x", 'a "b" c']),
        ("x a\\\\b", ["x", "a\\\\b"]),
        ('x "', ["x", ""]),
        ("", []),
        ("   ", []),
    ],
)
def test_words_by_the_rules_of_windows(line: str, words: list[str]) -> None:
    """Quotes, doubled quotes, backslashes."""
    assert split(line) == words


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Say()),
        ("echo hello  there", Say("hello  there\r\n")),
        ("echo.", Say("\r\n")),
        ("ECHO %computername% %colour% %x%", Say("OLD red %x%\r\n")),
        ("ver", Say("\r\nMicrosoft Windows [Version 6.1.7601]\r\n")),
        ("hostname", Say("OLD\r\n")),
        ("cmd.exe /d /c ver", Say("\r\nMicrosoft Windows [Version 6.1.7601]\r\n")),
        ('C:\\Windows\\System32\\cmd.exe /c "echo a b"', Say("a b\r\n")),
        ("ipconfig /all", Native(("ipconfig", "/all"))),
        ("C:\\Windows\\System32\\netsh.exe dhcp server", Native(("C:\\Windows\\System32\\netsh.exe", "dhcp", "server"))),
        ("powershell -enc QQA=", PowerShell(("-EncodedCommand", "QQA="), reads_input=False)),
        ("powershell", PowerShell(("-Command", "-"), reads_input=True)),
        (
            'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe -Command "a | b"',
            PowerShell(("-Command", "a | b"), reads_input=False),
        ),
    ],
)
def test_who_answers_a_line(line: str, expected: Say | PowerShell | Native) -> None:
    """cmd.exe by itself, the engine, or a program of Windows."""
    assert decided(line) == expected


@pytest.mark.parametrize("line", ["dir & ver", "a | b", "a > b", "echo a^b", "a && b", 'echo "a" > b'])
def test_cmds_own_language_is_told_not_guessed(line: str) -> None:
    """One sentence on the error stream, exit code 1."""
    answer = decided(line)

    assert isinstance(answer, Say)
    assert answer.exit_code == 1
    assert "does not model cmd.exe's" in answer.err


def test_an_option_that_is_not_modelled_is_told() -> None:
    """`-NoExit` would wait for a person."""
    assert decided("powershell -NoExit -Command 1") == Say(
        err="The lab does not model powershell.exe's -NoExit. Leave it away.\r\n", exit_code=1
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-e", "QQA="], Options(("-EncodedCommand", "QQA="))),
        (["-ec", "QQA=", "-OutputFormat", "XML"], Options(("-EncodedCommand", "QQA=", "-OutputFormat", "XML"))),
        (["-NoP", "-NonI", "-Ex", "Bypass", "-c", "a", "-b"], Options(("-NonInteractive", "-Command", "a", "-b"))),
        (["Get-Date", "-Format", "yyyy"], Options(("-Command", "Get-Date", "-Format", "yyyy"))),
        (["-Version", "2.0", "/nologo", "-Sta", "-W", "Hidden", "-"], Options(("-Command", "-"), reads_input=True)),
        (["-File", "C:\\a b.ps1", "-x", "1"], Options(("-File", "C:\\a b.ps1", "-x", "1"))),
        (["-File", "-"], Options(("-Command", "-"), reads_input=True)),
        (["-Command", "-"], Options(("-Command", "-"), reads_input=True)),
        (["-InputFormat", "None"], Options(("-InputFormat", "None", "-Command", "-"), reads_input=True)),
        (["-Command"], Unmodelled("-Command")),
        (["-EncodedCommand"], Unmodelled("-EncodedCommand")),
        (["-PSConsoleFile", "x"], Unmodelled("-PSConsoleFile")),
        (["-Verbose"], Unmodelled("-Verbose")),
    ],
)
def test_options_of_powershell_exe(words: list[str], expected: Options | Unmodelled) -> None:
    """Handed on, left away where they mean nothing here, or told."""
    assert translate(words) == expected


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("-ex", "executionpolicy"),
        ("-e", "encodedcommand"),
        ("-no", "no"),
        ("-noe", "noexit"),
        ("-", None),
        ("x", None),
        ("/c", "command"),
    ],
)
def test_options_may_be_short(word: str, name: str | None) -> None:
    """As short as powershell.exe takes them, and no shorter."""
    assert option(word) == name
