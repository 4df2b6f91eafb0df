"""A long run looks again before it changes what somebody else may have changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from run_doubles import Result, Scripts
from zdm_automate.bench import Bench
from zdm_automate.errors import PlanStaleError, UnreachableError
from zdm_automate.facts.host import Service
from zdm_automate.facts.store import Facts
from zdm_automate.ledger import with_project
from zdm_automate.model import ChangeRecord, VerbCall
from zdm_automate.moved import FRESH_SECONDS
from zdm_automate.planner import Plan, plan_items
from zdm_automate.runner import Outcome, apply_plan
from zdm_automate.steps import ItemSpec, Step, ensure

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NAMES = ("DHCPServer", "DNS")


def service(name: str, *, state: str = "Running", start_mode: str = "Auto") -> Service:
    """A service as the hosts show it."""
    return Service(name=name, display_name=name, state=state, start_mode=start_mode, start_name=None)


FACTS = with_project(
    Facts(taken_at=NOW, hosts={"old": "SBS"}).with_facts("old", "Zdm.Service", [service(name) for name in NAMES]), ()
)


@dataclass
class Slow:
    """A host whose first change takes `seconds`, in which somebody else leaves the services as `meanwhile`."""

    seconds: float
    meanwhile: tuple[Service, ...] = ()
    unreadable: bool = False
    clock: float = 0.0
    services: dict[str, Service] = field(default_factory=lambda: {name: service(name) for name in NAMES})
    calls: list[str] = field(default_factory=list)

    def read(self, verb: str, /, **params: Any) -> Result:
        self.calls.append(verb)
        if self.unreadable:
            self.unreadable = False
            raise UnreachableError("gone", host="SBS")
        return Result(tuple(self.services.values()))

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        name, state = params["name"], params["state"]
        self.calls.append(f"{verb} {name} {state}")
        self.services[name] = replace(self.services[name], state=state)
        if name == NAMES[0]:
            self.clock += self.seconds
            self.services |= {one.name: one for one in self.meanwhile}
        return ChangeRecord(verb=verb, target=name, changed=True, before={}, after={"State": state})

    def describe(self) -> dict[str, Any]:
        return {"transport": "memory"}


class Lines(list[str]):
    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> None:
        self.append(event)


def stop(facts: Facts, name: str) -> Step:
    """A service is stopped."""
    call = VerbCall(role="old", verb="Set-ZdmServiceState", params={"name": name, "start_mode": "Auto", "state": "Stopped"})
    back = replace(call, params={**call.params, "state": "Running"})
    return ensure(facts, call, service(name, state="Stopped"), f"stop {name}", inverse=back)


def run(host: Slow, *items: tuple[str, ...]) -> Outcome:
    """One item per group of services; all are stopped in order."""
    specs = [
        ItemSpec(id=f"B-10{place}", title="stop", decide=lambda facts, _, names=names: iter([stop(facts, n) for n in names]))
        for place, names in enumerate(items)
    ]
    plan = Plan(
        id="p1",
        playbook="x",
        project="x",
        service_request="SR-1",
        created=NOW.isoformat(),
        fingerprint=FACTS.fingerprint(),
        intent_hash="",
        items=plan_items(specs, FACTS, None),
    )
    bench = Bench(workers={"old": host}, hosts={"old": "SBS"}, scripts=Scripts(), now=lambda: NOW, monotonic=lambda: host.clock)
    return apply_plan(plan, bench, Lines())


def changes(host: Slow) -> list[str]:
    """What was called, without the readers."""
    return [call.removeprefix("Set-ZdmServiceState ") for call in host.calls if call.startswith("Set-")]


def test_what_somebody_else_changed_in_a_long_run_is_not_overwritten() -> None:
    """The next item's service was given another state and start mode: the run ends before it, with the difference."""
    host = Slow(FRESH_SECONDS, (service("DNS", state="Paused", start_mode="Manual"),))
    outcome = run(host, ("DHCPServer",), ("DNS",))

    assert (outcome.result, outcome.changed, outcome.left) == ("refused", 1, 1)
    assert isinstance(outcome.error, PlanStaleError)
    assert "(stop DNS) no longer finds what the plan saw: Zdm.Service DNS: State is Paused" in str(outcome.error)
    assert "What was done before stays" in str(outcome.error.hint)
    assert changes(host) == ["DHCPServer Stopped"]


def test_within_an_item_too() -> None:
    """What is left of the item is looked at, not what the run itself has done in it."""
    host = Slow(FRESH_SECONDS, (service("DNS", state="Paused"),))
    outcome = run(host, NAMES)

    assert (outcome.result, changes(host)) == ("refused", ["DHCPServer Stopped"])


def test_a_long_run_in_which_nobody_else_worked_goes_on() -> None:
    """Also where somebody else was quicker and did the same."""
    quiet, helped = Slow(FRESH_SECONDS), Slow(FRESH_SECONDS, (service("DNS", state="Stopped"),))

    assert run(quiet, ("DHCPServer",), ("DNS",)).result == "done"
    assert run(helped, ("DHCPServer",), ("DNS",)).result == "done"


def test_a_short_run_does_not_look_again() -> None:
    """Each item is read once, after its changes."""
    host = Slow(FRESH_SECONDS - 1)
    outcome = run(host, ("DHCPServer",), ("DNS",))

    assert outcome.result == "done"
    assert host.calls.count("Get-ZdmService") == 2


def test_what_cannot_be_read_on_the_way_is_left_to_the_applier() -> None:
    """A reader that fails once does not end a run of hours."""
    host = Slow(FRESH_SECONDS, (service("DNS", state="Paused"),), unreadable=True)
    outcome = run(host, NAMES)

    assert (outcome.result, changes(host)) == ("done", ["DHCPServer Stopped", "DNS Stopped"])
