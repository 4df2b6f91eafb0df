"""How a box without PowerShell shows and takes its DHCP relay address: profiles as data, and what they make of a text.

Texts in, rows, new texts and command lines out; only `load_profiles` reads files. It connects to nothing and decides nothing
about a migration.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from zdm_automate.errors import InputError, NotFoundError, UnknownNameError, VerifyFailedError
from zdm_automate.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FOLDER = "box"
"""Where the profiles lie within a folder of scripts."""


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is no pattern: {problem}") from problem
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShellSection(_Section):
    """The interactive shell of a box that has nothing else."""

    prompt: Pattern
    privileged: Pattern
    opening: tuple[str, ...] = ()
    refused: Pattern
    version: str


class RelaySection(_Section):
    """Where the addresses stand: within `block` lines (`lines`), or in a part of a file (`file`)."""

    line: Pattern
    block: Pattern = ""
    within: Pattern = ""
    interface: str = ""
    separator: str = ""


class ChangeSection(_Section):
    """The commands of a change, by part."""

    enter: tuple[str, ...]
    add: str
    remove: str
    leave: tuple[str, ...]


class SaveSection(_Section):
    """The command that makes the running configuration the one of the next start, and what it says when it has."""

    command: str
    done: Pattern


class RunningSection(_Section):
    """How the processes that relay are seen."""

    command: str
    line: Pattern


class Profile(_Section):
    """One kind of box.

    `lines`: commands typed into a shell change the running configuration, another command saves it.
    `file`: a file is written and a service started anew; the file is what counts at the next start.
    """

    name: str
    title: str
    kind: Literal["lines", "file"]
    relay: RelaySection
    shell: ShellSection | None = None
    running: str | RunningSection | None = None
    saved: str = ""
    moving: tuple[Pattern, ...] = ()
    change: ChangeSection | None = None
    save: SaveSection | None = None
    file: str = ""
    restart: str = ""
    test: str = ""
    version: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Profile:
        wanted = ("shell", "running", "saved", "change", "save") if self.kind == "lines" else ("file", "restart", "version")
        missing = [name for name in wanted if not getattr(self, name)]
        if missing:
            raise ValueError(f"a profile of kind {self.kind} needs {', '.join(missing)}")
        if "servers" not in re.compile(self.relay.line).groupindex:
            raise ValueError("relay.line must have the group `servers`")
        return self

    @property
    def sha256(self) -> str:
        """The hash of what decides what is sent."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def load_profiles(folders: Iterable[Path]) -> dict[str, Profile]:
    """The profiles in `<folder>/box/*.yaml` by name; an earlier folder hides a later one's.

    Raises:
        ProjectError: a file that is no profile, with its place.
    """
    found: dict[str, Profile] = {}
    for folder in folders:
        for path in sorted((folder / FOLDER).glob("*.yaml")):
            source = read_yaml(path)
            try:
                made = Profile.model_validate(source.value)
            except ValidationError as problem:
                raise source.invalid(problem) from problem
            found.setdefault(made.name, made)
    return found


def profile_of(name: str, profiles: Mapping[str, Profile], own: Mapping[str, str]) -> Profile:
    """The profile of a box with what the project says otherwise.

    Raises:
        UnknownNameError: no such profile, or nothing of it is called so.
    """
    if name not in profiles:
        raise UnknownNameError(f"there is no box profile {name!r}.", hint=f"There are: {', '.join(sorted(profiles))}.")
    unknown = set(own) - {"file", "restart", "test"}
    if unknown or (own and profiles[name].kind != "file"):
        raise UnknownNameError(
            f"profile {name}: {', '.join(sorted(unknown or own))} cannot be set.", hint="Can be set: file, restart, test."
        )
    return profiles[name].model_copy(update=dict(own))


