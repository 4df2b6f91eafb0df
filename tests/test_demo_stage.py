"""Where demos play: in a folder of their own that each play makes anew, and with the plan that the command has just written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zdm_automate.demo.__main__ import DEMOS, GOES_ON, main
from zdm_automate.demo.fresh import MARK, fresh
from zdm_automate.demo.stage import DemoFailedError, Stage
from zdm_automate.errors import InputError, RefusedError
from zdm_automate.lab.state import LabFolder


def left_by_a_play(folder: Path) -> Path:
    """What a play of the demo `shares` leaves."""
    made = fresh(folder / "shares", "shares")
    for name in ("files-lab", "files", "files-elsewhere"):
        (made / name / "plans").mkdir(parents=True)
        (made / name / "plans" / "one.json").write_text("{}", encoding="utf-8")
    (made / "note.txt").write_text("x", encoding="utf-8")
    return made


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_second_play_begins_in_an_empty_folder(tmp_path: Path) -> None:
    """What the first one left is gone, but for the mark by which the third knows it."""
    made = left_by_a_play(tmp_path)
    again = fresh(made, "shares")

    assert again == made
    assert everything(made) == [MARK]
    assert everything(fresh(made, "shares")) == [MARK]


def test_the_first_play_makes_its_folder(tmp_path: Path) -> None:
    """An empty one that is there will do too."""
    (tmp_path / "here").mkdir()

    assert everything(fresh(tmp_path / "here", "mail")) == [MARK]
    assert everything(fresh(tmp_path / "not" / "yet", "mail")) == [MARK]


def test_the_folder_of_another_demo_is_not_touched(tmp_path: Path) -> None:
    """Each knows only its own."""
    made = left_by_a_play(tmp_path)
    before = everything(made)
    with pytest.raises(RefusedError, match="no demo of `mail` has made it"):
        fresh(made, "mail")

    assert everything(made) == before


def test_somebody_s_work_is_not_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without the mark: said in a sentence, exit code 3, and all of it stays."""
    work = tmp_path / "shares" / "files"
    work.mkdir(parents=True)
    (work / "project.yaml").write_text("project: mine\n", encoding="utf-8")
    code = main(["--demo", "shares", "--folder", str(tmp_path)])

    assert code == 3
    assert "no demo of `shares` has made it; nothing in it was touched." in capsys.readouterr().err
    assert everything(tmp_path) == ["shares", "shares/files", "shares/files/project.yaml"]


def test_a_link_or_a_file_in_the_place_is_not_followed(tmp_path: Path) -> None:
    """Whatever it leads to is not the demo's."""
    made = left_by_a_play(tmp_path)
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(made, target_is_directory=True)
    file.write_text("x", encoding="utf-8")
    for place in (link, file):
        with pytest.raises(RefusedError, match="nothing in it was touched"):
            fresh(place, "shares")

    assert (made / "files").is_dir()


def test_a_link_within_the_folder_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    """Only what lies in the folder is the demo's."""
    made = left_by_a_play(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept.txt").write_text("x", encoding="utf-8")
    (made / "out").symlink_to(other, target_is_directory=True)
    fresh(made, "shares")

    assert everything(made) == [MARK]
    assert (other / "kept.txt").exists()


def test_a_lab_that_does_not_end_is_not_removed_under_its_feet(tmp_path: Path) -> None:
    """Somebody else's process holds its folder, and `zdm lab down` reaches no lab there."""
    made = left_by_a_play(tmp_path)
    with LabFolder(made / "files-lab").held(), pytest.raises(RefusedError, match="does not end; nothing was removed"):
        fresh(made, "shares")

    assert (made / "files" / "plans" / "one.json").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """Its parent is a file."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot be made anew: Not a directory\."):
        fresh(tmp_path / "file" / "shares", "shares")


def test_only_the_cut_over_goes_on_where_it_was() -> None:
    """Its second play shows that nothing is left to change; the stories begin at their beginning."""
    assert set(DEMOS) - GOES_ON == {"shares", "profiles", "mail", "rehearsal"}


class Writing(Stage):
    """A stage on which `zdm plan` writes plans of these names."""

    names: tuple[str, ...] = ()

    def type(self, *words: str, quiet: bool = False, may_fail: bool = False, ends_with: int = 0) -> str:
        del words, quiet, may_fail, ends_with
        for name in self.names:
            (self.project / "plans" / f"{name}.json").write_text(json.dumps({"id": name}), encoding="utf-8")
        return ""


@pytest.fixture
def stage(tmp_path: Path) -> Writing:
    made = Writing("files", tmp_path)
    (made.project / "plans").mkdir(parents=True)
    made.names = ("20260401-120000-share_replication-aa",)
    made.plan("share_replication")
    return made


def test_the_plan_is_the_one_that_was_written(stage: Writing) -> None:
    """Also where an older one has a name that sorts behind it: the lab's clock was set back, or both are of one second."""
    stage.names = ("20260304-200000-share_replication-zz",)

    assert stage.plan("share_replication") == {"id": "20260304-200000-share_replication-zz"}


@pytest.mark.parametrize("names", [(), ("20260402-a-x", "20260402-a-y")])
def test_no_plan_or_two_end_the_demo(stage: Writing, names: tuple[str, ...]) -> None:
    """It never goes on with another one."""
    stage.names = names
    with pytest.raises(DemoFailedError, match=rf"has written {len(names)} plans"):
        stage.plan("share_replication")
