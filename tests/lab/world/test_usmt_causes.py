"""Every documented return code of USMT is reached by a cause in the world, never by a number put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from usmt_rig import KIT, LOAD, LOGS, NAMED, RULES, SCAN, STORE, anna, desk, office, profile, run

from zdm_automate.job_kinds import JobState, kind_of
from zdm_automate.lab.world import files
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.profiles import Item, Profile, Tool
from zdm_automate.lab.world.usmt.verify import utilities
from zdm_automate.lab.world.volumes import Volume
from zdm_automate.native.usmt_log import parse_log
from zdm_automate.native.usmt_progress import parse_progress
from zdm_automate.usmt_codes import RETURNS, meaning

Cause = Callable[[World], World]
IMAGE = STORE + r"\USMT\USMT.MIG"
ONLY_ANNA = (r"/ue:*\*", r"/ui:HOLM\anna")


def file(name: str, text: str, host: str = "PC07") -> Cause:
    return lambda world: files.written(world, world.host(host), rf"{LOGS}\{name}", text)


def same(world: World) -> World:
    return world


def items(**changes: object) -> Cause:
    """Anna's first document is another one."""

    def changed(world: World) -> World:
        first, *rest = anna().items
        return profile(world, "PC07", anna(items=(replace(first, **changes), *rest)))  # type: ignore[arg-type]

    return changed


def tool(**changes: object) -> Cause:
    def changed(world: World) -> World:
        known = world.user_states.desk("PC07").tool or Tool(folder=KIT, version="")
        return desk(world, "PC07", tool=replace(known, **changes))  # type: ignore[arg-type]

    return changed


def depot(**changes: object) -> Cause:
    def changed(world: World) -> World:
        states = world.user_states
        depots = {"NEW": replace(states.depots["NEW"], **changes)}  # type: ignore[arg-type]
        return replace(world, user_states=replace(states, depots=depots))

    return changed


def room(size: int) -> Cause:
    """So many bytes are left on the drive of the stores."""
    return lambda world: world.with_volume("NEW", Volume(letter="D", size=size))


def captured(world: World, *more: str) -> World:
    """With a store of Anna and the local account."""
    ran = run(world, "PC07", "scanstate", (*SCAN, *more))

    assert ran.code == 0, ran.out
    return ran.world


def store(**changes: object) -> Cause:
    """With a store, changed afterwards."""

    def changed(world: World) -> World:
        made = captured(world)
        known = made.user_states.store("NEW", r"D:\usmt\PC07\store")
        assert known is not None
        return replace(made, user_states=made.user_states.with_store(replace(known, **changes)))  # type: ignore[arg-type]

    return changed


def two(*causes: Cause) -> Cause:
    def changed(world: World) -> World:
        for cause in causes:
            world = cause(world)
        return world

    return changed


TEMP = Profile(sid="S-1-5-21-1-2-3-9", account=r"HOLM\tim", path=r"C:\Users\TEMP", used="2026-11-25T07:00:00+00:00")

