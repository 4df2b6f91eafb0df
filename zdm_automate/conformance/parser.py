"""Parses scripts with the PowerShell engine's own parser, all in one process. It runs none of them and judges nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.tree import Tree, build
from zdm_automate.errors import InputError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Sequence

INHERITED: Final = ("PATH", "PATHEXT", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "DOTNET_ROOT")
"""What the engine needs of this computer; nothing else is handed on, so no secret of the environment is."""

TIME_LIMIT: Final = 300
"""Seconds for all scripts together."""


def engine() -> str:
    """The PowerShell 7 engine: `ZDM_PWSH`, or `pwsh` on the PATH.

    Raises:
        InputError: there is none.
    """
    named = os.environ.get("ZDM_PWSH", "pwsh")
    found = shutil.which(named)
    if found is None:
        raise InputError(
            f"Scripts are parsed by PowerShell 7, and there is no {named} here.",
            hint="Install it, or name its path in ZDM_PWSH.",
        )
    return found


def parse(paths: Sequence[Path]) -> list[Tree]:
    """The trees of these files, in their order.

    Raises:
        InputError: a file is no UTF-8 text, or there is no engine.
        ZdmError: the engine failed.
    """
    sources = [source_of(path) for path in paths]
    program = engine()
    with tempfile.TemporaryDirectory(prefix="zdm-parse-") as folder, as_file(files(__package__) / "dump.ps1") as script:
        listed, out = Path(folder, "list.txt"), Path(folder, "trees.json")
        listed.write_text("".join(f"{path.resolve()}\n" for path in paths), encoding="utf-8")
        command = [program, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(script)]
        command += ["-List", str(listed), "-Out", str(out)]
        try:
            ran = subprocess.run(  # noqa: S603 - the engine and a script of ours
                command,
                env=_surroundings(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIME_LIMIT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise ZdmError(f"{program} did not parse the scripts: {problem}.") from problem
        if ran.returncode != 0 or not out.is_file():
            said = (ran.stderr or ran.stdout).decode("utf-8", "replace").strip().splitlines()
            raise ZdmError(f"{program} did not parse the scripts: {said[0] if said else f'exit code {ran.returncode}'}.")
        dumped = json.loads(out.read_text(encoding="utf-8"))
    return [build(str(path), source, one) for path, source, one in zip(paths, sources, dumped, strict=True)]


def _surroundings(home: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    quiet = {"NO_COLOR": "1", "POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off"}
    return kept | quiet | {"HOME": home, "USERPROFILE": home}


def source_of(path: Path) -> str:
    """The text of a script.

    Raises:
        InputError: it cannot be read, or is no UTF-8 text.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InputError(f"{path} is no UTF-8 text (byte {problem.start}).") from problem
    except OSError as problem:
        raise InputError(f"{path} cannot be read: {problem.strerror}.") from problem
