"""The library of verbs: finds the scripts, reads what they declare, and makes the exact text that is sent for one.

It reads text only: it never runs a script, and it never decides which verb is called.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from zdm_automate.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

VerbKind = Literal["reader", "test", "applier"]

KINDS: Final[tuple[VerbKind, ...]] = ("reader", "test", "applier")
FLOORS: Final = ("2.0", "3.0", "5.1")
PRELUDE: Final = "prelude"
"""What `known_scripts` says of the prelude's text."""

AGENT: Final = "winrs_agent.ps1"
"""What answers calls on a host without PowerShell remoting; it lies beside the prelude."""

CARRIER: Final = "vm_carrier.ps1"
"""What carries calls from a Hyper-V host into a guest; it lies beside the prelude too."""

LIMIT: Final = 100 * 1024
"""A script text of this many bytes or more is refused: it would not fit an old host's envelope with room to spare."""

COMMON: Final = ("WhatIf",)
"""Common parameters that an applier has without declaring them."""

WRAPPER: Final = """\
param([hashtable]$ZdmArguments)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
[System.Threading.Thread]::CurrentThread.CurrentCulture = [System.Globalization.CultureInfo]::InvariantCulture
if ($PSVersionTable.PSVersion -lt [version]'%(floor)s') {
    $ZdmMessage = '%(name)s needs PowerShell %(floor)s; this host has ' + $PSVersionTable.PSVersion + '.'
    Stop-ZdmVerb -Code Unsupported -Message $ZdmMessage -Target '%(name)s' -Category NotInstalled
}
%(source)s
%(name)s @ZdmArguments
"""

_NAME = re.compile(r"[A-Z][A-Za-z]+-Zdm[A-Z][A-Za-z0-9]*")
_HELP = re.compile(r"<#(.*?)#>", re.DOTALL)
_SECTION = re.compile(r"^[ \t]*\.([A-Z]+)(?:[ \t]+(\S+))?[ \t]*\r?$", re.MULTILINE)
_NOTE = re.compile(r"^[ \t]*(Kind|Floor|Reader|Hop)[ \t]*:[ \t]*(\S+)", re.MULTILINE)
_VARIABLE = re.compile(r"\$([A-Za-z]\w*)")
_TYPE = re.compile(r"\[([\w.]+(?:\[\])?)\]\s*\Z")
_MANDATORY = re.compile(r"Mandatory\s*=\s*\$true", re.IGNORECASE)


