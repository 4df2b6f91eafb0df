"""Binds a verb's arguments as PowerShell would: names, types and the validation attributes written in the script.

It reads the script's text only; what it refuses, PowerShell refuses with the same error id.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zdm_automate.scripts import Parameter, Verb

_CHECK = re.compile(r"\[(Validate\w+|Allow\w+)\(((?:'(?:[^']|'')*'|[^()'])*)\)\]")
_DECIMAL = r"[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
ALLOWANCES = frozenset({"AllowEmptyString", "AllowEmptyCollection"})
"""What a mandatory parameter takes by them and otherwise not; any other Allow attribute is not known here."""


@lru_cache(maxsize=512)
def _checks(verb: Verb) -> dict[str, tuple[tuple[str, str], ...]]:
    """Validation and Allow attributes of each parameter: name and text within the parentheses."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    start = verb.source.find("#>") + 2
    for parameter in verb.parameters:
        place = re.compile(rf"\[[\w.]+(?:\[\])?\]\s*\${re.escape(parameter.name)}\b").search(verb.source, start)
        if place is None:
            continue
        found[parameter.name] = tuple((c[1], c[2]) for c in _CHECK.finditer(verb.source, start, place.start()))
        start = place.end()
    return found


def snake(name: str) -> str:
    """A PowerShell parameter name as the twins write it: `ScopeId` -> `scope_id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def bind(verb: Verb, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The arguments by the twin's names, and whether -WhatIf was given.

    Raises:
        Refusal: what PowerShell's parameter binder answers.
        NotModelledError: a parameter type or validation that the lab does not know.
    """
    declared = {parameter.name.casefold(): parameter for parameter in verb.parameters}
    what_if = False
    bound: dict[str, Any] = {}
    for given, value in arguments.items():
        if given.casefold() == "whatif" and verb.kind == "applier":
            what_if = bool(value)
            continue
        parameter = declared.get(given.casefold())
        if parameter is None:
            raise Refusal(
                f"NamedParameterNotFound,{verb.name}",
                f"A parameter cannot be found that matches parameter name '{given}'.",
                category="InvalidArgument",
            )
        converted = _converted(verb, parameter, value)
        for kind, text in _checks(verb).get(parameter.name, ()):
            if kind not in ALLOWANCES:
                _validate(verb, parameter, kind, text, converted)
        if parameter.mandatory:
            _forbid_empty(verb, parameter, converted)
        bound[snake(parameter.name)] = converted
    missing = [p.name for p in verb.parameters if p.mandatory and snake(p.name) not in bound]
    if missing:
        raise Refusal(
            f"MissingMandatoryParameter,{verb.name}",
            f"Cannot process command because of one or more missing mandatory parameters: {' '.join(missing)}.",
            category="InvalidArgument",
        )
    return bound, what_if


def _forbid_empty(verb: Verb, parameter: Parameter, value: Any) -> None:
    """What a mandatory parameter refuses by itself; the script's own validation comes before."""
    allowed = {kind for kind, _ in _checks(verb).get(parameter.name, ())}
    if isinstance(value, list) and not value and "AllowEmptyCollection" not in allowed:
        raise _invalid(verb, parameter, "because it is an empty array", "EmptyArrayNotAllowed")
    if (value == "" or (isinstance(value, list) and "" in value)) and "AllowEmptyString" not in allowed:
        raise _invalid(verb, parameter, "because it is an empty string", "EmptyStringNotAllowed")


def _invalid(verb: Verb, parameter: Parameter, why: str, kind: str = "") -> Refusal:
    return Refusal(
        f"ParameterArgumentValidationError{kind},{verb.name}",
        f"Cannot validate argument on parameter '{parameter.name}': {why}.",
        category="InvalidData",
    )


def _untyped(verb: Verb, parameter: Parameter) -> Refusal:
    return Refusal(
        f"ParameterArgumentTransformationError,{verb.name}",
        f"Cannot process argument transformation on parameter '{parameter.name}': not a {parameter.type}.",
        category="InvalidData",
    )


