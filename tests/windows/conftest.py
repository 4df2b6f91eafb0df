"""A session with the host that is asked: one of the lab always, and a real Windows where the environment names one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from windows_host import NONE, named, way

from zdm_automate.session import HostSession
from zdm_automate.transport.base import Target

sys.path.append(str(Path(__file__).parent.parent / "transport"))
from lab_host import LIBRARY, LabHost


@pytest.fixture(scope="session", params=["lab", "windows"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostSession]:
    """An open session, one for all tests of a worker."""
    with ExitStack() as ending:
        if request.param == "lab":
            host = LabHost(tmp_path_factory.mktemp("windows"), ending)
            made = HostSession(host.psrp(), LIBRARY, now=lambda: host.keeper.world.now)
        else:
            made = HostSession(way(on_windows(), LIBRARY), LIBRARY, now=lambda: datetime.now(UTC))
        ending.callback(made.close)
        made.connect()
        yield made


def on_windows() -> Target:
    """The Windows host that the environment names."""
    target = named()
    if target is None:
        pytest.skip(NONE)
    return target
