"""What the differential test shares: the verbs, the twin's side, and the script's side."""

from __future__ import annotations

import pytest
from trial import Side
from verbs import load_library

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
def script() -> Side:
    """The PowerShell side, its processes kept for all verbs of a worker."""
    return perform
