"""Walks through trees by PowerShell in a job: the file that Start-ZdmJob has written from a function of the prelude, no other.

What the function finds is written to the job's log at the end; until then it takes the time of a walk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import files, tree_walk
from zdm_automate.lab.world.identities import names
from zdm_automate.lab.world.paths import Spot, leads
from zdm_automate.lab.world.programs import Ended, Paused
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.lab.world.tree_walk import Sample, Seen, ignoring_case, ticks_of
from zdm_automate.lab.world.volumes import MARKS, Bulk, Folder, Volume, content_hash, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.running import Run
    from zdm_automate.lab.world.tree_walk import Tree
    from zdm_automate.lab.world.volumes import File

WALKED, LISTED, HASHED = 1500.0, 4000.0, 80e6
"""A second's work: files looked at with their permissions, files listed, bytes hashed."""
SINGLY: Final = 200
"""Files of one rule that are still told one by one."""
FAILED: Final = 1
YEARS: Final = 7


@dataclass(frozen=True, slots=True)
class VolumeTree:
    r"""A tree on a drive.

    Attributes:
        start: what its paths begin with, such as `D:` or `\\OLD\D$`.
        grouped: whether the many files of one rule come as one.
        children: the folders right in each, by its path in lower case.
    """

    volume: Volume
    start: str
    children: Mapping[str, list[Folder]]
    grouped: bool = True

    def _folder(self, path: str) -> Folder | None:
        return self.volume.folder(path[len(self.start) :])

    def folders(self, path: str) -> Iterable[tuple[str, bool]]:
        """Right in it, in the order of their letters."""
        own = self.children.get(key_of(path[len(self.start) :]), ())
        return [(one.name, bool(one.link)) for one in sorted(own, key=lambda one: ignoring_case(one.name))]

    def files(self, path: str) -> Iterator[Seen]:
        """Right in it; those of a rule that nobody has changed as one where they are many."""
        folder = self._folder(path)
        if folder is None:
            return
        bulk = folder.bulk
        if self.grouped and bulk is not None and bulk.count > SINGLY:
            yield _many(folder, bulk)
            folder = replace(folder, bulk=None)
        for file in sorted(folder, key=lambda one: ignoring_case(one.name)):
            yield _seen(file)

    def sddl(self, path: str) -> str:
        """Of a folder."""
        folder = self._folder(path)
        return folder.sddl if folder is not None else ""

    def look(self, path: str) -> tuple[int, str, str] | None:
        """Size, hash and permissions of a file."""
        folder = self._folder(path.rpartition("\\")[0])
        file = folder.file(path.rpartition("\\")[2]) if folder is not None else None
        return (file.size, content_hash(file.content), file.sddl) if file is not None else None


def _seen(file: File) -> Seen:
    marks = sum(mark for letter, mark in MARKS.items() if letter in file.attributes)
    ticks = tree_walk.FIRST_TICK + file.at * 10_000_000
    return Seen(name=file.name, size=file.size, ticks=ticks, marks=marks, sddl=file.sddl, streams=1 + len(file.streams))


def _many(folder: Folder, bulk: Bulk) -> Seen:
    """The files of a rule, as far as they are as the rule made them."""
    left = (one for one in bulk if one.name.casefold() not in folder.files)
    first = [one for _, one in zip(range(tree_walk.TOLD), left, strict=False)]
    apart = sum(bulk.find(key) is not None for key in folder.files)
    seen = _seen(first[0] if first else bulk.file(bulk.first))
    return replace(seen, many=bulk.count - apart, others=tuple(one.name for one in first[1:]))


def carried_on(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """The walk, and at its end the log."""
    words = dict(zip(run.argv, run.argv[1:], strict=False))
    text = files.text(world.host(host), words.get("-File", "")) or ""
    function = text.partition("\r\n")[0].removeprefix("# ")
    if function not in {"Measure-ZdmTree", "Compare-ZdmTree"}:
        raise NotModelledError("the lab runs those files of PowerShell only that Start-ZdmJob writes")
    source, target = _tree(world, host, run, words["-Path"]), _tree(world, host, run, words.get("-Target", words["-Path"]))
    if source is None or target is None:
        return world, Ended(exit_code=FAILED, out=(f"Could not find a part of the path '{words['-Path']}'.",))
    if not run.state:
        return world, Paused(until=world.now + timedelta(seconds=_seconds(source, words, function)), state={"walks": True})
    lines = _measured(world, host, source, words) if function == "Measure-ZdmTree" else _compared(source, target, words)
    log = "\ufeff" + "".join(f"{line}\r\n" for line in lines)
    return files.written(world, world.host(host), words["-Log"], log), Ended(exit_code=0)


def _tree(world: World, host: str, run: Run, path: str) -> VolumeTree | None:
    """The tree at a path, local or of another server's administrative share."""
    spot = leads(world, host, path, run.user)
    if not isinstance(spot, Spot) or spot.folder(world) is None:
        return None
    volume = spot.volume(world)
    start = path[: len(path.rstrip("\\")) - len(spot.rest)].rstrip("\\")
    if volume is None:
        return None
    children: dict[str, list[Folder]] = {}
    for key, folder in volume.folders.items():
        if key:
            children.setdefault(key.rpartition("\\")[0], []).append(folder)
    return VolumeTree(volume, start, children)


def _seconds(tree: VolumeTree, words: Mapping[str, str], function: str) -> float:
    below = list(tree.volume.below(words["-Path"][len(tree.start) :]))
    count = sum(folder.count for folder in below)
    if function == "Measure-ZdmTree":
        return 2 + count / WALKED
    mean = sum(folder.size for folder in below) / max(1, count)
    return 2 + count / LISTED + min(count, 420) * mean / HASHED


def _measured(world: World, host: str, tree: VolumeTree, words: Mapping[str, str]) -> list[str]:
    before = ticks_of(world.now + timedelta(seconds=world.host(host).skew) - timedelta(days=365 * YEARS))
    streams = not world.host(host).windows.powershell.startswith("2")
    found = names(world, host)
    return tree_walk.measured(tree, words["-Path"].rstrip("\\"), host=host, names=found, before=before, streams=streams)


def _compared(source: VolumeTree, target: VolumeTree, words: Mapping[str, str]) -> list[str]:
    roots = (words["-Path"].rstrip("\\"), words["-Target"].rstrip("\\"))
    single = (replace(source, grouped=False), replace(target, grouped=False))

    def look(tree: Tree, path: str) -> tuple[int, str, str] | None:
        return tree.look(path) if isinstance(tree, VolumeTree) else None

    return tree_walk.compared(*single, roots, Sample(), look)
