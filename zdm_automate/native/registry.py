"""Which parser reads which tool's text. Pure: text in, facts out; never runs a tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from zdm_automate.errors import NativeExitError, WireError
from zdm_automate.facts.base import Fact

ZDM_TYPE = "Zdm.NativeText"


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeText:
    """What a native tool printed on a host.

    Attributes:
        tool: the program without `.exe`, lower case (`netsh`).
        command: the words that say which text it is, without values (`dhcp server dump`).
        exit_code: as the tool left it.
        lines: its standard output.
        culture: the host's culture, for dates and numbers in the text.
    """

    tool: str
    command: str
    exit_code: int
    lines: tuple[str, ...]
    culture: str = "en-US"


Parser = Callable[[NativeText], Iterable[Fact]]
P = TypeVar("P", bound=Parser)

_PARSERS: dict[tuple[str, str], Parser] = {}


def parser(tool: str, command: str) -> Callable[[P], P]:
    """Registers the parser of one text."""

    def register(function: P) -> P:
        _PARSERS[tool, command] = function
        return function

    return register


def native_text(row: Mapping[str, Any]) -> NativeText:
    """The value of a `Zdm.NativeText` object off the wire."""
    return NativeText(
        tool=str(row["Tool"]),
        command=str(row["Command"]),
        exit_code=int(row["ExitCode"]),
        lines=tuple(str(line) for line in row["Lines"]),
        culture=str(row.get("Culture") or "en-US"),
    )


def parse(text: NativeText) -> tuple[Fact, ...]:
    """The facts in a tool's text.

    Raises:
        NativeExitError: the tool ended with a code other than 0.
        WireError: no parser is known for this text, or the text is not of the known form.
    """
    if text.exit_code != 0:
        last = next((line.strip() for line in reversed(text.lines) if line.strip()), "no output")
        raise NativeExitError(f"{text.tool} {text.command} ended with code {text.exit_code}: {last}", error_id="ZdmNativeExit")
    try:
        function = _PARSERS[text.tool, text.command]
    except KeyError:
        raise WireError(
            f"no parser is known for the text of `{text.tool} {text.command}`", error_id="ZdmUnknownSchema"
        ) from None
    return tuple(function(text))
