"""Volumes: folders and files with sizes, times, contents, permissions and attributes. Values in, values out.

A generated folder holds its files by a rule and a seed, and what people made of them as exceptions: a million files cost
as much as a few folders. A file's content is a name for its bytes: two files are the same where these names are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256

PLAIN_SDDL = "O:BAG:DUD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1301bf;;;DU)"
"""Owner Administrators; System and Administrators full, Domain Users change, all inherited."""

MAX_PATH = 260

MARKS = {"R": 1, "H": 2, "S": 4, "A": 32, "P": 512, "L": 1024, "C": 2048, "E": 16384}
"""FileAttributes by the letters of a file's attributes."""


@lru_cache(maxsize=65536)
def content_hash(content: str) -> str:
    """SHA-256 of the bytes that a content name stands for, upper case as Get-FileHash gives it."""
    return sha256(content.encode()).hexdigest().upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file. `at` is when it was written, in seconds since 1970; `attributes` are letters as `attrib` shows them.

    Of its letters E means encrypted, C compressed, P sparse, L a reparse point. `streams` are the names of its other streams.
    """

    name: str
    size: int
    at: int
    content: str
    sddl: str = PLAIN_SDDL
    attributes: str = "A"
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Files by a rule: `<stem><number>.<suffix>`, numbered from `first`, all of one size and age."""

    stem: str
    suffix: str
    count: int
    size: int
    at: int
    seed: str
    first: int = 1
    sddl: str = PLAIN_SDDL

    def file(self, number: int) -> File:
        """The file of a number."""
        return File(
            name=f"{self.stem}{number:06d}.{self.suffix}",
            size=self.size,
            at=self.at,
            content=f"{self.seed}:{number}",
            sddl=self.sddl,
        )

    def find(self, key: str) -> File | None:
        """The file of that name, in lower case, where the rule has it."""
        stem, suffix = self.stem.casefold(), f".{self.suffix.casefold()}"
        digits = key[len(stem) : len(key) - len(suffix)]
        if not key.startswith(stem) or not key.endswith(suffix) or not digits.isdecimal() or len(digits) < 6:  # noqa: PLR2004
            return None
        number = int(digits)
        found = self.file(number) if self.first <= number < self.first + self.count else None
        return found if found is not None and found.name.casefold() == key else None

    def __iter__(self) -> Iterator[File]:
        """All files, in order."""
        return (self.file(number) for number in range(self.first, self.first + self.count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder.

    Attributes:
        path: below the root of its volume, as it was written; empty for the root.
        files: by name in lower case; None where a file of the bulk is gone.
        bulk: the files that are there by a rule.
        link: where a junction or symbolic link leads; such a folder holds nothing of its own.
    """

    path: str
    at: int
    sddl: str = PLAIN_SDDL
    attributes: str = ""
    files: Mapping[str, File | None] = field(default_factory=dict)
    bulk: Bulk | None = None
    link: str = ""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("\\")[2]

    def file(self, name: str) -> File | None:
        """The file of that name, whatever the case."""
        key = name.casefold()
        if key in self.files:
            return self.files[key]
        return self.bulk.find(key) if self.bulk is not None else None

    def __iter__(self) -> Iterator[File]:
        """All files: those of the rule that are as they were, then the others."""
        if self.bulk is not None:
            yield from (one for one in self.bulk if one.name.casefold() not in self.files)
        yield from (one for one in self.files.values() if one is not None)

    @property
    def count(self) -> int:
        """Number of files."""
        own = sum(one is not None for one in self.files.values())
        return own + (self.bulk.count - self._replaced() if self.bulk is not None else 0)

    @property
    def size(self) -> int:
        """Bytes in its own files."""
        own = sum(one.size for one in self.files.values() if one is not None)
        return own + ((self.bulk.count - self._replaced()) * self.bulk.size if self.bulk is not None else 0)

    def _replaced(self) -> int:
        bulk = self.bulk
        return sum(bulk.find(key) is not None for key in self.files) if bulk is not None else 0

    def with_file(self, file: File) -> Folder:
        """The folder with this file in place of one of the same name."""
        return replace(self, files={**self.files, file.name.casefold(): file})

    def without_file(self, name: str) -> Folder:
        """The folder without that file."""
        key = name.casefold()
        files = {own: one for own, one in self.files.items() if own != key}
        if self.bulk is not None and self.bulk.find(key) is not None:
            files[key] = None
        return replace(self, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One drive. `other` are bytes that belong to no file told of here; folders are keyed by their path in lower case."""

    letter: str
    size: int
    other: int = 0
    file_system: str = "NTFS"
    folders: Mapping[str, Folder] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """Bytes in use."""
        return self.other + sum(folder.size for folder in self.folders.values())

    @property
    def free(self) -> int:
        """Bytes left."""
        return max(0, self.size - self.used)

    def folder(self, path: str) -> Folder | None:
        """The folder at a path below the root."""
        return self.folders.get(key_of(path))

    def below(self, path: str) -> Iterator[Folder]:
        """The folder at a path and all below it, parents before children, in the order of names."""
        key = key_of(path)
        inside = f"{key}\\" if key else ""
        yield from (self.folders[own] for own in sorted(self.folders, key=in_order) if own == key or own.startswith(inside))

    def with_folder(self, folder: Folder) -> Volume:
        """The volume with this folder in place of the one at its path; missing parents are made."""
        return self.with_folders((folder,))

    def with_folders(self, changed: tuple[Folder, ...]) -> Volume:
        """The volume with these folders; missing parents are made."""
        folders = dict(self.folders)
        for folder in changed:
            parent = folder.path.rpartition("\\")[0]
            while folder.path and key_of(parent) not in folders:
                folders[key_of(parent)] = Folder(path=parent, at=folder.at)
                parent = parent.rpartition("\\")[0]
            folders[key_of(folder.path)] = folder
        return replace(self, folders=folders)

    def without_folder(self, path: str) -> Volume:
        """The volume without this folder and all below it."""
        key = key_of(path)
        return replace(
            self, folders={own: one for own, one in self.folders.items() if own != key and not own.startswith(f"{key}\\")}
        )


def moved(volume: Volume, source: str, target: str) -> Volume:
    """The volume with a folder and all below it under another path."""
    found = tuple(volume.below(source))
    if not found:
        return volume
    there = tuple(replace(one, path=target.strip("\\") + one.path[len(source.strip("\\")) :]) for one in found)
    return volume.without_folder(source).with_folders(there)


def key_of(path: str) -> str:
    """A path as folders are keyed."""
    return path.strip("\\").casefold()


def in_order(key: str) -> tuple[str, ...]:
    """What sorts keys so that a folder comes right before what is below it."""
    return tuple(key.split("\\")) if key else ()
