"""The options of Windows' powershell.exe as those of PowerShell 7: the same script, without what means nothing here.

Both read the rest of the line as the script after `-Command`, but where no option says so only powershell.exe does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ABBREVIATED: Final = (
    ("help", 1),
    ("noexit", 3),
    ("noprofile", 3),
    ("nologo", 3),
    ("noninteractive", 4),
    ("sta", 3),
    ("mta", 3),
    ("command", 1),
    ("windowstyle", 1),
    ("file", 1),
    ("version", 1),
    ("psconsolefile", 3),
    ("configurationname", 6),
    ("outputformat", 1),
    ("inputformat", 2),
    ("executionpolicy", 2),
    ("encodedcommand", 1),
)
"""Names with the shortest form that powershell.exe takes for each, in the order in which it looks."""

_OTHER_NAMES: Final = {"?": "help", "of": "outputformat", "if": "inputformat", "ep": "executionpolicy", "ec": "encodedcommand"}
_ALONE: Final = {"noprofile": "", "nologo": "", "sta": "", "mta": "", "noninteractive": "-NonInteractive"}
_WITH_VALUE: Final = {
    "windowstyle": "",
    "version": "",
    "executionpolicy": "",
    "outputformat": "-OutputFormat",
    "inputformat": "-InputFormat",
    "encodedcommand": "-EncodedCommand",
}
"""How an option is handed on; not at all where it means nothing here or the lab sets it itself."""

_FROM_INPUT: Final = ("-Command", "-")
"""For `-File -` too, which does the same."""


@dataclass(frozen=True, slots=True)
class Options:
    """What PowerShell 7 is started with; `reads_input` is True where the script comes on its input."""

    arguments: tuple[str, ...]
    reads_input: bool = False


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """An option that the lab does not know how to honour."""

    option: str


def translate(words: Sequence[str]) -> Options | Unmodelled:
    """The options after the word `powershell`."""
    made: list[str] = []
    left = list(words)
    while left:
        name, word, rest = option(left[0]), left[0], left[1:]
        if name is None:
            return _script(made, "command", left)
        if name in {"command", "file"} and rest:
            return _script(made, name, rest)
        if name in _ALONE:
            made += [_ALONE[name]] if _ALONE[name] else []
            left = rest
        elif name in _WITH_VALUE and rest:
            made += [_WITH_VALUE[name], rest[0]] if _WITH_VALUE[name] else []
            left = rest[1:]
        else:
            return Unmodelled(word)
    if "-EncodedCommand" in made:
        return Options(tuple(made))
    return Options((*made, *_FROM_INPUT), reads_input=True)


def _script(made: list[str], name: str, rest: list[str]) -> Options:
    if rest == ["-"]:
        return Options((*made, *_FROM_INPUT), reads_input=True)
    return Options((*made, f"-{name.title()}", *rest))


def option(word: str) -> str | None:
    """The full name of an option as typed; None for a word that is none. An option that nobody knows keeps its name."""
    if word[:1] not in {"-", "/"} or len(word) == 1:
        return None
    typed = word.lstrip("-/").casefold()
    if typed in _OTHER_NAMES:
        return _OTHER_NAMES[typed]
    return next((name for name, least in _ABBREVIATED if len(typed) >= least and name.startswith(typed)), typed)