SCANS: dict[str, tuple[int, Cause, tuple[str, ...]]] = {
    "all well": (0, same, SCAN),
    "asked for help": (1, same, (*SCAN, "/?")),
    "an encrypted file": (2, items(encrypted=True), (STORE, *RULES, *NAMED)),
    "a file in use, without a shadow copy, passed over": (3, items(locked=True), (STORE, *RULES, *NAMED, "/c")),
    "an unknown switch": (11, same, (*SCAN, "/turbo")),
    "a switch of loadstate": (11, same, (*SCAN, "/lac")),
    "no store named": (11, same, SCAN[1:]),
    "encryption without a key": (11, same, (*SCAN, "/encrypt")),
    "all users and some": (11, same, (*SCAN, "/all", r"/ui:A\b")),
    "a wrong verbosity": (11, same, (STORE, *RULES, "/v:7")),
    "a store path that is too long": (12, same, ("\\\\NEW\\zdm-usmt$\\" + "x" * 260, *RULES)),
    "an argument that is too long": (12, same, (*SCAN, "/ui:HOLM\\" + "x" * 260)),
    "a log in a folder that is not there": (13, same, (STORE, *RULES, r"/l:C:\nowhere\scan.log")),
    "Config.xml among the rules": (26, file("Config.xml", "<Configuration/>"), (*SCAN, rf"/i:{LOGS}\Config.xml")),
    "a rule file that is no sound XML": (26, file("r.xml", "<migration"), (*SCAN, rf"/i:{LOGS}\r.xml")),
    "a store that is there already": (27, captured, SCAN),
    "a share that is not there": (27, same, (r"\\NEW\other$\PC07\store", *RULES, *NAMED)),
    "a share that takes nothing": (27, depot(read_only=True), SCAN),
    "a rule file that is missing": (28, same, (*SCAN, rf"/i:{LOGS}\missing.xml")),
    "a rule file of something else": (28, file("r.xml", "<html/>"), (*SCAN, rf"/i:{LOGS}\r.xml")),
    "hardly any room here": (29, lambda world: desk(world, "PC07", free=100 * 1024**2), SCAN),
    "a damaged manifest": (31, tool(damaged=frozenset({"manifest"})), SCAN),
    "a damaged engine": (32, tool(damaged=frozenset({"engine"})), SCAN),
    "no key file": (33, same, (*SCAN, "/encrypt:AES_256", rf"/keyfile:{LOGS}\store.key")),
    "an empty key file": (33, file("store.key", ""), (*SCAN, "/encrypt:AES_256", rf"/keyfile:{LOGS}\store.key")),
    "an old store that is held open": (35, store(in_use=True), (*SCAN, "/o")),
    "a temporary profile": (36, lambda world: profile(world, "PC07", replace(TEMP, temporary=True, loaded=True)), SCAN),
    "a server": (36, lambda world: world.with_host(replace(world.host("PC07"), release="2022")), SCAN),
    "no Config.xml": (39, same, (*SCAN, rf"/config:{LOGS}\Config.xml")),
    "a Config.xml that is no sound XML": (39, file("Config.xml", "<C"), (*SCAN, rf"/config:{LOGS}\Config.xml")),
    "a progress log in a folder that is not there": (40, same, (STORE, *RULES, NAMED[0], r"/progress:C:\nowhere\p.log")),
    "an estimate that is there already": (41, file("size.xml", "x"), (STORE, *RULES, *NAMED, rf"/p:{LOGS}\size.xml")),
    "a file in use, without a shadow copy": (61, items(locked=True), (STORE, *RULES, *NAMED)),
    "a damaged file": (61, items(error=23), SCAN),
    "a profile deleted by hand while loaded": (
        71,
        lambda world: profile(world, "PC07", replace(TEMP, loaded=True, folder_there=False)),
        SCAN,
    ),
    "no tool": (71, lambda world: desk(world, "PC07", tool=None), SCAN),
    "a full disk under the store": (72, room(50 * 1024**2), SCAN),
}

LOADS: dict[str, tuple[int, Cause, tuple[str, ...]]] = {
    "all well": (0, captured, (*LOAD, *ONLY_ANNA)),
    "a damaged file, passed over": (3, store(damaged=(anna().items[0].path,)), (*LOAD, *ONLY_ANNA, "/c")),
    "a switch of scanstate": (11, captured, (*LOAD, "/vsc")),
    "a local account that is not there": (14, captured, LOAD),
    "no store": (27, same, LOAD),
    "a store of another version": (27, store(version="10.0.19041.1"), LOAD),
    "a capture that never ended": (27, store(complete=False), LOAD),
    "a key for a store without": (
        38,
        two(captured, file("k", "secret-key", "NB01")),
        (*LOAD, "/decrypt:AES_256", rf"/keyfile:{LOGS}\k"),
    ),
    "a damaged file": (42, store(damaged=(anna().items[0].path,)), (*LOAD, *ONLY_ANNA)),
    "a damaged catalog": (42, store(catalog=False), LOAD),
    "a full disk here": (72, two(captured, lambda world: desk(world, "NB01", free=300 * 1024**2)), (*LOAD, *ONLY_ANNA)),
}


def others_at_work() -> int:
    """Only one tool can run at a time."""
    ran = run(office(), "PC07", "scanstate", SCAN, others=1)

    assert "wait for its end" in meaning(ran.code).next_action(ran.text("PC07", "scan.log"))
    return ran.code


def keyed(host: str, key: str) -> int:
    """Loadstate with a key, over a store whose key is another one or the same."""
    there = file("k", "the-right-key")(office())
    made = run(there, "PC07", "scanstate", (*SCAN, "/encrypt:AES_256", rf"/keyfile:{LOGS}\k")).world
    decrypt = (*LOAD, *ONLY_ANNA, "/decrypt:AES_256", rf"/keyfile:{LOGS}\k")
    return run(file("k", key, host)(made), host, "loadstate", decrypt).code


def as_helper(*administrators: str) -> int:
    """Scanstate under an account of the domain."""
    there = desk(office(), "PC07", administrators=frozenset(administrators))
    return run(there, "PC07", "scanstate", SCAN, user=r"HOLM\helper").code


