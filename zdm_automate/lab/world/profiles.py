"""User profiles on the PCs of the world, the USMT that lies there, stores that were captured. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

KIT = frozenset({"scanstate.exe", "loadstate.exe", "usmtutils.exe", "mighost.exe", "migdocs.xml", "migapp.xml", "miguser.xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of a user; `path` is below his profile, or a full one elsewhere on the PC.

    Attributes:
        content: a name for its bytes; two files are the same where these are.
        encrypted: by EFS.
        locked: somebody has it open so that nobody else may read it.
        error: the number with which Windows refuses to read it; 0 for a sound file.
    """

    path: str
    size: int
    content: str
    encrypted: bool = False
    locked: bool = False
    error: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    r"""One entry of ProfileList with its folder.

    Attributes:
        account: `DOMAIN\name`; empty where the SID has no name any more.
        used: when NTUSER.DAT was written last, ISO 8601.
        loaded: whether the hive is loaded: somebody is logged on, or has not been logged off cleanly.
        temporary: Windows has put the user into a folder that it throws away at logoff.
        folder_there: whether the folder exists.
        parts: applications whose settings are in it.
        hive: values of his registry, by their path below HKCU.
    """

    sid: str
    account: str
    path: str
    used: str
    loaded: bool = False
    special: bool = False
    roaming: bool = False
    temporary: bool = False
    folder_there: bool = True
    items: tuple[Item, ...] = ()
    parts: tuple[str, ...] = ()
    hive: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(item.size for item in self.items)

    def place(self, item: Item) -> str:
        """The full path of one of its files."""
        return item.path if item.path[1:2] == ":" else f"{self.path}\\{item.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The USMT folder on a PC: `files` in lower case, `manifests` whether its sub-folders came along, what is damaged."""

    folder: str
    version: str
    files: frozenset[str] = KIT
    manifests: bool = True
    damaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The user side of one PC.

    Attributes:
        profiles: by SID.
        accounts: local accounts by name.
        administrators: accounts besides SYSTEM and the office's administrator that may run a migration.
        bits: of its Windows.
        free: bytes on the system drive that a migration may use.
        segment: the network that it hangs on.
        hives: hives that somebody has loaded below HKU, by name; the SID of their owner.
    """

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    tool: Tool | None = None
    accounts: frozenset[str] = frozenset()
    administrators: frozenset[str] = frozenset()
    bits: int = 64
    free: int = 40 * 1024**3
    segment: str = ""
    entra_joined: bool = False
    hives: Mapping[str, str] = field(default_factory=dict)

    def with_profile(self, changed: Profile) -> Desk:
        """The desk with this profile in place of the one of the same SID."""
        return replace(self, profiles={**self.profiles, changed.sid: changed})

    def without_profile(self, sid: str) -> Desk:
        """The desk without that profile."""
        return replace(self, profiles={own: one for own, one in self.profiles.items() if own != sid})

    def of(self, account: str) -> Profile | None:
        """The profile of an account."""
        return next((one for one in self.profiles.values() if one.account.casefold() == account.casefold()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A user in a store, with what was taken of him."""

    sid: str
    account: str
    used: str
    path: str
    items: tuple[Item, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A migration store.

    Attributes:
        host: whose disk it lies on.
        path: its folder there, without `USMT`.
        version: of the USMT that made it.
        key: hash of the key; empty for a store without encryption.
        complete: whether the capture came to its end.
        damaged: files in it that are broken; `catalog` whether its catalog is sound.
        in_use: another program holds it open.
    """

    host: str
    path: str
    computer: str
    version: str
    at: str
    size: int = 0
    key: str = ""
    algorithm: str = ""
    users: tuple[Captured, ...] = ()
    complete: bool = False
    damaged: tuple[str, ...] = ()
    catalog: bool = True
    in_use: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """A folder for stores on a file server: where it lies, as what it is shared, whether it takes anything."""

    path: str
    share: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStates:
    """All of it: desks and depots by host, stores by host and path in lower case, and the speed of the network in bytes."""

    desks: Mapping[str, Desk] = field(default_factory=dict)
    depots: Mapping[str, Depot] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)
    bytes_per_second: int = 25 * 1024**2
    segment_bytes_per_second: int = 60 * 1024**2

    def desk(self, host: str) -> Desk:
        """The user side of a host; an empty one where nothing is told of it."""
        return self.desks.get(host, Desk())

    def with_desk(self, host: str, changed: Desk) -> UserStates:
        """With this user side."""
        return replace(self, desks={**self.desks, host: changed})

    def store(self, host: str, path: str) -> Store | None:
        """The store in a folder."""
        return self.stores.get(store_key(host, path))

    def with_store(self, changed: Store) -> UserStates:
        """With this store in place of the one in the same folder."""
        return replace(self, stores={**self.stores, store_key(changed.host, changed.path): changed})

    def without_store(self, host: str, path: str) -> UserStates:
        """Without the store in that folder."""
        gone = store_key(host, path)
        return replace(self, stores={key: one for key, one in self.stores.items() if key != gone})


def store_key(host: str, path: str) -> str:
    """What a store is kept under."""
    return f"{host}|{path}".casefold()
