"""What profiles and the USMT folder leave among the files of a PC: hives with their times, programs, rule files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.world import files
from zdm_automate.lab.world.usmt.room import filled

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.profiles import Profile

HIVE = "NTUSER.DAT"
IMAGE = r"USMT\USMT.MIG"
SPELLED = {"migdocs.xml": "MigDocs.xml", "migapp.xml": "MigApp.xml", "miguser.xml": "MigUser.xml"}


def settled(world: World, host: str) -> World:
    """The world in which a PC has the files of its profiles and of its tool."""
    desk = world.user_states.desk(host)
    for one in desk.profiles.values():
        world = arrived(world, host, one)
    tool = desk.tool
    if tool is None:
        return world
    for name in sorted(tool.files):
        world = files.written(world, world.host(host), f"{tool.folder}\\{SPELLED.get(name, name)}", tool.version)
    if tool.manifests:
        world = files.folder_made(world, world.host(host), f"{tool.folder}\\DlManifests")
    return world


def arrived(world: World, host: str, one: Profile) -> World:
    """The world in which a profile has its folder and hive."""
    if not one.folder_there or one.special:
        return world
    return files.written(world, world.host(host), f"{one.path}\\{HIVE}", one.sid, at=one.used)


def removed(world: World, host: str, one: Profile) -> World:
    """The world without the folder of a profile and all in it."""
    return files.folder_removed(world, world.host(host), one.path)


def stored(world: World, host: str, path: str) -> World:
    """The world in which a finished store has its image on the host it lies on."""
    return files.written(world, world.host(host), f"{path}\\{IMAGE}", "store")


def image_size(world: World, host: str, path: str) -> int:
    """Bytes of a store's image; 0 where the path is none."""
    below = "\\" + IMAGE.casefold()
    if not path.casefold().endswith(below):
        return 0
    found = world.user_states.store(host, path[: -len(below)])
    return found.size if found is not None else 0


def stores_gone(world: World, host: str, path: str) -> World:
    """The world without the stores in a folder that was removed; their room is free again."""
    start = path.rstrip("\\").casefold() + "\\"
    states, freed = world.user_states, 0
    for one in list(states.stores.values()):
        if one.host == host and f"{one.path}\\{IMAGE}".casefold().startswith(start):
            states = states.without_store(one.host, one.path)
            freed += one.size
    return filled(replace(world, user_states=states), host, -freed, path)
