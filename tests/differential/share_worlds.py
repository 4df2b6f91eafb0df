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
    Share(name="leer", path="E:\\Kopie", sddl="O:SYG:SYD:"),
    Share(name="ohne", path="E:\\Kopie", sddl="D:AI(A;;0x1200a9;;;WD)"),
    Share(name="alt", path="E:\\Kopie", sddl="O:BAG:DUD:PAI(D;;0x110116;;;WD)(A;OICI;FR;;;S-1-5-21-1-2-3-1001)"),
)
SESSIONS = (
    SmbSession(number=7, user="X\\anna", client="10.0.0.7", since=""),
    SmbSession(number=1236950581249, user="X\\o'brien", client="[fe80::1]", since=""),
    SmbSession(number=9, user="X\\ben", client="10.0.0.7", since="2026-03-02T06:00:00+00:00"),
)
OPENS = (
    OpenFile(number=1, session=7, path="E:\\Data\\a.txt", share="Data"),
    OpenFile(number=2, session=7, path="E:\\Data\\ü $x.docx", share="Data"),
)


HERE = "S-1-5-21-1-2-3-"
OWN = f"O:{HERE}1120G:DUD:AI(A;ID;FA;;;{HERE}9999)(A;;FA;;;{HERE}1001)(D;OICI;0x1301bf;;;{HERE}500)"
ODD = {
    one.name: one
    for one in (
        File(name="post.PST", size=70, at=1_700_000_000, content="p", attributes="AE", sddl=OWN),
        File(name="lager.mdb", size=7, at=1_700_000_000, content="m", attributes="AC", streams=("Zone.Identifier",)),
        File(name="~$brief.docx", size=1, at=1_772_000_000, content="b", attributes="AH"),
        File(name="Thumbs.db", size=2, at=1000, content="t", attributes="ASH", sddl="O:DUG:DUD:ARAIPAI(A;;FA;;;BG)"),
        File(name="alt.tmp", size=0, at=1000, content="", attributes="LP", streams=("a", "b")),
        File(name="Ende ", size=3, at=1000, content="e", sddl=f"O:BAG:DUD:(A;;FA;;;{HERE}4711)(A;;FA;;;{HERE}4711)"),
        File(name="x" * 251 + ".mdf", size=3, at=1000, content="l"),
    )
}
"""Files that a move meets: each for several reasons."""


@st.composite
def with_shares(draw: st.DrawFn, world: World, host: str, *, old: bool = False) -> tuple[World, str]:
    """Some of the shares and sessions, on a host whose service runs; `old`: half of the time one without the module, if any."""
    able = [name for name, one in world.hosts.items() if one.running("LanmanServer") and one.powered]
    host = host if host in able or not able else able[0]
    before_2012 = [name for name in able if not world.hosts[name].windows.level] if old else []
    if before_2012 and draw(st.booleans()):
        host = before_2012[0]
    shares = {one.name.casefold(): one for one in draw(st.sets(st.sampled_from(SHARES)).map(sorted_shares))}
    sessions = SESSIONS[: draw(st.integers(0, 3))]
    opens = OPENS[: draw(st.integers(0, 2))] if sessions else ()
    names = draw(st.sets(st.sampled_from(("a.txt", "B.txt", "ü $x.docx", "z'.pdf", "Ä.txt", "_.txt")), min_size=1))
    kept = {name.casefold(): File(name=name, size=len(name), at=1000, content=name) for name in sorted(names)}
    for name in draw(st.sets(st.sampled_from(sorted(ODD)))):
        kept[name.casefold()] = ODD[name]
    large = File(name="gross.bin", size=5 * 2**30, at=2000, content="g", sddl="O:BAG:DUD:P(A;;FA;;;BA)")
    copied = dict(list(kept.items())[: draw(st.integers(0, 9))])
    folders = (
        Folder(path="Data", at=1000, files=kept),
        Folder(path="Data\\öl", at=1000, files={"gross.bin": large}),
        Folder(path="Data\\öl\\Tief", at=1000, sddl=f"O:{HERE}1001G:DUD:PAI(A;;FA;;;{HERE}1001)(A;;FA;;;BO)", files=copied),
        Folder(path="Kopie", at=1000, files=copied),
        Folder(path="Kopie\\öl", at=1000, sddl="O:BAG:DUD:AI(A;;FA;;;WD)", files={"gross.bin": large}),
        Folder(path="Data\\$RECYCLE.BIN", at=1000, files=kept),
        Folder(path="Data\\Link", at=1000, link="C:\\Windows", attributes="P"),
    )
    volume = Volume(letter="E", size=10**12).with_folders(folders)
    link = Link(path="\\\\x.example\\files\\Data", targets=(("\\\\OLD\\Data", "Online"), ("\\\\NEW\\Data", "Offline")))
    world = replace(world, dfs={link.path.casefold(): link})
    if draw(st.integers(0, 3)):
        machine = world.host(host)
        world = world.with_host(replace(machine, features=machine.features | {"RSAT-DFS-Mgmt-Con"}))
    names = {f"{HERE}1001": f"{host}\\Kasse", f"{HERE}1120": "X\\Leitung", f"{HERE}500": f"{host.lower()}\\Administrator"}
    named = {sid: names[sid] for sid in sorted(draw(st.sets(st.sampled_from(sorted(names)))))}
    server = SmbServer(shares=shares, sessions=sessions, opens=opens, names=named)
    return world.with_volume(host, volume).with_smb(host, server), host


def sorted_shares(found: set[Share]) -> list[Share]:
    """In one order, so that a world is the same each time."""
    return sorted(found, key=lambda one: one.name)
