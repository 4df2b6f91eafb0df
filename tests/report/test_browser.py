"""The report in a real browser: it fits a screen and a phone, and prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from run_lines import begin, finished, item, line, planned, started

from zdm_automate.report.html import render
from zdm_automate.report.story import Seal, tell

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH (apt-get install chromium)"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
LONG = "a-name-without-any-place-to-break-" * 6


def page(folder: Path) -> Path:
    """A report with long words in every place, that tells its own width in its title."""
    lines = (
        begin(item("B-104", planned("would change", LONG), planned("manual", LONG, by_hand=LONG, form=[LONG]), title=LONG)),
        line("host.connected", 1, role="old", host=LONG, session={"os": LONG, "ps_version": "5.1"}),
        started("B-104/1", 2, target=LONG, before={"Name": LONG}),
        finished("B-104/1", 3, before={"Name": LONG}, after={"Name": LONG + "2"}),
        line("check", 4, item="B-104", name=LONG, state="ok", value=LONG, seat=LONG),
        line("run.finished", 5, result="done"),
    )
    text = render(tell(lines), Seal(lines=6, head="f" * 64), client=LONG)
    probe = "<script>document.title = document.documentElement.scrollWidth + ' in ' + innerWidth</script></body>"
    path = folder / "report.html"
    text = text.replace("script-src 'none'", "script-src 'unsafe-inline'")  # the policy would not let the probe run
    path.write_text(text.replace("</body>", probe), encoding="utf-8")
    return path


def chromium(folder: Path, *words: str) -> str:
    """Runs the browser once, with a profile of its own."""
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=True).stdout


@pytest.mark.parametrize("width", [1280, 500])
def test_no_word_pushes_the_page_wider_than_the_screen(tmp_path: Path, width: int) -> None:
    """Nobody has to scroll sideways."""
    shown = chromium(tmp_path, f"--window-size={width},900", "--dump-dom", page(tmp_path).as_uri())
    found = re.search(r"<title>(\d+) in (\d+)</title>", shown)

    assert found is not None
    assert int(found[1]) <= int(found[2])


def test_it_prints(tmp_path: Path) -> None:
    """As a PDF with what was planned and what happened."""
    target = tmp_path / "report.pdf"
    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={target}", page(tmp_path).as_uri())

    assert target.read_bytes()[:5] == b"%PDF-"
