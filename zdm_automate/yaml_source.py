"""Reads YAML so that every error has a file, line and column. It knows no schema and decides nothing about the content."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from zdm_automate.errors import ProjectError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import ValidationError


Loc = tuple[str | int, ...]
"""A place in a YAML value: keys and positions from the top."""

_WORDS = {
    "extra_forbidden": "this key is not known here",
    "missing": "this key is missing",
    "missing_argument": "this key is missing",
    "unexpected_keyword_argument": "this key is not known here",
}
"""Plain words for the commonest of pydantic's errors."""
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


MOST_BYTES: Final = 4 * 1024 * 1024
MOST_NODES: Final = 200_000
_DEEP: Final = re.compile(r"(?:[\[{][ \t]*|-[ \t]+){100}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader; kept apart so that nothing registers on the shared one. Libyaml's is ten times as fast."""


@dataclass(frozen=True, slots=True)
class YamlSource:
    """A YAML text with its value and the places of its parts.

    Attributes:
        name: the file's name for messages.
        value: the plain value.
    """

    name: str
    value: Any
    _root: yaml.Node | None

    def place(self, loc: Sequence[str | int]) -> str:
        """`file:line:column` of the innermost part of `loc` that is there; the column counts from 1."""
        node = self._root
        mark = node.start_mark if node is not None else None
        for part in loc:
            key, node = _step(node, part)
            here = key or node
            if here is None:
                break
            mark = here.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return f"{self.name}:{line}:{column}"

    def error(self, loc: Sequence[str | int], message: str, hint: str = "") -> ProjectError:
        """The error to raise for a part."""
        return ProjectError(f"{self.place(loc)}: {message}", hint=hint)

    def invalid(
        self, problem: ValidationError, within: Sequence[str | int] = (), schema: Mapping[str, Any] | None = None
    ) -> ProjectError:
        """The error to raise for a pydantic error about the part `within`; names the first place that does not fit.

        `schema` is the JSON schema of that part: a key that it does not know is told with those that look like it.
        """
        found = problem.errors(include_url=False, include_input=False)
        first = next((one for one in found if one["type"] in _UNKNOWN), found[0])  # a misspelt key is why another is missing
        loc = (*within, *first["loc"])
        where = ".".join(str(part) for part in loc) or "the whole file"
        more = problem.error_count() - 1
        others = f" ({more} more)" if more else ""
        said = _WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
        unknown = first["type"] in _UNKNOWN
        keys = _keys_at(schema or {}, first["loc"][:-1]) if unknown else []
        near = [repr(key) for key in difflib.get_close_matches(str(loc[-1]), keys, n=2)] if unknown else []
        others_are = f"Keys here: {', '.join(keys)}." if keys else ""
        return self.error(loc, f"{where}: {said}{others}", hint=f"Did you mean {' or '.join(near)}?" if near else others_are)


def _keys_at(schema: Mapping[str, Any], loc: Sequence[str | int]) -> list[str]:
    """The keys that a JSON schema knows at a place."""
    defined = schema.get("$defs", {})

    def plain(node: Mapping[str, Any]) -> Mapping[str, Any]:
        node = next((one for one in node.get("anyOf", ()) if "$ref" in one), node)
        while "$ref" in node:
            node = defined.get(str(node["$ref"]).rsplit("/", 1)[-1], {})
        return node

    node = plain(schema)
    for part in loc:
        named = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties", {}))
        below = node.get("items", {}) if isinstance(part, int) else named
        node = plain(node.get("properties", {}).get(part) or (below if isinstance(below, dict) else {}))
    return list(node.get("properties", {}))


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(part)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None, None


def _refuse_double_keys(node: yaml.Node, name: str, left: list[int]) -> None:
    """Also counts what the text comes to: a few lines that name each other by anchors can come to more than a machine holds."""
    left[0] -= 1
    if left[0] < 0:
        raise ProjectError(
            f"{name} comes to more than {MOST_NODES:,} values.", hint="Look for anchors (&, *) that repeat each other."
        )
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            mark = key.start_mark
            if str(key.value) in seen:
                raise ProjectError(f"{name}:{mark.line + 1}:{mark.column + 1}: the key {key.value!r} is there twice")
            seen.add(str(key.value))
            _refuse_double_keys(value, name, left)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_double_keys(value, name, left)


def parse_yaml(text: str, name: str) -> YamlSource:
    """The value of a YAML text.

    Raises:
        ProjectError: not YAML, or a key is there twice; with line and column.
    """
    if _DEEP.search(text):  # the parser itself would take long to find out
        raise _too_deep(name)
    try:
        loader = _Loader(text)
    except yaml.YAMLError as problem:
        raise ProjectError(f"{name}: not YAML: {_sentence(problem)}") from problem
    try:
        root = loader.get_single_node()
        if root is None:
            return YamlSource(name, None, None)
        _refuse_double_keys(root, name, [MOST_NODES])
        return YamlSource(name, loader.construct_document(root), root)
    except ZdmError:
        raise
    except yaml.MarkedYAMLError as problem:
        if "nesting depth" in str(problem.problem):
            raise _too_deep(name) from None
        mark = problem.problem_mark or problem.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ProjectError(f"{name}{where}: {problem.problem or 'not YAML'}") from problem
    except (yaml.YAMLError, ValueError) as problem:
        raise ProjectError(f"{name}: not YAML: {_sentence(problem)}") from problem
    except RecursionError:
        raise _too_deep(name) from None
    finally:
        loader.dispose()


def _too_deep(name: str) -> ProjectError:
    return ProjectError(f"{name} is nested more deeply than anything that a person writes.")


def _sentence(problem: Exception) -> str:
    """What the parser says, on one line and no longer than one is read."""
    return " ".join(str(problem).split())[:200]


def read_yaml(path: Path) -> YamlSource:
    """The value of a YAML file.

    Raises:
        ProjectError: not readable, not UTF-8, not YAML, or a key is there twice.
    """
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise ProjectError(f"{path} has {size:,} bytes; a file that people write has at most {MOST_BYTES:,}.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ProjectError(f"{path} cannot be read: {problem}") from problem
    return parse_yaml(text, str(path))
