"""The room of a rehearsal: the client's project with a lab's hosts in place of its own, and the proof that it is only a lab.

This one is an embedded lab; `rehearsal_hyperv.py` has that of a lab on a Hyper-V host.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, Protocol

from zdm_automate.cli.lab_isolation import places_of
from zdm_automate.cli.rehearsal_asked import Asked, machine_of
from zdm_automate.errors import InputError, RefusedError, UnknownNameError, WrongHostError
from zdm_automate.lab.apart import Machine, misplaced, strangers
from zdm_automate.project import FILE
from zdm_automate.rehearsals import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from zdm_automate.cli.opening import Opened
    from zdm_automate.lab.office import Office
    from zdm_automate.lab.state import LabFolder, LabInfo

LEFT_OUT: Final = ("boxes", "ticketing", "logs", "evidence", "window", "approvers", "lab_approves", "resolvers")
"""Sections that would lead out of the lab, or that are about people and hours of the client."""

NOT_REHEARSED: Final = (
    "the golden hours: nothing in the lab is bound to a time",
    "steps that people do: they were signed, not done",
)
"""What no rehearsal shows."""

MARGIN: Final = 60.0
"""Seconds that a lab's clock is carried past the moment that a plan names, and after each run."""


class StuckError(Exception):
    """A rehearsal cannot go on; the reason stands in its record."""


class Room(Protocol):
    """A lab, and the folder of the rehearsal's own project.

    Attributes:
        client: the project that is rehearsed for.
        folder: of the rehearsal's project.
        name: of the lab.
        real: whether Windows itself works in it.
        restored_from: the backup that its machines come from.
        differences: in what it is known to differ from the client's network.
    """

    client: Opened
    folder: Path
    name: str
    real: bool
    restored_from: str

    @property
    def differences(self) -> tuple[str, ...]:
        """In what it is known to differ from the client's network."""
        ...

    @property
    def told(self) -> Mapping[str, str]:
        """What the record says of the lab."""
        ...

    def ready(self) -> None:
        """Brings the machines up, where the lab has some that can be off."""
        ...

    def prove(self, opened: Opened) -> None:
        """Asks that everything is the lab's and nothing leads out of it; nothing is changed."""
        ...

    def keep(self, label: str) -> bool:
        """Keeps all machines under a label; False for a lab without checkpoints."""
        ...

    def set_back(self, label: str) -> None:
        """Sets all machines back to a label and brings them up."""
        ...

    def settle(self) -> None:
        """Lets what a run has changed arrive everywhere, so that the next plan does not grow old by it."""
        ...

    def wait_for(self, moments: Sequence[str]) -> None:
        """Waits for the last of these moments."""
        ...

    def leave(self) -> None:
        """Closes what the proofs have held open."""
        ...


class EmbeddedRoom:
    """An embedded lab that runs."""

    real = False
    restored_from = ""

    def __init__(self, client: Opened, lab: LabFolder, info: LabInfo, office: Office, folder: Path) -> None:
        self.client = client
        self.lab = lab
        self.info = info
        self.office = office
        self.folder = folder
        self.name = office.name
        self._own: dict[str, Machine] = {}
        self._asked = Asked()

    @property
    def differences(self) -> tuple[str, ...]:
        """What was found when the office was made, and what no rehearsal shows."""
        return (*self.office.differences, *NOT_REHEARSED)

    @property
    def told(self) -> Mapping[str, str]:
        """Office and engine."""
        return {"kind": "embedded", "office": self.office.name, "engine": self.info.engine}

    def ready(self) -> None:
        """Its machines are up already."""

    def prove(self, opened: Opened) -> None:
        """Asks every machine who it is: it must be the lab's, and none that the project has pinned.

        Raises:
            WrongHostError: one is not; nothing was changed.
        """
        hosts = tuple(opened.project.content.hosts)
        refuse_strange(misplaced(places_of(written(opened)["hosts"]), places_of(written(self.client)["hosts"])))
        self._own = self._own or self._machines(opened, hosts)
        refuse_strange(strangers(self._asked.machines(opened, hosts), self._own, pinned(self.client)))

    def _machines(self, opened: Opened, hosts: tuple[str, ...]) -> dict[str, Machine]:
        """What the lab's own world knows of its machines; they stay the same for one rehearsal."""
        from zdm_automate.cli.lab_likeness import direct_sessions
        from zdm_automate.lab.world.advance import advance

        world = self.lab.load() or self.office.world
        still = _with_world(self.office, advance(world, world.now))
        return {name: machine_of(one) for name, one in direct_sessions(opened.library, still, hosts).items()}

    def keep(self, label: str) -> bool:  # noqa: ARG002 - others keep
        """It has no checkpoints."""
        return False

    def set_back(self, label: str) -> None:
        """It has no checkpoints.

        Raises:
            InputError: always.
        """
        raise InputError(f"an embedded lab has no checkpoint {label!r}.", hint="`zdm lab reset` builds the office anew.")

    def settle(self) -> None:
        """Carries the lab's clock."""
        carry(self.lab, ())

    def wait_for(self, moments: Sequence[str]) -> None:
        """Carries the lab's clock there."""
        carry(self.lab, moments)

    def leave(self) -> None:
        """Closes the sessions of the proofs."""
        self._asked.drop()


