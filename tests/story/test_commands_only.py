"""A playbook that needs scripts, against a server whose endpoint takes commands only: refused when it is planned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from office_story import Story

from zdm_automate.lab.client import LabClient
from zdm_automate.resources import shipped


def test_a_plan_is_refused_and_no_script_was_sent(story: Callable[[str], Story], tmp_path: Path) -> None:
    """Neither the check nor the plan sends one; the endpoint has counted."""
    text = (shipped("labs") / "tiny.yaml").read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith("  OLD: {release"))
    office = tmp_path / "restricted.yaml"
    office.write_text(text.replace(line, f"{line[:-1]}, reach: {{scripts: false}}}}"), encoding="utf-8")
    made = story(str(office))

    checked, _, _ = made.type("check")
    code, out, err = made.type("plan", "dhcp_cutover")

    assert (checked, code) == (3, 3)
    assert "takes commands only" in err
    assert "no script was sent to it" in err
    assert "would change" not in out
    assert not (made.project / "plans").exists()
    assert LabClient(made.lab).call("requests")["requests"]["OLD"]["Script"] == 0
