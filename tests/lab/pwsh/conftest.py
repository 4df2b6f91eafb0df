"""A PowerShell process that plays any host, one for all tests of a worker; without an engine the tests are skipped."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from script_host import ScriptHost

from zdm_automate.lab.office import find_office, load_office
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def script_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptHost]:
    """Runs the scripts for real."""
    executable = os.environ.get("ZDM_PWSH") or shutil.which("pwsh")
    if not executable:
        pytest.skip("no PowerShell 7 here: set ZDM_PWSH or put pwsh on the PATH")
    world = load_office(find_office("tiny"))
    library = Library.load(folders("ps_scripts"))
    with ScriptHost(executable, tmp_path_factory.mktemp("pwsh"), library, world) as host:
        yield host
