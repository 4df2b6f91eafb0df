"""What the differential test shares: the verbs, the twin's side, and the script's side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engine import Engine
from script_host import ScriptHost
from trial import Side
from verbs import load_library
from worlds import office

from zdm_automate.lab.perform import perform
from zdm_automate.scripts import Library


@pytest.fixture(scope="session")
def library() -> Library:
    """All verbs."""
    return load_library()


@pytest.fixture(scope="session")
def twin() -> Side:
    """The Python side."""
    return perform


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory, library: Library, pwsh: str) -> Iterator[Side]:
    """The PowerShell side: one process for all verbs of a worker."""

    def make() -> ScriptHost:
        return ScriptHost(pwsh, tmp_path_factory.mktemp("differential"), library, office("tiny"))

    with Engine(make) as engine:
        yield engine
