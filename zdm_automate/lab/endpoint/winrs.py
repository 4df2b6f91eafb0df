"""Shells of WinRM's other kind (WinRS): programs are run in them, with input, two outputs and an exit code.

This is the form only, from WS-Management's side (MS-WSMV 2.2.4, 3.1.4.1); what runs a program is the backend's business.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from zdm_automate.lab.endpoint.backend import Backend
from zdm_automate.lab.endpoint.outbox import Outbox
from zdm_automate.lab.endpoint.soap import NAMES

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from zdm_automate.lab.endpoint.backend import Taken
    from zdm_automate.lab.endpoint.soap import Message

RESOURCE: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
STDERR: Final = "stderr"
CODE_PAGE: Final = "437"
UTF_8: Final = "65001"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellOptions:
    """How a client wants a shell.

    Attributes:
        encoding: Python's name of the shell's code page.
        environment: variables for its programs.
        folder: where its programs begin; empty for the user's own folder.
    """

    encoding: str
    environment: Mapping[str, str]
    folder: str


class CommandBackend(Backend, Protocol):
    """A shell that runs programs."""

    def run(self, command: str, line: str) -> None:
        """Begins a command: a line as one types it."""
        ...

    def send(self, command: str, data: bytes, *, last: bool) -> None:
        """Input for a command; nothing follows the last."""
        ...


class CodePageError(ValueError):
    """The client wants a code page that there is not."""


def shell_options(message: Message) -> ShellOptions:
    """What a Create says of the shell.

    Raises:
        CodePageError: no such code page.
    """
    body = message.body
    options = {name.upper(): value for name, value in message.options}
    page = options.get("WINRS_CODEPAGE", "").strip() or CODE_PAGE
    try:
        encoding = codecs.lookup("utf-8" if page == UTF_8 else f"cp{page}").name
    except LookupError as problem:
        raise CodePageError(page) from problem
    variables = body.findall("rsp:Environment/rsp:Variable", NAMES) if body is not None else []
    return ShellOptions(
        encoding=encoding,
        environment={one.get("Name", ""): one.text or "" for one in variables if one.get("Name")},
        folder=(body.findtext("rsp:WorkingDirectory", "", NAMES) if body is not None else "").strip(),
    )


def command_line(body: ET.Element) -> str:
    """The line of a Command: the command and its arguments, as typed."""
    words = [body.findtext("rsp:Command", "", NAMES), *(one.text or "" for one in body.findall("rsp:Arguments", NAMES))]
    return " ".join(word for word in words if word).strip()


class NoCommands:
    """See `CommandBackend`: runs nothing, and says so."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._outbox = Outbox(together=0.0)
        self.alive = True

    def run(self, command: str, line: str) -> None:
        """See `CommandBackend.run`."""
        word = line.split(" ", 1)[0][:80]
        said = (
            f"The lab's engine `sim` runs no programs, so '{word}' was not run on {self._host}.\r\n"
            "Start the lab with `zdm lab up --engine pwsh` for that.\r\n"
        )
        self._outbox.open(command)
        self._outbox.put(command, said.encode("ascii", "replace"), STDERR)
        self._outbox.end(command, 1)

    def send(self, command: str, data: bytes, *, last: bool) -> None:
        """See `CommandBackend.send`: nothing reads it."""

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """See `Backend.take`."""
        return self._outbox.take(command, limit, seconds)

    def stop(self, command: str) -> None:
        """See `Backend.stop`: nothing runs."""

    def forget(self, command: str) -> None:
        """See `Backend.forget`."""
        self._outbox.forget(command)

    def close(self) -> None:
        """See `Backend.close`."""
        self.alive = False
        self._outbox.close()
