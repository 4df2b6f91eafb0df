"""What the control port offers: the clock, the faults, the counters, the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zdm_automate import resources
from zdm_automate.lab.endpoint.faults import Fault
from zdm_automate.lab.exchange.befall import befall
from zdm_automate.lab.world.hyperv_network import plugged
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from threading import Event

    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.servers import Servers
    from zdm_automate.lab.world.model import World


Actions = Mapping[str, Callable[[dict[str, Any]], Mapping[str, Any]]]


def actions(keeper: Keeper, servers: Servers, ended: Event) -> Actions:  # noqa: C901 - one small function per action
    """The actions by name; each takes and gives plain JSON values and raises ValueError for what makes no sense."""

    def now(_: dict[str, Any]) -> Mapping[str, Any]:
        return {"now": keeper.now().isoformat()}

    def carry(given: dict[str, Any]) -> Mapping[str, Any]:
        if "until" in given:
            moment = datetime.fromisoformat(given["until"])
            if moment.tzinfo is None:
                raise ValueError("the moment needs a time zone")
            seconds = (moment - keeper.now()).total_seconds()
        else:
            seconds = float(given["seconds"])
        return {"now": keeper.carry(seconds).isoformat()}

    def fault(given: dict[str, Any]) -> Mapping[str, Any]:
        if given["kind"] == "none":
            servers.clear_faults(str(given["host"]))
            return {}
        made = Fault(
            kind=str(given["kind"]),
            action=str(given.get("action", "")),
            count=int(given.get("count", 1)),
            seconds=float(given.get("seconds", 0)),
            skip=int(given.get("skip", 0)),
            code=int(given.get("code", 0)),
            text=str(given.get("text", "")),
        )
        servers.add_fault(str(given["host"]), made)
        return {}

    def chaos(given: dict[str, Any]) -> Mapping[str, Any]:
        made = servers.draw_faults(int(given["seed"]), int(given["count"]))
        return {"faults": [{"host": host, **asdict(one)} for host, one in made]}

    def restart(given: dict[str, Any]) -> Mapping[str, Any]:
        servers.restart(str(given["host"]), float(given.get("seconds", 0)))
        return {}

    def skew(given: dict[str, Any]) -> Mapping[str, Any]:
        name, seconds = str(given["host"]), float(given["seconds"])
        keeper.with_world(lambda world: (world.with_host(replace(world.host(name), skew=seconds)), None))
        keeper.save()
        return {}

    def substitute(given: dict[str, Any]) -> Mapping[str, Any]:
        name = str(given["host"])
        keeper.with_world(lambda world: (_substituted(world, name), None))
        keeper.save()
        return {}

    def change(given: dict[str, Any]) -> Mapping[str, Any]:
        verb = Library.load(resources.folders("ps_scripts"))[str(given["verb"])]
        outcome = keeper.perform(str(given["host"]).upper(), verb, verb.bind(given["params"]), user=str(given["user"]))
        if outcome.error is not None:
            raise ValueError(f"{verb.name}: {outcome.error.message}")
        return {"rows": json.loads(json.dumps(outcome.rows, default=str))}

    def public(given: dict[str, Any]) -> Mapping[str, Any]:
        values = tuple(str(value) for value in given["values"])
        servers.public(str(given["name"]), str(given["kind"]), values, int(given.get("ttl", 3600)))
        return {}

    def mail(given: dict[str, Any]) -> Mapping[str, Any]:
        keeper.with_world(lambda world: (befall(world, str(given["whom"]), str(given["what"])), None))
        keeper.save()
        return {}

    def plug(given: dict[str, Any]) -> Mapping[str, Any]:
        machine, switch, place = str(given["machine"]), str(given["switch"]), int(given.get("adapter", 0))
        keeper.with_world(lambda world: (plugged(world, machine, switch, place), None))
        keeper.save()
        return {}

    def requests(_: dict[str, Any]) -> Mapping[str, Any]:
        return {"requests": servers.requests()}

    def stop(_: dict[str, Any]) -> Mapping[str, Any]:
        ended.set()
        return {}

    known = (now, carry, fault, chaos, restart, skew, substitute, change, public, mail, plug, requests, stop)
    return {one.__name__: one for one in known}


def _substituted(world: World, name: str) -> World:
    host = world.host(name)
    return world.with_host(replace(host, machine=f"{host.machine}'"))
