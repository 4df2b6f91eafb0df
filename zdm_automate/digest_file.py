"""A value as a JSON file with a digest over it: written whole or not at all, and what was edited is told apart when it is read.

What is said of an edited file is its owner's business.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import InputError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Digested(Protocol):
    """A frozen dataclass that names itself, its format, and the digest over everything else in it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 over the rest; empty before it was written."""
        ...


T = TypeVar("T", bound=Digested)


class DigestFile(Generic[T]):
    """How values of one kind are kept; `version` is what they have under `format`."""

    def __init__(self, kind: type[T], *, version: int, most_bytes: int) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._version = version
        self._most_bytes = most_bytes

    def digest_of(self, value: T) -> str:
        """SHA-256 over everything in a value but the digest itself."""
        body = self._adapter.dump_python(replace(value, digest=""), mode="json")
        return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def write(self, path: Path, value: T) -> T:
        """Writes a value, and gives it with its digest."""
        sealed = replace(value, digest=self.digest_of(value))
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        half.write_bytes(self._adapter.dump_json(sealed, indent=1))
        half.replace(path)
        return sealed

    def read(self, path: Path, name: str, *, called: str, again: str, altered: Callable[[bool], ZdmError]) -> T:
        """The value of a file that bears this name.

        Args:
            path: the file.
            name: the id that the value must have.
            called: what it is called in a sentence.
            again: what to do about one of another version.
            altered: the error for a file that is not what was written; True where it can still be read as a value.

        Raises:
            InputError: it is too long, or of another version of the format.
            ZdmError: what `altered` gives.
        """
        try:
            if (size := path.stat().st_size) > self._most_bytes:
                raise InputError(f"{called} has {size:,} bytes; at most {self._most_bytes:,} are ever written.", hint=again)
            body: dict[str, Any] = json.loads(path.read_bytes())
            if body.get("format") != self._version:
                raise InputError(f"{called} has format {body.get('format')}; this program reads {self._version}.", hint=again)
            value = self._adapter.validate_python(body)
            whole = body == self._adapter.dump_python(value, mode="json")
        except (ValidationError, ValueError, AttributeError, RecursionError, TypeError) as problem:
            if isinstance(problem, InputError):
                raise
            raise altered(False) from problem
        if not whole or value.digest != self.digest_of(value) or value.id != name:
            raise altered(True)
        return value
