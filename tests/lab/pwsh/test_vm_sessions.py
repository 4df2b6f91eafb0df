"""PowerShell Direct in engine `pwsh`: a guest's process answers the carrier, while the guest runs, and in its own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from psrpcore.types import PSCredential, PSSecureString

from zdm_automate.errors import InputError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Pace, read_office
from zdm_automate.lab.pwsh.vm_sessions import VmSessions
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.hyperv import Adapter, Machine
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.transport.agent import reply_of

if TYPE_CHECKING:
    from script_host import ScriptHost

    from zdm_automate.lab.perform import Outcome
    from zdm_automate.lab.world.model import World
    from zdm_automate.transport.base import Reply

WORKSHOP = Path(__file__).resolve().parents[3] / "labs" / "hyperv" / "workshop.yaml"
USER, PASSWORD = "Administrator", "Lab-Workshop-2026!"
BLANK, OWN_NAME = "NEW-FS", "WIN-55E7653D4B8"


def machine(world: World) -> Machine:
    """The guest's machine."""
    return world.hyperv["HV1"].named(BLANK)[0]


@pytest.fixture
def world() -> World:
    """The workshop with its blank guest running for two minutes, on no switch."""
    made = Machine(
        id="0a1b2c3d-1",
        name=BLANK,
        path="C:\\Lab",
        drives=("C:\\Images\\2022-generalized.vhdx",),
        adapters=(Adapter(id="1"),),
    )
    world = hyperv_change.with_machine(read_office(WORKSHOP).world, "HV1", made)
    world = hyperv_change.started(world, "HV1", made)
    return replace(world, now=world.now + timedelta(minutes=2))


def restarted(world: World) -> World:
    """Off and on again, two minutes later."""
    off = hyperv_change.stopped(world, "HV1", machine(world))
    on = hyperv_change.started(off, "HV1", machine(off))
    return replace(on, now=on.now + timedelta(minutes=2))


class Carrier:
    """The product's carrier on the Hyper-V host, in a real PowerShell."""

    def __init__(self, host: ScriptHost) -> None:
        self._host = host
        self.library = Library.load(folders("ps_scripts"))

    def bring(
        self, world: World, text: str, *, opening: bool = False, password: str = PASSWORD, name: str = BLANK, **values: Any
    ) -> Outcome:
        """What comes of a call, and the world afterwards."""
        own = {
            "ZdmVmName": name,
            "ZdmVmAccount": PSCredential(USER, PSSecureString(password)),
            "ZdmVmText": text,
            "ZdmVmOpening": opening,
        }
        return self._host.script(world, "HV1", self.library.carrier_text, ZdmArguments={**values, **own})


def replied(outcome: Outcome) -> Reply:
    """The guest's reply."""
    assert outcome.error is None, outcome.error
    return reply_of(str(outcome.rows[0]), seconds=0, requests=0)


def why(outcome: Outcome) -> tuple[str, str]:
    """The carrier's own error."""
    assert outcome.error is not None, outcome.rows
    return outcome.error.error_id, outcome.error.message


@pytest.mark.pwsh
def test_a_guest_answers_in_its_own_name_until_it_is_restarted(script_host: ScriptHost, world: World) -> None:
    """The prelude, a change in the guest's world, a session that ends with the power and is opened again.

    Three processes of PowerShell are started, which takes their second or two each.
    """
    carrier = Carrier(script_host)
    service = {"Name": "LanmanServer", "StartMode": "Manual", "State": "Stopped"}

    opened = replied(carrier.bring(world, carrier.library.prelude_text, opening=True))
    done = carrier.bring(world, carrier.library.script("Set-ZdmServiceState").text, **service)
    broken = why(carrier.bring(restarted(done.world), carrier.library.script("Get-ZdmComputerName").text))
    again = carrier.bring(restarted(done.world), carrier.library.prelude_text, opening=True)
    named = replied(carrier.bring(again.world, carrier.library.script("Get-ZdmComputerName").text))

    assert opened.output[-1]["ComputerName"] == OWN_NAME
    assert replied(done).output[-1]["Changed"] is True
    assert (done.world.hosts[BLANK].running("LanmanServer"), done.world.hosts["HV1"].running("LanmanServer")) == (False, True)
    assert broken == ("ZdmVmNotOpen", "There is no open session with the guest.")
    assert replied(again).errors == ()
    assert (named.output[-1]["Active"], named.output[-1]["Coming"]) == (OWN_NAME, OWN_NAME)


