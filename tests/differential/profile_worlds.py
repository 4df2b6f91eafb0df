"""Profiles and the USMT folder on the hosts of a world: sound ones, broken ones, encrypted files, names that are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from zdm_automate.lab.world import files, profile_files
from zdm_automate.lab.world.hive import hive_of
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.profiles import KIT, Depot, Desk, Item, Profile, Store, Tool
from zdm_automate.lab.world.volumes import File, Folder, Volume

KITS = (r"C:\Zdm\usmt\amd64", r"D:\usmt x86")
PIECES = (r"C:\Zdm\pieces\a b", r"C:\Zdm\pieces\a b-undone", r"C:\Users\o'brien\Désktop")
"""A backup, the place aside, and the folder that it is of."""
NAMES = ("anna", "Jürgen Ö", "o'brien", "kiosk$", "user.name-with-a-long-name")


hives = st.builds(
    hive_of,
    st.dictionaries(st.sampled_from("HPz"), st.sampled_from((r"\\OLD\home", r"\\srv-1\Büro $x\a b")), max_size=2),
    st.lists(st.sampled_from((r"\\OLD\Office", r"\\PRN\Büro 1")), unique=True, max_size=2),
    st.sampled_from(("", r"\\OLD\Office")),
    st.sampled_from(({}, {"Desktop": r"\\OLD\home$\a\Desktop"}, {"Personal": r"%userprofile%\Eigene Dateien"})),
    st.sampled_from(("", "Signaturen")),
)


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
        hive=draw(hives),
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


@st.composite
def with_pieces(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    r"""Some of the folders between which one is moved: below C:\Zdm, and on drive C where files are."""
    volume = Volume(letter="C", size=10**11)
    for path in draw(st.lists(st.sampled_from(PIECES), unique=True, max_size=1)):
        world = files.folder_made(world, world.host(host), path)
    for path in draw(st.lists(st.sampled_from((*PIECES[:1] * 3, *PIECES)), max_size=3)):
        file = File(name="ü $x.txt", size=3, at=1000, content=path)
        volume = volume.with_folder(Folder(path=rf"{path[3:]}\sub", at=1000, files={file.name.casefold(): file}))
    return world.with_volume(host, volume), host


@st.composite
def with_stores(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """Stores in a depot, a folder that is only called so, and at times a key that lies already in a job's folder."""
    states = replace(world.user_states, depots={host: Depot(path=r"C:\Zdm\stores", share="zdm-usmt$")})
    world = replace(world, user_states=states)
    for name in draw(st.lists(st.sampled_from(("PC07", "PC 08 ü")), unique=True, max_size=2)):
        path = rf"C:\Zdm\stores\{name}"
        made = Store(host=host, path=path, computer="PC07", version="10", at=world.now.isoformat(), size=2**32, complete=True)
        world = replace(world, user_states=world.user_states.with_store(made))
        world = profile_files.stored(world, host, path)
    world = files.folder_made(world, world.host(host), r"C:\Zdm\half\USMT")
    job = r"C:\Zdm\jobs\8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c"
    for name, text in draw(st.sampled_from(({}, {}, {"store.key": "a-key-of-a-store-1"}, {"rc": "0\r\n"}))).items():
        world = files.written(world, world.host(host), rf"{job}\{name}", text)
    return world, host
