"""DHCP of the world (placeholder of the shape; the area fills it)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpServer:
    """One DHCP server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpClient:
    """One DHCP client."""
