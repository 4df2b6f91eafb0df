"""What can go wrong with a change, and when: each fault sets a trap at a moment of a change, which strikes once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from rig import Killed, Rig, Trap, full

from zdm_automate.errors import (
    AuthenticationError,
    OutcomeUnknownError,
    QuotaError,
    RemoteError,
    UnreachableError,
)
from zdm_automate.facts.base import fact_class
from zdm_automate.lab.world.restart import rebooted
from zdm_automate.model import Change
from zdm_automate.scripts import Verb
from zdm_automate.transport.base import Reply

MOMENTS = (
    "before the intent is written",
    "after the intent",
    "during the call",
    "after the call, before the outcome",
    "after the outcome",
)

OnLine = Callable[[bytes, Callable[[], None]], None]
Set = Callable[[Rig, Change, str], Trap]
"""A trap for one change at one moment."""


def _when(change: Change, event: str, act: OnLine) -> OnLine:
    """Acts on the line of this event about this change, once; every other line is written."""
    armed = [True]

    def on_line(line: bytes, write: Callable[[], None]) -> None:
        entry = json.loads(line)
        if armed and entry["event"] == event and entry.get("step") == change.id:
            armed.clear()
            act(line, write)
        else:
            write()

    return on_line


def _at(  # noqa: C901 - one branch per moment
    rig: Rig, change: Change, moment: str, act: Callable[[], None], trap: Trap
) -> Trap:
    """Has `act` called at a moment of a change; what it raises ends the run there."""
    host = rig.roles[change.call.role]

    def strike() -> None:
        trap.struck = True
        act()

    def before(_line: bytes, write: Callable[[], None]) -> None:
        strike()
        write()

    def after(_line: bytes, write: Callable[[], None]) -> None:
        write()
        strike()

    def around(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
        if (where, verb.name) != (host, change.call.verb) or trap.late or not started:
            return call()
        trap.late.append(call)
        strike()
        trap.late.clear()
        return call()

    started: list[bool] = []

    def note(_line: bytes, write: Callable[[], None]) -> None:
        write()
        started.append(True)

    match MOMENTS.index(moment):
        case 0:
            trap.on_line = _when(change, "change.started", before)
        case 1:
            trap.on_line = _when(change, "change.started", after)
        case 2:
            trap.on_line = _when(change, "change.started", note)
            trap.on_call = around
        case 3:
            trap.on_line = _when(change, "change.finished", before)
        case 4:
            trap.on_line = _when(change, "change.finished", after)
    return trap


def kill(rig: Rig, change: Change, moment: str) -> Trap:
    """The process is gone; what the host was asked in that moment it does all the same."""
    trap = Trap()

    def strike() -> None:
        trap.dead = True
        raise Killed

    return _at(rig, change, moment, strike, trap)


def power_loss(rig: Rig, change: Change, moment: str) -> Trap:
    """As a kill, and half of the line that was being written is on the disk."""
    trap = Trap()

    def strike() -> None:
        trap.dead = True
        rig.journals[_run(rig)].append(b'{"seq":99,"ts":"2026-03-02T')
        raise Killed

    return _at(rig, change, moment, strike, trap)


def disk_full(rig: Rig, change: Change, moment: str) -> Trap:
    """The controller's disk takes no line from that moment on."""
    trap = Trap()

    def strike() -> None:
        trap.on_line = full

    made = _at(rig, change, moment, strike, trap)
    if moment in {MOMENTS[0], MOMENTS[3]}:
        event = "change.started" if moment == MOMENTS[0] else "change.finished"

        def last(line: bytes, write: Callable[[], None]) -> None:
            trap.struck = True
            trap.on_line = full
            full(line, write)

        made.on_line = _when(change, event, last)
    return made


