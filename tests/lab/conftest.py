"""What the lab's tests share: the verbs, the offices' worlds, and one way to call a verb on a world."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.perform import Outcome, perform
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

Do = Callable[..., Outcome]


@cache
def _library() -> Library:
    return Library.load(folders("ps_scripts"))


@cache
def _world(name: str) -> World:
    return load_office(find_office(name))


@pytest.fixture
def library() -> Library:
    """All verbs."""
    return _library()


@pytest.fixture
def office() -> Callable[[str], World]:
    """The first world of an office by name."""
    return _world


@pytest.fixture
def do() -> Do:
    """Calls a verb: `do(world, "HOST", "Verb-ZdmNoun", Name="x")`; the prelude is the verb `prelude`."""

    def call(world: World, host: str, verb: str, /, **arguments: Any) -> Outcome:
        return perform(world, host, "prelude" if verb == "prelude" else _library()[verb], arguments)

    return call