def to_pascal(name: str) -> str:
    """A Python parameter name as PowerShell writes it: `scope_id` -> `ScopeId`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter; `type` is lower case as written (`string[]`), empty where the script gives none."""

    name: str
    type: str
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What a script declares about itself; line ends are LF.

    Attributes:
        area: the folder it lies in.
        floor: the oldest PowerShell that runs it, `2.0`, `3.0` or `5.1`.
        reader: the paired reader of an applier, empty for other kinds.
        outputs: schema names it may emit.
        hop: the parameter whose UNC path leads to a third machine; empty for none.
        source: the script as it lies on disk.
    """

    name: str
    area: str
    kind: VerbKind
    floor: str
    reader: str
    outputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    source: str
    hop: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether calling it twice is the same as calling it once: it changes nothing."""
        return self.kind != "applier"

    @property
    def version(self) -> tuple[int, ...]:
        """The floor as numbers."""
        return tuple(int(part) for part in self.floor.split("."))

    @property
    def help(self) -> str:
        """The comment-based help as it stands in the script, moved to the margin."""
        found = _HELP.search(self.source)
        return textwrap.dedent(found[1]).strip() if found else ""

    def bind(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments under the script's own parameter names, from snake case or PowerShell names; None is left out.

        Raises:
            InputError: a parameter that the verb does not have, one given twice, or a mandatory one missing.
        """
        declared = {parameter.name.casefold(): parameter.name for parameter in self.parameters}
        if self.kind == "applier":
            declared |= {name.casefold(): name for name in COMMON}
        bound: dict[str, Any] = {}
        for given, value in params.items():
            name = declared.get(to_pascal(given).casefold())
            if name is None:
                known = ", ".join(sorted(declared.values())) or "none"
                raise InputError(f"{self.name} has no parameter {to_pascal(given)}.", hint=f"It has: {known}.")
            if name in bound:
                raise InputError(f"{self.name}: {name} is given twice.")
            if value is not None:
                bound[name] = value
        missing = [parameter.name for parameter in self.parameters if parameter.mandatory and parameter.name not in bound]
        if missing:
            raise InputError(f"{self.name} needs {', '.join(missing)}.")
        return bound


@dataclass(frozen=True, slots=True)
class Script:
    """Exactly what is sent for a verb; `sha256` covers the prelude and the text, as the journal records it."""

    verb: Verb
    text: str
    sha256: str


class Library(Mapping[str, Verb]):
    """All verbs that can be called, by name (any case), and the prelude they lean on."""

    def __init__(self, verbs: Iterable[Verb], prelude: str, agent: str = "", carrier: str = "") -> None:
        self._verbs = {verb.name: verb for verb in verbs}
        self._spelling = {name.casefold(): name for name in self._verbs}
        self._scripts: dict[str, Script] = {}
        self.prelude_text = _sendable(prelude, "prelude.ps1")
        self.agent_text = _sendable(agent, AGENT)
        self.carrier_text = _sendable(carrier, CARRIER)

    @classmethod
    def load(cls, folders: Iterable[Path]) -> Library:
        """Reads `<folder>/*/Verb-ZdmNoun.ps1`, prelude, agent and carrier; an earlier folder hides a later one's verb.

        Raises:
            InputError: a script that does not declare what it must, or is not plain ASCII, or too long; no prelude.
        """
        verbs: dict[str, Verb] = {}
        prelude: str | None = None
        agent = carrier = ""
        searched = tuple(folders)
        for folder in searched:
            start = folder / "prelude.ps1"
            if prelude is None and start.is_file():
                prelude = _read(start)
            if not agent and (folder / AGENT).is_file():
                agent = _read(folder / AGENT)
            if not carrier and (folder / CARRIER).is_file():
                carrier = _read(folder / CARRIER)
            for path in sorted(folder.glob("*/*-Zdm*.ps1")):
                if path.stem not in verbs:
                    verbs[path.stem] = parse(path.stem, path.parent.name, _read(path))
        if prelude is None:
            raise InputError(f"no prelude.ps1 in {', '.join(map(str, searched)) or 'no folder at all'}.")
        return cls(verbs.values(), prelude, agent, carrier)

    def __getitem__(self, name: str) -> Verb:
        try:
            return self._verbs[self._spelling[name.casefold()]]
        except KeyError:
            near = difflib.get_close_matches(name, self._verbs, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {len(self._verbs)} verbs."
            raise UnknownNameError(f"no verb is called {name}.", hint=hint) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._verbs)

    def __len__(self) -> int:
        return len(self._verbs)

    def script(self, name: str) -> Script:
        """The script of a verb as it is sent.

        Raises:
            UnknownNameError: no such verb.
            InputError: its text cannot be sent.
        """
        verb = self[name]
        if verb.name not in self._scripts:
            text = _sendable(WRAPPER % {"name": verb.name, "floor": verb.floor, "source": verb.source.strip()}, verb.name)
            self._scripts[verb.name] = Script(verb, text, sha256(self.prelude_text + text))
        return self._scripts[verb.name]

    def output_of(self, name: str) -> str:
        """Schema name of a verb's result, the first where it declares several."""
        return self[name].outputs[0]

    def sha256_of(self, name: str) -> str:
        """Hash of what is sent for a verb, with the prelude."""
        return self.script(name).sha256

    @cached_property
    def prelude_sha256(self) -> str:
        """The hash of the prelude as sent."""
        return sha256(self.prelude_text)


def known_scripts(library: Library) -> dict[str, Verb | Literal["prelude"]]:
    """What each text that this library sends is, by the SHA-256 of the text alone: how the lab recognises a verb."""
    known: dict[str, Verb | Literal["prelude"]] = {library.prelude_sha256: PRELUDE}
    for name in library:
        script = library.script(name)
        known[sha256(script.text)] = script.verb
    return known


def sha256(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(name: str, area: str, source: str) -> Verb:
    """Reads what a script declares in its comment-based help and parameter block.

    Raises:
        InputError: the name is not Verb-ZdmNoun, the function has another name, or help is missing Kind, Floor or OUTPUTS.
    """
    if not _NAME.fullmatch(name) or not re.search(rf"^function {re.escape(name)} \{{", source, re.MULTILINE):
        raise InputError(f"{area}/{name}.ps1 must hold one function {name}.")
    found = _HELP.search(source)
    if found is None:
        raise InputError(f"{area}/{name}.ps1 has no comment-based help.")
    sections = _sections(found[1])
    notes = dict(_NOTE.findall(sections.get("NOTES", "")))
    kind = next((known for known in KINDS if known == notes.get("Kind")), None)
    if kind is None or notes.get("Floor") not in FLOORS:
        raise InputError(f"{area}/{name}.ps1 must say Kind ({', '.join(KINDS)}) and Floor ({', '.join(FLOORS)}) in its notes.")
    if (kind == "applier") != bool(notes.get("Reader")):
        raise InputError(f"{area}/{name}.ps1 is {kind}: an applier names its Reader in its notes, and nothing else does.")
    outputs = tuple(sections.get("OUTPUTS", "").split())
    if not outputs:
        raise InputError(f"{area}/{name}.ps1 must name its schema under .OUTPUTS.")
    parameters = tuple(_parameters(source[found.end() :]))
    hop = notes.get("Hop", "")
    if hop and hop not in {parameter.name for parameter in parameters}:
        raise InputError(f"{area}/{name}.ps1 says Hop: {hop}, and has no such parameter.")
    return Verb(
        name=name,
        area=area,
        kind=kind,
        floor=notes["Floor"],
        reader=notes.get("Reader", ""),
        outputs=outputs,
        parameters=parameters,
        source=source,
        hop=hop,
    )


def _sections(text: str) -> dict[str, str]:
    marks = [*_SECTION.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {mark[1]: text[mark.end() : end] for mark, end in zip(marks, ends, strict=True) if mark[2] is None}


def _parameters(code: str) -> Iterator[Parameter]:
    start = re.search(r"\bparam\s*\(", code, re.IGNORECASE)
    if start is None:
        return
    for item in _items(_blank(code), start.end()):
        at = next((n for n, sign in enumerate(item) if sign == "$" and _depth(item[:n]) == 0), None)
        name = _VARIABLE.match(item, at) if at is not None else None
        if name is None:
            continue
        attributes = item[: name.start()].rstrip()
        kind = _TYPE.search(attributes)
        mandatory = bool(_MANDATORY.search(attributes)) and "ParameterSetName" not in attributes
        yield Parameter(name[1], kind[1].casefold() if kind else "", mandatory)


def _depth(code: str) -> int:
    return sum(sign in "([{" for sign in code) - sum(sign in ")]}" for sign in code)


def _items(code: str, start: int) -> Iterator[str]:
    """The comma-separated items of a parenthesis that opens before `start`; nested brackets do not split."""
    depth = 0
    begin = start
    for position in range(start, len(code)):
        sign = code[position]
        depth += (sign in "([{") - (sign in ")]}")
        if (sign == "," and depth == 0) or depth < 0:
            yield code[begin:position]
            begin = position + 1
        if depth < 0:
            return


def _blank(code: str) -> str:
    """The code with quoted strings and line comments made blank, length kept."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|#[^\n]*", lambda found: " " * len(found[0]), code)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("ascii").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        raise InputError(f"{path} must be plain ASCII without BOM; byte {problem.start} is not.") from problem


def _sendable(text: str, name: str) -> str:
    if not text.isascii():
        raise InputError(f"{name} must be plain ASCII.")
    if len(text) >= LIMIT:
        raise InputError(f"{name} is {len(text)} bytes; less than {LIMIT} can be sent.")
    return text
