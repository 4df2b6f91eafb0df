"""`zdm lab from-facts`: an office in the likeness of a client's network, out of what the readers say there. Changes no host."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import AsJson, say, show_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zdm_automate.cli.opening import Opened
    from zdm_automate.facts.store import Facts
    from zdm_automate.lab.office import Office
    from zdm_automate.playbook import Playbook
    from zdm_automate.scripts import Library
    from zdm_automate.session import HostSession
    from zdm_automate.steps import Read

PER_HOST = (
    *("HostInventory", "NetworkConfig", "PendingReboot", "Service", "Role"),
    *(f"Dns{noun}" for noun in ("Client", "Server", "Zone", "Record")),
    *(f"Dhcp{noun}" for noun in ("Server", "Scope", "Exclusion", "Reservation", "Option", "Lease", "Failover")),
    *("DhcpClientLease", "DhcpAuthorization"),
)
"""The readers that every host is asked by."""

OPTIONAL = frozenset({"Get-ZdmDhcpAuthorization"})
"""Readers that not every host can answer, where another one does."""

PROJECT_KEYS = ("checklist", "roles", "intent")
"""What the made office's project takes over from the client's."""


class Likeness:
    """A made office: the content of its file, the client's facts by host, and in what it differs from them."""

    def __init__(self, definition: dict[str, Any], facts: Facts, differences: tuple[str, ...]) -> None:
        self.definition = definition
        self.facts = facts
        self.differences = differences


