"""Parses scripts with the PowerShell engine's own parser, all in one process. It runs none of them and judges nothing."""

from __future__ import annotations

import json
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.tree import Tree, build
from zdm_automate.errors import InputError, ZdmError
from zdm_automate.powershell import find, surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME_LIMIT: Final = 300
"""Seconds for all scripts together."""


def parse(paths: Sequence[Path]) -> list[Tree]:
    """The trees of these files, in their order.

    Raises:
        InputError: a file is no UTF-8 text, or there is no engine.
        ZdmError: the engine failed.
    """
    sources = [source_of(path) for path in paths]
    program = find()
    with tempfile.TemporaryDirectory(prefix="zdm-parse-") as folder, as_file(files(__package__) / "dump.ps1") as script:
        listed, out = Path(folder, "list.txt"), Path(folder, "trees.json")
        listed.write_text("".join(f"{path.resolve()}\n" for path in paths), encoding="utf-8")
        command = [str(program), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(script)]
        command += ["-List", str(listed), "-Out", str(out)]
        try:
            ran = subprocess.run(  # noqa: S603 - the engine and a script of ours
                command,
                env=surroundings({}, Path(folder)),
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
