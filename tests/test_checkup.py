"""Many hosts looked at side by side: the living and the dead, each with its own result."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent / "transport"))
from lab_host import LIBRARY, USER, LabHost

from zdm_automate.checkup import HostCheck, Patient, look_at, look_at_all
from zdm_automate.lab.commands_only import CommandsOnly
from zdm_automate.lab.endpoint.quotas import WINRM_2
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Target
from zdm_automate.transport.probe import probe
from zdm_automate.transport.psrp import PsrpTransport, service_state

SECONDS = 2


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Callable[..., LabHost]]:
    """Lab hosts that end with the test."""
    with ExitStack() as ending:
        number = iter(range(100))

        def start(**own: Any) -> LabHost:
            folder = tmp_path / f"host-{next(number)}"
            folder.mkdir()
            return LabHost(folder, ending, **own)

        yield start


def patient(target: Target, name: str = "NEW") -> Patient:
    session = HostSession(PsrpTransport(target, prelude=LIBRARY.prelude_text), LIBRARY, now=lambda: datetime.now(UTC))
    return Patient(name=name, target=target, session=session, probe=probe, service=service_state)


def seen(found: HostCheck, name: str) -> str:
    return next((one.value for one in found.findings if one.name == name), "")


def test_a_good_host_is_told_whole(hosts: Callable[..., LabHost]) -> None:
    """Name, port, certificate, ways to log on, the way taken, versions, quotas, shells, pending reboot."""
    found = look_at(patient(hosts(tls=True).target()))

    assert found.problem is None
    assert seen(found, "port").endswith(": open")
    assert "SHA-256" in seen(found, "certificate")
    assert seen(found, "logon offered") == "Negotiate, Basic"
    assert (seen(found, "way"), seen(found, "language mode")) == ("psrp, ntlm", "FullLanguage")
    assert "2022" in seen(found, "Windows")
    assert seen(found, "quotas").startswith("MaxEnvelopeSizekb 500, MaxShellsPerUser 30")
    assert seen(found, "shells").startswith("1 open")
    assert seen(found, "pending reboot") in {"yes", "no"}


def test_shells_that_fill_the_quota_are_offered_for_removal(hosts: Callable[..., LabHost]) -> None:
    """Four of five were left behind; with this session's own all are taken."""
    host = hosts(quotas=WINRM_2)
    host.endpoint.leave_behind(f"TINY\\{USER}", 4)
    found = look_at(patient(host.target()))

    told = next(one for one in found.findings if one.name == "shells")
    assert told.value.startswith("5 of 5 are open")
    assert "--end-shells" in told.action


def test_a_quota_that_is_full_says_so(hosts: Callable[..., LabHost]) -> None:
    """The session does not open, and the reason and the next action are there."""
    host = hosts(quotas=WINRM_2)
    host.endpoint.leave_behind(f"TINY\\{USER}", 5)
    found = look_at(patient(host.target()))

    assert "too many open shells" in str(found.problem)


def forty(hosts: Callable[..., LabHost], mute: socket.socket, ending: ExitStack) -> tuple[list[Target], dict[str, str]]:
    """Thirty-two ways to two living hosts, and eight that are dead, each in its own way, with what must be said of it."""
    good, secure = hosts(), hosts(tls=True)
    closed = ending.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
    free = int(closed.getsockname()[1])
    closed.close()
    full = ending.enter_context(closing(socket.socket()))
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    for _ in range(2):
        held = ending.enter_context(closing(socket.socket()))
        held.setblocking(False)
        held.connect_ex(("127.0.0.1", full.getsockname()[1]))
    jea = hosts(engine=lambda _sim: CommandsOnly())
    dead: list[tuple[str, Target, str]] = [
        ("closed", good.target(port=free), "no connection to the endpoint"),
        ("mute", secure.target(port=mute.getsockname()[1]), "stopped answering"),
        ("silent", good.target(port=full.getsockname()[1]), "nothing answers at the address"),
        ("name", good.target(address="no-such-host.invalid"), "leads nowhere"),
        ("password", good.target(credential=Credential("TINY\\x", Secret("wrong-one"))), "does not accept"),
        ("certificate", secure.target(fingerprint="0" * 64), "not the one that the project pins"),
        ("machine", good.target(host="OTHER"), "NEW answered"),
        ("commands", jea.target(), "takes commands only"),
    ]
    targets = [(good if number % 2 else secure).target(connect_seconds=SECONDS) for number in range(32)]
    words = {}
    for number, (name, target, said) in enumerate(dead):
        known = {slot: getattr(target, slot) for slot in Target.__dataclass_fields__}
        targets.insert(number * 5, Target(**known | {"connect_seconds": SECONDS}))
        words[name] = said
    return targets, words


def test_forty_hosts_of_which_eight_are_dead(hosts: Callable[..., LabHost]) -> None:
    """All have a result in their order, each dead one with its own words, and all were under way at the same time."""
    told: list[HostCheck] = []
    with ExitStack() as ending:
        mute = ending.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        targets, words = forty(hosts, mute, ending)
        patients = [patient(target, f"host-{number}") for number, target in enumerate(targets)]
        found = look_at_all(patients, told=told.append)
        waited = connections(mute)

    assert [one.host for one in found] == [f"host-{number}" for number in range(40)]
    assert len(told) == 40
    problems = [str(one.problem) for one in told if one.problem is not None]
    assert len(problems) == 8
    assert sorted(name for name, said in words.items() if any(said in problem for problem in problems)) == sorted(words)
    # who has let one time-out pass is not waited for a second time
    assert waited == 1


def connections(listening: socket.socket) -> int:
    """How many there were of a port at which nobody has looked."""
    listening.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()
            count += 1
    return count
