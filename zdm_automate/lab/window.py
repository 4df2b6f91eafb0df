"""What the control port offers: the clock, the faults, the counters, the end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.endpoint.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event

    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.servers import Servers


def actions(keeper: Keeper, servers: Servers, ended: Event) -> Mapping[str, Callable[[dict[str, Any]], Mapping[str, Any]]]:
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

    def public(given: dict[str, Any]) -> Mapping[str, Any]:
        values = tuple(str(value) for value in given["values"])
        servers.public(str(given["name"]), str(given["kind"]), values, int(given.get("ttl", 3600)))
        return {}

    def requests(_: dict[str, Any]) -> Mapping[str, Any]:
        return {"requests": servers.requests()}

    def stop(_: dict[str, Any]) -> Mapping[str, Any]:
        ended.set()
        return {}

    return {"now": now, "carry": carry, "fault": fault, "public": public, "requests": requests, "stop": stop}
