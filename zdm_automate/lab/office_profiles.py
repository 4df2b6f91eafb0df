"""The `profiles:` section of an office file: who has a profile on which PC, with what in it, and where stores may lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from zdm_automate.lab.world import files, profile_files
from zdm_automate.lab.world.hive import hive_of
from zdm_automate.lab.world.profiles import Depot, Desk, Item, Profile, Tool
from zdm_automate.lab.world.smb import Share, SmbServer
from zdm_automate.lab.world.volumes import File, Folder, Volume

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

KB = 1024
MB = 1024**2
GB = 1024**3
BESIDE = 60 * GB
"""What lies on a file server's drive beside stores."""

SIZES = {
    r"Documents\Angebote.docx": 0.05,
    r"Documents\Projekte.zip": 0.30,
    r"Desktop\notes.txt": 0.01,
    r"Pictures\Feier.mp4": 0.20,
    r"AppData\Roaming\Microsoft\Signatures\standard.htm": 0.01,
    r"AppData\Local\Microsoft\Outlook\mail.ost": 0.25,
    r"Documents\Outlook\archive.pst": 0.18,
}
"""What a user's files are, as parts of their size."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UserSection(_Section):
    r"""A profile: `name` or `DOMAIN\name`, its size, days since it was used, what is wrong with it, what its registry says.

    `megabytes: 0` is one that Windows has just made. `files` has further files by their size in kilobytes. `redirected` has the
    names of User Shell Folders, `signatures` the folder of Outlook's signatures where it is not English.
    """

    user: str
    megabytes: int = Field(default=1000, ge=0, le=10_000_000)
    files: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    used_days: float = Field(default=1, ge=0)
    logged_on: bool = False
    encrypted: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    broken: dict[str, int] = Field(default_factory=dict)
    nameless: bool = False
    temporary: bool = False
    folder: bool = True
    drives: dict[Annotated[str, Field(pattern="^[A-Z]$")], str] = Field(default_factory=dict)
    printers: tuple[str, ...] = ()
    default_printer: str = ""
    redirected: dict[str, str] = Field(default_factory=dict)
    signatures: str = ""


class DeskSection(_Section):
    """The user side of a PC. Where it is `copied`, files lie on drive C as robocopy finds them, and not as USMT sees them."""

    users: tuple[UserSection, ...] = ()
    segment: str = ""
    copied: bool = False
    usmt: str = "10.0.22621.1 (WinBuild.160101.0800)"
    free_gigabytes: int = Field(default=40, ge=0)
    manifests: bool = True


class DepotSection(_Section):
    """A folder for stores on a file server, and the room on its drive where the office tells of no drive there."""

    path: str = r"C:\Zdm\stores"
    share: str = "zdm-usmt$"
    free_gigabytes: int = Field(default=500, ge=0)


class ProfilesSection(_Section):
    """The whole section."""

    tool: str = r"C:\Zdm\usmt\amd64"
    depots: dict[str, DepotSection] = Field(default_factory=dict)
    desks: dict[str, DeskSection] = Field(default_factory=dict)
    megabytes_per_second: int = Field(default=25, ge=1)
    segment_megabytes_per_second: int = Field(default=60, ge=1)


def build_profiles(section: dict[str, Any], world: World) -> World:
    """The world with these profiles.

    Raises:
        ValidationError: the section has other keys or values.
        LookupError: a desk or depot is on no host of the office.
    """
    made = ProfilesSection.model_validate(section)
    states = replace(
        world.user_states,
        bytes_per_second=made.megabytes_per_second * MB,
        segment_bytes_per_second=made.segment_megabytes_per_second * MB,
    )
    world = replace(world, user_states=states)
    for name, depot in made.depots.items():
        world = _depot(world, _host(world, name), depot)
    for name, desk in made.desks.items():
        world = _desk(world, _host(world, name), desk, made.tool)
    return world


def _host(world: World, name: str) -> str:
    if name not in world.hosts:
        raise LookupError(f"{name} is no host of the office; there are: {', '.join(world.hosts)}")
    return name


def _depot(world: World, host: str, section: DepotSection) -> World:
    states = world.user_states
    depot = Depot(path=section.path, share=section.share)
    world = replace(world, user_states=replace(states, depots={**states.depots, host: depot}))
    world = files.folder_made(world, world.host(host), section.path)
    letter = section.path[0].upper()
    if letter not in world.volumes.get(host, {}):
        free = section.free_gigabytes * GB
        world = world.with_volume(host, Volume(letter=letter, size=free + BESIDE, other=BESIDE))
    shares = world.smb.get(host, SmbServer())
    return world.with_smb(host, shares.with_share(Share(name=section.share, path=section.path)))


def _desk(world: World, host: str, section: DeskSection, folder: str) -> World:
    tool = Tool(folder=folder, version=section.usmt, manifests=section.manifests) if section.usmt else None
    profiles = [_profile(world, one) for one in section.users]
    desk = Desk(
        profiles={one.sid: one for one in profiles},
        tool=tool,
        accounts=frozenset(one.account.partition("\\")[2] for one in profiles if one.account.startswith(f"{host}\\")),
        segment=section.segment,
    )
    world = replace(world, user_states=world.user_states.with_desk(host, desk))
    size = 200 * GB
    world = world.with_volume(host, Volume(letter="C", size=size, other=max(size - section.free_gigabytes * GB, 0)))
    if section.copied:
        world = _on_drive(world, host)
    return profile_files.settled(world, host)


def _on_drive(world: World, host: str) -> World:
    """The users' files as files of drive C, written when he was there last, and nothing of them for USMT."""
    desk, volume = world.user_states.desk(host), world.volumes[host]["C"]
    for one in desk.profiles.values():
        at = int(datetime.fromisoformat(one.used).timestamp())
        for item in one.items:
            folder, _, name = one.place(item)[3:].rpartition("\\")
            there = volume.folder(folder) or Folder(path=folder, at=at)
            volume = volume.with_folder(there.with_file(File(name=name, size=item.size, at=at, content=item.content)))
    profiles = {sid: replace(one, items=()) for sid, one in desk.profiles.items()}
    states = world.user_states.with_desk(host, replace(desk, profiles=profiles))
    return replace(world, user_states=states).with_volume(host, volume)


