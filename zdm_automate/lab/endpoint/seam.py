"""Between the HTTP server and what answers behind it: a decrypted request of a known user, and its answer. Values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SOAP = "application/soap+xml;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One authenticated request; `body` is the SOAP envelope in clear."""

    user: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    content_type: str = SOAP


Handler = Callable[[Request], Answer]
