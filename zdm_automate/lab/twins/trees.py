"""Twins of the verbs that walk trees, over what a host's files show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Row
from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.twins.files import state as file_state
from zdm_automate.lab.twins.pattern import host_now, made, stop, twin
from zdm_automate.lab.world import tree_walk
from zdm_automate.lab.world.identities import names
from zdm_automate.lab.world.tree_walk import Sample, Seen, Tree, ignoring_case, ticks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINK = 1024
_SINCE_3 = 3


@dataclass(frozen=True, slots=True)
class HostTree:
    """The files of a host as its .NET shows them; `streams`: other streams are looked for."""

    call: Call
    streams: bool = False

    def folders(self, path: str) -> Iterable[tuple[str, bool]]:
        """Right in it, in the order of their letters."""
        found = {one.rpartition("\\")[2]: one for one in io.folders_in(self.call, path)}
        return [(name, bool(io.attributes_of(self.call, found[name]) & LINK)) for name in sorted(found, key=ignoring_case)]

    def files(self, path: str) -> Iterable[Seen]:
        """Right in it, each by itself."""
        for row in sorted(io.infos_of(self.call, path), key=lambda one: ignoring_case(one["Name"])):
            whole = f"{path}\\{row['Name']}"
            asked = {"LiteralPath": whole, "Force": True, "Stream": "*"}
            yield Seen(
                name=row["Name"],
                size=row["Length"],
                ticks=ticks_of(row["LastWriteTimeUtc"]),
                marks=row["Attributes"],
                sddl=io.sddl_of(self.call, whole),
                streams=len(self.call.cmdlet("Get-Item", **asked)) if self.streams else 1,
            )

    def sddl(self, path: str) -> str:
        """Of a folder."""
        return io.sddl_of(self.call, path)


def _rows(lines: Iterable[str]) -> Iterator[Row]:
    for line in lines:
        sort, count, size, *first = line.split("\t")
        yield {"Sort": sort, "Count": int(count), "Bytes": int(size), "Examples": first}


def _needs(call: Call, path: str, root: str) -> None:
    if not io.is_folder(call, root):
        raise stop("NotFound", f"There is no folder '{path}'.", target=path, category="ObjectNotFound")


@twin("Get-ZdmTreeFinding")
def get_tree_finding(call: Call, /, *, path: str, folders: int = 500, years: int = 7) -> Iterator[Row]:
    """One object for each sort of finding."""
    root = path.rstrip("\\")
    _needs(call, root, root)
    streams = int(call.host.windows.powershell[0]) >= _SINCE_3
    lines = tree_walk.measured(
        HostTree(call, streams),
        root,
        host=call.host_name,
        names=names(call.world, call.host_name),
        before=ticks_of(host_now(call) - timedelta(days=365 * years)),
        folders=folders,
        streams=streams,
    )
    for row in _rows(lines):
        yield made(call, "Zdm.TreeFinding", Root=root, **row)


@twin("Get-ZdmTreeDifference")
def get_tree_difference(
    call: Call, /, *, source: str, target: str, newest: int = 20, lot: int = 20, largest: int = 5
) -> Iterator[Row]:
    """One object for each sort of difference."""
    roots = (source.rstrip("\\"), target.rstrip("\\"))
    _needs(call, source, roots[0])
    _needs(call, target, roots[1])
    tree = HostTree(call)

    def look(_: Tree, path: str) -> tuple[int, str, str] | None:
        found = file_state(call, path)
        there = found["Exists"] and not found["IsFolder"]
        return (found["Bytes"], found["Sha256"], io.sddl_of(call, path)) if there else None

    sample = Sample(newest=newest, lot=lot, largest=largest)
    for row in _rows(tree_walk.compared(tree, tree, roots, sample, look)):
        yield made(call, "Zdm.TreeDifference", Root=roots[0], Target=roots[1], **row)
