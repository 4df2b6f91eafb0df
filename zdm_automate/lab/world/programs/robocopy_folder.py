"""What robocopy does in one folder: which files it takes, leaves, finds too many, or cannot copy. Values in, values out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world.volumes import PLAIN_SDDL, Bulk, File, Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zdm_automate.lab.world.programs.robocopy_options import Options

IN_USE, DENIED, FULL = 32, 5, 112
ADMINISTRATORS: Final = (";BA)", ";SY)")
SCANNED, COPIED, BYTES, PACKET = 2000.0, 30.0, 80e6, 65536
"""A second's work: names compared, files copied by one thread, bytes over the wire; and the packet that /IPG counts."""
MOST_THREADS, TOLD = 16, 50
"""Threads beyond which nothing gets faster, and errors of one folder that are written out."""


@dataclass(slots=True)
class Carried:
    """What happened in a folder: the target as it is afterwards, counts by `row column`, lines to tell, errors, seconds."""

    target: Folder
    counts: dict[str, int] = field(default_factory=dict)
    told: list[tuple[str, File]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0
    room: int = 0

    def count(self, column: str, number: int, size: int) -> None:
        """Counts files and their bytes."""
        for row, value in (("files", number), ("bytes", size)):
            key = f"{row} {column}"
            self.counts[key] = self.counts.get(key, 0) + value


def carry(
    source: Folder, target: Folder | None, options: Options, *, room: int, held: Callable[[str], bool], folders: Iterable[str]
) -> Carried:
    """Copies what differs. `held` tells whether somebody keeps a file of the source open, `folders` are the target's own."""
    made = Carried(target=target or replace(source, files={}, bulk=None), room=room)
    there = {name.casefold() for name in folders}
    if options.chosen or options.values.get("ia"):
        source = _chosen(source, options)
        made.target = _chosen(made.target, options) if options.on("l") else made.target
    rule = _rule(source, made.target)
    if source.bulk is not None and rule is not None:
        _carry_bulk(source, source.bulk, made, options)
        keys = {*source.files, *made.target.files} if target is not None else set(source.files)
        files = [(key, source.files.get(key, source.bulk.find(key))) for key in sorted(keys)]
    else:
        files = _both(source, made.target)
    for key, file in files:
        own = made.target.file(key)
        if file is None:
            if own is not None:
                _extra(own, made, options)
        elif key in there:
            made.count("total", 1, file.size)
            made.count("mismatch", 1, file.size)
            made.told.append(("mismatch", file))
        else:
            _carry_file(file, own, made, options, held)
    return made


def _chosen(folder: Folder, options: Options) -> Folder:
    """The folder as far as its files were chosen by name or attribute."""
    bulk = folder.bulk
    if bulk is not None and not options.takes(bulk.file(bulk.first).name, "A"):
        bulk = None
    own = {key: file for key, file in folder.files.items() if file is not None and options.takes(file.name, file.attributes)}
    return replace(folder, files=own, bulk=bulk)


def _both(source: Folder, target: Folder) -> list[tuple[str, File | None]]:
    names = {file.name.casefold(): file for file in source}
    return sorted({**dict.fromkeys(file.name.casefold() for file in target), **names}.items())


def _rule(source: Folder, target: Folder) -> Bulk | None:
    """The rule by which both sides hold their many files; None where they have to be compared one by one."""
    if source.bulk is None:
        return None
    if target.bulk is None:
        taken = any(source.bulk.find(key) is not None for key in target.files)
        return None if taken else source.bulk
    alike = replace(target.bulk, count=source.bulk.count, sddl=source.bulk.sddl) == source.bulk
    return source.bulk if alike and target.bulk.count <= source.bulk.count else None


def _carry_bulk(source: Folder, bulk: Bulk, made: Carried, options: Options) -> None:
    """All files of the rule that neither side has made an exception of, at once."""
    apart = {key for key in {*source.files, *made.target.files} if bulk.find(key) is not None}
    total = bulk.count - len(apart)
    have = made.target.bulk.count if made.target.bulk is not None else 0
    missing = max(0, bulk.count - have - sum(_number(key) >= bulk.first + have for key in apart))
    made.count("total", total, total * bulk.size)
    made.count("skipped", total - missing, (total - missing) * bulk.size)
    made.seconds += total / SCANNED
    if options.on("xl"):
        missing = 0
    fits = missing if bulk.size == 0 else min(missing, made.room // bulk.size)
    if options.on("l"):
        fits = missing
    made.count("copied", fits, fits * bulk.size)
    made.seconds += 0.0 if options.on("l") else _work(fits, fits * bulk.size, options)
    if fits < missing:
        made.count("failed", missing - fits, (missing - fits) * bulk.size)
        made.errors += [(FULL, bulk.file(bulk.first + have + fits + n).name) for n in range(min(TOLD, missing - fits))]
        made.seconds += options.retries * options.pause
    if not options.on("nfl"):
        made.told += [("new", bulk.file(bulk.first + have + n)) for n in range(fits)]
    if options.on("l"):
        return
    made.room -= fits * bulk.size
    sddl = bulk.sddl if "S" in options.what else PLAIN_SDDL
    if have and made.target.bulk is not None and not options.on("secfix"):
        sddl = made.target.bulk.sddl
    if have + fits:
        grown = bulk.count if fits == missing else have + fits
        made.target = replace(made.target, bulk=replace(bulk, count=grown, sddl=sddl))
    gone = [key for key in source.files if source.files[key] is None and key not in made.target.files]
    fresh = {key: None for key in gone if have <= _number(key) - bulk.first}
    apart_new = {key: None for key in source.files if bulk.find(key) is not None and key not in made.target.files and not have}
    made.target = replace(made.target, files={**made.target.files, **fresh, **apart_new})


def _number(key: str) -> int:
    return int("".join(sign for sign in key.rpartition(".")[0][-6:] if sign.isdecimal()) or 0)


def _work(number: int, size: int, options: Options) -> float:
    threads = min(options.threads, MOST_THREADS)
    return number / (COPIED * threads) + size / BYTES + size / PACKET * options.gap / 1000


def _extra(file: File, made: Carried, options: Options) -> None:
    if options.skips_file(file.name):
        return
    made.count("extras", 1, file.size)
    made.told.append(("extra", file))
    if options.purge and not options.on("l"):
        made.target = made.target.without_file(file.name)
        made.room += file.size


def _carry_file(file: File, own: File | None, made: Carried, options: Options, held: Callable[[str], bool]) -> None:
    made.count("total", 1, file.size)
    made.seconds += 1 / SCANNED
    kind = _kind(file, own)
    left = (kind == "older" and options.on("xo")) or (kind == "new" and options.on("xl"))
    if options.skips_file(file.name) or left:
        made.count("skipped", 1, file.size)
        return
    if kind == "same" and own is not None:
        made.count("skipped", 1, file.size)
        _mend(file, own, made, options)
        return
    made.told.append((kind, file))
    if options.on("l"):
        made.count("copied", 1, file.size)
        return
    code = _hindrance(file, own, made, options, held)
    if code:
        made.count("failed", 1, file.size)
        made.errors.append((code, file.name))
        made.seconds += options.retries * options.pause
        return
    sddl = file.sddl if "S" in options.what else own.sddl if own is not None else PLAIN_SDDL
    made.target = made.target.with_file(replace(file, sddl=sddl))
    made.room -= file.size - (own.size if own is not None else 0)
    made.count("copied", 1, file.size)
    made.seconds += _work(1, file.size, options)


def _kind(file: File, own: File | None) -> str:
    if own is None:
        return "new"
    if file.at != own.at:
        return "newer" if file.at > own.at else "older"
    return "same" if file.size == own.size else "changed"


def _mend(file: File, own: File, made: Carried, options: Options) -> None:
    """/SECFIX: the permissions of a file that is there already."""
    if options.on("secfix") and "S" in options.what and own.sddl != file.sddl and not options.on("l"):
        made.target = made.target.with_file(replace(own, sddl=file.sddl))


def _hindrance(file: File, own: File | None, made: Carried, options: Options, held: Callable[[str], bool]) -> int:
    """The Win32 code of what keeps a file from being copied; 0 for nothing."""
    if held(file.name):
        return IN_USE
    if "E" in file.attributes and not options.on("efsraw"):
        return DENIED
    if not any(sign in file.sddl for sign in ADMINISTRATORS) and not options.on("b"):
        return DENIED
    return FULL if file.size - (own.size if own is not None else 0) > made.room else 0
