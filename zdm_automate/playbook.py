"""A playbook: one piece of a migration as items that decide, the readers they need, and the checks afterwards.

A playbook module builds one `Playbook` value and fills it by decorators; it never reads, prints or calls anything.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, TypeAdapter, ValidationError

from zdm_automate.errors import ProjectError, UnknownNameError
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.model import Check, CheckState, Preview, Risk
from zdm_automate.planner import plan_items
from zdm_automate.steps import Decide, ItemSpec, Judge, Read
from zdm_automate.yaml_source import YamlSource

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.facts.store import Facts
    from zdm_automate.model import PlannedItem

OPEN = frozenset({Preview.CHANGE, Preview.WAIT, Preview.UNKNOWN})
"""What keeps an item from being judged."""

PACKAGE = "zdm_playbooks"
"""The package under which playbooks are imported; its path is the list of folders."""

Reads = Callable[[Any, Mapping[str, str]], Iterator[Read]]
"""The readers a playbook needs, given its intent and the host of each role."""


T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def intent(cls: type[T]) -> type[T]:
    """Class decorator for what a project file says about a playbook: a frozen dataclass that knows no other keys."""
    made = dataclass(frozen=True, kw_only=True)(cls)
    made.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    return made


@dataclass(slots=True)
class Playbook:
    """One piece of a migration.

    Attributes:
        name: its module's name.
        title: what it is for, in a few words.
        roles: the roles it works with and what each is; those not marked optional must be in the project.
        optional: roles that a project may leave out.
        exchange: roles whose host is asked at the endpoint of its Exchange.
        intent: the dataclass of what the project file may say under `intent: <name>:`.
    """

    name: str
    title: str
    roles: Mapping[str, str]
    intent: type[Any]
    optional: frozenset[str] = frozenset()
    exchange: frozenset[str] = frozenset()
    items: list[ItemSpec] = field(default_factory=list)
    _reads: Reads | None = None
    _seats: Reads | None = None
    _secrets: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    _form: TypeAdapter[Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Reads the intent's types now, while the module that names them is the loaded one."""
        self._form = TypeAdapter(self.intent)

    def reads(self, function: Reads) -> Reads:
        """Decorator: the readers that deciding needs."""
        self._reads = function
        return function

    def looks(self, function: Reads) -> Reads:
        """Decorator: the readers that only the checks need, such as the view from a client's seat."""
        self._seats = function
        return function

    def secrets(self, function: Callable[[Any], Iterable[tuple[str, str]]]) -> Callable[[Any], Iterable[tuple[str, str]]]:
        """Decorator: credentials of the project that are no host's, by the name under which changes hand them over."""
        self._secrets = function
        return function

    def secrets_of(self, intent: Any) -> dict[str, str]:
        """Those credentials for an intent: what changes call them, and their name in the project."""
        return dict(self._secrets(intent)) if self._secrets else {}

    def item(
        self,
        id: str,  # noqa: A002 - the checklist's word
        title: str,
        *,
        risk: Risk = Risk.LOW,
        gate: str = "",
        after: Iterable[str] = (),
        also: Iterable[str] = (),
        applies: Callable[[Any], bool] = lambda _intent: True,
    ) -> Callable[[Decide], Decide]:
        """Decorator: an item that decides. `after` names items it must not overtake, `also` the same row elsewhere.

        `applies` says by the intent whether the item is part of the work at all; it is neither planned nor judged otherwise.
        """

        def register(function: Decide) -> Decide:
            spec = ItemSpec(
                id=id,
                title=title,
                decide=function,
                risk=risk,
                gate=gate,
                after=tuple(after),
                also=tuple(also),
                applies=applies,
            )
            self._put(spec)
            return function

        return register

    def check(
        self,
        id: str,  # noqa: A002
        title: str = "",
        *,
        risk: Risk = Risk.LOW,
        after: Iterable[str] = (),
        also: Iterable[str] = (),
    ) -> Callable[[Judge], Judge]:
        """Decorator: judges an item by fresh facts; an item that only verifies gives its title here."""

        def register(function: Judge) -> Judge:
            known = next((spec for spec in self.items if spec.id == id), None)
            spec = known or ItemSpec(id=id, title=title, risk=risk, after=tuple(after), also=tuple(also))
            self._put(replace(spec, judge=function))
            return function

        return register

    def _put(self, spec: ItemSpec) -> None:
        for number, known in enumerate(self.items):
            if known.id == spec.id:
                if known.decide is not None and spec.decide is not known.decide:
                    raise ValueError(f"playbook {self.name}: item {spec.id} stands there twice")
                self.items[number] = replace(spec, judge=spec.judge or known.judge)
                return
        self.items.append(spec)

    def readers(self, intent: Any, hosts: Mapping[str, str], *, seats: bool = False) -> tuple[Read, ...]:
        """The readers to call, each once; with `seats` also those that only the checks need."""
        wanted = list(self._reads(intent, hosts)) if self._reads else []
        if seats and self._seats:
            wanted += list(self._seats(intent, hosts))
        known: dict[tuple[str, str, str], Read] = {}
        for read in wanted:
            if read.role in hosts:
                known.setdefault((read.role, read.verb, repr(sorted(read.params.items()))), read)
        return tuple(known.values())

    def judge(self, facts: Facts, intent: Any) -> tuple[Check, ...]:
        """All checks of all items on these facts; an item that still has something to do is not judged but said to be open."""
        planned = {item.id: item for item in plan_items(self.items, facts, intent)}
        open_items = {item.id: _why_open(item) for item in planned.values() if item.preview in OPEN}
        found: list[Check] = []
        for spec in self.items:
            if spec.judge is None or not spec.applies(intent):
                continue
            why = next((open_items[name] for name in (spec.id, *spec.after) if name in open_items), "")
            if why:
                found.append(Check(item=spec.id, name=spec.title, state=CheckState.NOT_YET, hint=why))
                continue
            try:
                judged = [replace(one, item=spec.id) for one in spec.judge(facts, intent)]
                found += judged or [Check(item=spec.id, name=spec.title, state=CheckState.OK, value="nothing to check here")]
            except FactsMissingError as gap:
                found.append(Check(item=spec.id, name=spec.title, state=CheckState.UNKNOWN, hint=str(gap)))
        return tuple(found)

    def intent_of(self, section: Mapping[str, Any] | None, source: YamlSource | None = None) -> Any:
        """The validated intent of a project; `source` is the file that the section stands in.

        Raises:
            ProjectError: a key is unknown, missing, or its value does not fit; the message names it and its place.
        """
        try:
            return self._form.validate_python(dict(section or {}))
        except ValidationError as problem:
            within = ("intent", self.name)
            schema = self._form.json_schema()
            raise (source or YamlSource("the project file", None, None)).invalid(problem, within, schema) from problem


