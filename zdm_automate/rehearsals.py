"""Records of rehearsals as files of the project: written once with a digest, refused when edited. It never looks at a host."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import InputError
from zdm_automate.rehearsal import RECORD_FORMAT, Record

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "rehearsals"
FILE: Final = "record.json"
MOST_BYTES: Final = 16 * 1024 * 1024
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


def digest_of(record: Record) -> str:
    """SHA-256 over everything in a record but the digest itself."""
    body = _RECORD.dump_python(replace(record, digest=""), mode="json")
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def write_record(project: Path, record: Record) -> Path:
    """Writes a record into the folder of its rehearsal; gives the file."""
    path = project / FOLDER / record.id / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.write_bytes(_RECORD.dump_json(replace(record, digest=digest_of(record)), indent=1))
    half.replace(path)
    return path


def read_records(project: Path) -> tuple[Record, ...]:
    """All records of a project, oldest first.

    Raises:
        InputError: one is not what was written.
    """
    return tuple(_read(path) for path in sorted((project / FOLDER).glob(f"*/{FILE}")))


def _read(path: Path) -> Record:
    hint = "Restore it from a copy, or take its folder away and rehearse again."
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is longer than any record.", hint=hint)
        body: dict[str, Any] = json.loads(path.read_bytes())
        if body.get("format") != RECORD_FORMAT:
            raise InputError(
                f"{path} has format {body.get('format')}; this program reads {RECORD_FORMAT}.", hint="Rehearse again."
            )
        record = _RECORD.validate_python(body)
        whole = body == _RECORD.dump_python(record, mode="json")
    except (ValidationError, ValueError, AttributeError, RecursionError, TypeError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"{path} is no record of a rehearsal any more.", hint=hint) from problem
    if not whole or record.digest != digest_of(record) or record.id != path.parent.name:
        raise InputError(f"{path} is not what the rehearsal wrote; it was edited or damaged.", hint=hint)
    return record
