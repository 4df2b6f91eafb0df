"""All facts of a moment, by role: asked by type and key, overlaid by what changes would do, fingerprinted for a plan.

A store never changes; `after(effects)` gives another one. Asking for facts that could not be read raises, so that a decision
can never mistake a silent host for an empty one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from zdm_automate.errors import ZdmError
from zdm_automate.facts.base import Fact, fact_class, from_wire, to_wire, wire_names
from zdm_automate.model import Effect

F = TypeVar("F", bound=Fact)


class FactsMissingError(ZdmError):
    """Facts that a decision needs could not be read; what depends on them cannot be predicted."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one moment.

    Attributes:
        taken_at: when they were read, by the controller's clock (UTC).
        by_type: facts by (role, schema name).
        missing: why the facts of (role, schema name) could not be read.
        hosts: the host name of each role.
    """

    taken_at: datetime
    by_type: Mapping[tuple[str, str], tuple[Fact, ...]] = field(default_factory=dict)
    missing: Mapping[tuple[str, str], str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)

    def of(self, role: str, cls: type[F]) -> tuple[F, ...]:
        """All facts of this type on the role's host.

        Raises:
            FactsMissingError: they were not read, or reading them failed.
        """
        key = (role, cls.zdm_type)
        if key in self.missing:
            raise FactsMissingError(self.missing[key], host=self.hosts.get(role, role))
        if key not in self.by_type:
            raise FactsMissingError(f"{cls.zdm_type} was not read on {role}", host=self.hosts.get(role, role))
        return self.by_type[key]  # type: ignore[return-value]

    def one(self, role: str, cls: type[F], *identity: object) -> F | None:
        """The fact with this key, or None; text is compared without regard to case.

        Raises:
            FactsMissingError: as for `of`.
        """
        wanted = tuple(v.casefold() if isinstance(v, str) else v for v in identity)
        return next((found for found in self.of(role, cls) if found.identity() == wanted), None)

    def has(self, role: str) -> bool:
        """Whether the project has a host in this role."""
        return role in self.hosts

    def with_facts(self, role: str, zdm_type: str, facts: Iterable[Fact]) -> Facts:
        """The store with these facts of one type on one role instead of what it had."""
        missing = {key: why for key, why in self.missing.items() if key != (role, zdm_type)}
        return replace(self, by_type={**self.by_type, (role, zdm_type): tuple(facts)}, missing=missing)

    def without(self, role: str, zdm_type: str, reason: str) -> Facts:
        """The store that says why these facts are missing."""
        by_type = {key: facts for key, facts in self.by_type.items() if key != (role, zdm_type)}
        return replace(self, by_type=by_type, missing={**self.missing, (role, zdm_type): reason})

    def after(self, effects: Iterable[Effect]) -> Facts:
        """The facts as they would be after these effects."""
        changed = dict(self.by_type)
        for effect in effects:
            made = fact_of(effect)
            key = (effect.role, effect.zdm_type)
            kept = tuple(found for found in changed.get(key, ()) if found.identity() != made.identity())
            changed[key] = kept if effect.gone else (*kept, made)
        return replace(self, by_type=changed)

    def holds(self, effect: Effect) -> bool:
        """Whether the facts are as the effect says they will be; fields that move by themselves are not compared."""
        made = fact_of(effect)
        found = next((f for f in self.of(effect.role, fact_class(effect.zdm_type)) if f.identity() == made.identity()), None)
        if found is None or effect.gone:
            return (found is None) == effect.gone
        return still(found) == still(made)

    def before(self, effects: Iterable[Effect]) -> tuple[Effect, ...]:
        """What would take these effects back: each fact they speak of as it is now; nothing for facts that are missing."""
        found: dict[tuple[Any, ...], Effect] = {}
        for effect in effects:
            made = fact_of(effect)
            key = (effect.role, effect.zdm_type)
            if key not in self.by_type:
                continue
            there = next((one for one in self.by_type[key] if one.identity() == made.identity()), None)
            found[(*key, made.identity())] = drop(effect.role, made) if there is None else put(effect.role, there)
        return tuple(found.values())

    def fingerprint(self) -> str:
        """SHA-256 over all facts that do not move by themselves, in an order of their own; project facts are left out."""
        rows: list[Any] = [
            [role, zdm_type, still(found)]
            for (role, zdm_type), facts in self.by_type.items()
            for found in facts
            if not type(found).transient and type(found).reader
        ]
        rows += [[role, zdm_type, {"missing": True}] for role, zdm_type in self.missing]
        lines = sorted(json.dumps(row, sort_keys=True, ensure_ascii=True) for row in rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def fact_of(effect: Effect) -> Fact:
    """The fact that an effect speaks of."""
    return from_wire({"ZdmType": effect.zdm_type, **effect.body})


def still(made: Fact, also: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fact in wire form without the fields that move by themselves; `also` without these."""
    names = wire_names(type(made))
    left_out = {names[name] for name in type(made).volatile | also}
    return {name: value for name, value in to_wire(made).items() if name not in left_out}


def put(role: str, made: Fact) -> Effect:
    """The effect that this fact will be there."""
    return Effect(role=role, zdm_type=type(made).zdm_type, body=to_wire(made))


def drop(role: str, made: Fact) -> Effect:
    """The effect that this fact will be gone."""
    return Effect(role=role, zdm_type=type(made).zdm_type, body=to_wire(made), gone=True)
