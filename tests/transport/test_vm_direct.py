"""PowerShell Direct: calls are carried into a guest by its Hyper-V host, in a lab without a wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from zdm_automate.errors import OutcomeUnknownError, PoolLostError, UnreachableError, VerbError, WireError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.endpoint.engine import Command, Invocation
from zdm_automate.lab.engine_sim import SimEngine
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import read_office
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.winrs_sim import Streams
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.hyperv import Adapter, Machine
from zdm_automate.lab.world.hyperv_network import machine_of
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Arguments, ErrorRecord, Reply, Target
from zdm_automate.transport.vm_direct import VmDirectTransport

WORKSHOP = Path(__file__).resolve().parents[2] / "labs" / "hyperv" / "workshop.yaml"
IMAGES = {"OLD": "sbs-restored", "NEW-DC": "2022-sysprep"}
ACCOUNT = Credential("EXAMPLE\\Administrator", Secret("Lab-Workshop-2026!"))


class HostLine:
    """The way to the Hyper-V host: engine `sim` without a wire. `answer` is given instead of the next call's reply."""

    name = "fake"
    auth_used = "ntlm"
    requests = 0

    def __init__(self, keeper: Keeper, library: Library) -> None:
        self.target = Target(host="HV1", address="192.0.2.10")
        self.answer: Reply | None = None
        self.calls = 0
        self._engine = SimEngine(keeper, lambda: library)

    def open(self, timeout: float = 60.0) -> Reply:
        return Reply(duration_seconds=timeout)

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        self.calls += 1
        assert timeout > 0
        assert repeatable in {True, False}
        if self.answer is not None:
            said, self.answer = self.answer, None
            return said
        streams = Streams()
        command = Command(text, (("ZdmArguments", dict(arguments)),), is_script=True)
        try:
            self._engine.run("HV1", Invocation(commands=(command,), user="x", configuration="y"), streams, Event())
        except Refusal as refusal:
            return Reply(errors=(ErrorRecord(error_id=refusal.error_id, message=refusal.message),))
        return Reply(output=tuple(streams.rows))

    def close(self) -> None:
        self.answer = None


@pytest.fixture(scope="module")
def library() -> Library:
    load_models()
    return Library.load(folders("ps_scripts"))


@pytest.fixture
def keeper() -> Keeper:
    """The workshop with both controllers on machines that run, on no switch at all."""
    office = read_office(WORKSHOP)
    world = office.world
    for number, (name, image) in enumerate(IMAGES.items()):
        drive = (f"C:\\Images\\{image}.vhdx",)
        made = Machine(id=f"1-{number}", name=name, path="C:\\Lab", drives=drive, adapters=(Adapter(id="1"),))
        world = hyperv_change.started(hyperv_change.with_machine(world, "HV1", made), "HV1", made)
    world = replace(world, now=world.now + timedelta(minutes=2))
    return Keeper(world, WorldClock(world.now, rate=0), office.pace)


Way = Callable[..., tuple[VmDirectTransport, HostLine]]


@pytest.fixture
def way(keeper: Keeper, library: Library) -> Way:
    """A transport to a guest, and the line to its host."""

    def make(name: str = "NEW-DC", account: Credential = ACCOUNT) -> tuple[VmDirectTransport, HostLine]:
        line = HostLine(keeper, library)
        target = Target(host=name, address="192.168.16.10", credential=account)
        texts = {"prelude": library.prelude_text, "carrier": library.carrier_text}
        return VmDirectTransport(target, line, name, **texts), line

    return make


def session(transport: VmDirectTransport, keeper: Keeper, library: Library) -> HostSession:
    return HostSession(transport, library, now=keeper.now)


