"""Records of rehearsals as files of the project: written once with a digest, refused when edited. It never looks at a host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.digest_file import DigestFile
from zdm_automate.errors import InputError
from zdm_automate.rehearsal import RECORD_FORMAT, Record

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "rehearsals"
FILE: Final = "record.json"
MOST_BYTES: Final = 16 * 1024 * 1024
_FILES: Final = DigestFile(Record, version=RECORD_FORMAT, most_bytes=MOST_BYTES)


def write_record(project: Path, record: Record) -> Path:
    """Writes a record into the folder of its rehearsal; gives the file."""
    path = project / FOLDER / record.id / FILE
    _FILES.write(path, record)
    return path


def read_records(project: Path) -> tuple[Record, ...]:
    """All records of a project, oldest first.

    Raises:
        InputError: one is not what was written.
    """
    return tuple(_read(path) for path in sorted((project / FOLDER).glob(f"*/{FILE}")))


def _read(path: Path) -> Record:
    def altered(legible: bool) -> InputError:  # noqa: FBT001 - as a file with a digest asks for it
        edited = "is not what the rehearsal wrote; it was edited or damaged"
        wrong = edited if legible else "is no record of a rehearsal any more"
        return InputError(f"{path} {wrong}.", hint="Restore it from a copy, or take its folder away and rehearse again.")

    return _FILES.read(path, path.parent.name, called=str(path), again="Rehearse again.", altered=altered)
