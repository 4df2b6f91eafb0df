"""Sees in a stream of PSRP fragments (MS-PSRP 2.2.4) where a pipeline ends; it keeps no other message than that one.

It changes nothing, but for `speak_old`: for a host whose PowerShell is older than the engine that plays it.
"""

from __future__ import annotations

import re
import struct
from typing import Final

HEAD: Final = struct.Struct(">QQBI")
"""Object, number within it, flags, length."""

END: Final = 2
"""Flag of an object's last fragment."""

PIPELINE_STATE: Final = 0x00041006
FINAL: Final = frozenset({3, 4, 5})
"""Stopped, Completed, Failed."""

_TYPE = struct.Struct("<4xI")
_STATE: Final = re.compile(rb'<I32 N="PipelineState">(\d+)</I32>')
_PROTOCOL: Final = re.compile(rb'(<Version N="protocolversion">2\.)\d(</Version>)')


class EndWatch:
    """Watches the fragments of one pipeline."""

    def __init__(self) -> None:
        self._rest = b""
        self._messages: dict[int, bytearray] = {}

    def feed(self, data: bytes) -> bool:
        """Whether the pipeline has ended with these bytes; a fragment may come in pieces, a message in several fragments."""
        self._rest += data
        ended = False
        while len(self._rest) >= HEAD.size:
            identity, _, flags, length = HEAD.unpack_from(self._rest)
            if len(self._rest) < HEAD.size + length:
                break
            blob, self._rest = self._rest[HEAD.size : HEAD.size + length], self._rest[HEAD.size + length :]
            ended = self._part(identity, blob, last=bool(flags & END)) or ended
        return ended

    def _part(self, identity: int, blob: bytes, *, last: bool) -> bool:
        message = self._messages.setdefault(identity, bytearray())
        if len(message) < _TYPE.size or _is_state(message):
            message += blob
        if not last:
            return False
        whole = bytes(self._messages.pop(identity))
        found = _STATE.search(whole) if len(whole) >= _TYPE.size and _is_state(whole) else None
        return found is not None and int(found[1]) in FINAL


def _is_state(message: bytes | bytearray) -> bool:
    return bool(_TYPE.unpack_from(message)[0] == PIPELINE_STATE)


def speak_old(data: bytes) -> bytes:
    """The process's first message as a host with PowerShell 2.0 sends it: protocol 2.1, by which clients go."""
    return _PROTOCOL.sub(rb"\g<1>1\g<2>", data, count=1)
