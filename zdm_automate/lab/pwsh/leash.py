"""Becomes a program that the kernel ends when its parent does, however that ends (Linux, PR_SET_PDEATHSIG).

Run by its path with nothing of ours on the path: `python -I -S leash.py PARENT PROGRAM ARGUMENTS`. It asks for the signal
and then is replaced by the program, so the process that was started is the program's.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Puts on the leash and becomes the program; ends at once where the parent has gone already."""
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        sys.exit("leash: the system does not take PR_SET_PDEATHSIG")
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606 - the program is the caller's choice, without a shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
