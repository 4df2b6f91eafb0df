"""A session with a host, played over the shipped fake transport."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from zdm_automate.errors import (
    ClockSkewError,
    InputError,
    OutcomeUnknownError,
    RestrictedLanguageError,
    UnreachableError,
    UnsupportedError,
    WireError,
    WrongHostError,
)
from zdm_automate.reading import gather
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.session import HostSession, open_all
from zdm_automate.steps import Read
from zdm_automate.testing import Answer, FakeTransport, row, session_row
from zdm_automate.transport.base import Arguments, Reply, Target

LIBRARY = Library.load(folders("ps_scripts"))
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SERVICE = row("Zdm.Service", Name="DNS", DisplayName="DNS Server", State="Running", StartMode="Auto", StartName=None)
CHANGED = row(
    "Zdm.Change",
    Verb="Set-ZdmServiceState",
    Target="DNS",
    Changed=True,
    Before={"State": "Stopped"},
    After={"State": "Running"},
    RebootRequired=False,
)
STATE = {"name": "DNS", "start_mode": "Auto", "state": "Running"}


def session(
    host: str = "SRV", *, opening: Answer | None = None, now: Callable[[], datetime] = lambda: NOW, **answers: list[Answer]
) -> tuple[HostSession, FakeTransport]:
    named = {name.replace("_", "-"): given for name, given in answers.items()}
    transport = FakeTransport(Target(host=host, address="127.0.0.1"), LIBRARY, named, opening)
    return HostSession(transport, LIBRARY, now=now), transport


def opening(**own: object) -> Reply:
    return Reply(output=(session_row(**own),))  # type: ignore[arg-type]


def test_connecting_tells_who_answered() -> None:
    """The session knows the host's own name, versions, mechanism and clock."""
    opened, _ = session()

    info = opened.connect()

    assert (info.host, info.fact.ps_version, info.auth, info.skew_seconds, info.warnings) == (
        "SRV",
        "5.1.20348.1",
        "fake",
        0.0,
        (),
    )
    assert opened.describe() == {
        "transport": "fake",
        "auth": "fake",
        "ps_version": "5.1.20348.1",
        "os_version": "10.0.20348",
        "culture": "en-US",
        "skew_seconds": 0.0,
    }


def test_another_machine_is_refused() -> None:
    """A name or address that leads elsewhere stops everything, and the connection is closed."""
    opened, transport = session("OLD", opening=opening(host="NEW"))

    with pytest.raises(WrongHostError, match="NEW answered"):
        opened.connect()

    assert transport.auth_used == ""


def test_the_project_may_name_the_host_in_full() -> None:
    """The machine gives its short name; the project may give the full one, in any case."""
    opened, _ = session("srv.example.test", opening=opening(host="SRV"))

    assert opened.connect().host == "SRV"


@pytest.mark.parametrize("answer", [Reply(), Reply(output=("text",)), Reply(output=(SERVICE,))])
def test_a_host_that_does_not_say_who_it_is_is_refused(answer: Reply) -> None:
    """Without the prelude's object nothing is known of the host."""
    opened, _ = session(opening=answer)

    with pytest.raises(WireError):
        opened.connect()


def test_an_endpoint_in_another_language_mode_is_refused() -> None:
    """The verbs need FullLanguage."""
    opened, _ = session(opening=opening(LanguageMode="ConstrainedLanguage"))

    with pytest.raises(RestrictedLanguageError):
        opened.connect()


@pytest.mark.parametrize("seconds", [300, -300, 4000])
def test_nothing_is_changed_on_a_host_whose_clock_is_off(seconds: int) -> None:
    """From 300 s on either way appliers are refused; readers are not."""
    opened, transport = session(
        now=lambda: NOW - timedelta(seconds=seconds), Get_ZdmService=[Reply(output=(SERVICE,))], Set_ZdmServiceState=[Reply()]
    )

    assert opened.connect().skew_seconds == seconds
    with pytest.raises(ClockSkewError):
        opened.change("Set-ZdmServiceState", **STATE)
    assert len(opened.read("Get-ZdmService").facts) == 1
    assert [name for name, _ in transport.calls] == ["Get-ZdmService"]


