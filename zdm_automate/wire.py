"""The codec between a verb and the wire: arguments out, facts or one change record in. No transport is in reach here.

An error record fails the call even where PowerShell went on after it; what does not fit the verb's schema is an error too.
"""

from __future__ import annotations

import pkgutil
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from zdm_automate import facts as schemas
from zdm_automate import native as parsers
from zdm_automate.errors import InputError, VerbError, WireError, ZdmError
from zdm_automate.facts.base import ENVELOPE, Fact, from_wire
from zdm_automate.model import ChangeRecord
from zdm_automate.native import registry
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.fault_table import verb_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.scripts import Verb
    from zdm_automate.transport.base import Reply

CHANGE = "Zdm.Change"
_CHANGE_FIELDS = frozenset({"Verb", "Target", "Changed", "Before", "After", "RebootRequired"})


def arguments(verb: Verb, params: Mapping[str, Any]) -> dict[str, Any]:
    """The argument map of a call, under the script's own parameter names.

    Times become ISO 8601 text in UTC, sequences lists of text.

    Raises:
        InputError: an unknown or missing parameter, or a value of a kind that a verb does not take.
    """
    return {name: _argument(verb, name, value) for name, value in verb.bind(params).items()}


def _argument(verb: Verb, name: str, value: Any) -> Any:
    match value:
        case bool() | int() | str() | Secret() | Credential():
            return value
        case datetime():
            if value.tzinfo is None:
                raise InputError(f"{verb.name}: {name} is a time without its zone.")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case list() | tuple() if all(isinstance(item, str) for item in value):
            return list(value)
        case _:
            raise InputError(f"{verb.name}: {name} takes text, numbers, booleans or lists of text, not {type(value).__name__}.")


@cache
def _known() -> None:
    """Makes every schema and every parser of native text known; they register themselves when they are imported."""
    for package in (schemas, parsers):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)


def facts(verb: Verb, reply: Reply, host: str) -> tuple[Fact, ...]:
    """The facts that a reader gave.

    Raises:
        RemoteError: an error record came, as the fault table maps it.
        NativeExitError: a native tool's text says that it failed.
        WireError: an object of another schema than the verb declares, or one that does not fit its schema.
    """
    _refuse_errors(verb, reply, host)
    _known()
    try:
        return tuple(_facts(verb, reply))
    except ZdmError as problem:
        problem.host = problem.host or host
        raise


def _facts(verb: Verb, reply: Reply) -> Iterator[Fact]:
    for row in _rows(verb, reply):
        kind = row.get("ZdmType")
        if kind == registry.ZDM_TYPE:
            yield from (found for found in registry.parse(registry.native_text(row)) if found.zdm_type in verb.outputs)
        elif kind in verb.outputs:
            yield from_wire(row)
        else:
            raise WireError(f"{verb.name} gave an object of type {kind!r}; it declares {', '.join(verb.outputs)}.")


def change_record(verb: Verb, reply: Reply, host: str) -> ChangeRecord:
    """The one change record that an applier gave.

    Raises:
        RemoteError: an error record came, as the fault table maps it.
        WireError: not exactly one change record, or one with other fields.
    """
    _refuse_errors(verb, reply, host)
    rows = list(_rows(verb, reply))
    if len(rows) != 1 or rows[0].get("ZdmType") != CHANGE:
        kinds = ", ".join(str(row.get("ZdmType")) for row in rows) or "nothing"
        raise WireError(f"{verb.name} must give exactly one {CHANGE}; it gave {kinds}.", host=host, error_id="ZdmSchema")
    body = {name: value for name, value in rows[0].items() if name not in ENVELOPE}
    fit = (
        set(body) == _CHANGE_FIELDS
        and isinstance(body["Changed"], bool)
        and isinstance(body["RebootRequired"], bool)
        and all(isinstance(body[name], str) for name in ("Verb", "Target"))
        and all(isinstance(body[name], dict) for name in ("Before", "After"))
    )
    if not fit:
        raise WireError(f"the {CHANGE} of {verb.name} does not fit its schema.", host=host, error_id="ZdmSchema")
    if body["Verb"] != verb.name:
        raise WireError(f"{verb.name} gave a change record of {body['Verb']}.", host=host, error_id="ZdmSchema")
    return ChangeRecord(
        verb=body["Verb"],
        target=body["Target"],
        changed=body["Changed"],
        before=body["Before"],
        after=body["After"],
        reboot_required=body["RebootRequired"],
        warnings=reply.warnings,
    )


def _refuse_errors(verb: Verb, reply: Reply, host: str) -> None:
    if reply.errors:
        own = next((record for record in reply.errors if record.error_id.startswith("Zdm")), reply.errors[0])
        raise verb_error(own, host)
    if reply.had_errors:
        raise VerbError(f"{verb.name} failed without saying why.", host=host)


def _rows(verb: Verb, reply: Reply) -> Iterator[Mapping[str, Any]]:
    for row in reply.output:
        if not isinstance(row, dict):
            raise WireError(f"{verb.name} gave a {type(row).__name__} where an object with a schema must come.")
        yield row
