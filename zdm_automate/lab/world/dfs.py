r"""DFS namespaces: a path that everybody uses, and the shares that it leads to. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    r"""A folder of a namespace: its path, and its targets in order, each with its state (Online or Offline)."""

    path: str
    targets: tuple[tuple[str, str], ...]


def target_of(links: Mapping[str, Link], path: str) -> str | None:
    """Where a path of a namespace leads: its first target that is online; None where it is no such path, or none is."""
    for link in links.values():
        inside = path.casefold() == link.path.casefold() or path.casefold().startswith(link.path.casefold() + "\\")
        if inside:
            online = next((target for target, state in link.targets if state == "Online"), None)
            return online + path[len(link.path) :] if online is not None else None
    return None
