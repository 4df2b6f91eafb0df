"""The bundle's page in a real browser: keyboard only, accessible, on a phone and on paper, without a single request."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundle_lines import RUN, matter, write_run
from chromium_pipe import Page
from run_lines import HOSTILE, begin, finished, item, planned, started

from zdm_automate.report.bundle import make_bundle
from zdm_automate.report.bundle_folder import lay_down
from zdm_automate.report.bundle_page import bundle_page
from zdm_automate.report.excerpt import ITEMS
from zdm_automate.report.html import render
from zdm_automate.report.item_rows import ItemRow
from zdm_automate.report.item_table import STATIC
from zdm_automate.report.story import Seal, tell

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH (apt-get install chromium)"),
]
AXE = "axe-core@4.10.3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle on disk, of a host whose name is markup."""
    place = tmp_path_factory.mktemp("page")
    write_run(place, host=HOSTILE)
    return lay_down(make_bundle(matter(place)), place / "out").folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser."""
    with Page(str(CHROMIUM), tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def many(number: int) -> list[ItemRow]:
    """So many items."""
    return [
        ItemRow(id=f"N-{one}", title=f"Item {one}", phase=f"P{one % 7}", state=("done", "open", "failed")[one % 3],
                risk="LMHX"[one % 4], planned_minutes=one % 60, actual_seconds=float(one % 4000), who=("Eva",), run="r1")
        for one in range(number)
    ]  # fmt: skip


def write_many(folder: Path, number: int) -> Path:
    path = folder / "report.html"
    path.write_text(bundle_page("many", many(number), {"r1": []}, {"r1": Seal(lines=0, head="")}), encoding="utf-8")
    return path


def shown(page: Page) -> list[str]:
    found: list[str] = page.ask("[...document.querySelectorAll('#items tbody tr')].map(r => r.cells[0].textContent)")
    return found


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["report.html", "sign-off.html", f"runs/{RUN}/report.html"])
def test_no_page_is_wider_than_the_screen(page: Page, folder: Path, name: str, width: int) -> None:
    """On a desk and on a phone."""
    page.open(folder / name, width)

    assert page.ask("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["report.html", "sign-off.html", f"runs/{RUN}/report.html"])
def test_nothing_is_fetched(page: Page, folder: Path, name: str) -> None:
    """The page itself is the only thing that the browser asks for, and the page forbids more."""
    page.open(folder / name)
    asked = [event["params"]["request"]["url"] for event in page.events if event.get("method") == "Network.requestWillBeSent"]

    assert asked == [(folder / name).as_uri()]


def test_what_a_host_sends_stays_text(page: Page, folder: Path) -> None:
    """The markup is readable on the page, and nothing of it became an element or ran."""
    page.open(folder / "report.html")

    assert page.ask("document.scripts.length") == 2
    assert "<script>alert" in page.ask("document.querySelector('main').textContent")
    assert [event for event in page.events if event.get("method") == "Page.javascriptDialogOpening"] == []


def test_the_policy_lets_no_other_script_run(page: Page, folder: Path, tmp_path: Path) -> None:
    """Even if markup got through, the browser would not run it."""
    text = (folder / "report.html").read_text(encoding="utf-8")
    forged = tmp_path / "report.html"
    forged.write_text(text.replace("</main>", "<script>document.title='ran'</script></main>"), encoding="utf-8")
    page.open(forged)

    assert page.ask("document.title") != "ran"


def test_items_are_filtered_and_sorted_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    """Tab reaches every control in order; typing searches, Enter sorts, and the number of items is announced."""
    page.open(write_many(tmp_path, 1000))
    reached = []
    for _ in range(20):
        page.tab()
        reached.append(page.ask("document.activeElement.id || document.activeElement.textContent.trim()"))
    page.ask("document.activeElement.blur()")

    assert reached[:5] == ["text", "phase", "state", "risk", "Show all"]
    assert reached[5:14] == ["Item", "What", "Phase", "State", "Risk", "Planned", "Actual", "Who", "Why"]
    page.ask("document.getElementById('text').focus()")
    page.type("item 99")
    assert shown(page) == ["N-99", *(f"N-{one}" for one in range(990, 1000))]
    assert page.ask("document.getElementById('count').textContent") == "11 of 1000 items, page 1 of 1"
    for _ in range(10):
        page.tab()
    page.enter()
    planned = page.ask("[...document.querySelectorAll('#items tbody tr')].map(r => Number(r.cells[5].textContent))")
    assert planned == sorted(planned)
    page.enter()
    again = page.ask("[...document.querySelectorAll('#items tbody tr')].map(r => Number(r.cells[5].textContent))")
    assert again == sorted(planned, reverse=True)
    assert page.ask("document.querySelector('[aria-sort]').textContent") == "Planned"


def test_a_state_can_be_chosen_and_pages_turned(page: Page, tmp_path: Path) -> None:
    """A hundred rows at a time."""
    page.open(write_many(tmp_path, 1000))
    page.ask("document.getElementById('state').focus()")
    page.type("")
    for _ in range(2):
        page.press("ArrowDown", 40)
    chosen = page.ask("document.getElementById('state').value")
    page.ask("document.getElementById('on').focus()")
    page.enter()

    assert chosen == "open"
    assert page.ask("document.getElementById('count').textContent") == "333 of 1000 items, page 2 of 4"
    assert len(shown(page)) == 100
    assert page.ask("new Set([...document.querySelectorAll('#items tbody .tag')].map(t => t.textContent)).size") == 1


def write_large_run(folder: Path) -> Path:
    """The report of a run with more items than stand in full; the last one failed."""
    lines = [begin(*(item(f"N-{one}", planned("would change", "x")) for one in range(3 * ITEMS)))]
    for one in range(3 * ITEMS):
        lines += [started(f"N-{one}/1", 1), finished(f"N-{one}/1", 2, "ok" if one + 1 < 3 * ITEMS else "failed")]
    path = folder / "run.html"
    path.write_text(render(tell(lines), Seal(lines=2, head="")), encoding="utf-8")
    return path


def test_a_large_run_shows_every_item_and_leads_to_those_in_full(page: Page, tmp_path: Path) -> None:
    """Its table is searched and filtered as the project's is; only what stands below is a link."""
    page.open(write_large_run(tmp_path))
    everything = page.ask("document.getElementById('count').textContent")
    page.ask("document.getElementById('state').value = 'failed'")
    page.ask("document.getElementById('state').dispatchEvent(new Event('change'))")
    failed = shown(page)
    page.ask("document.querySelector('#items tbody a').click()")
    target = page.ask("document.querySelector(':target h3').textContent")
    page.ask("document.getElementById('state').value = ''")
    page.ask("document.getElementById('text').value = 'n-500'")
    page.ask("document.getElementById('text').dispatchEvent(new Event('input'))")

    assert everything.startswith(f"{3 * ITEMS} of {3 * ITEMS} items")
    assert failed == [f"N-{3 * ITEMS - 1}"]
    assert target == f"Title of N-{3 * ITEMS - 1}"
    assert shown(page) == ["N-500"]
    assert page.ask("document.querySelectorAll('#items tbody a').length") == 0


