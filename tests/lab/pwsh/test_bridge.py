"""The bridge on its port: who may ask, what a defect looks like from the other side, and what the end of a pipeline does."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.errors import InputError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import CallRecord, Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.pwsh.bridge import WorldBridge
from zdm_automate.lab.pwsh.exchange import decode, encode
from zdm_automate.lab.pwsh.seam import BRIDGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zdm_automate.lab.world.model import World


class Asker:
    """A connection to the bridge, as a process makes it."""

    def __init__(self, bridge: WorldBridge) -> None:
        host, port = bridge.environment[BRIDGE].split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)
        self._lines = self.socket.makefile("rb")

    def raw(self, line: bytes) -> dict[str, Any]:
        """The reply to a line."""
        self.socket.sendall(line)
        return decode(self._lines.readline())

    def ask(self, **message: Any) -> dict[str, Any]:
        """The reply to a message."""
        return self.raw(encode(message))

    def close(self) -> None:
        """Hangs up."""
        self._lines.close()
        self.socket.close()


@pytest.fixture
def logged() -> list[CallRecord]:
    """The call log."""
    return []


@pytest.fixture
def bridge(office: Callable[[str], World], tmp_path: Path, logged: list[CallRecord]) -> Iterator[WorldBridge]:
    """A bridge to the smallest office."""
    keeper = Keeper(office("tiny"), WorldClock(datetime(2000, 1, 1, tzinfo=UTC), rate=0.0), Pace(), log=logged.append)
    made = WorldBridge(keeper, tmp_path / "bridge")
    made.start()
    yield made
    made.stop()


@contextmanager
def asker(bridge: WorldBridge) -> Iterator[Asker]:
    """A connection that is closed in the end."""
    made = Asker(bridge)
    try:
        yield made
    finally:
        made.close()


def test_only_a_known_process_is_answered(bridge: WorldBridge) -> None:
    """A ticket of nobody's, one without a host, and a question before the greeting are faults, and the line stays open."""
    ticket = bridge.enrol()
    with asker(bridge) as line:
        unknown = line.ask(Op="hello", Ticket="0" * 32)
        early = line.ask(Op="hello", Ticket=ticket)
        bridge.assign(ticket, host="old", user="u", configuration="Microsoft.PowerShell")
        known = line.ask(Op="hello", Ticket=ticket)

    assert "does not know this process" in unknown["Fault"]
    assert "does not know this process" in early["Fault"]
    assert known["Host"] == "OLD"


def test_a_released_process_is_not_known_any_more(bridge: WorldBridge) -> None:
    """Its ticket is worth nothing; to assign one that was never given is a mistake of the caller's."""
    ticket = bridge.enrol()
    bridge.assign(ticket, host="OLD", user="u", configuration="Microsoft.PowerShell")
    bridge.release(ticket)
    with asker(bridge) as line:
        reply = line.ask(Op="hello", Ticket=ticket)

    assert "does not know this process" in reply["Fault"]
    with pytest.raises(InputError, match="no such ticket"):
        bridge.assign(ticket, host="OLD", user="u", configuration="Microsoft.PowerShell")


def test_a_line_that_is_no_message_is_a_fault(bridge: WorldBridge) -> None:
    """The process hears of it instead of waiting."""
    with asker(bridge) as line:
        reply = line.raw(b"rubbish\n")

    assert "no CLIXML" in reply["Fault"]


def test_what_a_host_loads_is_there_when_it_is_told(bridge: WorldBridge) -> None:
    """The shell's stubs and a folder for each module of the host; the configuration names the start-up."""
    ticket = bridge.enrol()
    bridge.assign(ticket, host="OLD", user="u", configuration="Microsoft.PowerShell")
    with asker(bridge) as line:
        told = line.ask(Op="hello", Ticket=ticket)
    folder = bridge.configuration_file.parent

    assert [root.rsplit("/", 1)[-1].rsplit("\\", 1)[-1] for root in told["ModuleRoots"]] == [
        "ActiveDirectory",
        "DhcpServer",
        "DnsClient",
        "DnsServer",
        "Microsoft.WSMan.Management",
        "NetSecurity",
        "NetTCPIP",
        "ScheduledTasks",
        "ServerManager",
        "SmbShare",
    ]
    assert (folder / "stubs" / "2012r2" / "DhcpServer" / "DhcpServer" / "DhcpServer.psd1").is_file()
    assert (folder / "stubs" / "2012r2" / "shell.ps1").is_file()
    assert str(folder / "start.ps1") in bridge.configuration_file.read_text(encoding="utf-8")


def test_a_pipeline_that_asked_nothing_leaves_no_line(bridge: WorldBridge, logged: list[CallRecord]) -> None:
    """One that did is told by its verb, or by what it used."""
    ticket = bridge.enrol()
    bridge.assign(ticket, host="OLD", user="u", configuration="Microsoft.PowerShell")
    scope = {"Op": "cmdlet", "Name": "Get-DhcpServerv4Scope", "Params": {}}
    with asker(bridge) as line:
        line.ask(Op="hello", Ticket=ticket)
        bridge.worked(ticket)
        nothing = list(logged)
        line.ask(**scope)
        bridge.worked(ticket)
        line.ask(**scope, Verb="Get-ZdmDhcpScope")
        bridge.worked(ticket)

    assert nothing == []
    assert [(one.verb, one.kind, one.user) for one in logged] == [
        ("Get-DhcpServerv4Scope", "reader", "u"),
        ("Get-ZdmDhcpScope", "reader", "u"),
    ]


def test_a_bridge_that_is_not_started_has_no_address(office: Callable[[str], World], tmp_path: Path) -> None:
    """To ask for its environment then is a mistake of the caller's; to stop it is none."""
    keeper = Keeper(office("tiny"), WorldClock(datetime(2000, 1, 1, tzinfo=UTC), rate=0.0), Pace())
    made = WorldBridge(keeper, tmp_path)
    made.stop()

    with pytest.raises(InputError, match="not started"):
        _ = made.environment
