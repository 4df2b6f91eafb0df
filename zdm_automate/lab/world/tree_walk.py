"""What the lab sees in a tree that is looked through or compared: the two walks of the prelude, over anything that has folders.

A tree may hold many files of one rule; they are told as one with a number. Values in, lines out.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

SORTS: Final = (
    *("folder", "file", "unread", "long", "name", "link", "point", "encrypted", "packed", "sparse", "large", "old"),
    *("database", "mail", "excluded", "stream", "owner", "orphan", "local", "cut-off"),
)
DIFFERENCES: Final = ("sampled", "missing", "contents", "permissions", "unread", "unhashed")
KINDS: Final = dict.fromkeys((".pst", ".ost"), "mail") | dict.fromkeys(
    (".mdb", ".accdb", ".ldb", ".laccdb", ".qbw", ".mdf", ".ndf", ".ldf", ".edb", ".fdb", ".sdf"), "database"
)
LEFT: Final = frozenset({"system volume information", "$recycle.bin", "recycler", "dfsrprivate", "~snapshot"})
LOCAL: Final = frozenset({"PU", "BG", "BO", "SO", "AO", "PO", "LA", "LG"})
MARKED: Final = (("point", 1024), ("encrypted", 16384), ("packed", 2048), ("sparse", 512))
TOLD, LONGEST, LARGE, FIRST_TICK = 5, 260, 2**32, 621355968000000000
_OWNER = re.compile(r"^O:(S-[0-9-]+|[A-Z]{2})")
_CUT_OFF = re.compile(r"D:(AI|AR)*P")
_ENTRY = re.compile(r"\([A-Z]+;([A-Z]*);[^;()]*;[^;()]*;[^;()]*;([A-Z]{2}|S-[0-9-]+)\)")
_INHERITED = re.compile(r"\([A-Z]+;[A-Z]*ID[A-Z]*;[^()]*\)")
_GROUP = re.compile(r"G:(S-[0-9-]+|[A-Z]{2})")
_FLAGS = re.compile(r"D:(P?)(AI|AR)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file as a listing tells it, or so many of one rule, the first of which is this one."""

    name: str
    size: int
    ticks: int
    marks: int
    sddl: str
    streams: int = 1
    many: int = 1
    others: tuple[str, ...] = ()


class Tree(Protocol):
    """Something with folders; paths are whole."""

    def folders(self, path: str) -> Iterable[tuple[str, bool]]:
        """The names of the folders right in it in their order, and whether each is a link."""

    def files(self, path: str) -> Iterable[Seen]:
        """The files right in it, in their order."""

    def sddl(self, path: str) -> str:
        """The permissions of a folder."""


@dataclass(slots=True)
class Tally:
    """How often each sort was met, with bytes and the first places."""

    sorts: tuple[str, ...]
    rows: dict[str, tuple[int, int, tuple[str, ...]]] = field(default_factory=dict)

    def note(self, sort: str, place: str, size: int = 0, many: int = 1, others: Iterable[str] = ()) -> None:
        """Counts one more, or many; `size` is of each."""
        times, total, first = self.rows.get(sort, (0, 0, ()))
        room = TOLD - len(first)
        self.rows[sort] = (times + many, total + size * many, (*first, *[place, *others][:room]))

    def lines(self) -> Iterator[str]:
        """As the walks of the prelude say it."""
        for sort in self.sorts:
            times, total, first = self.rows.get(sort, (0, 0, ()))
            yield "\t".join([sort, str(times), str(total), *first])


def ordinal(text: str) -> bytes:
    """What sorts as StringComparer.Ordinal does."""
    return text.encode("utf-16-be", "surrogatepass")


def ignoring_case(text: str) -> bytes:
    """What sorts as StringComparer.OrdinalIgnoreCase does."""
    return ordinal("".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in text))


def ticks_of(moment: datetime) -> int:
    """A moment as .NET counts it."""
    return FIRST_TICK + round(moment.timestamp() * 1_000_000) * 10


def left_out(name: str) -> bool:
    """Test-ZdmLeftOut of the prelude."""
    low = name.lower()
    return low.startswith("~$") or low.endswith(".tmp") or low in {"thumbs.db", "pagefile.sys"}


def measured(
    tree: Tree, root: str, *, host: str, names: Mapping[str, str], before: int, folders: int = 0, streams: bool = True
) -> list[str]:
    """Measure-ZdmTree of the prelude."""
    tally = Tally(SORTS)
    waiting = [root]
    looked = 0
    while waiting and (not folders or looked < folders):
        folder = waiting.pop()
        looked += 1
        tally.note("folder", folder)
        _judge(tally, tree.sddl(folder), folder, host, names, top=folder == root)
        for seen in tree.files(folder):
            _file(tally, folder, seen, host, names, before=before)
        own = [(name, link) for name, link in tree.folders(folder) if name.lower() not in LEFT]
        for name, link in reversed(own):
            if link:
                tally.note("link", f"{folder}\\{name}")
            else:
                waiting.append(f"{folder}\\{name}")
    if not streams:
        tally.rows["stream"] = (-1, 0, ())
    return [*tally.lines(), f"unseen\t{len(waiting)}\t0"]