def test_without_scripts_the_first_rows_and_the_way_to_the_others_are_there(page: Page, tmp_path: Path) -> None:
    """Paper and locked-down browsers."""
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(write_many(tmp_path, STATIC + 1))
        text = page.call("DOM.getOuterHTML", nodeId=page.call("DOM.getDocument")["root"]["nodeId"])["outerHTML"]
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)

    assert text.count('<td class="mono">') == STATIC
    assert f"The first {STATIC} of {STATIC + 1} items; items.csv has all." in text


def test_paper_shows_all_rows(tmp_path: Path) -> None:
    """A printed report is not a page of a hundred rows."""
    path, target = write_many(tmp_path, 300), tmp_path / "report.pdf"
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--no-pdf-header-footer", f"--print-to-pdf={target}", path.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=50, check=True)
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on the PATH (apt-get install poppler-utils)")
    text = subprocess.run(["pdftotext", target, "-"], capture_output=True, text=True, check=True, timeout=50).stdout

    assert len(set(re.findall(r"\bN-\d+\b", text))) == 300


def test_a_bundle_brings_its_pdf(folder: Path, tmp_path: Path) -> None:
    """Printed by the product itself, named in the list beside the manifest, not part of the zip."""
    write_run(tmp_path)
    laid = lay_down(make_bundle(matter(tmp_path)), tmp_path / "out", browser=str(CHROMIUM))

    assert laid.pdf is not None, laid.why_no_pdf
    assert laid.pdf.read_bytes()[:5] == b"%PDF-"
    assert b"report.pdf" not in laid.archive.read_bytes()


# --- axe ---


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """The source of axe-core, from npm, kept between runs of the tests."""
    place = Path(request.config.cache.mkdir("axe"))
    source = place / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        if shutil.which("npm") is None:
            pytest.skip("no npm on the PATH, so no axe-core")
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", place, AXE]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm did not give {AXE} within 50 s")
        if ran.returncode:
            pytest.skip(f"npm does not give {AXE}: {ran.stderr[-200:]}")
    return source.read_text(encoding="utf-8")


SERIOUS = """axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => one.id + ": " + one.nodes.map(node => node.html).slice(0, 3).join(" | ")))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["report.html", "sign-off.html", f"runs/{RUN}/report.html"])
def test_axe_finds_nothing_serious(page: Page, folder: Path, axe: str, name: str, width: int, scheme: str) -> None:
    """Names, roles, contrast, order: in both widths and both colour schemes."""
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.open(folder / name, width)
    page.ask(f"{axe}; 0")

    assert page.ask(SERIOUS) == []


def test_axe_finds_nothing_serious_in_a_large_run(page: Page, axe: str, tmp_path: Path) -> None:
    """With the table of all its items."""
    page.open(write_large_run(tmp_path), width=400)
    page.ask(f"{axe}; 0")

    assert page.ask(SERIOUS) == []


def test_axe_bites(page: Page, folder: Path, axe: str, tmp_path: Path) -> None:
    """A field without a name is found."""
    text = (folder / "report.html").read_text(encoding="utf-8").replace('<label for="text">Search</label>', "")
    broken = tmp_path / "report.html"
    broken.write_text(text, encoding="utf-8")
    page.open(broken)
    page.ask(f"{axe}; 0")

    assert any(found.startswith("label") for found in page.ask(SERIOUS))
