"""A running office with a project made for it, and the command line typed against it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from zdm_automate.cli.__main__ import main
from zdm_automate.lab.state import LabFolder


@dataclass
class Story:
    """A running office with a project made for it."""

    lab: LabFolder
    project: Path
    capsys: pytest.CaptureFixture[str]
    typed: list[tuple[str, ...]] = field(default_factory=list)

    def type(self, *words: str) -> tuple[int, str, str]:
        """Types a command in the project: exit code, output, errors."""
        self.capsys.readouterr()
        self.typed.append(words)
        code = main([*words])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def ok(self, *words: str) -> str:
        """A command that has to succeed."""
        code, out, err = self.type(*words)
        assert code == 0, f"{words}: {code}\n{out}\n{err}"
        return out

    def json(self, *words: str) -> Any:
        """A command's JSON, whatever the exit code."""
        return json.loads(self.type(*words, "--json")[1])

    def plan(self, book: str) -> Any:
        """Plans, and gives the plan file."""
        made = self.json("plan", book)
        return json.loads((self.project / "plans" / f"{made['id']}.json").read_bytes())

    def carry(self, text: str) -> None:
        """Carries the world's clock forward."""
        self.ok("lab", "clock", text)

    def edit(self, change: Callable[[str], str]) -> None:
        """Rewrites the project file."""
        path = self.project / "project.yaml"
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    def calls(self, host: str) -> list[dict[str, Any]]:
        """What a host of the lab was asked."""
        return [line for line in self.lab.calls() if line["host"] == host]


def previews(plan: Any) -> list[tuple[str, str]]:
    """Item and preview of every row."""
    return [(item["id"], row["preview"]) for item in plan["items"] for row in item["rows"]]


def documented(page: str, section: str) -> list[tuple[str, ...]]:
    """The commands of a section of a page under docs/, in order: the words that name them, with their options."""
    text = (Path(__file__).resolve().parents[2] / "docs" / page).read_text(encoding="utf-8")
    part = text.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    return [named(line.split()[1:]) for line in re.findall(r"(?m)^\s+(zdm .*)$", part)]


def named(words: Iterable[str]) -> tuple[str, ...]:
    """Of a command the words that name it, and its options; not what it is about."""
    words = [word for word in words if word != "--json"]
    count = 2 if words[0] == "lab" else 1
    return (*words[:count], *(word for word in words[count:] if word in {"--provider", "hyperv"}))
