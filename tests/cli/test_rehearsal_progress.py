"""How far a rehearsal has come: kept, set back with its project, and refused where it cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.cli.rehearsal_progress import Progress, back_to_phase, keep_phase, load
from zdm_automate.errors import InputError, UnknownNameError
from zdm_automate.rehearsal import Basis, WayBack

BACK = WayBack(playbook="dns_cutover", run="r1", items=("B-086",), minutes=0.5, result="done")


def begun(folder: Path) -> Progress:
    """A rehearsal before its first playbook, with one plan."""
    made = Progress(begun="2026-03-06T20:00:00+00:00", books=("dns_cutover", "dhcp_cutover"))
    made.seen["L10-dns_cutover"] = Basis(facts={"old Zdm.DnsRecord a": "1"})
    made.save(folder)
    (folder / "plans").mkdir()
    (folder / "plans" / "one.json").write_text("1", encoding="utf-8")
    return made


def test_progress_is_read_as_it_was_saved(tmp_path: Path) -> None:
    """Minutes, ways back and facts too."""
    made = begun(tmp_path)
    made.planned["dns_cutover"] = {"B-086": 1.5}
    made.ways_back.append(BACK)

    made.save(tmp_path)

    assert load(tmp_path) == made


def test_setting_back_puts_the_project_of_the_phase_in_place(tmp_path: Path) -> None:
    """What came afterwards is kept aside, the record with it; the phase can be gone back to again."""
    made = begun(tmp_path)
    keep_phase(tmp_path, "L10-dns_cutover")
    made.done.append("dns_cutover")
    made.ways_back.append(BACK)
    made.save(tmp_path)
    for name in ("plans/two.json", "record.json"):
        (tmp_path / name).write_text("2", encoding="utf-8")

    back = back_to_phase(tmp_path, "L10-dns_cutover")
    (tmp_path / "plans" / "one.json").write_text("other", encoding="utf-8")
    again = back_to_phase(tmp_path, "L10-dns_cutover")

    assert (back.done, back.ways_back, again) == ([], [], back)
    assert sorted(one.name for one in (tmp_path / "plans").iterdir()) == ["one.json"]
    assert (tmp_path / "plans" / "one.json").read_text(encoding="utf-8") == "1"
    assert sorted(one.name for one in (tmp_path / "set-back" / "1").iterdir()) == ["plans", "progress.json", "record.json"]


def test_a_phase_that_was_not_kept_is_told(tmp_path: Path) -> None:
    """With those there are; nothing is moved."""
    begun(tmp_path)
    keep_phase(tmp_path, "L10-dns_cutover")

    with pytest.raises(UnknownNameError, match="no checkpoint 'L20-x'") as refused:
        back_to_phase(tmp_path, "L20-x")

    assert "L10-dns_cutover" in refused.value.hint
    assert (tmp_path / "plans" / "one.json").exists()


def test_a_folder_that_does_not_tell_is_bad_input(tmp_path: Path) -> None:
    """No progress, or half of one."""
    with pytest.raises(InputError, match="does not tell how far"):
        load(tmp_path)
    (tmp_path / "progress.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="does not tell how far"):
        load(tmp_path)
