"""Where this computer's PowerShell is, and what a process of it may see of this computer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import InputError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "ZDM_PWSH"
FLOOR: Final = (7, 4)
SECONDS: Final = 30.0
INHERITED: Final = ("PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PATHEXT", "DOTNET_ROOT")
"""What a process needs of this computer; nothing else is handed on, so no secret of the environment is."""

_HINT: Final = (
    f"Install PowerShell {FLOOR[0]}.{FLOOR[1]} or later (https://aka.ms/powershell) so that `pwsh` is on the PATH, "
    f"or name it in {VARIABLE}."
)


def find() -> Path:
    """The executable: what `ZDM_PWSH` names, else `pwsh` on the PATH.

    Raises:
        InputError: there is none; the hint says how to get one.
    """
    named = os.environ.get(VARIABLE, "")
    found = shutil.which(named or "pwsh")
    if found is None:
        where = f"{VARIABLE} names {named!r}, which is no program" if named else "there is no `pwsh` on the PATH"
        raise InputError(f"this needs PowerShell, and {where}.", hint=_HINT)
    return Path(found).resolve()


def check(executable: Path) -> tuple[int, ...]:
    """The version of an executable, which has to run and to be new enough for a session configuration file.

    Raises:
        ZdmError: it does not run, or is older.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - the program that the user named, arguments as a list
            [executable, "-NoLogo", "-NoProfile", "-Version"],
            env=surroundings({}, Path.cwd()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ZdmError(f"{executable} does not run: {problem}.", hint=_HINT) from problem
    said = (ran.stdout + ran.stderr).decode(errors="replace").strip()
    found = re.search(r"\bPowerShell (\d+(?:\.\d+)+)", said)
    if ran.returncode or found is None:
        raise ZdmError(f"{executable} does not say its version: {said[:200] or f'exit code {ran.returncode}'}.", hint=_HINT)
    version = tuple(int(part) for part in found[1].split("."))
    if version < FLOOR:
        raise ZdmError(f"{executable} is PowerShell {found[1]}, which is too old.", hint=_HINT)
    return version


def surroundings(more: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of a process, made from nothing: the same culture and time zone everywhere, no profile, no news.

    It opens no socket to be debugged by, which a process ended from outside would leave behind (from PowerShell 7.6 on).
    """
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    own = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LANG": "en_US.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "POWERSHELL_TELEMETRY_OPTOUT": "1",
        "POWERSHELL_UPDATECHECK": "Off",
        "POWERSHELL_DIAGNOSTICS_OPTOUT": "1",
        "DOTNET_EnableDiagnostics": "0",
    }
    return kept | own | dict(more)
