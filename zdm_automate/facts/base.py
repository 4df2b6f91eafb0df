"""What a fact is, and how an object off the wire becomes one: by its `ZdmType`, validated once, here.

A fact class is a frozen dataclass. Its wire names are the PascalCase of its field names unless the field says otherwise.
This module never calls a host and never decides anything about a migration.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_pascal
from pydantic_core import to_json

from zdm_automate.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVELOPE = ("ZdmType", "ComputerName", "CollectedAtUtc")
"""What every object of a reader carries besides its own fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A reader's result: flat, simple values only (text, whole numbers, booleans, None, tuples of text).

    Class attributes:
        zdm_type: the schema name on the wire.
        reader: the verb that reads it.
        key: the fields that tell one from another on one host; empty where a host has just one.
        volatile: fields that move by themselves (lease expiry, counters): left out of a plan's fingerprint.
        hardware: fields that tell of the hardware alone: another machine that the same Windows was restored to has others.
        transient: True where the whole fact moves by itself (a lease): it never makes a plan stale.
        asked_by: the key field that the reader takes a list of, where it tells of some things only when asked for them by name.
    """

    zdm_type: ClassVar[str] = ""
    reader: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()
    volatile: ClassVar[frozenset[str]] = frozenset()
    hardware: ClassVar[frozenset[str]] = frozenset()
    transient: ClassVar[bool] = False
    asked_by: ClassVar[str] = ""

    __pydantic_config__ = ConfigDict(alias_generator=to_pascal, validate_by_name=True, extra="forbid", strict=True)

    def identity(self) -> tuple[object, ...]:
        """The values of the key fields; text is compared without regard to case, as Windows does."""
        values = (getattr(self, name) for name in self.key)
        return tuple(v.casefold() if isinstance(v, str) else v for v in values)

    def label(self) -> str:
        """The key in words, for tables and messages."""
        return " ".join(str(getattr(self, name)) for name in self.key) or type(self).__name__


F = TypeVar("F", bound=Fact)

_REGISTRY: dict[str, type[Fact]] = {}


def fact(cls: type[F]) -> type[F]:
    """Class decorator that makes a fact class known by its `zdm_type`.

    Raises:
        ValueError: two classes claim one schema name, or a key names a field that is not there.
    """
    known = _REGISTRY.setdefault(cls.zdm_type, cls)
    if known is not cls and known.__qualname__ != cls.__qualname__:
        raise ValueError(f"{cls.zdm_type} is claimed by {known.__qualname__} and {cls.__qualname__}")
    missing = set(cls.key) | cls.volatile | cls.hardware
    missing -= {f.name for f in fields(cls)}
    if missing:
        raise ValueError(f"{cls.__qualname__} names fields it does not have: {sorted(missing)}")
    _REGISTRY[cls.zdm_type] = cls
    return cls


def fact_class(zdm_type: str) -> type[Fact]:
    """The class of a schema name.

    Raises:
        WireError: no such schema.
    """
    try:
        return _REGISTRY[zdm_type]
    except KeyError:
        raise WireError(f"no schema is known for objects of type {zdm_type!r}", error_id="ZdmUnknownSchema") from None


def fact_types() -> dict[str, type[Fact]]:
    """All fact classes by schema name."""
    return dict(_REGISTRY)


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(cls: type[Fact]) -> TypeAdapter[Any]:
    if cls.zdm_type not in _ADAPTERS:
        _ADAPTERS[cls.zdm_type] = TypeAdapter(cls)
    return _ADAPTERS[cls.zdm_type]


def from_wire(row: Mapping[str, Any]) -> Fact:
    """Turns one object of a reader into its fact; the envelope is dropped, every other field must fit exactly.

    Raises:
        WireError: unknown schema, a field missing, too many, or of a type that does not fit.
    """
    cls = fact_class(str(row.get("ZdmType", "")))
    body = {name: value for name, value in row.items() if name not in ENVELOPE}
    try:
        # By way of JSON: only there does strict validation take an object for a dataclass and a list for a tuple.
        made: Fact = _adapter(cls).validate_json(to_json(body))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WireError(
            f"a {cls.zdm_type} object does not fit its schema: {where}: {first['msg']}", error_id="ZdmSchema"
        ) from problem
    return made


def to_wire(made: Fact) -> dict[str, Any]:
    """The fact's own fields under their wire names, JSON-ready (the inverse of `from_wire` without the envelope)."""
    body: dict[str, Any] = _adapter(type(made)).dump_python(made, mode="json", by_alias=True)
    return body


_NAMES: dict[type[Fact], Mapping[str, str]] = {}


def wire_names(cls: type[Fact]) -> Mapping[str, str]:
    """Field name to wire name, in declaration order; worked out once for a class, since every fingerprint asks for it."""
    if cls not in _NAMES:
        _NAMES[cls] = MappingProxyType({f.name: f.metadata.get("wire", to_pascal(f.name)) for f in fields(cls)})
    return _NAMES[cls]