def from_facts(
    client: Annotated[Path, typer.Argument(help="The client's project folder.")],
    office: Annotated[Path, typer.Argument(help="The office file to write; `zdm lab up FILE` starts it.")] = Path(
        "client.yaml"
    ),
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Give every host, domain, record, scope and device another name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the client's hosts and make a lab office of what they say. Calls readers only."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError

    if office.exists():
        raise InputError(f"{office} is there already; nothing was written.", hint="Name another file.")
    if office.suffix not in {".yaml", ".yml"}:
        raise InputError(f"{office} is no name for an office file.", hint="It ends with .yaml.")
    opened = open_project(client)
    made = likeness_of(opened, pseudonyms=pseudonyms)
    office.parent.mkdir(parents=True, exist_ok=True)
    office.write_text(office_text(made.definition), encoding="utf-8")
    if as_json:
        show_json({"office": str(office), "hosts": list(made.definition["hosts"]), "differences": made.differences})
        return
    say(f"{office} is written: {len(made.definition['hosts'])} hosts. In this it differs from the client's network:")
    for one in made.differences:
        say(f"- {one}")
    say(f"Next: `zdm lab up {office}`, then `zdm new DIR --lab .zdm-lab`.")


def likeness_of(opened: Opened, *, pseudonyms: bool = False) -> Likeness:
    """The office of an open project's hosts.

    Raises:
        ZdmError: no host answers; the first one's reason.
    """
    from zdm_automate.errors import ZdmError
    from zdm_automate.lab.likeness.office import Client, office_of
    from zdm_automate.session import open_all

    content = opened.project.content
    sessions = {name: opened.session(name) for name in content.hosts}
    try:
        infos = open_all(tuple(sessions.values()))
        answering = {name: one for name, one in sessions.items() if not isinstance(infos[one.host], ZdmError)}
        if not answering:
            raise next(one for one in infos.values() if isinstance(one, ZdmError))
        _refuse_strangers(opened, answering)
        facts = facts_of(opened.library, answering, _reads(opened, answering), opened.clock.now())
    finally:
        for session in sessions.values():
            session.close()
    user = opened.credential(next(iter(answering))).username
    found = Client(
        name=_slug(content.project),
        title=f"From the facts of {content.project}, {facts.taken_at:%Y-%m-%d %H:%M} UTC",
        facts=facts,
        hosts=tuple(answering),
        netbios=user.split("\\")[0] if "\\" in user else "",
        password=f"Lab-{secrets.token_urlsafe(12)}",
        commands_by=frozenset(name for name, one in answering.items() if _by(infos[one.host]) == "winrs"),
        project=_project(opened),
    )
    definition = office_of(found)
    gone = [
        f"{name} did not answer and is not in the office: {infos[sessions[name].host]}" for name in sessions.keys() - answering
    ]
    boxes = [
        f"{name} is a box reached over SSH and is not in the office: its steps are done by hand there" for name in content.boxes
    ]
    said = (*gone, *boxes, *_commands(opened), *_compared(opened, definition, facts, tuple(answering)))
    if pseudonyms:
        return _renamed(opened, definition, facts, said)
    return Likeness(definition={**definition, "differences": list(said)}, facts=facts, differences=said)


def _by(info: object) -> str:
    return str(getattr(info, "transport", ""))


def _refuse_strangers(opened: Opened, answering: Mapping[str, HostSession]) -> None:
    """What was pinned must be the same machines still."""
    from zdm_automate.facts.host import HostInventory
    from zdm_automate.pins import Identity

    seen = {}
    for name, session in answering.items():
        machine = session.read("Get-ZdmHostInventory").facts[0]
        if isinstance(machine, HostInventory):
            seen[name] = Identity.of(session.info.host, machine, session.address)
    opened.pins.refuse_strangers(seen)


def _reads(opened: Opened, hosts: Mapping[str, Any]) -> list[Read]:
    """By every host's name: what every host is asked, and what the project's playbooks ask."""
    from dataclasses import replace

    from zdm_automate.steps import Read

    reads = [
        Read(role=host, verb=f"Get-Zdm{noun}", optional=f"Get-Zdm{noun}" in OPTIONAL) for host in hosts for noun in PER_HOST
    ]
    known = {(one.role, one.verb, repr(sorted(one.params.items()))) for one in reads}
    roles = opened.project.content.roles
    scripts = frozenset(opened.library)
    for name in opened.project.content.intent:
        what = opened.intended(opened.playbook(name))
        for read in what.book.readers(what.intent, roles, seats=True):
            moved = replace(read, role=roles[read.role], optional=True)
            key = (moved.role, moved.verb, repr(sorted(moved.params.items())))
            if moved.role in hosts and key not in known and moved.verb in scripts:
                known.add(key)
                reads.append(moved)
    return reads


def _commands(opened: Opened) -> Iterator[str]:
    """Playbooks that read by commands of a program instead of by scripts: of that no office is made."""
    roles = opened.project.content.roles
    for name in opened.project.content.intent:
        what = opened.intended(opened.playbook(name))
        readers = {read.verb for read in what.book.readers(what.intent, roles, seats=True)}
        verbs = sorted(verb.rpartition("-Zdm")[2] for verb in readers - frozenset(opened.library))
        if verbs:
            yield f"nothing that {name} reads by commands is in the office ({', '.join(verbs)}): it cannot be rehearsed there"


def facts_of(library: Library, sessions: Mapping[str, HostSession], reads: Sequence[Read], now: Any) -> Facts:
    """The facts of open hosts, by name."""
    from zdm_automate.reading import gather

    got = gather(
        sessions,
        reads,
        output_of=lambda verb: library[verb].outputs[0],
        now=now,
        hosts={name: name for name in sessions},
    )
    return _once(got.facts)


def _once(facts: Facts) -> Facts:
    """Each fact once, where two readers have told it."""
    from dataclasses import replace

    return replace(
        facts, by_type={key: tuple({one.identity(): one for one in found}.values()) for key, found in facts.by_type.items()}
    )


def _project(opened: Opened) -> dict[str, Any]:
    """What the client's project file says that the made office's project shall say too."""
    from zdm_automate.project import FILE
    from zdm_automate.yaml_source import read_yaml

    written = read_yaml(opened.project.folder / FILE).value
    kept = {key: written[key] for key in PROJECT_KEYS if key in written}
    return {**kept, "roles": {role: host.upper() for role, host in kept["roles"].items()}}


def _compared(opened: Opened, definition: Mapping[str, Any], facts: Facts, hosts: Sequence[str]) -> tuple[str, ...]:
    """What the office does not have, found by asking its machines the same."""
    from zdm_automate.lab.likeness.compare import differences

    made = made_office(definition)
    again = facts_of(
        opened.library, direct_sessions(opened.library, made, hosts), _reads(opened, dict.fromkeys(hosts)), facts.taken_at
    )
    return differences(facts, again, hosts)


def made_office(definition: Mapping[str, Any]) -> Office:
    """The office of a definition, as its file would be read."""
    import tempfile

    from zdm_automate.lab.office import read_office

    with tempfile.TemporaryDirectory(prefix="zdm-office-") as folder:
        path = Path(folder) / "office.yaml"
        path.write_text(office_text(definition), encoding="utf-8")
        return read_office(path)


def direct_sessions(library: Library, office: Office, hosts: Sequence[str]) -> dict[str, HostSession]:
    """Open sessions with the machines of an office that does not run; its clock stands."""
    from zdm_automate.lab.clock import WorldClock
    from zdm_automate.lab.direct import DirectTransport
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.secrets import Credential, Secret
    from zdm_automate.session import HostSession
    from zdm_automate.transport.base import Target

    keeper = Keeper(office.world, WorldClock(office.world.now, rate=0), office.pace)
    sessions = {}
    for host in hosts:
        target = Target(
            host=host.upper(),
            address="127.0.0.1",
            credential=Credential(office.user, Secret(office.password.get_secret_value())),
        )
        sessions[host] = HostSession(DirectTransport(target, keeper, library), library, now=keeper.now)
        sessions[host].connect()
    return sessions


def _renamed(opened: Opened, definition: Mapping[str, Any], facts: Facts, said: Sequence[str]) -> Likeness:
    from zdm_automate.lab.likeness.pseudonyms import pseudonymised

    roles: set[str] = set()
    literals: set[str] = set()
    for name in opened.project.content.intent:
        book = opened.playbook(name)  # used up before the next is loaded, which unloads it
        roles.update(book.roles)
        literals.update(_literals(book))
    made, names = pseudonymised(definition, roles=roles, literals=literals)
    told = (*(names.text(one) for one in said), "services that are not Windows' own are left out")
    return Likeness(definition={**made, "differences": list(told)}, facts=facts, differences=told)


def _literals(book: Playbook) -> Iterator[str]:
    """The keys of a playbook's intent that hold one of a few words, at any depth."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(book.intent).json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from (name for name, one in part.get("properties", {}).items() if "enum" in one or "const" in one)


def office_text(definition: Mapping[str, Any]) -> str:
    """The office file."""
    import yaml

    head = (
        "# Made from facts: `zdm lab up` starts it. It holds the names and addresses of a network; keep it as safe as those.\n"
    )
    return head + yaml.safe_dump(dict(definition), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-").lstrip("0123456789-") or "client"
