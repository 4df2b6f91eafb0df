"""Apply, then undo, gives the first world again, wherever it was interrupted; what others did since is not overwritten."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from matrix import stages
from moves import Moves, moves, playbook
from rig import Killed, Rig, Trap, resumed

from zdm_automate.errors import UnknownNameError
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.dns import Zone
from zdm_automate.lab.world.model import World
from zdm_automate.model import Preview
from zdm_automate.scripts import Verb

NIGHTLY = os.environ.get("ZDM_PROFILE") == "nightly"
EXAMPLES = 10_000 if NIGHTLY else 1_000
REFUSED_BY_HOST = ("is not a valid DNS server", "Failed to reset forwarders")
"""A server that does not answer, and one that is to forward to itself."""

TOOLS = frozenset({"RSAT-DHCP"})
REPLICATED = 3600.0


def plain(world: World) -> Any:
    """What an undo gives back: without clocks, leases, versions of records, and what the appliers say they leave behind.

    Left behind: the toolkit's own folder, the management tools of a role, a restart that waits, the empty configuration of a
    DHCP role that was taken away, and the mark that a list of DNS servers was once set by hand.
    """
    hosts = {
        name: (
            {key: (one.state, one.start_mode) for key, one in host.services.items()},
            [replace(nic, dns_fixed=False) for nic in host.nics if not nic.dhcp],
            host.features - TOOLS,
            {path: text for path, text in host.files.items() if not path.endswith("\\")},
            {path: value for path, value in host.registry.items() if "RebootPending" not in path},
        )
        for name, host in world.hosts.items()
    }
    dns = {
        name: (
            server.forwarders,
            {key: (zone.kind, zone.masters, zone.scope, zone.file, _lasting(zone)) for key, zone in server.zones.items()},
        )
        for name, server in world.dns.items()
    }
    dhcp = {
        name: (
            server.conflict_attempts,
            server.options,
            {
                key: (one.active, one.lease_seconds, one.options, one.reservations, one.exclusions)
                for key, one in server.scopes.items()
            },
        )
        for name, server in world.dhcp.items()
        if server.scopes or server.options
    }
    return hosts, dns, dhcp, sorted((one.dns_name, one.address) for one in world.directory.dhcp_servers)


def _lasting(zone: Zone) -> list[tuple[Any, ...]]:
    """The records but for the serial number of the zone."""
    return sorted((one.name, one.type, one.data, one.ttl, str(one.stamp)) for one in zone.records if one.type != "SOA")


def settled(world: World) -> Any:
    """The plain world once every copy of a zone has arrived."""
    return plain(advance(world, world.now + timedelta(seconds=REPLICATED)))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undo")


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(20_000 if NIGHTLY else 900)
@pytest.mark.parametrize("shard", range(10))
def test_apply_then_undo_gives_the_first_world(folder: Path, shard: int) -> None:
    """A thousand drawings of changes in any order; each undo is killed at any line of its journal, or not, and resumed."""
    limits = settings(max_examples=EXAMPLES // 10, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

    @seed(shard)
    @limits
    @given(drawn=moves, cut=st.one_of(st.none(), st.integers(0, 30)))
    def shown(drawn: Any, cut: int | None) -> None:
        apply_then_undo(folder, drawn, cut)

    shown()


def apply_then_undo(folder: Path, drawn: Any, cut: int | None) -> None:
    """One drawing; where one of its changes is refused by the host, the others are taken back."""
    rig = Rig("tiny", folder)
    first = settled(rig.keeper.world)
    what, plan = rig.plan(rig.of(playbook, Moves(moves=drawn)))
    if not plan.changes:
        return
    outcome = rig.apply(what, plan)
    assert outcome.result == "done" or any(said in str(outcome.error) for said in REFUSED_BY_HOST)
    back = rig.plan_undo(what, plan.id)
    left = [cut if cut is not None else -1]

    def on_line(_line: bytes, write: Any) -> None:
        if left[0] == 0:
            rig.trap.dead = True
            raise Killed
        left[0] -= 1
        write()

    rig.trap = Trap(on_line=on_line)
    with suppress(Killed):
        rig.apply(what, back)
    rig.trap = Trap()
    ended = [entry for entry in rig.entries(back.id) if entry.get("event") == "run.finished"]
    if not ended:
        assert getattr(resumed(rig, what, back), "result", "") == "done"

    assert {row.preview for item in back.items for row in item.rows} <= {Preview.CHANGE, Preview.SAME}
    assert settled(rig.keeper.world) == first


@pytest.mark.parametrize("number", range(6))
def test_the_playbooks_are_taken_back(number: int, folder: Path) -> None:
    """Every plan of the cut-overs, but for what the undo plan itself names as not to be undone."""
    stage = stages("tiny", folder)[number]
    rig = Rig("tiny", folder, world=stage.begin, journals={run: list(lines) for run, lines in stage.journals.items()})
    what = rig.intended(stage.book)
    first, held = settled(rig.keeper.world), {one.identity() for one in rig.held()}
    rig.apply(what, stage.plan)
    back = rig.plan_undo(what, stage.plan.id)
    outcome = rig.apply(what, back)
    by_hand = [row for item in back.items for row in item.rows if row.preview is Preview.MANUAL]

    assert outcome.result == "done", outcome.error
    assert {row.preview for item in back.items for row in item.rows} <= {Preview.CHANGE, Preview.MANUAL}
    assert len(by_hand) == sum(change.inverse is None for change in stage.plan.changes)
    assert all("cannot be undone by the tool: " in row.reason for row in by_hand)
    assert {one.identity() for one in rig.held()} == held
    if not by_hand:
        assert settled(rig.keeper.world) == first


def changed_since(folder: Path) -> tuple[Rig, Any, Any]:
    """A run of two services; then somebody else disables the first of them."""
    rig = Rig("tiny", folder)
    drawn = (("service", ("old", "EventLog", "Manual", "Stopped")), ("service", ("old", "LanmanServer", "Manual", "Stopped")))
    what, plan = rig.plan(rig.of(playbook, Moves(moves=drawn)))
    rig.apply(what, plan)
    host = rig.keeper.world.hosts["OLD"]
    foreign = host.with_service(replace(host.services["EventLog"], start_mode="Disabled"))
    rig.keeper.with_world(lambda world: (world.with_host(foreign), None))
    return rig, what, plan


def test_what_somebody_else_changed_since_is_not_overwritten(folder: Path) -> None:
    """That row is refused with what is there now and what was there before; the others are taken back."""
    rig, what, plan = changed_since(folder)
    back = rig.plan_undo(what, plan.id)
    rows = {row.preview: row for item in back.items for row in item.rows}

    assert set(rows) == {Preview.CHANGE, Preview.UNKNOWN}
    assert "StartMode is Disabled, not Manual" in rows[Preview.UNKNOWN].reason
    assert "--overwrite B-100" in rows[Preview.UNKNOWN].reason
    assert rig.apply(what, back).result == "done"
    assert rig.keeper.world.hosts["OLD"].services["EventLog"].start_mode == "Disabled"
    assert rig.keeper.world.hosts["OLD"].services["LanmanServer"].state == "Running"


def test_what_is_named_may_be_overwritten_and_that_is_recorded(folder: Path) -> None:
    """The journal holds what was there and is gone."""
    rig, what, plan = changed_since(folder)
    back = rig.plan_undo(what, plan.id, overwrite=("B-100",))

    assert rig.apply(what, back).result == "done"
    assert rig.keeper.world.hosts["OLD"].services["EventLog"].start_mode == "Auto"
    said = [entry.get("overwrites", "") for entry in rig.entries(back.id) if entry["event"] == "change.started"]
    assert [text for text in said if text] == ["Zdm.Service EventLog: StartMode is Disabled, not Manual"]


def test_what_changes_between_the_undo_plan_and_its_turn_is_refused(folder: Path) -> None:
    """Somebody works there while the undo runs: it stops before that change, and says who to ask."""
    rig = Rig("tiny", folder)
    drawn = (("service", ("old", "EventLog", "Manual", "Stopped")), ("lease", 900))
    what, plan = rig.plan(rig.of(playbook, Moves(moves=drawn)))
    rig.apply(what, plan)
    back = rig.plan_undo(what, plan.id)

    def meddle(_host: str, verb: Verb, call: Any) -> Any:
        if verb.kind == "applier":
            host = rig.keeper.world.hosts["OLD"]
            foreign = host.with_service(replace(host.services["EventLog"], start_mode="Disabled"))
            rig.keeper.with_world(lambda world: (world.with_host(foreign), None))
        return call()

    rig.trap = Trap(on_call=meddle)
    outcome = rig.apply(what, back)

    assert (outcome.result, outcome.changed) == ("refused", 1)
    assert "somebody has changed it since" in str(outcome.error)
    assert rig.keeper.world.hosts["OLD"].services["EventLog"].start_mode == "Disabled"


def test_an_undo_goes_back_to_an_item_and_no_further(folder: Path) -> None:
    """The items before it stay; one that the run did not touch is bad input."""
    stage = stages("tiny", folder)[0]
    rig = Rig("tiny", folder, world=stage.begin)
    what = rig.intended(stage.book)
    rig.apply(what, stage.plan)

    assert [item.id for item in rig.plan_undo(what, stage.plan.id, to="B-087").items] == ["B-100", "B-087"]
    with pytest.raises(UnknownNameError, match="It did in: B-086, B-087, B-100"):
        rig.plan_undo(what, stage.plan.id, to="B-104")


def test_an_undo_can_be_undone(folder: Path) -> None:
    """The way back of the way back is the run again."""
    rig = Rig("tiny", folder)
    what, plan = rig.plan(rig.of(playbook, Moves(moves=(("lease", 900), ("zone", ["192.168.50.7"])))))
    rig.apply(what, plan)
    then = settled(rig.keeper.world)
    back = rig.plan_undo(what, plan.id)
    rig.apply(what, back)
    again = rig.plan_undo(what, back.id)

    assert rig.apply(what, again).result == "done"
    assert settled(rig.keeper.world) == then


def test_the_identity_bites(folder: Path) -> None:
    """A world that was not taken back is not the first world."""
    rig = Rig("tiny", folder)
    first = settled(rig.keeper.world)
    what, plan = rig.plan(rig.of(playbook, Moves(moves=(("ttl", 77),))))
    rig.apply(what, plan)

    assert settled(rig.keeper.world) != first
