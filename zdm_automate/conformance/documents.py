"""What Windows documents, as the package carries it: cmdlets, their outputs and errors, members of the .NET Framework.

It looks up; what follows from it is for the rules to say. The data and their sources are described in data/README.md.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKS: Final = "VPM"
"""How sure a fact is: seen at Microsoft, seen elsewhere, from memory."""


def version(text: str) -> tuple[int, ...]:
    """A version as numbers, to compare."""
    return tuple(int(part) for part in text.split("."))


def _name_of(by: str) -> str:
    return by.partition(" ")[0]


def _load(name: str) -> Any:
    return json.loads(gzip.decompress((files(__package__) / "data" / name).read_bytes()))


@dataclass(frozen=True)
class Cmdlet:
    """A documented cmdlet; parameter names in lower case lead to what is known of each."""

    name: str
    module: str
    group: str
    releases: tuple[str, ...]
    record: dict[str, Any] = field(repr=False)

    def since(self, parameter: str = "") -> str:
        """The oldest release that documents it, or one of its parameters."""
        record = self._parameters[parameter.casefold()][1] if parameter else self.record
        mask = int(record.get("v", self.record["v"]))
        return next((release for number, release in enumerate(self.releases) if mask >> number & 1), self.releases[0])

    def has(self, release: str, parameter: str = "") -> bool:
        """Whether a release has it. What one release documents, later ones keep."""
        return self.releases.index(self.since(parameter)) <= self.releases.index(release)

    @cached_property
    def _parameters(self) -> dict[str, tuple[str, dict[str, Any]]]:
        known = {name.casefold(): (name, info) for name, info in self.record["p"].items()}
        for name, info in self.record["p"].items():
            for alias in info.get("a", ()):
                known.setdefault(alias.casefold(), (name, info))
        return known

    def parameter(self, name: str) -> str | None:
        """The full name of a parameter from its name or alias, in any case."""
        found = self._parameters.get(name.casefold())
        return found[0] if found else None

    def begins(self, name: str) -> list[str]:
        """The parameters that begin so."""
        return sorted(one for one in self.record["p"] if one.casefold().startswith(name.casefold()))

    @cached_property
    def switches(self) -> frozenset[str]:
        """Names and aliases of the parameters that take no value."""
        return frozenset(name for name, (_, info) in self._parameters.items() if info.get("s"))

    def values(self, parameter: str) -> list[str]:
        """The values that a parameter takes, empty where none are documented."""
        return list(self.record["p"][parameter].get("x", ()))

    @property
    def sets(self) -> list[tuple[frozenset[str], frozenset[str], list[str]]]:
        """Parameter sets: mandatory, optional, and those that are given by place, in their order."""
        names = list(self.record["p"])
        unsure = set(self.record.get("c", ()))
        return [
            (
                frozenset(names[number] for number in required if names[number] not in unsure),
                frozenset(names[number] for number in (*optional, *(one for one in required if names[one] in unsure))),
                [names[number] for number in placed],
            )
            for _, required, optional, placed in self.record["s"]
        ]


@dataclass(frozen=True, slots=True)
class Changes:
    """By what a change is known; names in lower case.

    Attributes:
        verbs: verbs whose cmdlets change the host or the network.
        session: cmdlets with such a verb that change nothing beyond the session.
        methods: methods of WMI, ADSI, COM and System.IO that change something.
        reading: words by which a program that can change only reads (for dnscmd: how such words begin).
        writing: words by which a program changes, whatever follows.
        safe: programs that only read.
    """

    verbs: frozenset[str]
    session: frozenset[str]
    methods: frozenset[str]
    reading: dict[str, frozenset[str]]
    writing: frozenset[str]
    safe: frozenset[str]


class Documents:
    """Everything that is documented, read when first asked for."""

    @cached_property
    def cmdlets(self) -> dict[str, list[Cmdlet]]:
        """Cmdlets by name in lower case; a name may stand in several modules."""
        found: dict[str, list[Cmdlet]] = {}
        for module, content in _load("commands.json.gz")["modules"].items():
            for name, record in content["cmdlets"].items():
                cmdlet = Cmdlet(name, module, content["group"], tuple(content["releases"]), record)
                found.setdefault(name.casefold(), []).append(cmdlet)
        return found

    @cached_property
    def _since_3(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((files(__package__) / "data" / "since_3.json").read_text(encoding="ascii"))
        return data

    @cached_property
    def old_modules(self) -> frozenset[str]:
        """The documented modules that are older than Windows Server 2012, in lower case."""
        return frozenset(module.casefold() for module in self._since_3["2008R2"])

    def older_cmdlet(self, name: str) -> Cmdlet | None:
        """A cmdlet as Windows Server 2008 R2 has it."""
        for module, content in self._since_3["2008R2"].items():
            for known, record in content.items():
                if known.casefold() == name.casefold():
                    return Cmdlet(known, module, "windows", ("2008R2",), {"v": 1, **record})
        return None

    def is_later(self, cmdlet: Cmdlet, engine: str, parameter: str = "") -> bool:
        """Whether a cmdlet of PowerShell itself, or a parameter of one, came after an engine. Pages begin with 3.0."""
        if engine == "2.0":
            later = self._since_3["parameters"].get(cmdlet.name, ()) if parameter else self._since_3["commands"]
            name = parameter or cmdlet.name
            return name in later or cmdlet.module in self._since_3["modules"] or cmdlet.since(parameter) != "3.0"
        return version(cmdlet.since(parameter)) > version(engine)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The built-in aliases that the pages name, in lower case."""
        return {
            alias.casefold(): cmdlet.name
            for found in self.cmdlets.values()
            for cmdlet in found
            for alias in cmdlet.record.get("a", ())
            if "-" not in alias
        }

    @cached_property
    def changes(self) -> Changes:
        """By what a change is known."""
        data = json.loads((files(__package__) / "data" / "changes.json").read_text(encoding="ascii"))
        return Changes(
            verbs=frozenset(verb.casefold() for verb in data["verbs"]),
            session=frozenset(data["session"]),
            methods=frozenset(data["methods"]),
            reading={tool: frozenset(words) for tool, words in data["reading"].items()},
            writing=frozenset(data["writing"]),
            safe=frozenset(data["safe"]),
        )

    @cached_property
    def approved_verbs(self) -> frozenset[str]:
        """The verbs that Get-Verb of 5.1 lists."""
        return frozenset((files(__package__) / "data" / "verbs.txt").read_text(encoding="ascii").split())

    @cached_property
    def programs(self) -> frozenset[str]:
        """Native programs that Windows documents, without `.exe`."""
        return frozenset((files(__package__) / "data" / "programs.txt").read_text(encoding="ascii").split())

    @cached_property
    def _dotnet(self) -> dict[str, dict[str, Any]]:
        return {name.casefold(): {"name": name, **info} for name, info in _load("dotnet.json.gz")["types"].items()}

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces whose types are listed completely."""
        return frozenset(info["name"].rpartition(".")[0].casefold() for info in self._dotnet.values())

    def dotnet(self, name: str) -> dict[str, Any] | None:
        """A type of the .NET Framework by its full name."""
        return self._dotnet.get(name.casefold())

    def type_named(self, name: str) -> str:
        """The full name of a type as a script writes it; empty where it is none of the listed."""
        for candidate in (name, f"System.{name}"):
            found = self.dotnet(candidate)
            if found is not None:
                return str(found["name"])
        return ""

    def member(self, type_name: str, member: str, *, static: bool) -> dict[str, list[int]] | None:
        """The versions that have a member, each with the numbers of arguments; base types are asked too."""
        seen: str | None = type_name
        wanted = (("::" if static else "") + member).casefold()
        while seen:
            info = self.dotnet(seen)
            if info is None:
                break
            for name, versions in info.get("m", {}).items():
                if name.casefold() == wanted:
                    return dict(versions)
            seen = info.get("b")
        return None

    @cached_property
    def _outputs(self) -> dict[str, Any]:
        data: dict[str, Any] = _load("outputs.json.gz")
        return data

    @property
    def classes(self) -> dict[str, Any]:
        """The classes of objects that commands give: `by` their commands, `p` their properties with mark and type."""
        found: dict[str, Any] = self._outputs["classes"]
        return found

    def classes_of(self, command: str, given: Iterable[str] = ()) -> frozenset[str]:
        """The classes that a command gives, with these parameters: some it gives only with a certain one."""
        name, with_ = command.casefold(), {one.casefold() for one in given}
        exact, patterns = self._emitters
        known = [*exact.get(name, ()), *(one for pattern, one in patterns if fnmatch(name, pattern))]
        asked = {one for one, parameter in known if parameter and parameter in with_}
        return frozenset(asked or {one for one, parameter in known if not parameter})

    @cached_property
    def _emitters(self) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, tuple[str, str]]]]:
        """Classes by the commands that give them, each with the parameter it takes; and the same for patterns of names."""
        exact: dict[str, list[tuple[str, str]]] = {}
        patterns: list[tuple[str, tuple[str, str]]] = []
        for one, info in self.classes.items():
            for by in info["by"] if not one.startswith("(no output") else ():
                name, _, parameter = by.casefold().partition(" ")
                if "*" in name:
                    patterns.append((name, (one, parameter)))
                else:
                    exact.setdefault(name, []).append((one, parameter))
        return exact, patterns

    def wmi_classes(self, name: str) -> frozenset[str]:
        """A WMI class by its name, with or without namespace; with a class of DNS records, those that derive from it."""
        wanted = name.casefold()
        found = {one for one in self.classes if wanted and one.casefold().rpartition(":")[2] == wanted}
        if wanted == "microsoftdns_resourcerecord":
            found |= {one for one in self.classes if fnmatch(one, "MicrosoftDNS_*Type")}
        return frozenset(found)

    def linked(self, classes: frozenset[str], name: str) -> frozenset[str]:
        """The classes that a property of these classes holds, where that is documented."""
        owners = {one.casefold() for one in classes} | {
            by.casefold() for one in classes for by in map(_name_of, self.classes[one]["by"])
        }
        wanted = {f"{owner}.{name.casefold()}" for owner in owners}
        return frozenset(
            one for one, info in self.classes.items() if any(link.casefold() in wanted for link in info.get("of", ()))
        )

    def property_of(self, classes: frozenset[str], name: str) -> list[str] | None:
        """Mark and type of a property that at least one of the classes has."""
        found = [
            info for one in classes for known, info in self.classes[one]["p"].items() if known.casefold() == name.casefold()
        ]
        return min(found, key=lambda info: MARKS.index(info[0]), default=None)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Documented errors: cmdlet, error id, mark."""
        return [(cmdlet, fqid, mark) for cmdlet, fqid, mark in self._outputs["errors"]]