def carry(lab: LabFolder, moments: Sequence[str]) -> None:
    """Carries the clock of an embedded lab past the last of these moments, by the margin where there is none."""
    from zdm_automate.lab.client import LabClient

    control = LabClient(lab)
    if moments:
        control.call("carry", until=max(*moments, control.now().isoformat()))
    control.call("carry", seconds=MARGIN)


def enter(client: Opened, lab: Path, name: str) -> EmbeddedRoom:
    """Makes the project of a rehearsal; the client's hosts are not asked anything.

    Raises:
        RefusedError: the project is a lab's itself, or a place in it is the client's.
        UnreachableError: the lab does not run.
        UnknownNameError: the lab lacks a host that the project names a role for.
    """
    room = open_room(client, lab, name)
    body = _body(room)
    refuse_strange(misplaced(places_of(body["hosts"]), places_of(written(client)["hosts"])))
    room.folder.mkdir(parents=True, exist_ok=False)
    write(room.folder / FILE, body)
    return room


def open_room(client: Opened, lab: Path, name: str) -> EmbeddedRoom:
    """The room of a rehearsal whose project is there already.

    Raises:
        RefusedError: the project is a lab's itself.
        UnreachableError: the lab does not run.
    """
    from zdm_automate.lab.client import LabClient
    from zdm_automate.lab.office import read_office
    from zdm_automate.lab.state import LabFolder

    refuse_lab(client)
    folder = LabFolder(lab)
    control = LabClient(folder)
    control.now()
    office = read_office(_office_file(control.info))
    return EmbeddedRoom(client, folder, control.info, office, client.project.folder / FOLDER / name)


def refuse_lab(client: Opened) -> None:
    """A project of a lab is nobody's to rehearse for.

    Raises:
        RefusedError: it is one.
    """
    if client.project.in_lab:
        raise RefusedError(
            "this project is a lab's itself; there is nothing to rehearse it for.", hint="Name the client's project with -p."
        )


def refuse_strange(found: Iterable[str]) -> None:
    """Nothing is changed where anything is not the lab's own.

    Raises:
        WrongHostError: something is not.
    """
    said = list(found)
    if said:
        more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
        raise WrongHostError(f"this is not a lab apart from the client: {said[0]}{more}.", hint="Nothing was changed.")


def pinned(client: Opened) -> dict[str, tuple[Machine]]:
    """The machines that the client's project has pinned."""
    return {name: (Machine(uuid=one.machine_uuid, serial=one.windows_serial),) for name, one in client.pins.known().items()}


def _with_world(office: Office, world: Any) -> Office:
    from dataclasses import replace

    return replace(office, world=world)


def _office_file(info: LabInfo) -> Path:
    from pathlib import Path

    path = Path(info.office_file)
    if not path.is_file():
        raise InputError(f"the lab's office file {path} is gone.", hint="`zdm lab reset OFFICE` starts from another.")
    return path


def written(opened: Opened) -> dict[str, Any]:
    """The project file as it is written."""
    from zdm_automate.yaml_source import read_yaml

    body: dict[str, Any] = read_yaml(opened.project.folder / FILE).value
    return body


def in_lab(room: Room, ways: Mapping[str, Mapping[str, Any]], hint: str) -> dict[str, Any]:
    """The client's project file with a lab's ways to its hosts, by computer name, and without what would lead out.

    Raises:
        UnknownNameError: the lab lacks a host that the project names a role for.
    """
    client = room.client
    body = {key: one for key, one in written(client).items() if key not in LEFT_OUT}
    own = {name.casefold(): way for name, way in ways.items()}
    hosts = {}
    for name, section in client.project.content.hosts.items():
        way = own.get((section.computer_name or name).casefold())
        if way is not None:
            named = {"computer_name": section.computer_name} if section.computer_name else {}
            hosts[name] = {**way, **named, "transport": way.get("transport") or section.transport}
    missing = [f"{host} (role {role})" for role, host in client.project.content.roles.items() if host not in hosts]
    if missing:
        raise UnknownNameError(f"the lab has no host {missing[0]}.", hint=f"Its hosts: {', '.join(ways)}. {hint}")
    return body | {"project": f"Rehearsal: {client.project.content.project}"[:120], "credential": "lab", "hosts": hosts}


def way_to(way: Any) -> dict[str, Any]:
    """How a host of an embedded lab is reached, as a project file says it."""
    return {
        "address": way.address,
        "port": way.http_port if way.old else way.https_port,
        "ssl": not way.old,
        **({} if way.old else {"fingerprint": way.fingerprint}),
    }


def _body(room: EmbeddedRoom) -> dict[str, Any]:
    """The client's project file with the lab's hosts, account and clock."""
    ways = {name: way_to(way) for name, way in room.info.hosts.items()}
    netbios = room.office.world.directory.netbios
    relative = os.path.relpath(room.info.password_file, room.folder.resolve())
    return in_lab(room, ways, "A rehearsal wants the client's names: `zdm lab from-facts`.") | {
        "lab": os.path.relpath(room.lab.path, room.folder.resolve()),
        "credentials": {"lab": {"user": f"{netbios}\\{room.info.user}", "secret": f"file:{relative}"}},
        "resolvers": [f"127.0.0.1:{room.info.public_dns_port}"] if room.info.public_dns_port else [],
    }


def write(path: Path, body: Mapping[str, Any]) -> None:
    """Writes the rehearsal's project file."""
    import yaml

    text = yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    head = "# Made by `zdm rehearse`: the client's project on a lab's hosts. Nothing in it leads to the client.\n"
    path.write_text(head + text, encoding="utf-8")