def test_the_product_works_in_a_guest_as_everywhere(way: Way, keeper: Keeper, library: Library) -> None:
    """Who it is, a reader, a change with its read-back, a verb's own error: all of the guest, which is on no network."""
    transport, _ = way()
    guest = session(transport, keeper, library)

    info = guest.connect()
    services = guest.read("Get-ZdmService", name=["DNS"]).facts
    made = guest.change("Set-ZdmServiceState", name="DNS", start_mode="Manual", state="Stopped")
    with pytest.raises(VerbError) as failed:
        guest.change("Set-ZdmServiceState", name="NoSuch", start_mode="Manual", state="Stopped")

    assert (info.host, info.transport) == ("NEW-DC", "direct")
    assert [one.to_dict()["State"] if hasattr(one, "to_dict") else one.state for one in services] == ["Running"]  # type: ignore[attr-defined]
    assert (made.changed, keeper.world.hosts["NEW-DC"].running("DNS")) == (True, False)
    assert failed.value.host == "NEW-DC"


def test_an_older_guest_is_refused_with_what_it_needs(way: Way, keeper: Keeper, library: Library) -> None:
    """A server of 2011 has no PowerShell Direct; the sentence names the other way."""
    transport, _ = way("OLD")

    with pytest.raises(UnreachableError, match="does not reach the guest OLD") as refused:
        session(transport, keeper, library).connect()

    assert "Windows 10 or Server 2016 or later; others by their address" in refused.value.hint


def test_a_guest_that_is_off_or_unknown_is_told(way: Way, keeper: Keeper, library: Library) -> None:
    """In the words of the host; a wrong account too."""
    wrong, _ = way(account=Credential("x", Secret("y")))
    with pytest.raises(UnreachableError, match="The credential is invalid"):
        wrong.open()
    unknown, _ = way("NONE")
    with pytest.raises(UnreachableError, match="does not resolve to a single virtual machine"):
        unknown.open()
    power(keeper, on=False)
    off, _ = way()

    with pytest.raises(UnreachableError, match="is not in running state"):
        off.open()


def power(keeper: Keeper, *, on: bool) -> None:
    def act(world: World) -> tuple[World, None]:
        found = machine_of(world, "NEW-DC")
        assert found is not None
        turn = hyperv_change.started if on else hyperv_change.stopped
        return turn(world, "HV1", found[1]), None

    keeper.with_world(act)
    keeper.carry(60)


def test_a_guest_that_was_restarted_is_opened_again(way: Way, keeper: Keeper, library: Library) -> None:
    """Nothing was called in it before that, so a change may be made too."""
    transport, line = way()
    guest = session(transport, keeper, library)
    guest.connect()
    power(keeper, on=False)
    power(keeper, on=True)
    before = line.calls

    made = guest.change("Set-ZdmServiceState", name="DNS", start_mode="Manual", state="Stopped")

    assert (made.changed, line.calls - before) == (True, 3)


@pytest.mark.parametrize(("repeatable", "kind"), [(True, PoolLostError), (False, OutcomeUnknownError)])
def test_a_guest_that_is_lost_under_a_call_is_not_called_again(way: Way, repeatable: bool, kind: type[Exception]) -> None:  # noqa: FBT001
    """A change has an unknown outcome; a reader can be sent again by whoever sent it."""
    transport, line = way()
    transport.open()
    before = line.calls
    line.answer = Reply(errors=(ErrorRecord(error_id="ZdmVmLost,x", message="The Hyper-V socket target process has ended."),))

    with pytest.raises(kind, match="socket target process has ended"):
        transport.call("x", {}, timeout=5, repeatable=repeatable)

    assert line.calls - before == 1


@pytest.mark.parametrize("reply", [Reply(), Reply(output=(1,)), Reply(output=("no xml",)), Reply(output=("a", "b"))])
def test_a_reply_that_is_none_is_told(way: Way, reply: Reply) -> None:
    """Nothing, something else, half of it."""
    transport, line = way()
    line.answer = reply

    with pytest.raises(WireError):
        transport.open()


def test_the_carrier_is_sent_with_its_own_arguments_alone(way: Way) -> None:
    """An argument of a verb cannot be taken for one of the carrier's, whose names no verb has."""
    transport, line = way()
    seen: list[dict[str, Any]] = []
    real = line.call

    def call(text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        seen.append(dict(arguments))
        return real(text, arguments, timeout=timeout, repeatable=repeatable)

    line.call = call  # type: ignore[method-assign]
    transport.open()

    assert sorted(seen[0]) == ["ZdmVmAccount", "ZdmVmName", "ZdmVmOpening", "ZdmVmText"]
