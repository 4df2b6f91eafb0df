"""Runs `zdm` in this process and kills it, as `kill -9` does, right after so many lines were written into a journal.

Usage: python killed_command.py LINES WORDS...
"""

from __future__ import annotations

import os
import signal
import sys

from zdm_automate import journal_file
from zdm_automate.cli.__main__ import main


def kill_after(lines: int) -> None:
    """Puts a counter around the file under a journal; nought kills instead of the first line."""
    real = journal_file.DiskFile.append
    left = [lines]

    def append(self: journal_file.DiskFile, line: bytes) -> None:
        if left[0] > 0:
            real(self, line)
            left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    journal_file.DiskFile.append = append  # type: ignore[method-assign]


if __name__ == "__main__":
    kill_after(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
