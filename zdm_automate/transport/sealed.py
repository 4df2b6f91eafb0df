"""WinRM's message encryption over HTTP: the multipart form around what SPNEGO has wrapped (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spnego import ContextProxy

BOUNDARY = "--Encrypted Boundary"
CONTENT_TYPE = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_OCTETS = b"application/octet-stream\r\n"
_END = b"--Encrypted Boundary"
_TAIL = 400
"""Bytes that may follow a part: the closing boundary, or the heads of the next part."""


def unseal(body: bytes, context: ContextProxy | None) -> bytes:
    """The envelope in clear; a message in several parts is joined.

    Raises:
        ValueError: not that form, or there is no context.
        SpnegoError: not wrapped by this context.
    """
    if context is None:
        raise ValueError("a sealed message needs a security context")
    parts = body.split(_OCTETS)[1:]
    if not parts:
        raise ValueError("the body is not a sealed message")
    clear = b""
    for part in parts:
        end = part.find(_END, max(0, len(part) - _TAIL))
        sealed = part if end < 0 else part[:end]
        length = int.from_bytes(sealed[:4], "little")
        clear += context.unwrap_winrm(sealed[4 : 4 + length], sealed[4 + length :])
    return clear


def seal(body: bytes, context: ContextProxy) -> bytes:
    """The envelope wrapped by this context, in that form."""
    made = context.wrap_winrm(body)
    head = (
        f"{BOUNDARY}\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(body) + made.padding_length}\r\n{BOUNDARY}\r\n"
        "\tContent-Type: application/octet-stream\r\n"
    )
    return head.encode() + struct.pack("<i", len(made.header)) + made.header + made.data + f"{BOUNDARY}--\r\n".encode()
