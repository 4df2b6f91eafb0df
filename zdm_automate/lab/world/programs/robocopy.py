"""robocopy: a pass over a tree, folder after folder, while people go on working in it.

The source is looked at when a folder's turn comes, so what changes behind the pass waits for the next one. It can be killed
between any two folders, and what it has copied until then stays.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.world import files
from zdm_automate.lab.world.paths import NO_NAME, Spot, leads
from zdm_automate.lab.world.programs import Ended, Paused, program
from zdm_automate.lab.world.programs.robocopy_folder import Carried, carry
from zdm_automate.lab.world.programs.robocopy_log import Words, error, folder_item, header, item, summary, words_of
from zdm_automate.lab.world.programs.robocopy_options import Options, read_options
from zdm_automate.lab.world.volumes import Folder, Volume, in_order, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.running import Run
    from zdm_automate.lab.world.smb import SmbServer

FATAL: Final = 16
NOT_FOUND: Final = 2
NETWORK_GONE: Final = 64
SHORTEST, LONGEST = 2.0, 300.0
"""Seconds of work after which it is asked again: short at the beginning, longer in a long night."""
MINUTES = 60


@program("robocopy")
def robocopy(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """One more piece of the pass."""
    options = read_options(run.argv)
    words = words_of(world.host(host).culture)
    if not run.state:
        return _begin(world, host, run, options, words)
    opens = _opens(world.now, options)
    if opens is not None:
        return world, Paused(until=opens, state=run.state)
    source, target = leads(world, host, options.source, run.user), leads(world, host, options.target, run.user)
    if not isinstance(source, Spot) or not isinstance(target, Spot) or source.folder(world) is None:
        return _cut_off(world, host, run, options, words)
    return _go_on(world, host, run, options, words, source, target)


def _begin(world: World, host: str, run: Run, options: Options, words: Words) -> tuple[World, Paused | Ended]:
    """The header, and what is wrong before the first file: fatal then, and without a summary."""
    lines = [] if options.on("njh") else header(options, words, run.argv, world.now)
    source, target = leads(world, host, options.source, run.user), leads(world, host, options.target, run.user)
    code = 0
    if not isinstance(source, Spot):
        code = source
    elif source.folder(world) is None:
        code = NOT_FOUND
    if options.wrong:
        lines += [options.wrong, ""]
    elif code:
        lines += error(words, world.now, code, words.reading, f"{options.source}\\", world.host(host).culture)
    elif not isinstance(target, Spot) or (target.volume(world) is None and not options.on("l")):
        code = target if isinstance(target, int) else 3
        lines += error(
            words, world.now, code, "Creating Destination Directory", f"{options.target}\\", world.host(host).culture
        )
    world = _logged(world, host, options, lines)
    if options.wrong or code:
        return world, Ended(exit_code=FATAL)
    pause = _opens(world.now, options) or world.now + timedelta(seconds=1)
    return world, Paused(until=pause, state={"after": None, "counts": {}, "spent": 0.0, "began": world.now.isoformat()})


def _opens(now: datetime, options: Options) -> datetime | None:
    """When the run hours begin; None within them."""
    if options.hours is None:
        return None
    first, last = options.hours
    minute = now.hour * MINUTES + now.minute
    inside = first <= minute < last if first < last else minute >= first or minute < last
    if inside:
        return None
    start = now.replace(hour=first // MINUTES, minute=first % MINUTES, second=0, microsecond=0)
    return start if start > now else start + timedelta(days=1)


def _walk(volume: Volume, spot: Spot, options: Options) -> Iterator[tuple[str, Folder]]:
    """The folders of a tree that are not left out, each with its path below the top."""
    out: list[str] = []
    top = key_of(spot.rest)
    for folder in volume.below(spot.rest):
        key = key_of(folder.path)
        if any(key == one or key.startswith(f"{one}\\") for one in out):
            continue
        if key != top and (options.skips_folder(folder.path) or folder.link):
            out.append(key)
            continue
        if key != top and not options.deep:
            return
        yield folder.path[len(spot.rest) :].strip("\\") if top else folder.path, folder


def _go_on(
    world: World, host: str, run: Run, options: Options, words: Words, source: Spot, target: Spot
) -> tuple[World, Paused | Ended]:
    here, there = source.volume(world), _target_drive(world, target, options)
    assert here is not None  # noqa: S101 - the caller has seen its folder
    if there is None:
        return _cut_off(world, host, run, options, words)
    counts = dict(run.state["counts"])
    after = run.state["after"]
    spent = float(run.state["spent"])
    limit = min(LONGEST, max(SHORTEST, spent))
    shared = world.smb.get(source.host)
    room = there.free
    changed: list[Folder] = []
    lines: list[str] = []
    seconds, done = 0.0, True
    for sub, folder in _walk(here, source, options):
        if after is not None and in_order(key_of(sub)) <= in_order(after):
            continue
        if seconds >= limit:
            done = False
            break
        local = f"{source.letter}:\\{folder.path}"
        made = carry(
            folder,
            there.folder(_join(target.rest, sub)),
            options,
            room=room,
            held=partial(_held, shared, local),
            folders=_children(there, _join(target.rest, sub)),
        )
        room, seconds, after = made.room, seconds + made.seconds, key_of(sub)
        fresh = there.folder(_join(target.rest, sub)) is None
        _count(counts, made, fresh=fresh)
        lines += _told(world, host, options, words, made, _join(options.source, sub), _join(options.target, sub), fresh=fresh)
        if not options.on("l"):
            changed.append(_dressed(folder, made.target, options, _join(target.rest, sub), fresh=fresh, top=not sub))
    if changed:
        world = world.with_volume(target.host, there.with_folders(tuple(changed)))
    if done:
        world, more = _extras(world, source, target, options, words, counts)
        lines += more
        return _end(world, host, run, options, words, counts, lines)
    world = _logged(world, host, options, lines)
    state = {"after": after, "counts": counts, "spent": spent + seconds, "began": run.state["began"]}
    return world, Paused(until=world.now + timedelta(seconds=max(1.0, seconds)), state=state)


def _target_drive(world: World, target: Spot, options: Options) -> Volume | None:
    """The drive that is written to; who only looks needs none."""
    return target.volume(world) or (Volume(letter=target.letter, size=0) if options.on("l") else None)


def _held(shared: SmbServer | None, folder: str, name: str) -> bool:
    return shared is not None and shared.locked(f"{folder}\\{name}")


def _join(path: str, sub: str) -> str:
    return f"{path}\\{sub}" if path and sub else path or sub


def _children(volume: Volume, path: str) -> list[str]:
    key = key_of(path)
    start = f"{key}\\" if key else ""
    return [own[len(start) :] for own in volume.folders if own.startswith(start) and own and "\\" not in own[len(start) :]]


def _count(counts: dict[str, int], made: Carried, *, fresh: bool) -> None:
    for key, value in made.counts.items():
        counts[key] = counts.get(key, 0) + value
    for column in ("total", "copied" if fresh else "skipped"):
        counts[f"dirs {column}"] = counts.get(f"dirs {column}", 0) + 1


def _dressed(folder: Folder, made: Folder, options: Options, path: str, *, fresh: bool, top: bool) -> Folder:
    """The target folder with its own times and permissions."""
    security = "S" in options.what and (fresh or options.on("secfix") or (top and options.on("mir")))
    times = "T" in options.values.get("dcopy", "DA").upper()
    return replace(
        made,
        path=path,
        sddl=folder.sddl if security else made.sddl,
        at=folder.at if times else made.at,
        attributes=folder.attributes if fresh else made.attributes,
    )


def _told(
    world: World, host: str, options: Options, words: Words, made: Carried, source: str, target: str, *, fresh: bool
) -> list[str]:
    lines: list[str] = []
    if not options.on("ndl") and (fresh or options.threads == 1):
        lines.append(folder_item(words, "new dir" if fresh else "", made.counts.get("files total", 0), source))
    if not options.on("nfl"):
        for kind, file in made.told:
            place = target if kind == "extra" else source
            lines.append(item(words, kind, file.size, f"{place}\\{file.name}" if options.on("fp") else file.name))
    for code, name in made.errors:
        for attempt in range(options.retries + 1):
            lines += error(words, world.now, code, words.copying, f"{source}\\{name}", world.host(host).culture)
            if attempt < options.retries:
                lines.append(words.waiting.format(options.pause))
            elif options.retries or options.threads > 1:
                lines += ["", words.limit, ""]
    return lines


def _extras(
    world: World, source: Spot, target: Spot, options: Options, words: Words, counts: dict[str, int]
) -> tuple[World, list[str]]:
    """Folders that only the target has: told, counted, and gone where it mirrors."""
    here, there = source.volume(world), _target_drive(world, target, options)
    assert here is not None  # noqa: S101
    assert there is not None  # noqa: S101
    lines: list[str] = []
    mine = {key_of(sub) for sub, _ in _walk(here, source, options)}
    for sub, folder in list(_walk(there, target, options)):
        if key_of(sub) in mine or here.folder(_join(source.rest, sub)) is not None:
            continue
        counts["dirs extras"] = counts.get("dirs extras", 0) + 1
        counts["files extras"] = counts.get("files extras", 0) + folder.count
        counts["bytes extras"] = counts.get("bytes extras", 0) + folder.size
        if not options.on("ndl"):
            lines.append(folder_item(words, "extra dir", -1, _join(options.target, sub)))
        held_file = here.folder(_join(source.rest, sub.rpartition("\\")[0]))
        if held_file is not None and held_file.file(sub.rpartition("\\")[2]) is not None:
            continue
        if options.purge and not options.on("l"):
            there = there.without_folder(folder.path)
    return (world if options.on("l") else world.with_volume(target.host, there)), lines


def _end(
    world: World, host: str, run: Run, options: Options, words: Words, counts: dict[str, int], lines: list[str]
) -> tuple[World, Ended]:
    spent = (world.now - datetime.fromisoformat(run.state["began"])).total_seconds()
    if not options.on("njs"):
        lines = [*lines, *summary(words, counts, spent, world.now)]
    world = _logged(world, host, options, lines)
    return world, Ended(exit_code=_code(counts))


def _code(counts: dict[str, int]) -> int:
    def any_of(column: str) -> bool:
        return any(counts.get(f"{row} {column}", 0) for row in ("files", "dirs"))

    return any_of("copied") * 1 | any_of("extras") * 2 | any_of("mismatch") * 4 | any_of("failed") * 8


def _cut_off(world: World, host: str, run: Run, options: Options, words: Words) -> tuple[World, Ended]:
    """One of the two sides is gone: what is left fails."""
    counts: dict[str, Any] = dict(run.state["counts"])
    counts["dirs failed"] = counts.get("dirs failed", 0) + 1
    code = NETWORK_GONE if options.source.startswith("\\\\") else NO_NAME
    lines = error(words, world.now, code, words.reading, f"{options.source}\\", world.host(host).culture)
    return _end(world, host, run, options, words, counts, lines)


def _logged(world: World, host: str, options: Options, lines: list[str]) -> World:
    """The log with these lines at its end."""
    if not options.log or not lines:
        return world
    machine = world.host(host)
    before = files.text(machine, options.log)
    text = before if before is not None else "\ufeff" if options.wide else ""
    return files.written(world, machine, options.log, text + "".join(f"{line}\r\n" for line in lines))
