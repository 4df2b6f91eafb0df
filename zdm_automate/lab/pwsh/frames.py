"""The lines that `pwsh -s` speaks: one XML element each, naming the shell (zeros) or one of its commands. Text only, no pipe.

The process works on the lines it is given side by side, so whoever writes must wait for the acknowledgement of a line
before the next one of the same command, or fragments change places.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

SHELL: Final = "00000000-0000-0000-0000-000000000000"
_LINE: Final = re.compile(rb"<(\w+)(?: Stream='\w+')? PSGuid='([0-9A-Fa-f-]{36})'\s*(?:/>|>([A-Za-z0-9+/=]*)</\w+>)\s*")


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of the process.

    Attributes:
        kind: `Data`, or what is acknowledged: `DataAck`, `CommandAck`, `SignalAck`, `CloseAck`.
        command: the command's id in upper case; None for the shell.
        data: fragments of PSRP, of a `Data` line.
    """

    kind: str
    command: str | None
    data: bytes = b""


def read(line: bytes) -> Frame | None:
    """The frame of a line; None for a line that is none, such as what a native program prints past PowerShell."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    command = found[2].decode().upper()
    try:
        data = base64.b64decode(found[3] or b"", validate=True)
    except binascii.Error:
        return None
    return Frame(found[1].decode(), None if command == SHELL else command, data)


def data(command: str | None, fragments: bytes) -> bytes:
    """The line that carries fragments to the shell or to a command."""
    return b"<Data Stream='Default' PSGuid='%s'>%s</Data>\n" % (_id(command), base64.b64encode(fragments))


def element(kind: str, command: str) -> bytes:
    """The line that begins a command (`Command`), stops it (`Signal`) or drops it (`Close`)."""
    return b"<%s PSGuid='%s' />\n" % (kind.encode(), _id(command))


def _id(command: str | None) -> bytes:
    return (command or SHELL).lower().encode()
