"""What a journal comes to, kept beside it for `zdm status`, so that a long one is not read whole each time.

It is used only while the journal still ends with the line that it ended with then. Nothing is decided on it: planning,
resume and undo read the journal itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from zdm_automate.journal import last_seal, read
from zdm_automate.ledger import LEDGER_EVENTS
from zdm_automate.standing import EVENTS, Standing, stand

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "summary.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A journal in short.

    Attributes:
        seal: hash of its last line.
        size: its bytes.
        ledger: the lines that say what the project remembers.
    """

    seal: str
    size: int
    standing: Standing
    ledger: tuple[dict[str, Any], ...] = ()
    format: int = FORMAT


_SUMMARY: TypeAdapter[Summary] = TypeAdapter(Summary)


def summary(journal: Path) -> Summary:
    """The summary of a journal: the one that was kept, or a new one, which is kept where that can be.

    Raises:
        JournalAlteredError: a line is no entry.
    """
    kept = journal.with_name(FILE)
    seal, size = last_seal(journal)
    try:
        found = _SUMMARY.validate_json(kept.read_bytes())
        if (found.format, found.seal, found.size) == (FORMAT, seal, size):
            return found
    except (OSError, ValidationError):
        pass  # none yet, or not one that this program wrote
    made = Summary(
        seal=seal,
        size=size,
        standing=stand(read(journal, EVENTS)),
        ledger=tuple(read(journal, LEDGER_EVENTS, holding="ledger")),
    )
    half = kept.with_name(f".{FILE}.{os.getpid()}")
    try:
        half.write_bytes(_SUMMARY.dump_json(made))
        half.replace(kept)
    except OSError:
        half.unlink(missing_ok=True)  # a full disk: the next look reads the journal again
    return made
