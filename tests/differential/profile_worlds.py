"""Profiles, the USMT folder and stores on the hosts of a world: sound ones, broken ones, encrypted files, names that are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from zdm_automate.lab.world import profile_files
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.profiles import KIT, Desk, Item, Profile, Tool

KITS = (r"C:\Zdm\usmt\amd64", r"D:\usmt x86")
NAMES = ("anna", "Jürgen Ö", "o'brien", "kiosk$", "user.name-with-a-long-name")


@st.composite
def profiles(draw: st.DrawFn, world: World, host: str) -> Profile:
    """One profile of a host."""
    name = draw(st.sampled_from(NAMES))
    number = draw(st.integers(1000, 9999))
    temporary = draw(st.sampled_from((False, False, False, True)))
    domain = draw(st.sampled_from((host, world.directory.netbios or "HOLM", "")))
    return Profile(
        sid=f"S-1-5-21-1004336348-1177238915-682003330-{number}",
        account=f"{domain}\\{name}" if domain else "",
        path=r"C:\Users\TEMP" if temporary else rf"C:\Users\{name}",
        used=(world.now - timedelta(days=draw(st.integers(0, 500)), seconds=draw(st.integers(0, 86000)))).isoformat(),
        loaded=draw(st.sampled_from((False, False, True))),
        special=draw(st.sampled_from((False, False, False, True))),
        roaming=draw(st.booleans()),
        temporary=temporary,
        folder_there=draw(st.sampled_from((True, True, True, False))),
        items=(
            Item(path=r"Documents\Geheim ü.docx", size=10, content="x", encrypted=draw(st.booleans())),
            Item(path=r"D:\Mail\a b.pst", size=10, content="y", encrypted=draw(st.booleans())),
        ),
    )


@st.composite
def with_profiles(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """Some profiles, and the tool where it was brought."""
    found = draw(st.lists(profiles(world, host), max_size=4, unique_by=lambda one: one.sid))
    found = [one for number, one in enumerate(found) if one.path.casefold() not in {o.path.casefold() for o in found[:number]}]
    kit = draw(
        st.none()
        | st.builds(
            Tool,
            folder=st.sampled_from(KITS[:1]),
            version=st.sampled_from(("10.0.22621.1 (WinBuild.160101.0800)", "6.3.9600.17029")),
            files=st.sampled_from((KIT, KIT - {"loadstate.exe"}, KIT - {"scanstate.exe"}, frozenset[str]())),
            manifests=st.booleans(),
        )
    )
    desk = Desk(profiles={one.sid: one for one in found}, tool=kit)
    world = replace(world, user_states=world.user_states.with_desk(host, desk))
    return profile_files.settled(world, host), host
