"""The calls and replies of `ps_scripts/winrs_agent.ps1` as text: what goes in on standard input, what its lines mean.

Pure: it opens nothing and runs nothing. No argument is ever part of the command line.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from zdm_automate.errors import InputError, WireError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Arguments, ErrorRecord, Reply
from zdm_automate.transport.clixml_text import read_clixml

END: Final = "ZDM-END"
"""The line after the agent's own text."""

PRELUDE_ID: Final = "0"

COMMAND: Final = "powershell.exe"
ARGUMENTS: Final = (
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    # without it 2.0 reads its input as objects for the command, and never ends
    "-InputFormat",
    "None",
    "-Command",
    '"$t=New-Object Text.StringBuilder;'  # noqa: ISC004 - one word of the line
    f"while($null -ne ($l=[Console]::In.ReadLine()) -and $l -cne '{END}')"
    '{[void]$t.AppendLine($l)};& ([scriptblock]::Create($t.ToString()))"',
)
"""The whole command line: it reads the agent from standard input, as plain text, and runs it."""

SSH_COMMAND: Final = (
    "pwsh -NoLogo -NoProfile -NonInteractive -Command "
    '"& ([scriptblock]::Create([Console]::In.ReadLine().Replace([char]1,[char]10)))"'
)
"""The same over SSH, where a shell reads the line first: without a dollar sign or a quote in it all shells pass it on alike."""

_INT32: Final = 2**31
_INT64: Final = 2**63
_REPLY: Final = re.compile(r"ZDM (\S+) (\S+)")


def start_text(agent: str) -> str:
    """The agent's own text as it goes in first."""
    return f"{agent.rstrip()}\n{END}\n"


def ssh_start_text(agent: str) -> str:
    """The agent's own text as it goes in first over SSH: one line, with a control character for each end of a line."""
    return agent.rstrip().replace("\r\n", "\n").replace("\n", "\x01") + "\n"


def call_text(identity: str, script: str, arguments: Arguments) -> tuple[str, str]:
    """A call: all of it but its last line, and that line; before the last nothing is run.

    Raises:
        InputError: a value of a kind, or a script, that cannot be sent.
    """
    if not script.isascii():
        raise InputError("a script that goes over WinRS must be plain ASCII.")
    lines = [f"call {identity}", *(f" {line}" for line in script.replace("\r\n", "\n").split("\n"))]
    lines += [f"arg {name} {_argument(value)}" for name, value in arguments.items()]
    return "\n".join(lines) + "\n", "go\n"


def _argument(value: Any) -> str:  # noqa: PLR0911 - one return per type
    match value:
        case bool():
            return f"bool {int(value)}"
        case int():
            if not -_INT64 <= value < _INT64:
                raise InputError(f"{value} does not fit a 64 bit number.")
            return f"int {value}" if -_INT32 <= value < _INT32 else f"long {value}"
        case str():
            return f"text {_b64(value)}"
        case None:
            return "none"
        case datetime():
            return f"text {_b64(value.astimezone(UTC).isoformat().replace('+00:00', 'Z'))}"
        case Secret():
            return f"secret {_b64(value.reveal())}"
        case Credential():
            return f"account {_b64(value.username)},{_b64(value.password.reveal())}"
        case list() | tuple() if all(isinstance(item, str) and item for item in value):
            return f"list {','.join(_b64(item) for item in value)}"
    raise InputError(f"a value of type {type(value).__name__} cannot be sent over WinRS.")


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass(slots=True)
class Replies:
    """Takes what the agent's process writes, in pieces of any size, and finds the reply of one call in it.

    Attributes:
        other: lines that are no reply: something wrote past the agent.
    """

    other: list[str] = field(default_factory=list)
    _rest: str = ""
    _parts: dict[str, list[str]] = field(default_factory=dict)

    def feed(self, text: str) -> Iterator[tuple[str, str]]:
        """Identity and CLIXML of every reply that this piece completes.

        Raises:
            WireError: a reply that is no base64 of UTF-8.
        """
        *lines, self._rest = (self._rest + text).replace("\r\n", "\n").split("\n")
        for line in lines:
            found = _REPLY.fullmatch(line.strip())
            if found is None:
                if line.strip():
                    self.other.append(line.strip())
            elif found[2] != ".":
                self._parts.setdefault(found[1], []).append(found[2])
            else:
                yield found[1], _decoded("".join(self._parts.pop(found[1], [])))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise WireError("a reply over WinRS is spoilt.", error_id="ZdmWinrsReply") from problem


def reply_of(xml: str, *, seconds: float, requests: int, noise: tuple[str, ...] = ()) -> Reply:
    """The reply that a CLIXML document tells.

    Raises:
        WireError: not the agent's form.
    """
    values = read_clixml(xml)
    body = values[0] if len(values) == 1 else None
    if not isinstance(body, Mapping) or "Output" not in body:
        raise WireError("a reply over WinRS is not in the agent's form.", error_id="ZdmWinrsReply")
    errors = tuple(
        ErrorRecord(
            error_id=str(row.get("ErrorId") or ""),
            message=str(row.get("Message") or ""),
            category=str(row.get("Category") or "NotSpecified"),
            target=str(row.get("Target") or ""),
            script_stack=str(row.get("ScriptStack") or ""),
            exception_type=str(row.get("ExceptionType") or ""),
        )
        for row in _list(body.get("Errors"))
    )
    return Reply(
        output=tuple(_list(body["Output"])),
        errors=errors,
        warnings=_texts(body.get("Warnings")),
        verbose=(*_texts(body.get("Verbose")), *noise),
        debug=_texts(body.get("Debug")),
        information=_texts(body.get("Information")),
        had_errors=bool(body.get("HadErrors")) or bool(errors),
        duration_seconds=seconds,
        requests=requests,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(value))


# --- the far side, for an endpoint that plays the agent ---


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the agent reads it."""

    identity: str
    script: str
    arguments: Mapping[str, Any]


@dataclass(slots=True)
class Calls:
    """Takes standard input in pieces: first the agent's text, then calls."""

    agent: str | None = None
    _rest: str = ""
    _lines: list[str] = field(default_factory=list)

    def feed(self, text: str) -> Iterator[Call]:
        """The calls that this piece completes.

        Raises:
            InputError: an argument that is none.
        """
        *lines, self._rest = (self._rest + text).replace("\r\n", "\n").split("\n")
        for line in lines:
            if self.agent is None:
                if line == END:
                    self.agent, self._lines = "\n".join(self._lines), []
                else:
                    self._lines.append(line)
            elif line == "go":
                taken, self._lines = self._lines, []
                yield _call(taken)
            elif self._lines or line.startswith("call "):
                self._lines.append(line)


def _call(lines: list[str]) -> Call:
    arguments: dict[str, Any] = {}
    for line in lines[1:]:
        if line.startswith("arg "):
            _, name, kind, value = [*line.split(" "), ""][:4]
            arguments[name] = _value(kind, value)
    return Call(lines[0].removeprefix("call "), "\n".join(line[1:] for line in lines if line.startswith(" ")), arguments)


def _value(kind: str, value: str) -> Any:  # noqa: PLR0911 - one return per type
    match kind:
        case "text":
            return _decoded(value)
        case "int" | "long":
            return int(value)
        case "bool":
            return value == "1"
        case "none":
            return None
        case "secret":
            return Secret(_decoded(value))
        case "account":
            user, _, password = value.partition(",")
            return Credential(_decoded(user), Secret(_decoded(password)))
        case "list":
            return [_decoded(item) for item in value.split(",") if item]
    raise InputError(f"the agent knows no argument of type {kind!r}.")
