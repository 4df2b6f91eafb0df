"""Engine `sim`: it runs the product's verbs, each by its twin, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.errors import WireError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.endpoint.engine import Command, Invocation
from zdm_automate.lab.engine_sim import SimEngine
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.scripts import Library
from zdm_automate.transport.base import Reply
from zdm_automate.wire import facts

if TYPE_CHECKING:
    from conftest import Do


class Heard:
    """An emitter that keeps what it is given."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def output(self, value: Any) -> None:
        self.rows.append(value)

    def error(self, *_: Any, **__: Any) -> None:
        raise AssertionError("engine `sim` writes no error records that do not end the pipeline")

    def _said(self, *_: Any) -> None:
        """What is said beside the result is no matter here."""

    warning = verbose = debug = information = progress = _said


@pytest.fixture
def engine(office: Callable[[str], World], library: Library) -> SimEngine:
    world = office("tiny")
    keeper = Keeper(world, WorldClock(world.now, rate=0), Pace())
    return SimEngine(keeper, lambda: library)


def run(engine: SimEngine, text: str, *, is_script: bool = True, **arguments: Any) -> list[Any]:
    """Runs one command on NEW; gives what came out."""
    command = Command(text=text, parameters=(("ZdmArguments", arguments),), is_script=is_script)
    heard = Heard()
    engine.run("NEW", Invocation(commands=(command,), user="u", configuration="c"), heard, Event())
    return heard.rows


def test_a_verb_is_known_by_its_text(engine: SimEngine, library: Library) -> None:
    """The exact text that the product sends."""
    (row,) = run(engine, library.script("Get-ZdmService").text, Name=["DNS"])

    assert (row["ZdmType"], row["Name"]) == ("Zdm.Service", "DNS")


@pytest.mark.parametrize("change", [lambda text: text + "\n", lambda text: text.replace("$", "$ "), lambda _: "Get-Date"])
def test_any_other_script_is_refused(engine: SimEngine, library: Library, change: Callable[[str], str]) -> None:
    """One byte more is another script; the error says what the engine runs."""
    with pytest.raises(Refusal, match="runs the verbs of zdm_automate only; this script is none of them") as refused:
        run(engine, change(library.script("Get-ZdmService").text))
    assert refused.value.error_id == "ZdmLabNotAVerb"


def test_a_command_without_script_is_refused(engine: SimEngine) -> None:
    """Such as a client for Exchange sends it."""
    with pytest.raises(Refusal, match="not the command 'Get-Service'") as refused:
        run(engine, "Get-Service", is_script=False)
    assert refused.value.error_id == "CommandNotFoundException"


def test_every_verb_has_a_twin(library: Library) -> None:
    """And no twin stands for a verb that does not exist."""
    assert set(load_models()) - {"prelude"} == set(library)


NEEDS: dict[str, dict[str, Any]] = {
    "Get-ZdmDnsAnswer": {"Name": "tiny.example.org", "Type": "A"},
    "Get-ZdmDnsRecord": {"ZoneName": ["tiny.example.org"]},
    "Get-ZdmEvent": {"LogName": "System", "SinceUtc": "2026-01-01T00:00:00Z"},
    "Get-ZdmFile": {"Path": [r"C:\Windows"]},
}


def test_what_a_twin_gives_fits_the_schema_that_the_verb_declares(
    office: Callable[[str], World], library: Library, do: Do
) -> None:
    """Every reader, on every Windows host of two offices: the declared type, and not one field too many or too few."""
    seen: set[str] = set()
    for name in ("tiny", "branch"):
        world = office(name)
        for host in (one.name for one in world.hosts.values() if one.windows.version):
            for verb in library.values():
                if verb.kind == "applier":
                    continue
                given = {p.name: NEEDS.get(verb.name, {}).get(p.name) for p in verb.parameters}
                outcome = do(world, host, verb.name, **{key: value for key, value in given.items() if value is not None})
                seen |= {fact.zdm_type for fact in facts(verb, Reply(output=outcome.rows), host)}

    assert len(seen) >= 15


def test_a_twin_that_gives_another_field_is_found(office: Callable[[str], World], library: Library, do: Do) -> None:
    """The check above bites: one field too many, one too few, one of another type, and an object that was not declared."""
    (row,) = do(office("tiny"), "NEW", "Get-ZdmService", Name=["DNS"]).rows
    without = {name: value for name, value in row.items() if name != "State"}

    for wrong in ({**row, "Extra": 1}, without, {**row, "State": 7}, {**row, "ZdmType": "Zdm.Role"}):
        with pytest.raises(WireError):
            facts(library["Get-ZdmService"], Reply(output=(wrong,)), "NEW")
