"""The room of a rehearsal: the client's project with a lab's hosts in place of its own, and the proof that it is only a lab."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import InputError, RefusedError, UnknownNameError, WrongHostError
from zdm_automate.lab.apart import Machine, Place, misplaced, strangers
from zdm_automate.project import FILE
from zdm_automate.rehearsals import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping
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
"""What no rehearsal in an embedded lab shows."""

DEFAULT_PORTS: Final = {True: 5986, False: 5985}


class Room:
    """A lab that runs, and the folder of the rehearsal's own project."""

    def __init__(self, client: Opened, lab: LabFolder, info: LabInfo, office: Office, folder: Path) -> None:
        self.client = client
        self.lab = lab
        self.info = info
        self.office = office
        self.folder = folder

    @property
    def differences(self) -> tuple[str, ...]:
        """In what it is known to differ from the client's network."""
        return (*self.office.differences, *NOT_REHEARSED)


def enter(client: Opened, lab: Path, name: str) -> Room:
    """Makes the project of a rehearsal; the client's hosts are not asked anything.

    Raises:
        RefusedError: the project is a lab's itself, or a place in it is the client's.
        UnreachableError: the lab does not run.
        UnknownNameError: the lab lacks a host that the project names a role for.
    """
    from zdm_automate.lab.client import LabClient
    from zdm_automate.lab.office import read_office
    from zdm_automate.lab.state import LabFolder

    if client.project.content.lab:
        raise RefusedError(
            "this project is a lab's itself; there is nothing to rehearse it for.", hint="Name the client's project with -p."
        )
    folder = LabFolder(lab)
    control = LabClient(folder)
    control.now()
    office = read_office(_office_file(control.info))
    room = Room(client=client, lab=folder, info=control.info, office=office, folder=client.project.folder / FOLDER / name)
    body = _body(room)
    _refuse(misplaced(_places(body["hosts"]), _places(_written(client)["hosts"])))
    room.folder.mkdir(parents=True, exist_ok=False)
    _write(room.folder / FILE, body)
    return room


def prove_apart(room: Room, opened: Opened) -> None:
    """Asks every machine who it is before anything is changed: it must be the lab's, and none that the project has pinned.

    Raises:
        WrongHostError: one is not; nothing was changed.
    """
    from zdm_automate.cli.lab_likeness import direct_sessions
    from zdm_automate.lab.office import read_office
    from zdm_automate.lab.world.advance import advance

    hosts = tuple(opened.project.content.hosts)
    _refuse(misplaced(_places(_written(opened)["hosts"]), _places(_written(room.client)["hosts"])))
    world = room.lab.load() or read_office(_office_file(room.info)).world
    still = _with_world(room.office, advance(world, world.now))
    own = {name: _machine(one) for name, one in direct_sessions(opened.library, still, hosts).items()}
    answered = {}
    for name in hosts:
        session = opened.session(name)
        try:
            session.connect()
            answered[name] = _machine(session)
        finally:
            session.close()
    pinned = {
        name: (Machine(uuid=one.machine_uuid, serial=one.windows_serial),) for name, one in room.client.pins.known().items()
    }
    _refuse(strangers(answered, own, pinned))


def _refuse(found: Any) -> None:
    said = list(found)
    if said:
        more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
        raise WrongHostError(f"this is not a lab apart from the client: {said[0]}{more}.", hint="Nothing was changed.")


def _machine(session: Any) -> Machine:
    found = session.read("Get-ZdmHostInventory").facts[0]
    return Machine(uuid=found.machine_uuid, serial=found.windows_serial)


def _with_world(office: Office, world: Any) -> Office:
    from dataclasses import replace

    return replace(office, world=world)


def _office_file(info: LabInfo) -> Path:
    from pathlib import Path

    path = Path(info.office_file)
    if not path.is_file():
        raise InputError(f"the lab's office file {path} is gone.", hint="`zdm lab reset OFFICE` starts from another.")
    return path


def _written(opened: Opened) -> dict[str, Any]:
    from zdm_automate.yaml_source import read_yaml

    body: dict[str, Any] = read_yaml(opened.project.folder / FILE).value
    return body


def _places(hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, Place]:
    return {
        name: Place(address=str(one["address"]), port=int(one.get("port") or DEFAULT_PORTS[bool(one.get("ssl", True))]))
        for name, one in hosts.items()
    }


def _body(room: Room) -> dict[str, Any]:
    """The client's project file with the lab's hosts, account and clock."""
    body = {key: one for key, one in _written(room.client).items() if key not in LEFT_OUT}
    own = {name.casefold(): way for name, way in room.info.hosts.items()}
    hosts = {}
    for name, section in room.client.project.content.hosts.items():
        way = own.get((section.computer_name or name).casefold())
        if way is None:
            continue
        hosts[name] = {
            "address": way.address,
            "port": way.http_port if way.old else way.https_port,
            "ssl": not way.old,
            **({} if way.old else {"fingerprint": way.fingerprint}),
            **({"computer_name": section.computer_name} if section.computer_name else {}),
            "transport": section.transport,
        }
    missing = [f"{host} (role {role})" for role, host in room.client.project.content.roles.items() if host not in hosts]
    if missing:
        raise UnknownNameError(
            f"the lab has no host {missing[0]}.",
            hint=f"Its hosts: {', '.join(room.info.hosts)}. A rehearsal wants the client's names: `zdm lab from-facts`.",
        )
    netbios = room.office.world.directory.netbios
    relative = os.path.relpath(room.info.password_file, room.folder.resolve())
    return body | {
        "project": f"Rehearsal: {room.client.project.content.project}"[:120],
        "lab": os.path.relpath(room.lab.path, room.folder.resolve()),
        "credentials": {"lab": {"user": f"{netbios}\\{room.info.user}", "secret": f"file:{relative}"}},
        "credential": "lab",
        "hosts": hosts,
        "resolvers": [f"127.0.0.1:{room.info.public_dns_port}"] if room.info.public_dns_port else [],
    }


def _write(path: Path, body: Mapping[str, Any]) -> None:
    import yaml

    text = yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    head = "# Made by `zdm rehearse`: the client's project on a lab's hosts. Nothing in it leads to the client.\n"
    path.write_text(head + text, encoding="utf-8")