@pytest.mark.pwsh
def test_a_guest_that_cannot_be_reached_is_told_in_the_words_of_the_host(script_host: ScriptHost, world: World) -> None:
    """Wrong password, off, not there, too old: all of them before any process is started."""
    carrier = Carrier(script_host)
    off = hyperv_change.stopped(world, "HV1", machine(world))

    said = [
        why(carrier.bring(world, "x", opening=True, password="wrong")),
        why(carrier.bring(off, "x", opening=True)),
        why(carrier.bring(world, "x", opening=True, name="NONE")),
        why(carrier.bring(replace(world, now=machine(world).started or world.now), "x", opening=True)),
    ]

    assert said == [
        ("ZdmVmUnreachable", "The credential is invalid."),
        ("ZdmVmUnreachable", f"The virtual machine {BLANK} is not in running state."),
        ("ZdmVmUnreachable", "The input VMName NONE does not resolve to a single virtual machine."),
        ("ZdmVmUnreachable", "A failure occurred while attempting to connect to the target virtual machine."),
    ]


class Tickets:
    """A bridge that only counts."""

    configuration_file = Path("lab.pssc")

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.told: list[tuple[str, ...]] = []

    def enrol(self) -> str:
        return "t1"

    def assign(self, ticket: str, *, host: str, user: str, configuration: str) -> None:
        self.told.append(("assign", ticket, host, user, configuration))

    def lend(self, ticket: str) -> None:
        self.told.append(("lend", ticket))

    def worked(self, ticket: str) -> None:
        self.told.append(("worked", ticket))

    def release(self, ticket: str) -> None:
        self.told.append(("release", ticket))


def test_a_session_has_a_ticket_for_the_guest_and_loses_it(world: World) -> None:
    """It plays the guest for the guest's account; state, work and end are told by the ticket, and nothing by a wrong one."""
    tickets = Tickets()
    sessions = VmSessions(Keeper(world, WorldClock(world.now, rate=0), Pace()), tickets)
    account = {"$user": USER, "$password": PASSWORD}

    by_id = sessions.answer("HV1", {"Name": "Open", "VMId": ["0a1b2c3d-1"], "Account": account}, by="h1")
    states = [sessions.answer("HV1", {"Name": "State", "Ticket": one}, by="h1")["State"] for one in ("t1", "t2")]
    sessions.answer("HV1", {"Name": "Worked", "Ticket": "t1"}, by="h1")
    sessions.answer("HV1", {"Name": "Close", "Ticket": "t1"}, by="h1")
    none = sessions.answer("OLD", {"Name": "Open", "VMName": [BLANK], "Account": account}, by="h2")["Error"]
    with pytest.raises(InputError, match="no session message 'Worked'"):
        sessions.answer("HV1", {"Name": "Worked", "Ticket": "t1"}, by="h1")

    assert by_id == {"Ticket": "t1", "Configuration": "lab.pssc"}
    assert states == ["Opened", "Broken"]
    assert tickets.told == [("assign", "t1", BLANK, USER, "direct"), ("worked", "t1"), ("release", "t1")]
    assert none["Id"] == "HyperVModuleNotAvailable,Microsoft.PowerShell.Commands.NewPSSessionCommand"


def test_a_guests_process_goes_with_its_hosts(world: World) -> None:
    """The ticket of a session is given back once, whether it was closed or its host's process has ended."""
    tickets = Tickets()
    sessions = VmSessions(Keeper(world, WorldClock(world.now, rate=0), Pace()), tickets)
    account = {"$user": USER, "$password": PASSWORD}
    sessions.answer("HV1", {"Name": "Open", "VMName": [BLANK], "Account": account}, by="h1")

    sessions.left("h2")
    still = list(tickets.told)
    sessions.left("h1")
    sessions.left("h1")

    assert [one[0] for one in still] == ["assign"]
    assert tickets.told[1:] == [("release", "t1")]
