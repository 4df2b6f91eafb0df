"""What the tests of mail share: what is ended with a test, and an Exchange endpoint on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mail_lab import Wire


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """What is entered here ends with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def wire(tmp_path: Path, ending: ExitStack) -> Wire:
    """The endpoint, in engine `sim`."""
    return Wire(tmp_path, ending)
