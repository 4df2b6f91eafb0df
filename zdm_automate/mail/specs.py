"""Command specs: verbs for endpoints that take commands and no scripts, as data; and the exact commands that one comes to.

Nothing is quoted and no text is built: names and typed values only. What is vague is refused before anything is sent.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import InputError, ProjectError, UnknownNameError, UnsupportedError
from zdm_automate.mail.identity import exact, named
from zdm_automate.mail.versions import REMOTE, Exchange
from zdm_automate.secrets import Credential, Secret
from zdm_automate.yaml_source import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final[tuple[str, ...]] = (
    "identity",
    "name",
    "text",
    "texts",
    "whole",
    "truth",
    "moment",
    "bytes",
    "secret",
    "text|null",
    "addresses",
)
"""`identity` is a GUID, `name` one name without wildcards, `text|null` a text that may be emptied on purpose,
`addresses` a list of addresses, which is sent as the bytes of a CSV file."""

_COMMAND_KEYS: Final = frozenset({"cmdlet", "versions", "only_with", "with", "take", "differs"})
_VERB_KEYS: Final = frozenset({"reader", "outputs", "versions", "takes", "pipe", "run"})
_PART_KEYS: Final = frozenset({"versions", "unless", "with", "take"})


@dataclass(frozen=True, slots=True)
class Command:
    """One cmdlet with its parameters, as it is sent."""

    cmdlet: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Null:
    """The value `$null`, sent on purpose."""


NULL: Final = Null()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Parameters of a command: fixed ones, and those that take an argument; `unless` names an argument that must be absent."""

    versions: frozenset[Exchange]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    taken: Mapping[str, str] = field(default_factory=dict)
    unless: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One command of a spec; `only_with` names an argument without which it is left out."""

    cmdlet: str
    versions: frozenset[Exchange]
    parts: tuple[Part, ...]
    only_with: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A verb for a command-only endpoint.

    Attributes:
        reader: the paired reader of an applier; empty for a reader.
        takes: kind of each argument; `?` before it means that it may be left out.
        pipe: its commands are one pipeline.
    """

    name: str
    outputs: tuple[str, ...]
    versions: tuple[Exchange, ...]
    run: tuple[Template, ...]
    reader: str = ""
    takes: Mapping[str, str] = field(default_factory=dict)
    pipe: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether calling it twice is the same as calling it once."""
        return not self.reader

    @property
    def sha256(self) -> str:
        """Hash over all that it can send: what the journal records in place of a script's hash."""
        body = [
            [
                one.cmdlet,
                sorted(one.versions),
                one.only_with,
                [[sorted(part.versions), part.unless, dict(part.fixed), dict(part.taken)] for part in one.parts],
            ]
            for one in self.run
        ]
        text = json.dumps([self.name, self.pipe, dict(self.takes), body], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def bind(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments, each of its kind; what is optional and not given is left out.

        Raises:
            InputError: one is unknown, missing, of another kind, or vague.
        """
        unknown = [name for name in arguments if name not in self.takes]
        if unknown:
            raise InputError(f"{self.name} takes no {unknown[0]}.", hint=f"It takes: {', '.join(self.takes) or 'nothing'}.")
        bound: dict[str, Any] = {}
        for name, kind in self.takes.items():
            plain = kind.removeprefix("?")
            if name not in arguments or (arguments[name] is None and kind.startswith("?")):
                if not kind.startswith("?"):
                    raise InputError(f"{self.name} needs {name}; nothing was sent.")
                continue
            bound[name] = _typed(arguments[name], plain, f"{self.name}: {name}")
        return bound

    def commands(self, version: Exchange, arguments: Mapping[str, Any]) -> tuple[Command, ...]:
        """What is sent to a server of that version.

        Raises:
            UnsupportedError: the version has no such thing.
            InputError: an argument does not fit; nothing was sent.
        """
        if version not in self.versions:
            raise UnsupportedError(
                f"{self.name} does not exist for Exchange {version}.",
                hint=f"It does for {', '.join(self.versions)}.",
                error_id="ZdmUnsupported",
            )
        bound = self.bind(arguments)
        return tuple(
            Command(one.cmdlet, parameters_of(one, version, bound))
            for one in self.run
            if version in one.versions and (not one.only_with or one.only_with in bound)
        )


def parameters_of(template: Template, version: Exchange, bound: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of one command for a version."""
    found: dict[str, Any] = {}
    for part in template.parts:
        if version not in part.versions or (part.unless and part.unless in bound):
            continue
        found |= part.fixed
        found |= {own: bound[name] for own, name in part.taken.items() if name in bound}
    return found


def _typed(value: Any, kind: str, what: str) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line per kind
    match kind, value:
        case "identity", _:
            return exact(value, what)
        case "name", _:
            return named(value, what)
        case "text", str() if value.strip():
            return value
        case "text|null", None:
            return NULL
        case "text|null", str() if value.strip():
            return value
        case "texts", list() | tuple() if value and all(isinstance(one, str) and one.strip() for one in value):
            return list(value)
        case "whole", int() if not isinstance(value, bool):
            return value
        case "truth", bool():
            return value
        case "moment", datetime() if value.tzinfo is not None:
            return value
        case "moment", str():
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                found = datetime.min  # noqa: DTZ901 - it has no zone, and so is refused
            if found.tzinfo is not None:
                return found
        case "bytes", bytes() if value:
            return value
        case "addresses", list() | tuple() if value and all(isinstance(one, str) and _ADDRESS.fullmatch(one) for one in value):
            return ("\r\n".join(("EmailAddress", *value)) + "\r\n").encode()
        case "secret", Secret() | Credential():
            return value
    shown = type(value).__name__ if kind in {"secret", "bytes"} else repr(value)[:80]
    raise InputError(f"{what} takes {WORDS[kind]}, not {shown}.", hint="Nothing was sent.")


_ADDRESS: Final = re.compile(r"[^\s,;\"'@]+@[^\s,;\"'@]+")

WORDS: Final[Mapping[str, str]] = {
    "addresses": "a list of addresses",
    "text": "a text that is not empty",
    "text|null": "a text, or nothing on purpose",
    "texts": "a list of texts",
    "whole": "a whole number",
    "truth": "true or false",
    "moment": "a time with its zone",
    "bytes": "bytes",
    "secret": "a secret or a credential",
}


class Specs(Mapping[str, Spec]):
    """All specs by name, in any case."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        self._specs = {spec.name: spec for spec in specs}
        self._spelling = {name.casefold(): name for name in self._specs}

    @classmethod
    def load(cls, folders: Iterable[Path]) -> Specs:
        """Reads `<folder>/exchange/*.yaml`; an earlier folder hides a later one's verb.

        Raises:
            ProjectError: a file that is none, or says what no spec says.
        """
        found: dict[str, Spec] = {}
        for folder in folders:
            for path in sorted((folder / "exchange").glob("*.yaml")):
                for spec in read_specs(path.read_text(encoding="utf-8"), str(path)):
                    found.setdefault(spec.name, spec)
        return cls(found.values())

    def __getitem__(self, name: str) -> Spec:
        try:
            return self._specs[self._spelling[name.casefold()]]
        except KeyError:
            near = difflib.get_close_matches(name, self._specs, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {len(self._specs)}."
            raise UnknownNameError(f"no command spec is called {name}.", hint=hint) from None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.casefold() in self._spelling

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)


def read_specs(text: str, source: str) -> tuple[Spec, ...]:
    """The specs of a file.

    Raises:
        ProjectError: it is none; the message names the verb.
    """
    body = parse_yaml(text, source).value
    verbs = body.get("verbs") if isinstance(body, dict) else None
    if not isinstance(verbs, dict) or set(body) != {"verbs"}:
        raise ProjectError(f"{source} must hold `verbs:` and nothing else.")
    return tuple(_spec(name, one, source) for name, one in verbs.items())


def _spec(name: str, body: Any, source: str) -> Spec:
    where = f"{source}: {name}"
    _only(body, _VERB_KEYS, where)
    if not isinstance(body.get("run"), list) or not body["run"] or not body.get("outputs"):
        raise ProjectError(f"{where} must say `outputs:` and `run:`.")
    versions = _versions(body.get("versions"), frozenset(REMOTE), where)
    takes = dict(body.get("takes") or {})
    for own, kind in takes.items():
        if str(kind).removeprefix("?") not in KINDS:
            raise ProjectError(f"{where}: {own} is of the kind {kind!r}; there are: {', '.join(KINDS)}.")
    run = tuple(_template(one, versions, takes, where) for one in body["run"])
    return Spec(
        name=name,
        outputs=tuple(body["outputs"]),
        versions=tuple(one for one in Exchange if one in versions),
        run=run,
        reader=str(body.get("reader") or ""),
        takes=takes,
        pipe=bool(body.get("pipe")),
    )


def _template(body: Any, versions: frozenset[Exchange], takes: Mapping[str, str], where: str) -> Template:
    _only(body, _COMMAND_KEYS, where)
    here = _versions(body.get("versions"), versions, where)
    parts = [_part(body, here, takes, where)]
    for one in body.get("differs") or ():
        _only(one, _PART_KEYS, where)
        parts.append(_part(one, _versions(one.get("versions"), here, where), takes, where))
    only = str(body.get("only_with") or "")
    _known_argument(only, takes, where)
    return Template(cmdlet=str(body["cmdlet"]), versions=here, parts=tuple(parts), only_with=only)


def _part(body: Mapping[str, Any], versions: frozenset[Exchange], takes: Mapping[str, str], where: str) -> Part:
    taken = dict(body.get("take") or {})
    for name in (*taken.values(), body.get("unless") or ""):
        _known_argument(name, takes, where)
    return Part(versions=versions, fixed=dict(body.get("with") or {}), taken=taken, unless=str(body.get("unless") or ""))


def _known_argument(name: str, takes: Mapping[str, str], where: str) -> None:
    if name and name not in takes:
        raise ProjectError(f"{where} uses the argument {name}, which it does not take.")


def _versions(body: Any, default: frozenset[Exchange], where: str) -> frozenset[Exchange]:
    if body is None:
        return default
    try:
        return frozenset(Exchange(str(one)) for one in body)
    except ValueError as problem:
        raise ProjectError(f"{where}: {problem}; versions are {', '.join(Exchange)}.") from problem


def _only(body: Any, known: frozenset[str], where: str) -> None:
    extra = sorted(set(body) - known) if isinstance(body, dict) else ["no mapping"]
    if extra:
        raise ProjectError(f"{where} says {extra[0]}; known are {', '.join(sorted(known))}.")
