"""Where scripts, playbooks and labs are: the technician's own folders first, then what the product ships.

It only finds folders; it never reads, copies or makes one.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from zdm_automate.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["ps_scripts", "playbooks", "labs"]
"""What is shipped beside the code."""


def shipped(kind: Kind) -> Path:
    """The folder that the product brings: package data of a wheel, or the folder beside the package in a source tree.

    Raises:
        UnknownNameError: no such kind, or an installation without its data.
    """
    if kind not in get_args(Kind):
        raise UnknownNameError(f"nothing called {kind!r} is shipped.", hint=f"There are: {', '.join(get_args(Kind))}.")
    package = Path(str(files("zdm_automate")))
    for folder in (package / "data" / kind, package.parent / kind):
        if folder.is_dir():
            return folder
    raise UnknownNameError(f"the installation has no folder {kind}.", hint="Install the package again.")


def folders(kind: Kind, own: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Where to look, in order: `<own>/<kind>` of each own folder that has one, then the shipped folder.

    Raises:
        UnknownNameError: as for `shipped`.
    """
    return (*(folder / kind for folder in own if (folder / kind).is_dir()), shipped(kind))
