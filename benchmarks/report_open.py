"""How long the pages of a bundle with 50,000 items and of a run with as many take to make, to open and to filter in Chromium.

Opening counts from the request for the page to the moment when the rows are drawn and the page answers; the median of a few.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "report"))

from chromium_pipe import Page

from zdm_automate.report.bundle_page import bundle_page
from zdm_automate.report.html import render
from zdm_automate.report.item_rows import ItemRow
from zdm_automate.report.story import Seal, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILTER = """(() => { const begun = performance.now(), box = document.getElementById("text");
box.value = "item 4999"; box.dispatchEvent(new Event("input")); document.body.offsetHeight;
return performance.now() - begun; })()"""


def rows(number: int) -> list[ItemRow]:
    """So many items, as a large project would have them."""
    return [
        ItemRow(
            id=f"N-{one:05}", title=f"Item {one}: mailbox of user{one} moved and its delegates checked",
            phase=f"Phase {one % 12}", state=("done", "open", "failed", "waiting")[one % 4], risk="LMHX"[one % 4],
            planned_minutes=one % 60, actual_seconds=float(one % 4000), who=("Eva",), run="20260302-120000-mail-ab12",
            reason="a reason of the usual length, such as a check that is not good yet" if one % 4 else "",
        )
        for one in range(number)
    ]  # fmt: skip


def lines(number: int) -> Iterator[dict[str, Any]]:
    """The journal of a run with so many items, a change and a check each; every hundredth failed."""
    moment = "2026-03-02T07:00:00.000+00:00"
    names = [f"N-{one:05}" for one in range(number)]
    planned = [
        {"id": name, "title": f"Mailbox of {name} moved", "risk": "L", "rows": [{"preview": "would change", "text": "move"}]}
        for name in names
    ]
    yield {
        "event": "run.started",
        "ts": moment,
        "run": "r",
        "kind": "apply",
        "project": "P",
        "playbook": "mail",
        "items": planned,
    }
    for at, name in enumerate(names):
        change = {"ts": moment, "run": "r", "item": name, "step": f"{name}/1", "verb": "Move-ZdmMailbox", "host": "EX1"}
        yield {**change, "event": "change.started", "before": {"Server": "EX1"}, "after": {"Server": "EX2"}, "target": name}
        result = "ok" if at % 100 else "failed"
        yield {**change, "event": "change.finished", "result": result, "changed": result == "ok", "duration_ms": 900}
        yield {"event": "check", "ts": moment, "run": "r", "item": name, "name": "delegates", "state": "ok", "value": "3"}
    yield {"event": "run.finished", "ts": moment, "run": "r", "result": "failed"}


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("no Chromium on the PATH (apt-get install chromium)")
        return 2
    items, journal = rows(chosen.items), list(lines(chosen.items))
    seal = Seal(lines=len(journal), head="")
    measure("bundle", chosen, browser, lambda: bundle_page("project", items, {"r": []}, {"r": seal}))
    measure("run", chosen, browser, lambda: render(tell(journal), seal))
    return 0


def measure(name: str, chosen: argparse.Namespace, browser: str, make: Callable[[], str]) -> None:
    """Makes one page and opens it a few times."""
    begun = time.perf_counter()
    text = make()
    print(f"{name}: {chosen.items} items, {len(text) / 1e6:.1f} MB")
    print(f"  made     {time.perf_counter() - begun:6.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        path.write_text(text, encoding="utf-8")
        with Page(browser, Path(folder, "profile")) as page:
            opened, filtered = [], []
            for _ in range(chosen.times):
                begun = time.perf_counter()
                page.open(path)
                shown = page.ask("document.getElementById('count').textContent")
                opened.append(time.perf_counter() - begun)
                filtered.append(page.ask(FILTER) / 1000)
    print(f"  opened   {median(opened):6.2f} s   {shown}")
    print(f"  filtered {median(filtered):6.2f} s")


if __name__ == "__main__":
    sys.exit(main())
