"""Reads a line that Windows' cmd.exe would be given, and decides what the lab does with it. Text in, a decision out.

What cmd.exe's own language would do with it (pipes, redirection, several commands) is not modelled and is told, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.pwsh.powershell_options import Unmodelled, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATORS: Final = re.compile(r'"[^"]*"?|([&|<>^])')
_VARIABLE: Final = re.compile(r"%([^%\s]+)%")
_CMD: Final = re.compile(
    r'\s*(?:"[^"]*\\cmd\.exe"|(?:[^\s"]*\\)?cmd(?:\.exe)?)(?:\s+/[a-bd-jl-z]\S*)*\s+/c\s*(.*)', re.IGNORECASE
)
_POWERSHELL: Final = frozenset({"powershell", "powershell.exe"})


@dataclass(frozen=True, slots=True)
class Say:
    """cmd.exe answers by itself."""

    out: str = ""
    err: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class PowerShell:
    """The engine runs; `reads_input` is True where its script comes on its input."""

    arguments: tuple[str, ...]
    reads_input: bool


@dataclass(frozen=True, slots=True)
class Native:
    """A program of Windows, which the host knows as a function of the engine or not at all."""

    words: tuple[str, ...]


def decide(line: str, environment: Mapping[str, str], *, host: str, version: str) -> Say | PowerShell | Native:
    """What comes of a line on a host with this release of Windows; `environment` is what %NAME% finds."""
    known = {name.casefold(): value for name, value in environment.items()}
    text = _VARIABLE.sub(lambda found: known.get(found[1].casefold(), found[0]), line.strip())
    while (inner := _CMD.fullmatch(text)) is not None:
        text = _unquoted(inner[1].strip())
    operator = next((found[1] for found in OPERATORS.finditer(text) if found[1]), None)
    if operator is not None:
        return _not_modelled(f"cmd.exe's '{operator}'", "Run one command at a time, or put it into quotes.")
    words = split(text)
    name = words[0].rpartition("\\")[2].casefold() if words else ""
    if name not in _POWERSHELL:
        return _by_itself(name, text, host, version) or Native(tuple(words))
    read = translate(words[1:])
    if isinstance(read, Unmodelled):
        return _not_modelled(f"powershell.exe's {read.option}", "Leave it away.")
    return PowerShell(read.arguments, read.reads_input)


def _by_itself(name: str, text: str, host: str, version: str) -> Say | None:
    """What needs no program: cmd.exe's own commands, as far as they are modelled, and the host's name."""
    match name.removesuffix("."):
        case "":
            return Say()
        case "echo":
            return Say(text[len("echo") :].removeprefix(".").removeprefix(" ") + "\r\n")
        case "ver":
            return Say(f"\r\nMicrosoft Windows [Version {version}]\r\n")
        case "hostname" | "hostname.exe":
            return Say(f"{host}\r\n")
    return None


def split(text: str) -> list[str]:
    """The words of a line by the rules of Windows' programs (CommandLineToArgvW); the first word knows no escapes."""
    first = re.match(r'\s*(?:"([^"]*)"?|(\S+))', text)
    if first is None:
        return []
    words = [first[1] if first[1] is not None else first[2]]
    word, quoted, begun = "", False, False
    for found in re.finditer(r'(\\*)("{1,2})|(\s)|(.)', text[first.end() :], re.DOTALL):
        slashes, quotes, space, other = found.groups()
        if quotes is not None:
            begun = True
            word += "\\" * (len(slashes) // 2)
            if len(slashes) % 2:
                word += '"'
                quotes = quotes[1:]
            if len(quotes) == 2 and quoted:  # noqa: PLR2004 - a doubled quote within quotes is one
                word += '"'
            elif len(quotes) == 1:
                quoted = not quoted
        elif space is not None and not quoted:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + (space or other), True
    return [*words, word] if begun else words


def _unquoted(text: str) -> str:
    """Cmd /c takes the first and the last quote away, where there are more than one pair or anything else (cmd /?)."""
    if text.startswith('"') and text.endswith('"') and len(text) > 1 and (text.count('"') > 2 or " " in text):  # noqa: PLR2004
        return text[1:-1]
    return text


def _not_modelled(what: str, hint: str) -> Say:
    return Say(err=f"The lab does not model {what}. {hint}\r\n", exit_code=1)