def cut_off(phase: str) -> int:
    """The way to the store is cut in this phase; what was begun is no store."""

    def cut(world: World) -> World:
        return world.with_host(replace(world.host("NEW"), powered=False))

    ran = run(office(), "PC07", "scanstate", SCAN, during=(phase, cut))
    left = ran.world.user_states.store("NEW", r"D:\usmt\PC07\store")

    assert left is not None
    assert not left.complete
    return ran.code


def held_on_the_new_pc() -> int:
    """Somebody has a file open there that comes along."""
    open_file = Item(path=r"Desktop\notes.txt", size=1, content="mine", locked=True)
    busy = profile(captured(office()), "NB01", anna(items=(open_file,)))
    return run(busy, "NB01", "loadstate", (*LOAD, *ONLY_ANNA)).code


def checked(cause: Cause, *argv: str, elevated: bool = True) -> int:
    """Usmtutils over a store."""
    return utilities(cause(office()), "PC07", argv, elevated=elevated)[1].code


OTHERS: dict[str, tuple[int, Callable[[], int]]] = {
    "another migration on the same PC": (29, others_at_work),
    "an account without rights": (34, as_helper),
    "an account that was made an administrator": (0, lambda: as_helper("helper")),
    "the wrong key": (37, lambda: keyed("NB01", "another-key")),
    "the right key": (0, lambda: keyed("NB01", "the-right-key")),
    "the way to the store is cut while it gathers": (61, lambda: cut_off("collecting")),
    "the way to the store is cut while it closes": (72, lambda: cut_off("saving")),
    "a file in use on the new PC": (61, held_on_the_new_pc),
    "a store that is well": (0, lambda: checked(captured, "/verify:all", IMAGE)),
    "a damaged file in a store": (42, lambda: checked(store(damaged=(anna().items[0].path,)), "/verify:failureonly", IMAGE)),
    "a damaged catalog of a store": (42, lambda: checked(store(catalog=False), "/verify:catalog", IMAGE)),
    "no store to check": (27, lambda: checked(same, "/verify:all", IMAGE)),
    "a store to check with a key": (37, lambda: checked(store(key="x"), "/verify:all", IMAGE)),
    "no key file to check with": (33, lambda: checked(captured, "/verify:all", IMAGE, rf"/keyfile:{LOGS}\none")),
    "a store that is held open": (35, lambda: checked(store(in_use=True), "/rd", STORE, "/y")),
    "a store that is removed": (0, lambda: checked(captured, "/rd", STORE, "/y")),
    "a store that is removed without rights": (34, lambda: checked(captured, "/rd", STORE, "/y", elevated=False)),
}


def told(kind: str, code: int) -> None:
    """A job of this kind that ends so has a state, a sentence and, where it did not go well, a next action."""
    found = kind_of(kind).classify(code)

    assert found.state == meaning(code).state
    assert found.says
    assert found.then or found.state is JobState.SUCCEEDED


@pytest.mark.parametrize("cause", SCANS)
def test_scanstate_ends_with_the_code_of_the_cause(cause: str) -> None:
    """And its log and its progress log say so, in the words that the product reads."""
    code, change, argv = SCANS[cause]

    ran = run(change(office()), "PC07", "scanstate", argv)

    assert ran.code == code
    assert parse_log(ran.out).code == code
    told("scanstate", ran.code)
    if (written := ran.text("PC07", "scan-progress.log")) and (code != 11 or cause == "all users and some"):
        seen = parse_progress(written.splitlines())
        assert (seen.code, seen.unread) == (code, 0)


@pytest.mark.parametrize("cause", LOADS)
def test_loadstate_ends_with_the_code_of_the_cause(cause: str) -> None:
    """On the new PC."""
    code, change, argv = LOADS[cause]

    ran = run(change(office()), "NB01", "loadstate", argv)

    assert ran.code == code
    assert parse_log(ran.out).code == code
    told("loadstate", ran.code)


@pytest.mark.parametrize("cause", OTHERS)
def test_other_causes_end_with_their_code(cause: str) -> None:
    """Those that lie beside the two PCs: accounts, keys, the network, a store that is looked at."""
    code, make = OTHERS[cause]
    ended = make()

    assert ended == code
    told("usmtutils", ended)


def test_no_documented_code_is_left_out() -> None:
    """Twenty-seven codes, each by a row of the tables here, all of which are run."""
    reached = {row[0] for table in (SCANS, LOADS, OTHERS) for row in table.values()}

    assert reached == set(RETURNS)