def profiles_sha256(profiles: Mapping[str, Profile]) -> str:
    """One hash over all profiles, for the journal."""
    return hashlib.sha256("".join(profiles[name].sha256 for name in sorted(profiles)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Relay:
    """Where one interface sends its clients' requests: to all of these, so they are held in order of their numbers."""

    interface: str
    servers: tuple[str, ...]


def relays_of(profile: Profile, text: str) -> tuple[Relay, ...]:
    """The relays that a configuration shows, in its order."""
    found: dict[str, tuple[str, ...]] = {}
    if profile.kind == "lines":
        interface = ""
        for line in text.splitlines():
            block = re.match(profile.relay.block, line)
            if block is not None:
                interface = block["interface"]
            elif line[:1].strip():
                interface = ""
            elif interface and (hit := re.match(profile.relay.line, line)) is not None:
                found[interface] = (*found.get(interface, ()), hit["servers"])
    else:
        for hit in _hits(profile, text):
            name = _interface(profile, hit)
            found[name] = (*found.get(name, ()), *_split(profile, hit["servers"]))
    return tuple(Relay(name, in_order(servers)) for name, servers in found.items())


def in_order(servers: Iterable[str]) -> tuple[str, ...]:
    """The addresses in the order of their numbers, each once."""
    return tuple(sorted(dict.fromkeys(servers), key=lambda one: [part.rjust(3, "0") for part in one.split(".")]))


def running_servers(profile: Profile, text: str) -> tuple[tuple[str, ...], ...]:
    """The addresses of each process that relays."""
    assert isinstance(profile.running, RunningSection)  # noqa: S101 - asked for such profiles only
    return tuple(tuple(hit["servers"].split()) for hit in re.finditer(profile.running.line, text, re.MULTILINE))


def seen_running(relays: Iterable[Relay], processes: Iterable[tuple[str, ...]]) -> tuple[Relay, ...]:
    """The relays of a file as the processes carry them out; without a process that fits, the one left over, or none."""
    left = [*processes]
    rows = [*relays]
    fitting = {n for n, row in enumerate(rows) if any(set(p) == set(row.servers) for p in left)}
    left = [p for p in left if not any(set(p) == set(rows[n].servers) for n in fitting)]
    other = left[0] if len(left) == 1 else ()
    return tuple(row if n in fitting else replace(row, servers=other) for n, row in enumerate(rows))


def rewritten(profile: Profile, text: str, interface: str, servers: tuple[str, ...]) -> str:
    """The file's text with other addresses for one interface.

    Raises:
        NotFoundError: the file has no relay for it.
        InputError: the file takes one address per line and another number is wanted.
    """
    hits = [hit for hit in _hits(profile, text) if _interface(profile, hit) == interface]
    if not hits:
        raise NotFoundError(f"{profile.file} has no relay for {interface}.", error_id="ZdmNotFound")
    there = [one for hit in hits for one in _split(profile, hit["servers"])]
    ordered = [one for one in there if one in servers] + [one for one in servers if one not in there]
    values = [profile.relay.separator.join(ordered)] if profile.relay.separator else ordered
    if len(values) != len(hits):
        raise InputError(f"{profile.file}: {interface} has {len(hits)} lines for {len(values)} addresses; edit it by hand.")
    for hit, value in reversed([*zip(hits, values, strict=True)]):
        start, end = hit.span("servers")
        text = text[:start] + value + text[end:]
    return text


def change_lines(profile: Profile, interface: str, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The commands that turn one list of addresses into another; the new ones come first, so that there is always one."""
    assert profile.change is not None  # noqa: S101 - a profile of lines has it
    part = profile.change
    add = [part.add.format(server=one) for one in after if one not in before]
    remove = [part.remove.format(server=one) for one in before if one not in after]
    return (*(line.format(interface=interface) for line in part.enter), *add, *remove, *part.leave)


def difference(profile: Profile, before: str, after: str) -> tuple[str, ...]:
    """The lines by which two looks at a configuration differ, `-` and `+` before them, moving ones left out."""
    old, new = ([line for line in text.splitlines() if not _moves(profile, line)] for text in (before, after))
    return tuple(line.rstrip() for line in difflib.unified_diff(old, new, n=0, lineterm="") if _differs(line))


def refuse_more(profile: Profile, lines: Iterable[str], servers: Iterable[str]) -> None:
    """Asks that a difference speaks of these relay addresses and of nothing else.

    Raises:
        VerifyFailedError: something else changed too.
    """
    known = tuple(servers)
    for line in lines:
        text = line[1:]
        relay = re.search(profile.relay.line, text) is not None or profile.relay.within
        if not relay or not any(server in text for server in known):
            raise VerifyFailedError(
                f"the box changed more than the relay address: {line.strip()!r}.",
                hint="Somebody else works on it. Nothing was saved; look at the box.",
                error_id="ZdmVerifyFailed",
            )


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """The addresses, each an IPv4 address and there once.

    Raises:
        InputError: none, or one that is no address: it would become part of a command.
    """
    try:
        found = in_order(str(IPv4Address(value)) for value in values)
    except ValueError as problem:
        raise InputError(f"a relay sends to IPv4 addresses: {problem}.") from problem
    if not found:
        raise InputError("a relay needs an address to send to.")
    return found


def _hits(profile: Profile, text: str) -> list[re.Match[str]]:
    pattern = re.compile(profile.relay.line, re.MULTILINE)
    if not profile.relay.within:
        return [*pattern.finditer(text)]
    parts = re.finditer(profile.relay.within, text, re.DOTALL)
    return [hit for part in parts for hit in pattern.finditer(text, part.start(), part.end())]


def _interface(profile: Profile, hit: re.Match[str]) -> str:
    return profile.relay.interface or hit["interface"]


def _split(profile: Profile, text: str) -> tuple[str, ...]:
    parts = text.split(profile.relay.separator) if profile.relay.separator else [text]
    return tuple(part.strip() for part in parts if part.strip())


def _moves(profile: Profile, line: str) -> bool:
    return any(re.match(pattern, line) for pattern in profile.moving)


def _differs(line: str) -> bool:
    return line[:1] in {"+", "-"} and not line.startswith(("+++", "---"))
