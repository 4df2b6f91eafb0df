"""Reads YAML so that every error has a file, line and column. It knows no schema and decides nothing about the content."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from zdm_automate.errors import ProjectError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
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


class _Loader(yaml.SafeLoader):
    """The safe loader; kept apart so that nothing registers on the shared one."""


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
        self, problem: ValidationError, within: Sequence[str | int] = (), known: Callable[[Loc], Iterable[str]] | None = None
    ) -> ProjectError:
        """The error to raise for a pydantic error about the part `within`; names the first place that does not fit.

        `known` gives the keys of a part, for the suggestion what an unknown one was meant to be.
        """
        first = problem.errors(include_url=False, include_input=False)[0]
        loc = (*within, *first["loc"])
        where = ".".join(str(part) for part in loc) or "the whole file"
        more = problem.error_count() - 1
        others = f" ({more} more)" if more else ""
        said = _WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
        hint = _meant(first["loc"], known) if first["type"] == "extra_forbidden" and known is not None else ""
        return self.error(loc, f"{where}: {said}{others}", hint)


def _meant(loc: Loc, known: Callable[[Loc], Iterable[str]]) -> str:
    """What the unknown key at the end of `loc` was probably meant to be."""
    keys = tuple(known(loc[:-1]))
    close = get_close_matches(str(loc[-1]), keys, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Keys here: {', '.join(keys)}."


def known_keys(model: type[BaseModel]) -> Callable[[Loc], Iterable[str]]:
    """Gives the keys of a model's part, by the part's place; keys of a mapping's own choosing are passed over."""

    def keys(loc: Loc) -> Iterable[str]:
        here: Any = model
        for part in loc:
            here = here.model_fields[str(part)].annotation if _is_model(here) else get_args(here)[-1]
            here = next((one for one in get_args(here) if _is_model(one)), here) if get_origin(here) is UnionType else here
        return here.model_fields if _is_model(here) else ()

    return keys


def _is_model(here: Any) -> bool:
    return isinstance(here, type) and issubclass(here, BaseModel)


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(part)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None, None


def _refuse_double_keys(node: yaml.Node, name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            mark = key.start_mark
            if str(key.value) in seen:
                raise ProjectError(f"{name}:{mark.line + 1}:{mark.column + 1}: the key {key.value!r} is there twice")
            seen.add(str(key.value))
            _refuse_double_keys(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_double_keys(value, name)


def parse_yaml(text: str, name: str) -> YamlSource:
    """The value of a YAML text.

    Raises:
        ProjectError: not YAML, or a key is there twice; with line and column.
    """
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return YamlSource(name, None, None)
        _refuse_double_keys(root, name)
        return YamlSource(name, loader.construct_document(root), root)
    except ZdmError:
        raise
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ProjectError(f"{name}{where}: {problem.problem or 'not YAML'}") from problem
    except (yaml.YAMLError, ValueError) as problem:
        raise ProjectError(f"{name}: not YAML: {problem}") from problem
    finally:
        loader.dispose()


def read_yaml(path: Path) -> YamlSource:
    """The value of a YAML file.

    Raises:
        ProjectError: not readable, not UTF-8, not YAML, or a key is there twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ProjectError(f"{path} cannot be read: {problem}") from problem
    return parse_yaml(text, str(path))
