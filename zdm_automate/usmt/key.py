"""The key of an encrypted store: made once per store, kept with the project's secrets, lent to a PC while a job runs there.

The key itself is never part of a command line, a plan or a log; only the path of its file is. Where that file may lie, and
from when to when, is decided here; writing and removing it is a verb's work.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from zdm_automate.model import require

LENGTH = 48
"""Letters of a key; USMT takes up to 256, and 8 at least are advised."""
LONGEST, SHORTEST = 256, 8


def new_key() -> str:
    """A key by chance. Letters and digits only: the file is read as it is, whatever its code page."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(LENGTH))


def checked_key(key: str) -> str:
    """The key, when USMT takes it and reads the same one everywhere.

    Raises:
        InputError: too short, too long, or with letters that code pages write differently. The key is not shown.
    """
    require(SHORTEST <= len(key) <= LONGEST, f"a store's key has {len(key)} characters; USMT takes {SHORTEST} to {LONGEST}.")
    require(key.isascii() and key.isprintable(), "a store's key may hold plain letters, digits and signs only.")
    require(key == key.strip(), "a store's key neither begins nor ends with a blank.")
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """The key's file on a PC: it is there from before the job to its end, and no longer.

    Attributes:
        path: of the file, in the job's own folder.
        secret: the name of the key among the project's secrets.
    """

    path: str
    secret: str

    def must_be_there(self, job_state: str) -> bool:
        """Whether the file belongs there while the job is in this state; anything else means: remove it."""
        return job_state in {"Queued", "Running"}


def lending(job_folder: str, secret: str) -> Lending:
    """Where the key of a store lies while a job of that folder runs."""
    return Lending(path=f"{job_folder}\\store.key", secret=secret)
