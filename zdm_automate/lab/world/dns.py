"""DNS of the world (placeholder of the shape; the area fills it)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServer:
    """One DNS server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """The client side of one host."""
