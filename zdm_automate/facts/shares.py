"""Facts about file servers: shares with their permissions, and who uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Fact):
    """A share that people use.

    Attributes:
        caching_mode: whether clients keep copies (Offline Files).
        enumeration_mode: AccessBased shows people only what they may open.
        user_limit: how many may use it at once; 0 for no limit.
        sddl: its permissions, a security descriptor in text form.
    """

    zdm_type: ClassVar[str] = "Zdm.Share"
    reader: ClassVar[str] = "Get-ZdmShare"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    path: str
    description: str
    caching_mode: str
    enumeration_mode: str
    user_limit: int
    encrypt_data: bool
    sddl: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSession(Fact):
    """A user's connection to a file server, with the files it holds open."""

    zdm_type: ClassVar[str] = "Zdm.ShareSession"
    reader: ClassVar[str] = "Get-ZdmShareSession"
    key: ClassVar[tuple[str, ...]] = ("session_id",)
    transient: ClassVar[bool] = True

    session_id: str
    user: str
    client: str
    open_files: tuple[str, ...]
