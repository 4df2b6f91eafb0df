"""What the tests of runs put in the place of a host's answer and of the library of verbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Result:
    """What a reader gives."""

    facts: tuple[Any, ...]
    script_sha256: str = "00"
    duration_seconds: float = 0.0
    requests: int = 2
    warnings: tuple[str, ...] = ()


class Scripts:
    """A library in which every reader gives services."""

    def output_of(self, verb: str) -> str:
        return "Zdm.Service"

    def sha256_of(self, verb: str) -> str:
        return "ab" * 32