def _file(tally: Tally, folder: str, seen: Seen, host: str, names: Mapping[str, str], *, before: int) -> None:
    path = f"{folder}\\{seen.name}"
    others = tuple(f"{folder}\\{name}" for name in seen.others)

    def note(sort: str) -> None:
        tally.note(sort, path, seen.size, seen.many, others)

    dot = seen.name.rpartition(".")
    kind = KINDS.get(f".{dot[2]}".lower(), "") if dot[1] else ""
    told = {
        "long": len(path.encode("utf-16-le", "surrogatepass")) // 2 >= LONGEST,
        "name": seen.name[-1:] in {" ", "."},
        "file": True,
        **{sort: bool(seen.marks & mark) for sort, mark in MARKED},
        "large": seen.size > LARGE,
        "old": seen.ticks < before,
        "database": kind == "database",
        "mail": kind == "mail",
        "excluded": left_out(seen.name),
        "stream": seen.streams > 1,
    }
    for sort in (sort for sort, met in told.items() if met):
        note(sort)
    _judge(tally, seen.sddl, path, host, names, top=False, many=seen.many, others=others)


def _judge(
    tally: Tally,
    sddl: str,
    place: str,
    host: str,
    names: Mapping[str, str],
    *,
    top: bool,
    many: int = 1,
    others: tuple[str, ...] = (),
) -> None:
    """The permissions of a file or folder: its own ones alone, what it inherits is told at the top."""

    def kind(sid: str) -> str:
        if sid in LOCAL:
            return "local"
        if not sid.startswith("S-1-5-21-"):
            return ""
        account = names.get(sid)
        if account is None:
            return "orphan"
        return "local" if account.lower().startswith(f"{host.lower()}\\") else ""

    owner = _OWNER.match(sddl)
    found = ["owner"] if owner is not None and kind(owner[1]) else []
    if not top and _CUT_OFF.search(sddl):
        found.append("cut-off")
    own = [kind(entry[2]) for entry in _ENTRY.finditer(sddl) if top or "ID" not in entry[1]]
    for sort in (*found, *dict.fromkeys(one for one in own if one)):
        tally.note(sort, place, 0, many, others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How many files of each sort a comparison looks at, and up to how many bytes it hashes."""

    newest: int = 200
    lot: int = 200
    largest: int = 20
    most_bytes: int = 100 * 2**30


def compared(
    source: Tree, target: Tree, roots: tuple[str, str], sample: Sample, look: Callable[[Tree, str], tuple[int, str, str] | None]
) -> list[str]:
    """Compare-ZdmTree of the prelude; `look` gives size, content and permissions of a file, None where it is not there."""
    paths, seen = _chosen(source, roots[0], sample)
    tally = Tally(DIFFERENCES)
    hashed = 0
    folders: set[str] = set()
    for path in paths:
        here, other = look(source, roots[0] + path), look(target, roots[1] + path)
        if here is None:
            tally.note("unread", path)
            continue
        size = here[0]
        tally.note("sampled", roots[0] + path, size)
        if other is None:
            tally.note("missing", path, size)
            continue
        if size != other[0]:
            tally.note("contents", path, size)
        elif hashed + size > sample.most_bytes:
            tally.note("unhashed", path, size)
        else:
            hashed += size
            if here[1] != other[1]:
                tally.note("contents", path, size)
        if _own(here[2]) != _own(other[2]):
            tally.note("permissions", path, size)
        folder = path.rpartition("\\")[0]
        if folder not in folders:
            folders.add(folder)
            if _own(source.sddl(roots[0] + folder)) != _own(target.sddl(roots[1] + folder)):
                tally.note("permissions", f"{folder}\\")
    return [*tally.lines(), f"files\t{seen}\t0"]


def _own(sddl: str) -> str:
    """Permissions as far as they are an item's own: what it inherits follows from the folder above, on each side."""
    return _FLAGS.sub(r"D:\1", _INHERITED.sub("", _GROUP.sub("", sddl)))


def _chosen(tree: Tree, root: str, sample: Sample) -> tuple[list[str], int]:
    """The newest, the largest and those by lot, and how many files there are."""
    young: list[tuple[int, bytes, str]] = []
    big: list[tuple[int, bytes, str]] = []
    drawn: list[str] = []
    seen, state = 0, 8
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for file in tree.files(root + folder):
            if left_out(file.name):
                continue
            path = f"{folder}\\{file.name}"
            _keep(young, (file.ticks, ordinal(path), path), sample.newest)
            _keep(big, (file.size, ordinal(path), path), sample.largest)
            seen += 1
            if seen <= sample.lot:
                drawn.append(path)
                continue
            state = (state * 1103515245 + 12345) % 2**31
            if state % seen < sample.lot:
                drawn[state % seen] = path
        own = [name for name, link in tree.folders(root + folder) if not link and name.lower() not in LEFT]
        waiting += [f"{folder}\\{name}" for name in reversed(own)]
    chosen = {one[2] for one in (*young, *big)}
    return sorted(chosen | set(drawn), key=ordinal), seen


def _keep(most: list[tuple[int, bytes, str]], one: tuple[int, bytes, str], number: int) -> None:
    """Adds to so many of the highest."""
    if len(most) < number:
        heapq.heappush(most, one)
    elif one > most[0]:
        heapq.heapreplace(most, one)
