"""The verbs that are tried: all of the library."""

from __future__ import annotations

from functools import cache

from zdm_automate.resources import folders
from zdm_automate.scripts import Library


@cache
def load_library() -> Library:
    """All verbs, read once."""
    return Library.load(folders("ps_scripts"))
