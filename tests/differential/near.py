"""Near misses: what is almost the name, number or address of something that is there."""

from __future__ import annotations

from collections.abc import Sequence

import hostile
from hypothesis import strategies as st
from scene import Scene


def miss(text: str) -> st.SearchStrategy[str]:
    """The text as another person would write it."""
    return st.sampled_from((text.upper(), text.lower(), f"{text}x", f" {text}", f"{text}.", text[:-1] or "x"))


def either(scene: Scene, there: Sequence[str], otherwise: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[str]:
    """One of those that are there; where the scene is not sure, at times one that is nearly there, or something else."""
    other = otherwise if otherwise is not None else hostile.texts(empty=False)
    if not there:
        return other
    known = st.sampled_from(sorted(set(there)))
    return known if scene.sure else st.one_of(known, known, known.flatmap(miss), other)


ADDRESSES = hostile.ADDRESSES | st.sampled_from(
    ("10.99.0.0", "192.168.50.0", "10.0.0", "010.001.000.001", "1.2.3.4.5", "999.1.1.1")
)
"""Addresses, and what looks like one."""
