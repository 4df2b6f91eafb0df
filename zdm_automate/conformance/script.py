"""A script under judgement: its tree, what it declares of itself, and what surrounds it (prelude, verbs, documentation)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any, Final, Literal

from zdm_automate.conformance.command import Command, commands
from zdm_automate.conformance.documents import Documents, version
from zdm_automate.conformance.guards import Ways
from zdm_automate.conformance.scope import Scopes
from zdm_automate.conformance.tree import Node, Tree
from zdm_automate.scripts import FLOORS, KINDS

Shape = Literal["verb", "prelude", "script"]
DEFAULT_FLOOR: Final = "3.0"
_NOTE: Final = re.compile(r"^[ \t]*(Kind|Floor|Reader)[ \t]*:[ \t]*(\S+)", re.MULTILINE)


@dataclass(slots=True)
class Counted:
    """How much was compared with documentation, and what could not be followed; grows as rules look."""

    commands: int = 0
    parameters: int = 0
    properties: int = 0
    keys: int = 0
    error_ids: int = 0
    members: int = 0
    not_followed: dict[str, int] = field(default_factory=dict)
    unconfirmed: set[str] = field(default_factory=set)

    def lost(self, what: str) -> None:
        """Counts something that could not be followed."""
        self.not_followed[what] = self.not_followed.get(what, 0) + 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a script may lean on.

    Attributes:
        functions: the prelude's functions by name in lower case, as nodes of its tree.
        verbs: the verbs' functions by name in lower case.
        ways: the functions of the prelude that say how a host is asked, with what each answer means.
        changing: the functions of the prelude that change something.
        documents: what Windows documents.
        counted: where rules count.
    """

    functions: Mapping[str, Node]
    verbs: Mapping[str, Node]
    ways: Mapping[str, Ways]
    changing: frozenset[str]
    documents: Documents
    counted: Counted


class Script:
    """One file. A verb is known by its name, `Verb-ZdmNoun.ps1`; the prelude by its own; anything else is a plain script."""

    def __init__(self, tree: Tree, around: Surroundings) -> None:
        self.tree = tree
        self.around = around
        self.scopes = Scopes()
        self.memo: dict[str, Any] = {}  # what a rule worked out once for the whole script
        self.resolved: dict[int, Any] = {}  # what calls.resolve found, by node
        self.path = tree.path
        self.stem = PurePath(tree.path).stem

    @property
    def shape(self) -> Shape:
        """What the file is."""
        if self.stem.casefold() == "prelude":
            return "prelude"
        return "verb" if re.fullmatch(r"[A-Za-z]+-Zdm\w+", self.stem) else "script"

    @cached_property
    def functions(self) -> dict[str, Node]:
        """The functions it defines, by name in lower case."""
        return {node.get("Name").casefold(): node for node in self.tree.root.find("FunctionDefinition")}

    @property
    def main(self) -> Node | None:
        """The verb's function."""
        return self.functions.get(self.stem.casefold()) if self.shape == "verb" else None

    @cached_property
    def help(self) -> dict[str, object]:
        """The comment-based help of the verb's function."""
        found = self.main.values.get("Help") if self.main else None
        return dict(found) if found else {}

    @cached_property
    def notes(self) -> dict[str, str]:
        """Kind, Floor and Reader as the help says them."""
        return dict(_NOTE.findall(str(self.help.get("Notes", ""))))

    @property
    def kind(self) -> str:
        """reader, test or applier; empty where it says none."""
        kind = self.notes.get("Kind", "")
        return kind if kind in KINDS else ""

    @cached_property
    def floor(self) -> str:
        """The oldest PowerShell it is meant for: its notes, the prelude's 2.0, `#requires`, or 3.0."""
        declared = self.notes.get("Floor", "")
        if declared in FLOORS:
            return declared
        if self.shape == "prelude":
            return "2.0"
        required = self.tree.root.get("RequiredVersion")
        return ".".join(required.split(".")[:2]) if required else DEFAULT_FLOOR

    @cached_property
    def commands(self) -> list[Command]:
        """Every command it calls."""
        return list(commands(self.tree.root))

    def below(self, wanted: str) -> bool:
        """Whether it is meant for a PowerShell older than that."""
        return version(self.floor) < version(wanted)
