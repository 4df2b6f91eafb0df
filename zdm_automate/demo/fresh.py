"""The folder of a demo that begins at its beginning: emptied before each play, where it is known to be the demo's own.

A mark that the demo itself has left tells that. Whatever has none is somebody's work, and nothing of it is touched.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

from zdm_automate.demo.hand import type_command
from zdm_automate.errors import InputError, RefusedError
from zdm_automate.lab.state import LabFolder

if TYPE_CHECKING:
    from pathlib import Path

MARK: Final = "played-here.txt"
LABS: Final = "*-lab"
"""The labs in a demo's folder."""


def fresh(folder: Path, demo: str) -> Path:
    """Makes an empty folder for a play; an earlier play's lab is ended and its files go.

    Raises:
        RefusedError: it is not empty and not this demo's, or a lab in it does not end; nothing was removed.
        InputError: the system does not let it be written or removed.
    """
    try:
        return _emptied(folder, demo)
    except OSError as problem:
        raise InputError(f"{problem.filename or folder} cannot be made anew: {problem.strerror}.") from problem


def _emptied(folder: Path, demo: str) -> Path:
    if folder.is_symlink() or (folder.exists() and not _is_free(folder, demo)):
        raise RefusedError(
            f"{folder} is there and no demo of `{demo}` has made it; nothing in it was touched.",
            hint="Move it away, or name another place: `make demo ARGS='--folder PLACE'`.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / MARK
    mark.write_text(_told(demo), encoding="utf-8")
    for lab in sorted(folder.glob(LABS)):
        _end(lab)
    for path in folder.iterdir():
        if path == mark:
            continue  # to the last: what is left by a removal that is cut off is still known as the demo's
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return folder


def _told(demo: str) -> str:
    return f"Made by the demo `{demo}`. Its next play removes what is in this folder.\n"


def _is_free(folder: Path, demo: str) -> bool:
    """Whether a play may use a place: nothing is in it, or the demo has marked it."""
    if not folder.is_dir():
        return False
    mark = folder / MARK
    if mark.is_file():
        return mark.read_text(encoding="utf-8", errors="replace") == _told(demo)
    return not any(folder.iterdir())


def _end(lab: Path) -> None:
    held = LabFolder(lab)
    if held.is_running():
        type_command(("lab", "down"), os.environ | {"ZDM_LAB_DIR": str(lab)}, kept=True)
    if held.is_running():
        raise RefusedError(f"the lab in {lab} does not end; nothing was removed.", hint="`zdm lab down` there says why.")
