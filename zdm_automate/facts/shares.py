"""Facts about file servers: shares with their permissions, and who uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Fact):
    """A share that people use. What a host before Windows Server 2012 does not tell is None.

    Attributes:
        caching_mode: whether clients keep copies (Offline Files).
        enumeration_mode: AccessBased shows people only what they may open.
        user_limit: how many may use it at once; 0 for no limit.
        sddl: its permissions, a security descriptor in text form; empty where the host does not tell them.
    """

    zdm_type: ClassVar[str] = "Zdm.Share"
    reader: ClassVar[str] = "Get-ZdmShare"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    path: str
    description: str
    caching_mode: str | None
    enumeration_mode: str | None
    user_limit: int
    encrypt_data: bool | None
    sddl: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSession(Fact):
    """A connection to a file server that can be ended by itself, with the files it holds open.

    Attributes:
        session_id: its number; before Windows Server 2012 two backslashes and the computer, for that server ends all at once
            that a computer has open.
        user: who; several, with a comma between, where they are ended together.
        open_files: which files, where the host tells.
        open_count: how many.
    """

    zdm_type: ClassVar[str] = "Zdm.ShareSession"
    reader: ClassVar[str] = "Get-ZdmShareSession"
    key: ClassVar[tuple[str, ...]] = ("session_id",)
    transient: ClassVar[bool] = True

    session_id: str
    user: str
    client: str
    open_files: tuple[str, ...]
    open_count: int


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DfsTarget(Fact):
    """Where a folder of a namespace leads: a share, Online or Offline."""

    zdm_type: ClassVar[str] = "Zdm.DfsTarget"
    reader: ClassVar[str] = "Get-ZdmDfsTarget"
    key: ClassVar[tuple[str, ...]] = ("path", "target_path")
    asked_by: ClassVar[str] = "path"

    path: str
    target_path: str
    state: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSample(Fact):
    r"""A file or folder of a sample. A folder's path ends with a backslash, and its `bytes` is how many files are in it."""

    zdm_type: ClassVar[str] = "Zdm.FileSample"
    reader: ClassVar[str] = "Get-ZdmFileSample"
    key: ClassVar[tuple[str, ...]] = ("root", "relative_path")
    transient: ClassVar[bool] = True

    root: str
    relative_path: str
    bytes: int
    modified_utc: str | None
    sha256: str | None
    sddl: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFinding(Fact):
    """What of one sort a move of a tree meets: how often, how many bytes, and the first five places."""

    zdm_type: ClassVar[str] = "Zdm.TreeFinding"
    reader: ClassVar[str] = "Get-ZdmTreeFinding"
    key: ClassVar[tuple[str, ...]] = ("root", "sort")
    transient: ClassVar[bool] = True

    root: str
    sort: str
    count: int
    bytes: int
    examples: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TreeDifference(Fact):
    """In what a sample of a tree differs from its copy: how often, how many bytes, and the first five places."""

    zdm_type: ClassVar[str] = "Zdm.TreeDifference"
    reader: ClassVar[str] = "Get-ZdmTreeDifference"
    key: ClassVar[tuple[str, ...]] = ("root", "target", "sort")
    transient: ClassVar[bool] = True

    root: str
    target: str
    sort: str
    count: int
    bytes: int
    examples: tuple[str, ...]
