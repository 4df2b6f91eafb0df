"""The `files` section of an office: drives with their folders, shares, namespaces, and the people who work in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from zdm_automate.lab.world.dfs import Link
from zdm_automate.lab.world.model import account_hash
from zdm_automate.lab.world.people import Person
from zdm_automate.lab.world.smb import OpenFile, Share, SmbServer, SmbSession
from zdm_automate.lab.world.volumes import PLAIN_SDDL, Bulk, File, Folder, Volume

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

UNITS = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
DAY = 86_400


def _bytes(value: object) -> object:
    """`4 TB` as a number."""
    if isinstance(value, str):
        number, _, unit = value.partition(" ")
        try:
            return int(float(number) * UNITS[unit or "B"])
        except (KeyError, ValueError):
            raise ValueError("a size is a number with B, KB, MB, GB or TB, such as 4 TB") from None
    return value


Bytes = Annotated[int, BeforeValidator(_bytes), Field(ge=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileSection(_Section):
    """A file by itself; `days` is its age."""

    name: str
    size: Bytes = 10_000
    days: float = 30
    sddl: str = PLAIN_SDDL
    attributes: str = "A"
    streams: tuple[str, ...] = ()


class FolderSection(_Section):
    """A folder; `many` generates files in it, and `folders` that many folders of them below it."""

    path: str
    files: tuple[FileSection, ...] = ()
    many: int = Field(default=0, ge=0)
    folders: int = Field(default=0, ge=0)
    size: Bytes = 100_000
    days: float = 200
    suffix: str = "pdf"
    sddl: str = PLAIN_SDDL
    link: str = ""


class VolumeSection(_Section):
    """A drive."""

    size: Bytes
    other: Bytes = 0
    folders: tuple[FolderSection, ...] = ()


class ShareSection(_Section):
    """A share of a host."""

    name: str
    path: str
    sddl: str
    description: str = ""
    caching: Literal["None", "Manual", "Documents", "Programs", "BranchCache"] = "Manual"
    enumeration: Literal["AccessBased", "Unrestricted"] = "Unrestricted"


class PersonSection(_Section):
    """Somebody who works in a share every so many minutes; `open` is a file that they hold open from the start."""

    password: SecretStr
    sids: tuple[str, ...] = ("DU",)
    path: str
    seat: str
    minutes: int = Field(default=30, ge=1)
    open: str = ""


class LinkSection(_Section):
    """A folder of a namespace with its targets; the first is online."""

    path: str
    targets: tuple[str, ...] = Field(min_length=1)


class FilesSection(_Section):
    """The whole section."""

    volumes: dict[str, dict[Annotated[str, Field(pattern="^[A-Z]$")], VolumeSection]] = Field(default_factory=dict)
    shares: dict[str, tuple[ShareSection, ...]] = Field(default_factory=dict)
    people: dict[str, PersonSection] = Field(default_factory=dict)
    dfs: tuple[LinkSection, ...] = ()
    accounts: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Who the SIDs in permissions are, as each host names them; who is not here is nobody any more."""


def build_files(section: dict[str, Any], world: World) -> World:
    """The world with these drives, shares and people.

    Raises:
        ValueError: a host that the office has not.
    """
    made = FilesSection.model_validate(section)
    for host in {*made.volumes, *made.shares, *made.accounts, *(one.seat for one in made.people.values())}:
        if host not in world.hosts:
            raise ValueError(f"there is no host {host!r}")
    now = int(world.now.timestamp())
    for host, drives in made.volumes.items():
        for letter, drive in drives.items():
            folders = tuple(one for folder in drive.folders for one in _folders(folder, now, world.seed))
            world = world.with_volume(host, Volume(letter=letter, size=drive.size, other=drive.other).with_folders(folders))
    for host, shares in made.shares.items():
        own = {one.name.casefold(): Share(**one.model_dump()) for one in shares}
        world = world.with_smb(host, SmbServer(shares=own, names=made.accounts.get(host, {})))
    links = {one.path.casefold(): Link(path=one.path, targets=_states(one.targets)) for one in made.dfs}
    return _peopled(replace(world, dfs=links), made)


def _states(targets: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((target, "Offline" if number else "Online") for number, target in enumerate(targets))


def _folders(section: FolderSection, now: int, seed: int) -> list[Folder]:
    """The folder, and the generated ones below it."""
    at = now - int(section.days * DAY)
    files = {
        one.name.casefold(): File(
            name=one.name,
            size=one.size,
            at=now - int(one.days * DAY),
            content=f"{seed}:{section.path}:{one.name}",
            sddl=one.sddl,
            attributes=one.attributes,
            streams=one.streams,
        )
        for one in section.files
    }

    def bulk(path: str) -> Bulk | None:
        if not section.many:
            return None
        return Bulk(
            stem="scan",
            suffix=section.suffix,
            count=section.many,
            size=section.size,
            at=at,
            seed=f"{seed}:{path}",
            sddl=section.sddl,
        )

    inner = [f"{section.path}\\{number:05d}" for number in range(1, section.folders + 1)]
    top = Folder(
        path=section.path,
        at=at,
        sddl=section.sddl,
        files=files,
        bulk=None if inner else bulk(section.path),
        link=section.link,
        attributes="P" if section.link else "",
    )
    return [top, *(Folder(path=path, at=at, sddl=section.sddl, bulk=bulk(path)) for path in inner)]


def _peopled(world: World, made: FilesSection) -> World:
    """Accounts, SIDs, sessions and the first deed of everybody."""
    accounts, sids = dict(world.accounts), dict(world.sids)
    people: list[Person] = []
    for number, (user, one) in enumerate(made.people.items(), 1):
        accounts[user.casefold()] = account_hash(user.casefold(), one.password.get_secret_value())
        sids[user.casefold()] = one.sids
        first = world.now + timedelta(minutes=number)
        people.append(Person(user=user, path=one.path, seat=one.seat, minutes=one.minutes, at=first.isoformat()))
    world = replace(world, accounts=accounts, sids=sids, people=tuple(people))
    for number, (user, one) in enumerate(made.people.items(), 1):
        world = _at_work(world, number, user, one)
    return world


def _at_work(world: World, number: int, user: str, section: PersonSection) -> World:
    """A session on the first server that has the person's share, with the file that is held open."""
    tail = section.path.rstrip("\\").rpartition("\\")[2].casefold()
    for host, server in world.smb.items():
        share = server.share(tail)
        if share is None:
            continue
        seat = world.hosts[section.seat]
        who = f"{world.directory.netbios}\\{user}"
        session = SmbSession(number=1000 + number, user=who, client=seat.address or seat.name, since=world.now.isoformat())
        opened = (OpenFile(number=number, session=1000 + number, path=f"{share.path}\\{section.open}", share=share.name),)
        changed = replace(
            server, sessions=(*server.sessions, session), opens=(*server.opens, *(opened if section.open else ()))
        )
        return world.with_smb(host, changed)
    return world
