"""Two PCs and a file server with a depot, and a way to let scanstate and loadstate work through the time they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from zdm_automate.lab.world import files
from zdm_automate.lab.world.directory import Directory
from zdm_automate.lab.world.host import Host, Nic, Service
from zdm_automate.lab.world.model import World, account_hash
from zdm_automate.lab.world.profiles import Depot, Desk, Item, Profile, Tool, UserStates
from zdm_automate.lab.world.usmt.load import load
from zdm_automate.lab.world.usmt.scan import scan
from zdm_automate.lab.world.usmt.session import End, Session
from zdm_automate.lab.world.volumes import Volume

NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
MB = 1024**2
KIT = r"C:\Zdm\usmt\amd64"
LOGS = r"C:\Zdm\jobs\1"
STORE = r"\\NEW\zdm-usmt$\PC07\store"
RULES = (rf"/i:{KIT}\MigDocs.xml", rf"/i:{KIT}\MigApp.xml")
NAMED = (rf"/l:{LOGS}\scan.log", rf"/progress:{LOGS}\scan-progress.log")
SCAN = (STORE, *RULES, *NAMED, "/v:5", "/localonly", "/efs:copyraw", "/vsc")
LOAD = (STORE, *RULES, rf"/l:{LOGS}\load.log", rf"/progress:{LOGS}\load-progress.log", "/v:5")

Change = Callable[[World], World]


def anna(**changes: object) -> Profile:
    """A user of the domain with documents, mail and settings."""
    made = Profile(
        sid="S-1-5-21-1-2-3-1105",
        account=r"HOLM\anna",
        path=r"C:\Users\anna",
        used="2026-11-24T16:00:00+00:00",
        items=(
            Item(path=r"Documents\Angebot, alt.docx", size=40 * MB, content="offer"),
            Item(path=r"AppData\Local\Microsoft\Outlook\anna.ost", size=900 * MB, content="ost"),
            Item(path=r"D:\Mail\archiv.pst", size=400 * MB, content="pst"),
            Item(path=r"Desktop\notes.txt", size=1 * MB, content="notes"),
        ),
        parts=(r"Microsoft Office 2016\Office 2016 Common Settings",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def office() -> World:
    """PC07 is captured, NB01 restored upon, NEW holds the stores."""
    tool = Tool(folder=KIT, version="10.0.22621.1")
    smb = {"LanmanServer": Service(name="LanmanServer", display_name="Server")}
    hosts = {
        "PC07": Host(name="PC07", release="win10", domain="holm.local", role=1, nics=(Nic(address="10.0.0.7"),)),
        "NB01": Host(name="NB01", release="win11", domain="holm.local", role=1, nics=(Nic(address="10.0.0.8"),)),
        "NEW": Host(name="NEW", release="2022", domain="holm.local", nics=(Nic(address="10.0.0.2"),), services=smb),
    }
    bert = Profile(sid="S-1-5-21-1-2-3-1106", account=r"HOLM\bert", path=r"C:\Users\bert", used="2025-01-02T03:00:00+00:00")
    local = Profile(sid="S-1-5-21-9-1001", account=r"PC07\kiosk", path=r"C:\Users\kiosk", used="2026-11-25T07:00:00+00:00")
    states = UserStates(
        desks={
            "PC07": Desk(profiles={one.sid: one for one in (anna(), bert, local)}, tool=tool, accounts=frozenset({"kiosk"})),
            "NB01": Desk(tool=tool),
        },
        depots={"NEW": Depot(path=r"D:\usmt", share="zdm-usmt$")},
    )
    world = World(
        now=NOW,
        hosts=hosts,
        directory=Directory(domain="holm.local", netbios="HOLM"),
        user_states=states,
        accounts={"administrator": account_hash("administrator", "x")},
    )
    world = world.with_volume("NEW", Volume(letter="D", size=500 * 1024 * MB))
    for name in ("PC07", "NB01"):
        world = files.folder_made(world, world.host(name), LOGS)
    return world


def desk(world: World, host: str, **changes: object) -> World:
    """The world with another user side of a PC."""
    states = world.user_states
    return replace(world, user_states=states.with_desk(host, replace(states.desk(host), **changes)))  # type: ignore[arg-type]


def profile(world: World, host: str, one: Profile) -> World:
    """The world with this profile on a PC."""
    states = world.user_states
    return replace(world, user_states=states.with_desk(host, states.desk(host).with_profile(one)))


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left behind."""

    world: World
    code: int
    out: tuple[str, ...]
    seconds: float
    asks: int

    def text(self, host: str, name: str) -> str:
        """A file of the job."""
        there = files.entry(self.world.host(host), rf"{LOGS}\{name}")
        return there.content.decode() if there is not None and there.content is not None else ""


def run(  # noqa: PLR0913
    world: World,
    host: str,
    program: str,
    argv: tuple[str, ...],
    *,
    user: str = "SYSTEM",
    path: str = "",
    others: int = 0,
    rate: float = 25 * MB,
    during: tuple[str, Change] | None = None,
) -> Ran:
    """Lets a tool work to its end; `during` changes the world when the tool has come to that phase."""
    state: dict[str, object] = {}
    out: list[str] = []
    begun = world.now
    for ask in range(1, 2000):
        session = Session(
            world=world,
            host_name=host,
            name=program,
            argv=argv,
            work=r"C:\Windows",
            user=user,
            began=begun,
        )
        step = {"scanstate": scan, "loadstate": load}[program](session, path or rf"{KIT}\{program}.exe", state, others, rate)
        world = session.world
        out += session.out
        if isinstance(step, End):
            return Ran(world, step.code, tuple(out), (world.now - begun).total_seconds(), ask)
        state = step.state
        world = replace(world, now=world.now + timedelta(seconds=step.seconds))
        if during is not None and state["phase"] == during[0]:
            world, during = during[1](world), None
    raise AssertionError("the tool never ended")