def _profile(world: World, section: UserSection) -> Profile:
    domain, _, name = section.user.rpartition("\\")
    domain = domain or world.directory.netbios
    number = 1100 + int(sha256(section.user.casefold().encode()).hexdigest()[:6], 16) % 8000
    authority = int(sha256(domain.casefold().encode()).hexdigest()[:8], 16)
    return Profile(
        sid=f"S-1-5-21-{authority}-1177238915-682003330-{number}",
        account="" if section.nameless else f"{domain}\\{name}",
        path=r"C:\Users\TEMP" if section.temporary else rf"C:\Users\{name}",
        used=(world.now - timedelta(days=section.used_days)).isoformat(),
        loaded=section.logged_on,
        temporary=section.temporary,
        folder_there=section.folder,
        items=tuple(_items(section)),
        hive=hive_of(
            section.drives, section.printers, section.default_printer, section.redirected, signatures=section.signatures
        ),
        parts=(r"Microsoft Office 2016\Office 2016 Common Settings", "Printers"),
    )


def _items(section: UserSection) -> list[Item]:
    usual = {_own(section, path): max(int(section.megabytes * MB * part), 1) for path, part in SIZES.items()}
    sizes = (usual if section.megabytes else {}) | {path: size * KB for path, size in section.files.items()}
    return [
        Item(
            path=path,
            size=size,
            content=f"{section.user}:{path}",
            encrypted=path in section.encrypted,
            locked=path in section.locked,
            error=section.broken.get(path, 0),
        )
        for path, size in sizes.items()
    ]


def _own(section: UserSection, path: str) -> str:
    """Where a file lies whose folder Office has named in the user's language."""
    return path.replace("\\Signatures\\", f"\\{section.signatures}\\") if section.signatures else path
