"""Starts a lab office in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from office_story import Story

from zdm_automate.lab.client import LabClient
from zdm_automate.lab.office import find_office
from zdm_automate.lab.process import run
from zdm_automate.lab.state import LabFolder

PATIENCE = 45.0


@pytest.fixture
def story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str], Story]]:
    """Starts an office by name; it ends with the test."""
    ended: list[tuple[Event, Thread]] = []

    def start(office: str) -> Story:
        name = Path(office).stem
        folder = LabFolder(tmp_path / f"{name}-lab")
        over = Event()
        thread = Thread(
            target=run,
            args=(folder, find_office(office)),
            kwargs={"engine": "sim", "own_addresses": False, "ended": over},
            daemon=True,
        )
        thread.start()
        ended.append((over, thread))
        limit = time.monotonic() + PATIENCE
        while not (folder.info_file.exists() and LabClient(folder).answers()):
            assert thread.is_alive(), "the lab did not come up"
            assert time.monotonic() < limit, "the lab took too long"
            time.sleep(0.02)
        project = tmp_path / name
        monkeypatch.setenv("ZDM_LAB_DIR", str(folder.path))
        monkeypatch.setenv("ZDM_PROJECT", str(project))
        made = Story(folder, project, capsys)
        made.ok("new", str(project))
        return made

    yield start
    for over, thread in ended:
        over.set()
        thread.join(PATIENCE)
