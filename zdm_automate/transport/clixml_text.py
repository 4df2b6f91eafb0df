"""CLIXML text as plain values: what `[PSSerializer]::Serialize` and `Export-Clixml` write. Knows the format, no wire.

Deserialised objects keep their properties only, as over PowerShell remoting: dict, list, text, int, float, bool, None.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any, Final

from zdm_automate.errors import WireError
from zdm_automate.transport.clixml import refuse_boundless

NAMESPACE: Final = "{http://schemas.microsoft.com/powershell/2004/04}"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TEXT: Final = frozenset({"S", "URI", "G", "C", "XD", "SBK", "Version", "DT", "TS", "SS"})
_WHOLE: Final = frozenset({"I32", "I64", "I16", "U32", "U64", "U16", "By", "SB"})
_REAL: Final = frozenset({"Db", "Sg", "D"})
_LISTS: Final = frozenset({"LST", "IE", "QUE", "STK"})


def read_clixml(text: str) -> list[Any]:
    """The objects of a document.

    Raises:
        WireError: no CLIXML, a document type in it, a value that is none of its type, or an object without measure.
    """
    body = text.strip().removeprefix("#< CLIXML").strip()
    if "<!" in body:
        raise WireError("a document type in CLIXML is not taken.", error_id="ZdmClixml")
    try:
        root = ET.fromstring(body)  # noqa: S314 - see above
    except ET.ParseError as problem:
        raise WireError(f"no CLIXML: {problem}.", error_id="ZdmClixml") from problem
    known: dict[str, Any] = {}
    types: dict[str, list[str]] = {}
    try:
        values = [_value(node, known, types) for node in root]
    except RecursionError as problem:
        raise WireError("CLIXML is nested more deeply than anything that is sent.", error_id="ZdmClixml") from problem
    except ValueError as problem:
        raise WireError("CLIXML holds a number that is none.", error_id="ZdmClixml") from problem
    refuse_boundless(values)
    return values


def unescaped(text: str) -> str:
    """Text with `_x000A_` and the like made characters; pairs of surrogates become one character."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _value(node: ET.Element, known: dict[str, Any], types: dict[str, list[str]]) -> Any:  # noqa: PLR0911 - one per kind
    kind = node.tag.removeprefix(NAMESPACE)
    text = node.text or ""
    if kind in _TEXT:
        return unescaped(text)
    if kind in _WHOLE:
        return int(text)
    if kind in _REAL:
        return float(text)
    if kind == "B":
        return text == "true"
    if kind == "Nil":
        return None
    if kind == "Ref":
        return known.get(node.get("RefId", ""))
    if kind == "Obj":
        made = _object(node, known, types)
        known[node.get("RefId", "")] = made
        return made
    raise WireError(f"CLIXML's element {kind} has no plain form.", error_id="ZdmClixml")


def _object(node: ET.Element, known: dict[str, Any], types: dict[str, list[str]]) -> Any:
    body: dict[str, Any] = {}
    names: list[str] = []
    inner: list[Any] = []
    shown: str | None = None
    adapted = False
    for child in node:
        kind = child.tag.removeprefix(NAMESPACE)
        if kind == "TN":
            names = types[child.get("RefId", "")] = [unescaped(name.text or "") for name in child]
        elif kind == "TNRef":
            names = types.get(child.get("RefId", ""), [])
        elif kind == "ToString":
            shown = unescaped(child.text or "")
        elif kind in {"MS", "Props"}:
            adapted = adapted or kind == "Props"
            body |= {unescaped(item.get("N", "")): _value(item, known, types) for item in child}
        elif kind in _LISTS:
            inner.append([_value(item, known, types) for item in child])
        elif kind == "DCT":
            inner.append(_dictionary(child, known, types))
        else:
            inner.append(_value(child, known, types))
    if "System.Enum" in names:
        return shown
    if inner and not adapted:
        # a primitive or a collection that may carry note properties
        return inner[0]
    return shown if not body and shown is not None else body


def _dictionary(node: ET.Element, known: dict[str, Any], types: dict[str, list[str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for entry in node:
        parts = {item.get("N", ""): _value(item, known, types) for item in entry}
        made[str(parts.get("Key"))] = parts.get("Value")
    return made
