"""What became of a change whose answer was not seen: its paired reader is asked, and three verdicts are possible.

It only reads. Whether a change is called again is the run's business, and only after the verdict that it did not happen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from zdm_automate.facts.base import fact_class, to_wire
from zdm_automate.facts.project import PROJECT
from zdm_automate.facts.store import fact_of, still
from zdm_automate.reading import gather
from zdm_automate.scripts import to_pascal
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from zdm_automate.bench import Bench
    from zdm_automate.facts.store import Facts
    from zdm_automate.model import Change, Effect
    from zdm_automate.reading import Reader

Rows = Sequence[Mapping[str, Any]]
"""Facts in wire form, as a journal line holds what was watched before a call."""


class Verdict(StrEnum):
    """What the host shows."""

    HAPPENED = "happened"
    NOT = "did not happen"
    NEITHER = "neither"


def seen(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects that a reader can see."""
    return tuple(e for e in effects if e.role != PROJECT and fact_class(e.zdm_type).reader)


def judge(change: Change, facts: Facts) -> Verdict:
    """By facts: all effects hold, or everything is as it was, or neither.

    Raises:
        FactsMissingError: what the change is about could not be read.
    """
    wanted, back, named = seen(change.effects), seen(change.restores), named_by(change)
    if wanted and all(stands(effect, back, facts, named) for effect in wanted):
        return Verdict.HAPPENED
    if judgeable(change) and all(stands(effect, wanted, facts, named) for effect in back):
        return Verdict.NOT
    return Verdict.NEITHER


def named_by(change: Change) -> frozenset[str]:
    """The fields that a change's call names, and so writes, whether they differ or not."""
    return frozenset(to_pascal(name) for name in change.call.params)


def stands(effect: Effect, others: Iterable[Effect], facts: Facts, named: Collection[str] = ()) -> bool:
    """Whether the facts are as an effect says, in the fields in which it differs from its counterpart among the others.

    The fields that the call names count too. Other fields of the same fact are not this change's business; without a
    counterpart that is there, all of them count.

    Raises:
        FactsMissingError: facts of that type could not be read.
    """
    other = next((one for one in others if _key(one) == _key(effect)), None)
    if other is None or other.gone or effect.gone:
        return facts.holds(effect)
    made, opposite = still(fact_of(effect)), still(fact_of(other))
    own = [name for name, value in made.items() if opposite.get(name) != value or name in named]
    found = next((one for one in facts.of(effect.role, fact_class(effect.zdm_type)) if one.identity() == _key(effect)[2]), None)
    return found is not None and all(still(found)[name] == made[name] for name in own)


def judgeable(change: Change) -> bool:
    """Whether facts can show that it did not happen: the plan knew all that it is about as it was before."""
    wanted = seen(change.effects)
    return bool(wanted) and len(seen(change.restores)) == len({_key(effect) for effect in wanted})


def settle(change: Change, bench: Bench, watched: Rows | None) -> Verdict:
    """Reads what the change is about, anew, and judges; `watched` is what its watch showed before the call.

    Raises:
        ZdmError: it could not be read.
    """
    wanted = seen(change.effects)
    if wanted:
        return judge(change, read_back(wanted, bench))
    if change.watch is None or watched is None:
        return Verdict.NEITHER
    return Verdict.NOT if [dict(row) for row in watched] == watch(change, bench) else Verdict.HAPPENED


def watch(change: Change, bench: Bench) -> list[dict[str, Any]] | None:
    """What the change's watch shows now; None where it has none, because facts show it.

    Raises:
        ZdmError: it could not be read.
    """
    if change.watch is None or seen(change.effects):
        return None
    reading = bench.workers[change.watch.role].read(change.watch.verb, **change.watch.params)
    return [to_wire(fact) for fact in reading.facts]


def read_back(effects: Iterable[Effect], bench: Bench) -> Facts:
    """Fresh facts of all types that these effects touch.

    Raises:
        ZdmError: one of them could not be read.
    """
    readers: Mapping[str, Reader] = bench.workers
    got = gather(readers, reads_of(effects), output_of=bench.scripts.output_of, now=bench.now(), hosts=bench.hosts)
    if got.failures and (first := got.failures[0].error) is not None:
        raise first
    return got.facts


def reads_of(effects: Iterable[Effect]) -> list[Read]:
    """The readers of all types that these effects touch, each once; a reader that has to be asked by name is."""
    wanted: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for effect in seen(effects):
        made = fact_of(effect)
        asked, names = wanted.setdefault((effect.role, type(made).reader), (type(made).asked_by, set()))
        if asked:
            names.add(str(getattr(made, asked)))
    return [
        Read(role=role, verb=verb, params={asked: sorted(names)} if asked else {})
        for (role, verb), (asked, names) in sorted(wanted.items(), key=lambda one: one[0])
    ]


def shown(change: Change, facts: Facts) -> str:
    """What the facts show of a change, in words, where they show neither."""
    back, named = seen(change.restores), named_by(change)
    wrong = (effect for effect in seen(change.effects) if not stands(effect, back, facts, named))
    return "; ".join(_difference(effect, facts) for effect in wrong)


def _difference(effect: Effect, facts: Facts) -> str:
    made = fact_of(effect)
    label = f"{effect.zdm_type} {made.label()}"
    found = next((one for one in facts.of(effect.role, type(made)) if one.identity() == made.identity()), None)
    if found is None:
        return f"{label} is not there"
    if effect.gone:
        return f"{label} is still there"
    wanted, now = to_wire(made), to_wire(found)
    fields = [f"{name} is {now[name]}, not {wanted[name]}" for name in now if now[name] != wanted[name]]
    return f"{label}: {', '.join(fields)}"


def _key(effect: Effect) -> tuple[Any, ...]:
    return effect.role, effect.zdm_type, fact_of(effect).identity()
