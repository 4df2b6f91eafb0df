"""Holds a session with the lab's tenant and tells which process that is, until it is killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
from online_lab import transport

held = transport(Path(sys.argv[1]), Path(sys.argv[2]))
held.open()
print(next(one.pid for one in psutil.Process().children() if "pwsh" in one.name()), flush=True)  # noqa: T201 - to who waits
time.sleep(60)
