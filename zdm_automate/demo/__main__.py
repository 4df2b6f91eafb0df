"""`python -m zdm_automate.demo`: plays one of the demos, from an office that does not run yet to its closing line."""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from zdm_automate.demo.fresh import fresh
from zdm_automate.demo.stage import DemoFailedError, Stage
from zdm_automate.errors import ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEMOS = {"cutover": "smallbiz", "shares": "files", "profiles": "desks", "mail": "mail", "rehearsal": "client"}
"""Each demo with the office that it plays in unless another is named. `demo/<name>.py` has `play(stage)`."""

GOES_ON = frozenset({"cutover"})
"""Demos that go on where the last play has ended, and show then that nothing is left to change; the others begin anew."""

STOPPED = 130
"""Exit code after Ctrl-C, as shells give it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Plays a demo; gives the exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description="Plays a migration in a lab office on this computer.")
    parser.add_argument("office", nargs="?", default="", help="the office to play in; each demo has one of its own")
    parser.add_argument("--demo", choices=DEMOS, default="cutover", help="which part of a migration")
    parser.add_argument("--folder", type=Path, default=Path(".demo"), help="where lab and project are kept")
    parser.add_argument("--engine", default="", help="what runs the lab's scripts: sim or pwsh")
    chosen = parser.parse_args(argv)
    folder = chosen.folder.resolve()
    try:
        folder = folder if chosen.demo in GOES_ON else fresh(folder / chosen.demo, chosen.demo)
    except ZdmError as problem:
        print(f"The demo cannot be played: {problem}", file=sys.stderr)  # noqa: T201
        return problem.exit_code
    stage = Stage(chosen.office or DEMOS[chosen.demo], folder, engine=chosen.engine)
    play: Callable[[Stage], None] = import_module(f"zdm_automate.demo.{chosen.demo}").play
    begun = time.monotonic()
    try:
        play(stage)
    except DemoFailedError as problem:
        print(f"\nThe demo failed: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was stopped by hand; its lab goes down. The next play begins where a demo begins.", file=sys.stderr)  # noqa: T201
        return STOPPED
    finally:
        stage.down()
    print(f"{time.monotonic() - begun:.0f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
