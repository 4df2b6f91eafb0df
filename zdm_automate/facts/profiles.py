"""Facts about user profiles, and about what the User State Migration Tool needs and leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfile(Fact):
    r"""A user profile of a computer (Win32_UserProfile, ProfileList and its folder).

    Attributes:
        account: `DOMAIN\name`; None where the SID has no name any more.
        temporary: Windows has put the user into a folder that it throws away.
        has_backup: ProfileList has the key with .bak: the profile failed to load once.
        used_utc: when NTUSER.DAT was written last.
    """

    zdm_type: ClassVar[str] = "Zdm.Profile"
    reader: ClassVar[str] = "Get-ZdmProfile"
    key: ClassVar[tuple[str, ...]] = ("sid",)
    volatile: ClassVar[frozenset[str]] = frozenset({"used_utc", "loaded"})

    sid: str
    account: str | None
    path: str
    folder_there: bool
    loaded: bool
    roaming: bool
    temporary: bool
    has_backup: bool
    used_utc: str | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class UserStateStore(Fact):
    """A folder on a host, the compressed store in it where there is one, and the bytes that are free on its drive."""

    zdm_type: ClassVar[str] = "Zdm.UserStateStore"
    reader: ClassVar[str] = "Get-ZdmUserStateStore"
    key: ClassVar[tuple[str, ...]] = ("path",)
    volatile: ClassVar[frozenset[str]] = frozenset({"bytes", "modified_utc", "free_bytes"})
    asked_by: ClassVar[str] = "path"

    path: str
    exists: bool
    bytes: int | None
    modified_utc: str | None
    free_bytes: int | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePiece(Fact):
    r"""What of a user's profile can be carried piece by piece.

    Attributes:
        account: `DOMAIN\name`.
        drive: network drives, each `letter=path`.
        printer: connections with printers, each `\\server\name`.
        folder: where his folders lie, each `name=path`; a redirected one lies on a server.
        there: the names of those that are on this computer.
    """

    zdm_type: ClassVar[str] = "Zdm.ProfilePiece"
    reader: ClassVar[str] = "Get-ZdmProfilePiece"
    key: ClassVar[tuple[str, ...]] = ("account",)
    volatile: ClassVar[frozenset[str]] = frozenset({"loaded", "there"})
    asked_by: ClassVar[str] = "account"

    account: str
    sid: str
    path: str
    loaded: bool
    drive: tuple[str, ...]
    printer: tuple[str, ...]
    default_printer: str | None
    folder: tuple[str, ...]
    there: tuple[str, ...]

    def folders(self) -> dict[str, str]:
        """Where his folders lie, by name."""
        return {name: path for name, _, path in (one.partition("=") for one in self.folder)}

    def drives(self) -> dict[str, str]:
        """Where his network drives lead, by letter."""
        return {letter: path for letter, _, path in (one.partition("=") for one in self.drive)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Usmt(Fact):
    """The tool in a folder of a computer.

    Attributes:
        files: the programs and rule files that are there.
        manifests: whether its sub-folders came along; without them no setting of Windows is migrated, and nothing says so.
        version: of scanstate; None without it.
        bits: of Windows.
        free_bytes: on the system drive.
        encrypted: files encrypted by EFS on local disks.
    """

    zdm_type: ClassVar[str] = "Zdm.Usmt"
    reader: ClassVar[str] = "Get-ZdmUsmt"
    key: ClassVar[tuple[str, ...]] = ("folder",)
    volatile: ClassVar[frozenset[str]] = frozenset({"free_bytes"})

    folder: str
    files: tuple[str, ...]
    manifests: bool
    version: str | None
    bits: int
    free_bytes: int
    encrypted: tuple[str, ...]
