"""The lines of a walk as values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.lab.world.tree_walk import DIFFERENCES, SORTS
from zdm_automate.native.tree_lines import LAST, Met, read_walk


def test_a_walk_is_read_by_sorts() -> None:
    """How often, how many bytes, the first places; what is not told was not met."""
    found = read_walk(["\ufefffolder\t2\t0\tD:\\a\tD:\\a\\b\r", "stream\t-1\t0", "unseen\t0\t0"])

    assert found.whole
    assert found["folder"] == Met(2, 0, ("D:\\a", "D:\\a\\b"))
    assert found["stream"].count == -1
    assert found["mail"] == Met()


def test_without_its_last_line_it_is_not_whole() -> None:
    """The lines before it count all the same."""
    found = read_walk(["folder\t2\t0"])

    assert (found.whole, found["folder"].count) == (False, 2)


def test_no_sort_is_a_last_line() -> None:
    """A walk that was cut off behind any of them is not taken for a whole one."""
    assert not LAST & {*SORTS, *DIFFERENCES}


@given(st.lists(st.text(max_size=60) | st.from_regex(r"[a-z\-]{1,9}\t-?[0-9]{0,20}\t[0-9]{0,3}(\t.{0,9}){0,3}"), max_size=20))
def test_any_text_is_read_without_an_exception(lines: list[str]) -> None:
    """What does not fit is left out."""
    assert all(isinstance(met.count, int) for met in read_walk(lines).sorts.values())
