"""File servers: shares with all kinds of permissions, sessions, open files, a drive of data."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from zdm_automate.lab.world.dfs import Link
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.smb import OpenFile, Share, SmbServer, SmbSession
from zdm_automate.lab.world.volumes import File, Folder, Volume

SHARES = (
    Share(name="Data", path="E:\\Data", sddl="O:SYG:SYD:(A;;0x1301bf;;;WD)", description="all of it"),
    Share(name="Büro $x", path="E:\\Data\\B", sddl="O:SYG:SYD:(A;;FA;;;BA)(A;;0x1200a9;;;DU)", caching="None"),
    Share(name="geheim$", path="E:\\", enumeration="AccessBased", limit=3, encrypt=True),
)
SESSIONS = (
    SmbSession(number=7, user="X\\anna", client="10.0.0.7", since=""),
    SmbSession(number=1236950581249, user="X\\o'brien", client="[fe80::1]", since=""),
)
OPENS = (
    OpenFile(number=1, session=7, path="E:\\Data\\a.txt", share="Data"),
    OpenFile(number=2, session=7, path="E:\\Data\\ü $x.docx", share="Data"),
)


@st.composite
def with_shares(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """Some of the shares and sessions, on a host that has the module."""
    able = [name for name, one in world.hosts.items() if one.windows.level and one.running("LanmanServer") and one.powered]
    host = host if host in able or not able else able[0]
    shares = {one.name.casefold(): one for one in draw(st.sets(st.sampled_from(SHARES)).map(sorted_shares))}
    sessions = SESSIONS[: draw(st.integers(0, 2))]
    opens = OPENS[: draw(st.integers(0, 2))] if sessions else ()
    names = draw(st.sets(st.sampled_from(("a.txt", "B.txt", "ü $x.docx", "z'.pdf", "Ä.txt", "_.txt")), min_size=1))
    kept = {name.casefold(): File(name=name, size=len(name), at=1000, content=name) for name in sorted(names)}
    large = File(name="gross.bin", size=3 * 2**30, at=2000, content="g", sddl="O:BAG:DUD:P(A;;FA;;;BA)")
    folders = (
        Folder(path="Data", at=1000, files=kept),
        Folder(path="Data\\öl", at=1000, files={"gross.bin": large}),
        Folder(path="Data\\Link", at=1000, link="C:\\Windows", attributes="P"),
    )
    volume = Volume(letter="E", size=10**12).with_folders(folders)
    link = Link(path="\\\\x.example\\files\\Data", targets=(("\\\\OLD\\Data", "Online"), ("\\\\NEW\\Data", "Offline")))
    world = replace(world, dfs={link.path.casefold(): link})
    if draw(st.integers(0, 3)):
        machine = world.host(host)
        world = world.with_host(replace(machine, features=machine.features | {"RSAT-DFS-Mgmt-Con"}))
    server = SmbServer(shares=shares, sessions=sessions, opens=opens)
    return world.with_volume(host, volume).with_smb(host, server), host


def sorted_shares(found: set[Share]) -> list[Share]:
    """In one order, so that a world is the same each time."""
    return sorted(found, key=lambda one: one.name)
