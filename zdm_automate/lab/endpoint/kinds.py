"""The two kinds of shells, told apart by their resource: how a Command and a Send are written, and what streams there are."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, ClassVar, Protocol

from zdm_automate.lab.endpoint import winrs
from zdm_automate.lab.endpoint.soap import NAMES

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from zdm_automate.lab.endpoint.backend import Backend, ShellBackend
    from zdm_automate.lab.endpoint.winrs import CommandBackend


class Inside(Protocol):
    """A shell's inside, with the form of its messages."""

    inputs: ClassVar[str]
    outputs: ClassVar[str]

    @property
    def backend(self) -> Backend:
        """What the shell is made of."""
        ...

    def begin(self, command: str, body: ET.Element) -> None:
        """Begins a command from the body of its Command."""
        ...

    def send(self, command: str | None, stream: ET.Element) -> None:
        """Takes one stream of a Send."""
        ...


class Remoting:
    """PowerShell remoting: fragments of PSRP."""

    inputs: ClassVar[str] = "stdin pr"
    outputs: ClassVar[str] = "stdout"

    def __init__(self, backend: ShellBackend) -> None:
        self.backend = backend

    def begin(self, command: str, body: ET.Element) -> None:
        """See `Inside.begin`."""
        self.backend.push(command, base64.b64decode(body.findtext("rsp:Arguments", "", NAMES)))

    def send(self, command: str | None, stream: ET.Element) -> None:
        """See `Inside.send`."""
        self.backend.push(command, base64.b64decode(stream.text or ""))


class Programs:
    """WinRS: a line to run, bytes for its input."""

    inputs: ClassVar[str] = "stdin"
    outputs: ClassVar[str] = "stdout stderr"

    def __init__(self, backend: CommandBackend) -> None:
        self.backend = backend

    def begin(self, command: str, body: ET.Element) -> None:
        """See `Inside.begin`."""
        self.backend.run(command, winrs.command_line(body))

    def send(self, command: str | None, stream: ET.Element) -> None:
        """See `Inside.send`."""
        if command is None:
            raise ValueError("input is for a command")
        last = (stream.get("End") or "").casefold() == "true"
        self.backend.send(command, base64.b64decode(stream.text or ""), last=last)
