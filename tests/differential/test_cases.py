"""Case files: written when asked, read back as the same call, and replayed for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import WRITE, Case, case_of, kept, text_of, write
from compare import differences
from trial import Side
from worlds import office

from zdm_automate.scripts import Library

CALL = Case(office("tiny"), "OLD", "Set-ZdmDhcpSetting", {"ConflictDetectionAttempts": 2}, "an example")


@pytest.mark.pwsh
@pytest.mark.parametrize("path", list(kept()), ids=lambda path: path.stem)
def test_a_kept_case_comes_out_equal(path: Path, library: Library, twin: Side, script: Side) -> None:
    """What differed once is equal now, and stays so."""
    case = case_of(path.read_text(encoding="utf-8"))
    verb = library[case.verb]
    here, there = (side(case.world, case.host, verb, case.arguments) for side in (twin, script))

    assert differences(here, there) == []


def test_a_case_is_read_back_as_the_same_call(library: Library, twin: Side) -> None:
    """World, host, verb and arguments survive the file."""
    outcome = twin(CALL.world, CALL.host, library[CALL.verb], CALL.arguments)

    assert case_of(text_of(CALL, outcome, outcome)) == CALL


def test_a_credential_is_one_again(library: Library, twin: Side) -> None:
    """JSON has no pairs."""
    case = Case(office("tiny"), "NEW", "Copy-ZdmFile", {"Credential": ("u", "p")})
    outcome = twin(CALL.world, CALL.host, library[CALL.verb], CALL.arguments)

    assert case_of(text_of(case, outcome, outcome)).arguments == {"Credential": ("u", "p")}


@pytest.mark.parametrize(("asked", "written"), [("1", True), ("", False)])
def test_a_case_is_written_only_when_asked(
    asked: str,
    written: bool,  # noqa: FBT001 - a parameter of the test
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    library: Library,
    twin: Side,
) -> None:
    """A test run leaves no file behind by itself."""
    monkeypatch.setenv(WRITE, asked)
    outcome = twin(CALL.world, CALL.host, library[CALL.verb], CALL.arguments)
    write(CALL, outcome, outcome, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["Set-ZdmDhcpSetting.json"] * written
