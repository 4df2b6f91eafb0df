"""What profiles and the USMT folder leave among the files of a PC: hives with their times, programs, rule files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.world import files

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.profiles import Profile

HIVE = "NTUSER.DAT"
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
    start = one.path.rstrip("\\").casefold()
    machine = world.host(host)

    def stays(name: str) -> bool:
        low = name.rstrip("\\").casefold()
        return low != start and not low.startswith(start + "\\")

    return world.with_host(
        replace(
            machine,
            files={name: text for name, text in machine.files.items() if stays(name)},
            file_times={name: at for name, at in machine.file_times.items() if stays(name)},
        )
    )