def lost(rig: Rig, change: Change, moment: str) -> Trap:
    """The way to the host is gone until the run is taken up again."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        was = trap.late[:]

        def gone(where: str, _verb: Verb, call: Callable[[], Reply]) -> Reply:
            if where == host:
                raise UnreachableError("no connection", host=host)
            return call()

        trap.on_call = gone
        if was:
            raise OutcomeUnknownError("the connection was lost", host=host)

    return _at(rig, change, moment, strike, trap)


def blink(rig: Rig, change: Change, moment: str) -> Trap:
    """The answer to one call is lost, the next one comes through; the host has carried the call out."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        if trap.late:
            trap.late.pop()()
            raise OutcomeUnknownError("the connection was lost", host=host)

        def once(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
            trap.on_call = None
            if verb.kind != "applier":
                return call()  # a reader is sent again by the transport
            call()
            raise OutcomeUnknownError("the connection was lost", host=where)

        trap.on_call = once

    return _at(rig, change, moment, strike, trap)


def at_the_door(problem: Callable[[str], RemoteError]) -> Set:
    """Every further call is refused before it is carried out."""

    def fault(rig: Rig, change: Change, moment: str) -> Trap:
        trap = Trap()
        host = rig.roles[change.call.role]

        def strike() -> None:
            def refused(where: str, _verb: Verb, call: Callable[[], Reply]) -> Reply:
                if where == host:
                    raise problem(host)
                return call()

            trap.on_call = refused
            if trap.late:
                trap.late.clear()
                raise problem(host)

        return _at(rig, change, moment, strike, trap)

    return fault


def reboot(rig: Rig, change: Change, moment: str) -> Trap:
    """The host restarts; a call it is in the middle of is not carried out."""
    trap = lost(rig, change, moment)
    inner = trap.on_line

    def boot() -> None:
        host = rig.roles[change.call.role]
        rig.keeper.with_world(lambda world: (rebooted(world, host), None))

    def on_line(line: bytes, write: Callable[[], None]) -> None:
        before = trap.on_call
        assert inner is not None
        inner(line, write)
        if trap.on_call is not before:
            boot()

    trap.on_line = on_line
    if trap.on_call is not None:
        around = trap.on_call

        def on_call(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
            try:
                return around(where, verb, call)
            except OutcomeUnknownError:
                trap.late.clear()
                boot()
                raise

        trap.on_call = on_call
    return trap


def slow(rig: Rig, change: Change, moment: str) -> Trap:
    """The host takes so long that nobody waits, and carries the call out afterwards."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        if trap.late:
            raise OutcomeUnknownError("no answer within its time limit", host=host)

        def late(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
            if verb.kind != "applier" or where != host:
                return call()
            trap.on_call = None
            trap.late.append(call)
            raise OutcomeUnknownError("no answer within its time limit", host=host)

        trap.on_call = late

    return _at(rig, change, moment, strike, trap)


def clock_jump(rig: Rig, change: Change, moment: str) -> Trap:
    """The host's clock jumps ten minutes ahead and the run is stopped for it; it is set right before going on."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def skewed(seconds: float) -> None:
        rig.keeper.with_world(lambda world: (world.with_host(replace(world.host(host), skew=seconds)), None))

    def strike() -> None:
        skewed(600)
        late = trap.late[:]
        trap.late[:] = [*late, lambda: skewed(0)]
        trap.dead = True
        raise Killed

    return _at(rig, change, moment, strike, trap)


def host_leaps(seconds: float) -> Set:
    """The host's clock leaps in the middle of a run that goes on; it is set right afterwards."""

    def fault(rig: Rig, change: Change, moment: str) -> Trap:
        trap = Trap()
        host = rig.roles[change.call.role]

        def skewed(by: float) -> None:
            rig.keeper.with_world(lambda world: (world.with_host(replace(world.host(host), skew=by)), None))

        def strike() -> None:
            skewed(seconds)
            trap.afterwards = lambda: skewed(0)

        return _at(rig, change, moment, strike, trap)

    return fault


def controller_leaps(seconds: float) -> Set:
    """The controller's clock leaps in the middle of a run that goes on; it is set right afterwards."""

    def fault(rig: Rig, change: Change, moment: str) -> Trap:
        trap = Trap()

        def strike() -> None:
            rig.wrong = seconds
            trap.afterwards = lambda: setattr(rig, "wrong", 0.0)

        return _at(rig, change, moment, strike, trap)

    return fault


def technician(rig: Rig, change: Change, moment: str) -> Trap:
    """A second technician makes the same change by hand in that moment."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        trap.late.clear()
        renewed = any(fact_class(effect.zdm_type).transient for effect in change.effects)
        if not renewed and change.watch is None:  # a lease renewed or a file made twice is another one
            rig.by_hand(host, change)

    return _at(rig, change, moment, strike, trap)


FAULTS: Mapping[str, Set] = {
    "the process is killed": kill,
    "power loss, half a line on disk": power_loss,
    "disk full on the controller": disk_full,
    "connection lost": lost,
    "one answer lost": blink,
    "password expired": at_the_door(lambda host: AuthenticationError("the password has expired", host=host)),
    "quota of the host used up": at_the_door(lambda host: QuotaError("the user has too many shells open", host=host)),
    "host restarts": reboot,
    "host too slow": slow,
    "host's clock jumps, the run ends": clock_jump,
    "host's clock leaps two hours ahead": host_leaps(7200),
    "host's clock leaps two hours back": host_leaps(-7200),
    "controller's clock leaps two hours ahead": controller_leaps(7200),
    "controller's clock leaps two hours back": controller_leaps(-7200),
    "a second technician makes the same change": technician,
}


def _run(rig: Rig) -> str:
    return max(rig.journals)
