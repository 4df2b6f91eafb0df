"""The hand that types: each command is a process of its own, with what all of them import loaded once.

Where the system can split a process, the command starts as a copy of this one, which has never run a command itself; elsewhere
as a new interpreter. What is typed, and what the command makes of it, is the same.
"""

from __future__ import annotations

import os
import pkgutil
import runpy
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final = "zdm_automate.cli"
CTRL_C: Final = frozenset({signal.SIGINT})
LOADED: Final = (
    "zdm_automate.lab.client",
    "zdm_automate.lab.launch",
    "zdm_automate.report.html",
    "zdm_automate.report.text",
    "zdm_automate.transport.psrp",
)
"""What commands import beside their own package, once they know what is asked of them."""


@dataclass(frozen=True, slots=True)
class Typed:
    """How a command ended, and what it said where that was kept."""

    code: int
    output: str = ""


def type_command(words: tuple[str, ...], environment: Mapping[str, str], *, kept: bool) -> Typed:
    """Runs a `zdm` command to its end; `kept` keeps what it says instead of showing it."""
    if sys.platform == "win32":
        return _started(words, environment, kept=kept)
    return _split(words, environment, kept=kept)


def _started(words: tuple[str, ...], environment: Mapping[str, str], *, kept: bool) -> Typed:
    run = subprocess.run(  # noqa: S603 - our own command, arguments as a list
        [sys.executable, "-m", COMMANDS, *words],
        env=dict(environment),
        stdout=subprocess.PIPE if kept else None,
        text=True,
        check=False,
    )
    return Typed(run.returncode, run.stdout or "")


def _split(words: tuple[str, ...], environment: Mapping[str, str], *, kept: bool) -> Typed:
    _load()
    sys.stdout.flush()
    sys.stderr.flush()
    mouth, ear = (os.pipe() if kept else (-1, -1))[::-1]
    # Python runs hooks of its libraries around a fork, and what is raised in one is lost, a Ctrl-C too: it waits until then.
    signal.pthread_sigmask(signal.SIG_BLOCK, CTRL_C)
    child = os.fork()
    if not child:
        _be(words, environment, mouth)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, CTRL_C)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGINT)  # it came before there was a copy that could have heard it
        _ended(child)
        raise
    if not kept:
        return Typed(_ended(child))
    os.close(mouth)
    with os.fdopen(ear, encoding="utf-8") as heard:
        output = heard.read()
    return Typed(_ended(child), output)


def _be(words: tuple[str, ...], environment: Mapping[str, str], mouth: int) -> None:
    """The rest of the copy's life: what `python -m` does with the command, and nothing of the demo after it."""
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, CTRL_C)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[1:] = words
        if mouth >= 0:
            os.dup2(mouth, sys.stdout.fileno())
        runpy.run_module(COMMANDS, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@cache
def _load() -> None:
    package = import_module(COMMANDS)
    for found in pkgutil.iter_modules(package.__path__, f"{COMMANDS}."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    for name in LOADED:
        import_module(name)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
