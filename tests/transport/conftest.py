"""Hosts of a lab world for the transports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from lab_host import LabHost


@pytest.fixture
def lab_host(tmp_path: Path) -> Iterator[Callable[..., LabHost]]:
    """Starts hosts that end with the test."""
    with ExitStack() as ending:
        number = iter(range(100))

        def start(**own: Any) -> LabHost:
            folder = tmp_path / f"host-{next(number)}"
            folder.mkdir()
            return LabHost(folder, ending, **own)

        yield start
