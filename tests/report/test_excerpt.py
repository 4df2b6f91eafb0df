"""What of a large run stands in its report in full: what went wrong is never what is left out."""

from __future__ import annotations

from run_lines import begin, finished, item, line, planned, started

from zdm_automate.report.excerpt import ITEMS, LEAST, LINES, excerpts
from zdm_automate.report.html import render
from zdm_automate.report.item_story import ItemStory
from zdm_automate.report.story import Seal, tell


def stories(number: int, *, failed: frozenset[int] = frozenset()) -> tuple[ItemStory, ...]:
    names = [f"N-{one}" for one in range(number)]
    lines = [begin(*(item(name, planned("would change", "x")) for name in names))]
    for one, name in enumerate(names):
        lines += [started(f"{name}/1", 1), finished(f"{name}/1", 2, "failed" if one in failed else "ok")]
    return tell(lines).items


def test_a_small_run_stands_in_full() -> None:
    """Every item with every line."""
    items = stories(ITEMS)

    assert [part.item for part in excerpts(items)] == list(items)
    assert {part.more for part in excerpts(items)} == {0}


def test_what_went_wrong_comes_before_the_limit() -> None:
    """Then the first of the others; the order of the run stays."""
    bad = frozenset({ITEMS + 7, ITEMS + 40})
    names = [part.item.id for part in excerpts(stories(ITEMS + 100, failed=bad))]

    assert len(names) == ITEMS
    assert names[:2] == ["N-0", "N-1"]
    assert names[-2:] == [f"N-{ITEMS + 7}", f"N-{ITEMS + 40}"]


def test_an_item_with_too_many_lines_shows_the_bad_ones() -> None:
    """And says how many more it has; the items after it have a few lines all the same."""
    many = LINES + 500
    lines = [begin(item("A"), item("B"))]
    for one in range(many):
        lines += [started(f"A/{one}", 1), finished(f"A/{one}", 2, "failed" if one == many - 1 else "ok")]
    lines += [line("check", 3, item="B", name=f"c{one}", state="failed" if one == 9 else "ok") for one in range(10)]
    first, second = excerpts(tell(lines).items)

    assert (len(first.rows), first.more) == (LINES, 500)
    assert first.rows[-1][1] is not None
    assert first.rows[-1][1].result == "failed"
    assert [check.name for check in second.checks] == ["c0", "c1", "c9"]
    assert (len(second.checks), second.more) == (LEAST, 7)


def test_the_report_of_a_large_run_has_every_item_and_few_in_full() -> None:
    """The table is data for the script; the details say how many they are."""
    lines = [begin(*(item(f"N-{one}", planned("would change", "x")) for one in range(ITEMS + 50)))]
    lines += [finished(f"N-{ITEMS + 49}/1", 2, "failed")]
    text = render(tell(lines), Seal(lines=2, head="ab" * 32))

    assert text.count('<section class="item"') == ITEMS
    assert f'id="N-{ITEMS + 49}"' in text
    assert f"<b>{ITEMS} of {ITEMS + 50} items in full</b>" in text
    assert f'["N-{ITEMS + 20}",' in text
