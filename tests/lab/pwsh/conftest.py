"""What the tests of engine `pwsh` share: a host with real processes behind it, and scripts that run for real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pwsh_site import Site
from script_host import ScriptHost

from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.lab.office import find_office, load_office
from zdm_automate.resources import folders
from zdm_automate.scripts import Library


@pytest.fixture(scope="session")
def pwsh_tls(tmp_path_factory: pytest.TempPathFactory) -> TlsIdentity:
    """One certificate for all tests."""
    return TlsIdentity.of(tmp_path_factory.mktemp("tls"), ["localhost", "127.0.0.1"])


@pytest.fixture
def site(tmp_path: Path, pwsh_tls: TlsIdentity) -> Iterator[Site]:
    """An endpoint whose shells are real processes; it ends with the test."""
    with ExitStack() as ending:
        yield Site(tmp_path, pwsh_tls, ending)


@pytest.fixture(scope="session")
def script_host(tmp_path_factory: pytest.TempPathFactory, pwsh: str) -> Iterator[ScriptHost]:
    """Runs the scripts for real, in a process that plays any host; one for all tests of a worker."""
    world = load_office(find_office("tiny"))
    library = Library.load(folders("ps_scripts"))
    with ScriptHost(pwsh, tmp_path_factory.mktemp("pwsh"), library, world) as host:
        yield host