def _converted(verb: Verb, parameter: Parameter, value: Any) -> Any:
    kind = parameter.type
    if kind == "string":
        # The wire makes an ArrayList of every list, and that becomes one text where an array would be refused.
        return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    if kind == "string[]":
        return [str(v) for v in value] if isinstance(value, (list, tuple)) else [] if value is None else [str(value)]
    if kind in ("int", "int32"):
        number = _number(value)
        if number is None or not -(2**31) <= number < 2**31:
            raise _untyped(verb, parameter)
        return number
    if kind in ("bool", "switch"):
        if not isinstance(value, (bool, int)):
            raise _untyped(verb, parameter)
        return bool(value)
    if kind in ("pscredential", "system.management.automation.pscredential"):
        if not isinstance(value, tuple):
            raise _untyped(verb, parameter)
        return value
    raise NotModelledError(f"the lab does not model parameters of type [{kind}] ({verb.name} -{parameter.name})")


def _number(value: Any) -> int | None:
    """A whole number as [int] makes it: nothing is 0, halves go to the even one; None for what is no number."""
    if value is None or isinstance(value, (bool, int)):
        return int(value or 0)
    text = value.strip() if isinstance(value, str) else "?"
    if found := re.fullmatch(r"(-?)0[xX]([0-9a-fA-F]{1,8})", text):
        bits = int(found[2], 16)  # of a signed number of 32 bits
        return (-1 if found[1] else 1) * (bits - 2**32 if bits >= 2**31 else bits)
    if not text or not re.fullmatch(_DECIMAL, text):
        return None if text else 0
    return round(Decimal(text.replace(",", "")))


def _validate(verb: Verb, parameter: Parameter, kind: str, text: str, value: Any) -> None:
    rule = _RULES.get(kind)
    if rule is None:
        raise NotModelledError(f"the lab does not model [{kind}] ({verb.name} -{parameter.name})")
    why = rule(text, value if isinstance(value, list) else [value])
    if why:
        raise _invalid(verb, parameter, why)


def _not_empty(_: str, values: list[Any]) -> str:
    return "" if values and not any(one in ("", None) for one in values) else "because it is null or empty"


def _in_set(text: str, values: list[Any]) -> str:
    allowed = [word.replace("''", "'") for word in _QUOTED.findall(text)]
    wrong = [one for one in values if str(one).casefold() not in map(str.casefold, allowed)]
    return f'the argument "{wrong[0]}" does not belong to the set "{",".join(allowed)}"' if wrong else ""


def _in_range(text: str, values: list[Any]) -> str:
    low, high = (int(number) for number in text.split(","))
    return "" if all(low <= one <= high for one in values) else f"{values[0]} is not between {low} and {high}"


def _like(text: str, values: list[Any]) -> str:
    pattern = _QUOTED.findall(text)[0].replace("''", "'")
    wrong = [one for one in values if re.search(pattern, str(one), re.IGNORECASE) is None]
    return f'the argument "{wrong[0]}" does not match the pattern "{pattern}"' if wrong else ""


def _of_length(text: str, values: list[Any]) -> str:
    low, high = (int(number) for number in text.split(","))
    return "" if all(low <= len(one) <= high for one in values) else f"the length is not between {low} and {high}"


def _of_count(text: str, values: list[Any]) -> str:
    low, high = (int(number) for number in text.split(","))
    return "" if low <= len(values) <= high else f"the number of values is not between {low} and {high}"


_RULES: dict[str, Callable[[str, list[Any]], str]] = {
    "ValidateNotNullOrEmpty": _not_empty,
    "ValidateSet": _in_set,
    "ValidateRange": _in_range,
    "ValidatePattern": _like,
    "ValidateLength": _of_length,
    "ValidateCount": _of_count,
}
"""What is wrong with a value by each validation attribute; empty for nothing."""