def _why_open(item: PlannedItem) -> str:
    row = next(row for row in item.rows if row.preview in OPEN)
    return f"{item.id} is open: {row.reason or row.text}"


def load_playbook(name: str, folders: Iterable[Path]) -> Playbook:
    """Finds `<name>.py` in the folders, first one wins, and gives the `playbook` it builds.

    Raises:
        UnknownNameError: no folder has it; the message lists those there are.
        ProjectError: the module has no `playbook`.
    """
    folders = tuple(folders)
    if name.isidentifier() and not name.startswith("_") and any((folder / f"{name}.py").is_file() for folder in folders):
        module = _import(name, folders)
        made = getattr(module, "playbook", None)
        if not isinstance(made, Playbook):
            raise ProjectError(f"{module.__file__} defines no `playbook = Playbook(...)`")
        return made
    known = ", ".join(playbook_names(folders)) or "none"
    raise UnknownNameError(f"there is no playbook {name!r}.", hint=f"Known playbooks: {known}.")


def _import(name: str, folders: tuple[Path, ...]) -> ModuleType:
    """Imports the module from a package made of the folders, so that playbooks may share modules of their own."""
    for known in [key for key in sys.modules if key.partition(".")[0] == PACKAGE]:
        del sys.modules[known]
    package = ModuleType(PACKAGE)
    package.__path__ = [str(folder) for folder in folders]
    sys.modules[PACKAGE] = package
    return importlib.import_module(f"{PACKAGE}.{name}")


def playbook_sha256(name: str, folders: Iterable[Path]) -> str:
    """SHA-256 over a playbook's text and that of the modules beside it that it leans on; empty where no folder has it."""
    folders = tuple(folders)
    texts: dict[str, bytes] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        path = next((folder / f"{module}.py" for folder in folders if (folder / f"{module}.py").is_file()), None)
        if module in texts or path is None:
            continue
        texts[module] = path.read_bytes()
        tree = ast.parse(texts[module], filename=str(path))
        waiting += [one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) and one.level == 1 and one.module]
    if name not in texts:
        return ""
    return hashlib.sha256(b"".join(one.encode() + b"\0" + texts[one] + b"\0" for one in sorted(texts))).hexdigest()


def playbook_names(folders: Iterable[Path]) -> tuple[str, ...]:
    """The playbooks in these folders, sorted."""
    found = {path.stem for folder in folders for path in folder.glob("*.py") if not path.stem.startswith("_")}
    return tuple(sorted(found))
