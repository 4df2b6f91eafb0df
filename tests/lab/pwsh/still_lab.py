"""The lab's own process with a world that only counts: `python still_lab.py FOLDER OFFICE --engine pwsh`."""

from __future__ import annotations

import sys

from pwsh_site import StillWorld

from zdm_automate.lab.process import main

if __name__ == "__main__":
    sys.exit(main(make_bridge=lambda _keeper, folder: StillWorld(folder / "still")))
