"""The smaller texts of USMT: list files, the store check of usmtutils, the estimate. They take any text and never fail.

A list file has one path in a line. usmtutils writes `name<TAB>OK` or `name<TAB>CORRUPTED`, the catalog last. The estimate is
a small XML file.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PATH = re.compile(r"^(?:[A-Za-z]:\\|\\\\[^\\]|HK[A-Z_]{2,24}\\)")
_SIZE = re.compile(r"<size(?:\s+clusterSize\s*=\s*[\"'](\d{1,9})[\"'])?\s*>\s*(\d{1,19})\s*</size>")
_BLOCK = re.compile(r"<(storeSize|temporarySpace)>(.{0,20000}?)</\1>", re.DOTALL)
_NAMED = 200
_LONGEST_ESTIMATE = 65536


def decoded(data: bytes) -> str:
    """The text of a log, by its mark of order where it has one, else UTF-8, else the code page of Western Windows."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def parse_list(lines: Iterable[str]) -> Iterator[str]:
    """The paths in a list file (/listfiles); what is no path is left out, the last line may be cut off."""
    for line in lines:
        path = line.strip("\r\n\ufeff\0 \t")
        if _PATH.match(path):
            yield path


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What usmtutils says of a store.

    Attributes:
        catalog: whether the catalog is sound; None where nothing was said of it.
        sound: files that are well, 0 where they were not listed.
        corrupted: names of the damaged files, the first 200.
        corrupted_count: how many there are.
    """

    catalog: bool | None = None
    sound: int = 0
    corrupted: tuple[str, ...] = ()
    corrupted_count: int = 0

    @property
    def well(self) -> bool:
        """Whether the store can be restored from: its catalog is sound, and nothing in it is known to be damaged."""
        return self.catalog is True and self.corrupted_count == 0


def parse_verify(lines: Iterable[str]) -> Verified:
    """The result of `usmtutils /verify:all`, `:failureonly` or `:catalog`."""
    catalog: bool | None = None
    names: list[str] = []
    sound = count = 0
    for line in lines:
        name, mark, state = line.strip("\r\n\ufeff\0 \t").rpartition("\t")
        if not mark or state not in {"OK", "CORRUPTED"}:
            continue
        well, name = state == "OK", name.strip()
        if name.upper() == "CATALOG":
            catalog = well
        elif well:
            sound += 1
        else:
            count += 1
            if len(names) < _NAMED:
                names.append(name)
    return Verified(catalog=catalog, sound=sound, corrupted=tuple(names), corrupted_count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What scanstate /p says: bytes of the store by cluster size (0 where none is named), bytes of temporary space."""

    store: dict[int, int]
    temporary: int

    def store_bytes(self, cluster: int = 4096) -> int:
        """For a disk with that cluster size; the largest where it is not listed."""
        return self.store.get(cluster, max(self.store.values(), default=0))


def parse_estimate(text: str) -> Estimate | None:
    """The estimate, or None where the text holds none."""
    store: dict[int, int] = {}
    temporary: int | None = None
    for kind, body in _BLOCK.findall(text[:_LONGEST_ESTIMATE]):
        for cluster, size in _SIZE.findall(body):
            if kind == "storeSize":
                store[int(cluster or 0)] = int(size)
            else:
                temporary = int(size)
    return Estimate(store=store, temporary=temporary or 0) if store else None