@pytest.mark.parametrize(("seconds", "warned"), [(4, False), (5, True), (299, True)])
def test_a_smaller_difference_is_told(seconds: int, warned: bool) -> None:  # noqa: FBT001
    """From 5 s on there is a warning; changes go on."""
    opened, _ = session(now=lambda: NOW + timedelta(seconds=seconds), Set_ZdmServiceState=[Reply(output=(CHANGED,))])

    assert bool(opened.connect().warnings) is warned
    assert opened.change("Set-ZdmServiceState", **STATE).changed


def test_a_slow_connection_is_no_skew() -> None:
    """A host's time between the controller's before and after is right, however long the call took."""
    times = iter([NOW - timedelta(seconds=40), NOW + timedelta(seconds=20)])
    opened, _ = session(now=lambda: next(times))

    assert opened.connect().skew_seconds == 0.0


def test_a_filtered_token_is_told() -> None:
    """Without elevation half of the verbs will be refused."""
    opened, _ = session(opening=opening(IsElevated=False))

    assert "elevated" in opened.connect().warnings[0]


def test_a_verb_that_is_too_new_for_the_host_is_not_sent() -> None:
    """Its text would not even parse there."""
    opened, transport = session(opening=opening(PsVersion="1.0"), Get_ZdmService=[Reply()])
    opened.connect()

    with pytest.raises(UnsupportedError, match=r"needs PowerShell 2\.0"):
        opened.read("Get-ZdmService")

    assert transport.calls == []


def test_a_reading_is_evidence() -> None:
    """Facts come with verb, host, time, script hash, duration, warnings and requests."""
    reply = Reply(output=(SERVICE,), warnings=("old",), duration_seconds=0.25, requests=2)
    opened, transport = session(Get_ZdmService=[reply])
    opened.connect()

    reading = opened.read("get-zdmservice", name=["DNS"])

    assert (reading.verb, reading.host, reading.collected_at, reading.warnings) == ("Get-ZdmService", "SRV", NOW, ("old",))
    assert (reading.duration_seconds, reading.requests) == (0.25, 2)
    assert reading.script_sha256 == LIBRARY.sha256_of("Get-ZdmService")
    assert reading.facts[0].label() == "DNS"
    assert transport.calls == [("Get-ZdmService", {"Name": ["DNS"]})]


def test_readers_are_read_and_appliers_change() -> None:
    """The wrong door is closed before anything is sent."""
    opened, transport = session()
    opened.connect()

    with pytest.raises(InputError):
        opened.read("Set-ZdmServiceState", **STATE)
    with pytest.raises(InputError):
        opened.change("Get-ZdmService")
    assert transport.calls == []


def test_nothing_is_called_before_connecting() -> None:
    """Without checks there is no call."""
    opened, _ = session(Get_ZdmService=[Reply()])

    with pytest.raises(InputError, match="not open"):
        opened.read("Get-ZdmService")


def test_an_unknown_outcome_passes_through() -> None:
    """The session never tries a change again by itself."""
    opened, transport = session(Set_ZdmServiceState=[OutcomeUnknownError("lost"), Reply(output=(CHANGED,))])
    opened.connect()

    with pytest.raises(OutcomeUnknownError):
        opened.change("Set-ZdmServiceState", **STATE)
    assert len(transport.calls) == 1


def test_a_hosts_failure_is_data() -> None:
    """Of several hosts opened side by side each has its own result."""
    good, _ = session("A", opening=opening(host="A"))
    bad, _ = session("B", opening=UnreachableError("no"))

    results = open_all([good, bad])

    assert results["A"] == good.info
    assert isinstance(results["B"], UnreachableError)


def test_hosts_are_read_side_by_side() -> None:
    """Two hosts are in their readers at the same time; a host's failure is its own."""
    both = threading.Barrier(2, timeout=10)

    def meet(arguments: Arguments) -> Reply:
        both.wait()
        return Reply(output=(SERVICE,))

    sessions = {}
    for name in ("A", "B"):
        opened, _ = session(name, opening=opening(host=name), Get_ZdmService=[meet, UnreachableError("no")])
        opened.connect()
        sessions[name] = opened
    reads = [Read(role=name, verb="Get-ZdmService", params={"name": ["x"] * times}) for times in (1, 2) for name in sessions]

    got = gather(sessions, reads, output_of=lambda _: "Zdm.Service", now=datetime.now(UTC), hosts={"A": "A", "B": "B"})

    assert [(done.read.role, type(done.error)) for done in got.calls] == [
        ("A", type(None)),
        ("A", UnreachableError),
        ("B", type(None)),
        ("B", UnreachableError),
    ]
