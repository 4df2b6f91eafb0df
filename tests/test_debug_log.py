"""The libraries' debug logs: silent by default, redacted when they are asked for."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from zdm_automate.debug_log import LIBRARIES, silence, switch_on
from zdm_automate.redaction import Redactor
from zdm_automate.secrets import MASK, Secret


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leaves the loggers as they were."""
    yield
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            if isinstance(handler, logging.FileHandler):
                logger.removeHandler(handler)
                handler.close()
        logger.propagate = True
    silence()


def test_nothing_is_logged_unless_it_is_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither into a file nor into whatever logging there is."""
    silence()
    with caplog.at_level(logging.DEBUG):
        for name in LIBRARIES:
            logging.getLogger(f"{name}.part").debug("a whole message")

    assert switch_on(tmp_path, Redactor, {}) is None
    assert caplog.records == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_logged_has_no_secret_also_in_a_traceback(tmp_path: Path) -> None:
    """Also one that became known after the log was switched on; the file is for its owner alone."""
    known = [Secret("first-secret")]
    path = switch_on(tmp_path, lambda: Redactor(known), {"ZDM_DEBUG": "1"})
    assert path is not None
    known.append(Secret("c4n4ry&word"))
    log = logging.getLogger("pypsrp.wsman")
    log.debug("sent %s and c4n4ry&amp;word", "first-secret")
    try:
        raise ValueError("c4n4ry&word")  # noqa: TRY301
    except ValueError:
        log.exception("it failed")
    text = path.read_text(encoding="utf-8")

    assert "c4n4ry" not in text
    assert f"sent {MASK} and {MASK}" in text
    assert f"ValueError: {MASK}" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_library_that_is_loaded_later_stays_switched_on(tmp_path: Path) -> None:
    """Whoever loads it silences it by default, and must not take back what was asked for before."""
    path = switch_on(tmp_path, Redactor, {"ZDM_DEBUG": "1"})
    assert path is not None
    silence()
    logging.getLogger("pypsrp.wsman").debug("a whole message")

    assert "a whole message" in path.read_text(encoding="utf-8")
