"""The libraries' debug logs: silent unless `ZDM_DEBUG` asks for them, and then in a file of this user, without secrets.

They log whole messages at DEBUG. Redaction stands at the file, after formatting, where nothing can pass it.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from zdm_automate.redaction import Redactor

VARIABLE: Final = "ZDM_DEBUG"
FILE: Final = "zdm-debug.log"
LIBRARIES: Final = ("pypsrp", "urllib3", "spnego", "requests_credssp", "requests", "keyring", "opentelemetry")


class _Redacted(logging.FileHandler):
    """Writes what is left of a record once it is formatted, with its exception and all."""

    def __init__(self, path: Path, redactor: Callable[[], Redactor]) -> None:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        super().__init__(path, encoding="utf-8")
        self._redactor = redactor
        self.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record without secrets."""
        return self._redactor().text(super().format(record))


def silence() -> None:
    """Keeps the libraries quiet, whatever logging a technician's own programs have set up; those switched on stay so.

    A way's library is loaded when the way is taken, which is after its log has been asked for.
    """
    for logger in map(logging.getLogger, LIBRARIES):
        if not _is_on(logger):
            logger.setLevel(logging.WARNING)
    logging.getLogger("pypsrp").addHandler(logging.NullHandler())


def switch_on(folder: Path, redactor: Callable[[], Redactor], environ: Mapping[str, str] = os.environ) -> Path | None:
    """Has the libraries log into a project's folder where `ZDM_DEBUG` is set; gives the file, None where it is not.

    `redactor` is asked for every line, so that a secret that became known meanwhile is known to it.
    """
    if not environ.get(VARIABLE):
        return None
    path = folder / FILE
    own = [logging.getLogger(name) for name in LIBRARIES]
    if not _is_on(own[0]):
        made = _Redacted(path, redactor)
        for logger in own:
            logger.addHandler(made)
    for logger in own:
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    return path


def _is_on(logger: logging.Logger) -> bool:
    return any(isinstance(handler, _Redacted) for handler in logger.handlers)
