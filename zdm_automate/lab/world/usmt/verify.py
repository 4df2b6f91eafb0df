"""usmtutils: checks a store, takes files out of it, removes it, lists the algorithms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.world import files
from zdm_automate.lab.world.usmt.session import End, Place, key_hash, place_of

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.profiles import Store

IMAGE = r"\usmt\usmt.mig"
ALGORITHMS = ("AES_128", "AES_192", "AES_256", "3DES", "3DES_112")


def utilities(world: World, host: str, argv: tuple[str, ...], *, elevated: bool = True) -> tuple[World, End]:
    """One call; it ends at once."""
    options = {word.partition(":")[0].casefold(): word.partition(":")[2] for word in argv if word.startswith("/")}
    paths = [word for word in argv if not word.startswith("/")]
    if "/ec" in options:
        return world, End(0, ALGORITHMS)
    if "/rd" in options:
        return _removed(world, host, paths, elevated=elevated)
    if "/verify" not in options or len(paths) != 1:
        return world, End(11, ("Command line option is not valid",))
    place = place_of(world, host, paths[0])
    store = _of_image(world, place) if place is not None else None
    if store is None or not store.complete:
        return world, End(27, ("The file layout and/or file content is not recognized as a valid store",))
    refused = _locked(world, host, store, options)
    if refused is not None:
        return world, refused
    return world, _verified(store, options["/verify"] or "summary")


def _of_image(world: World, place: Place) -> Store | None:
    if not place.path.casefold().endswith(IMAGE):
        return None
    return world.user_states.store(place.host, place.path[: -len(IMAGE)])


def _locked(world: World, host: str, store: Store, options: dict[str, str]) -> End | None:
    """Why the store cannot be opened; None where it can."""
    key = ""
    if "/keyfile" in options:
        there = files.entry(world.host(host), options["/keyfile"])
        if there is None or not there.content:
            return End(33, ("Error accessing the file specified by the /keyfile parameter",))
        key = key_hash(there.content.decode().strip())
    if store.key and key != store.key:
        return End(37, ("The store holds encrypted data but the correct encryption key was not provided",))
    if key and not store.key:
        return End(38, ("An error occurred during store access",))
    return None


def _verified(store: Store, detail: str) -> End:
    rows = [
        (f"{one.path}\\{item.path}" if item.path[1:2] != ":" else item.path, item.path not in store.damaged)
        for one in store.users
        for item in one.items
    ]
    bad = sum(not well for _, well in rows)
    lines: list[str] = []
    if detail == "summary":
        lines = [f"Intact files: {len(rows) - bad}", f"Corrupted files: {bad}"]
    elif detail in {"all", "failureonly"}:
        lines = [f"{name}\t{'OK' if well else 'CORRUPTED'}" for name, well in rows if detail == "all" or not well]
    if detail != "summary":
        lines.append(f"CATALOG\t{'OK' if store.catalog else 'CORRUPTED'}")
    return End(0 if store.catalog and not bad else 42, tuple(lines))


def _removed(world: World, host: str, paths: list[str], *, elevated: bool) -> tuple[World, End]:
    if not elevated:
        return world, End(34, ("Directory removal requires elevated privileges",))
    place = place_of(world, host, paths[0]) if len(paths) == 1 else None
    store = world.user_states.store(place.host, place.path) if place is not None else None
    if store is None:
        return world, End(27, ("Invalid store path",))
    if store.in_use:
        return world, End(35, ("A reboot is required to remove the store",))
    return replace(world, user_states=world.user_states.without_store(store.host, store.path)), End(0, ())
