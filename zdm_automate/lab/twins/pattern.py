"""What all twins share: the registry, the envelope, the verb's own errors, and the pattern of an applier, written once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from zdm_automate.lab.twins.same import same
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from zdm_automate.lab.call import Call, Row


Twin = Callable[..., "Iterable[Row]"]
"""The Python equivalent of one verb: takes the call and the script's parameters in snake case."""

T = TypeVar("T", bound=Callable[..., Any])

TWINS: dict[str, Twin] = {}


def twin(verb: str) -> Callable[[T], T]:
    """Registers the twin of a verb."""

    def register(model: T) -> T:
        TWINS[verb] = model
        return model

    return register


def stamp(moment: datetime) -> str:
    """A time as the scripts' ConvertTo-ZdmUtc writes it: seven decimals, `Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0Z"


def made(call: Call, zdm_type: str, **own: Any) -> Row:
    """One result object with the envelope, by the host's own clock; own fields are given under their wire names."""
    return {"ZdmType": zdm_type, "ComputerName": call.host.computer_name, "CollectedAtUtc": stamp(host_now(call)), **own}


def host_now(call: Call) -> datetime:
    """What the host takes for the time."""
    return call.world.now + timedelta(seconds=call.host.skew)


def stop(code: str, message: str, *, target: str = "", category: str = "InvalidOperation") -> Refusal:
    """The error record of Stop-ZdmVerb, to be raised."""
    return Refusal(f"Zdm{code}", message, category=category, target=target)


def change(
    call: Call,
    *,
    verb: str,
    target: str,
    read: Callable[[], Row],
    wanted: Mapping[str, Any],
    write: Callable[[Row], None],
    reboot_required: bool = False,
    exact: bool = False,
) -> Row:
    """Read, compare, write only on difference, read back, record: the one pattern of every applier.

    `read` gives what is there as a flat row, `wanted` the fields that must have a value afterwards, `write` is called with
    the row read before. With -WhatIf nothing is written and the record says unchanged. Text is compared as `-eq` does it,
    by the letter where `exact` is set.

    Raises:
        Refusal: ZdmVerifyFailed where the read-back differs from what was wanted.
    """
    before = read()
    after = before
    alike = operator.eq if exact else same
    changed = not all(alike(before.get(name), value) for name, value in wanted.items()) and not call.what_if
    if changed:
        write(before)
        after = read()
        wrong = {name: after.get(name) for name, value in wanted.items() if not alike(after.get(name), value)}
        if wrong:
            raise stop("VerifyFailed", f"{target} shows {wrong} after the change; {dict(wanted)} was wanted.", target=target)
    return made(
        call,
        "Zdm.Change",
        Verb=verb,
        Target=target,
        Changed=changed,
        Before=before,
        After=after,
        RebootRequired=reboot_required and changed,
    )
