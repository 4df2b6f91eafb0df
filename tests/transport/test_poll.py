"""What a look at the jobs of a host asks of its WinRM: one Command, one Receive, however many jobs and files there are."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lab_host import LIBRARY, LabHost

from zdm_automate.facts.jobs import Job
from zdm_automate.jobs import is_over
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.lab.perform import perform
from zdm_automate.lab.twins.jobs_seen import ROOT
from zdm_automate.lab.world import files
from zdm_automate.lab.world.model import World
from zdm_automate.session import HostSession, Reading

Start = Callable[..., LabHost]
LEAST = {"Command": 1, "Receive": 1}
"""A pipeline begins and its answer is fetched: less is no pipeline."""


def with_jobs(host: LabHost, number: int, *, pings: int = 3) -> None:
    """Begins so many jobs on a host."""

    def act(world: World) -> tuple[World, None]:
        for _ in range(number):
            words = {
                "JobId": str(uuid.uuid4()),
                "Kind": "command",
                "Label": "probe",
                "FilePath": "ping.exe",
                "ArgumentList": ["-n", str(pings), "127.0.0.1"],
            }
            world = perform(world, host.name, LIBRARY["Start-ZdmJob"], words).world
        return world, None

    host.keeper.with_world(act)


def with_old_jobs(host: LabHost, number: int) -> None:
    """One job that is over, with a long log, and its folder as often as that: what a night leaves."""
    with_jobs(host, 1)
    host.keeper.carry(600)

    def act(world: World) -> tuple[World, None]:
        there = world.host(host.name)
        (job,) = files.names_in(there, ROOT)
        folder = {name: text for name, text in there.files.items() if job in name}
        folder |= {name: "Reply from 127.0.0.1\r\n" * 200 for name in folder if name.endswith("stdout.log")}
        made, times = dict(there.files) | folder, dict(there.file_times)
        for _ in range(number - 1):
            other = str(uuid.uuid4())
            made |= {name.replace(job, other): text.replace(job, other) for name, text in folder.items()}
            times |= {name.replace(job, other): there.file_times[name] for name in folder if name in there.file_times}
        return world.with_host(replace(there, files=made, file_times=times)), None

    host.keeper.with_world(act)


def opened(host: LabHost) -> HostSession:
    made = HostSession(host.psrp(), LIBRARY, now=lambda: datetime.now(UTC))
    made.connect()
    return made


def look(host: LabHost, session: HostSession, **chosen: Any) -> tuple[dict[str, int], Reading]:
    """The requests that a look makes at the endpoint, by kind, and what it sees."""
    before = Counter(host.endpoint.requests)
    reading = session.read("Get-ZdmJob", **chosen)
    return dict(host.endpoint.requests - before), reading


def jobs(reading: Reading) -> list[Job]:
    return [one for one in reading.facts if isinstance(one, Job)]


@pytest.mark.parametrize("number", [0, 1, 20])
def test_a_look_is_one_command_and_one_receive(lab_host: Start, number: int) -> None:
    """No Signal, no second Receive, no question whether the pool lives; and again the same."""
    host = lab_host()
    with_jobs(host, number)
    session = opened(host)
    looks = [look(host, session) for _ in range(3)]

    assert [requests for requests, _ in looks] == [LEAST] * 3
    assert [len(jobs(reading)) for _, reading in looks] == [number] * 3
    assert [reading.requests for _, reading in looks] == [2] * 3


def test_jobs_that_are_over_do_not_make_a_look_larger(lab_host: Start) -> None:
    """The first tells of all, more than one envelope of this host holds; the next leaves them out, and has those at work."""
    host = lab_host(quotas=Quotas(envelope_kb=150))
    with_old_jobs(host, 80)
    with_jobs(host, 3, pings=4000)
    session = opened(host)
    first, seen = look(host, session)
    over = [one.job_id for one in jobs(seen) if is_over(one)]
    later, still = look(host, session, without=over)

    assert (len(jobs(seen)), len(over)) == (83, 80)
    assert set(first) == {"Command", "Receive"}
    assert first["Command"] == 1
    assert first["Receive"] > 1
    assert later == LEAST
    assert len(jobs(still)) == 3
