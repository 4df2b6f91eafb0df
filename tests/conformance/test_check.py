"""What a check takes, counts and says."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from zdm_automate.conformance.check import EXCUSED, RULES, Outcome, check, look, scripts_in, scripts_of
from zdm_automate.conformance.documents import Documents
from zdm_automate.conformance.parser import parse
from zdm_automate.errors import InputError, ZdmError

ROOT = Path(__file__).resolve().parents[2]


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.pwsh
def test_much_of_the_shipped_scripts_is_compared_with_documentation(shipped: Outcome) -> None:
    """Commands, parameters, properties, error ids and members: none of the counts stays at nothing."""
    counted = shipped.counted

    assert shipped.files >= 51
    assert min(counted.commands, counted.parameters, counted.properties, counted.members) > 150
    assert counted.error_ids >= 6


@pytest.mark.pwsh
def test_few_properties_of_the_shipped_scripts_are_not_followed(shipped: Outcome) -> None:
    """For each property whose origin is lost there are ten that were compared."""
    lost = shipped.counted.not_followed["properties of values whose origin is not known"]

    assert shipped.counted.properties > 10 * lost


@pytest.mark.pwsh
def test_what_rests_on_memory_is_listed(shipped: Outcome) -> None:
    """The list in docs/lab.md is what the rules work out, no more and no less."""
    section = document("lab.md").partition("## To be confirmed on Windows")[2].partition("\n## ")[0]

    assert sorted(re.findall(r"^- `(.+)`$", section, re.MULTILINE)) == sorted(shipped.counted.unconfirmed)


def test_every_rule_is_documented() -> None:
    """The table of docs/scripts.md has each rule with its sentence and source, in the order of the code."""
    rows = re.findall(r"^\| `(\w+/[\w-]+)` \| (.+?) \| (.+?) \|$", document("scripts.md"), re.MULTILINE)

    assert rows == [(rule.id, rule.says, rule.source) for rule in RULES]


@pytest.mark.pwsh
def test_a_prelude_of_ones_own_comes_first(engine: str, tmp_path: Path) -> None:
    """A project's verbs may call what its own prelude defines, and the shipped prelude is hidden by it."""
    own = tmp_path / "ps_scripts"
    own.mkdir()
    (own / "prelude.ps1").write_text("function Get-Mine { param([string]$Name) $Name }\n", encoding="ascii")
    script = tmp_path / "it.ps1"
    script.write_text("$x = Get-Mine -Name a\n$y = Get-ZdmFileState -Path b\n", encoding="ascii")
    findings = check([script], (tmp_path,)).findings

    assert [(one.line, one.rule) for one in findings] == [(2, "command/unknown")]


@pytest.mark.pwsh
def test_a_script_that_cannot_be_read_is_judged_by_nothing_else(engine: str, tmp_path: Path) -> None:
    """One finding of the parser, with its place, and no guesses about the rest."""
    script = tmp_path / "it.ps1"
    script.write_text("Write-Host 'a'\nif (\n", encoding="ascii")
    findings = check([script]).findings

    assert {one.rule for one in findings} == {"syntax/parse"}
    assert findings[0].line == 2


@pytest.mark.pwsh
def test_positions_hold_beyond_ascii(engine: str, tmp_path: Path) -> None:
    """A character of two UTF-16 units before it does not move what a node covers."""
    script = tmp_path / "it.ps1"
    script.write_text("$x = '\U0001f5a8 gr\u00fcn'\n$y = 'after'\n", encoding="utf-8")
    (tree,) = parse([script])

    assert [node.text for node in tree.root.find("AssignmentStatement")][1] == "$y = 'after'"


@pytest.mark.parametrize(
    ("name", "said"), [("nothing.ps1", "is not there"), ("empty", "holds no script"), ("notes.txt", "is no script")]
)
def test_what_is_no_script_is_bad_input(tmp_path: Path, name: str, said: str) -> None:
    """With one sentence that names it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()

    with pytest.raises(InputError, match=said):
        scripts_in([tmp_path / name])


def test_a_script_is_taken_once(tmp_path: Path) -> None:
    """However often it is named, and in the order of the names."""
    for name in ("b.ps1", "a.ps1"):
        (tmp_path / name).touch()

    assert scripts_in([tmp_path / "b.ps1", tmp_path, tmp_path / "b.ps1"]) == [tmp_path / "b.ps1", tmp_path / "a.ps1"]


def test_without_an_engine_the_check_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is half judged."""
    (tmp_path / "it.ps1").touch()
    monkeypatch.setenv("ZDM_PWSH", str(tmp_path / "no-such-engine"))

    with pytest.raises(InputError, match="PowerShell 7"):
        check([tmp_path])


def test_an_engine_that_fails_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its first line is passed on."""
    engine = tmp_path / "engine"
    engine.write_text("#!/bin/sh\necho broken >&2\nexit 3\n", encoding="ascii")
    engine.chmod(engine.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "it.ps1").touch()
    monkeypatch.setenv("ZDM_PWSH", str(engine))

    with pytest.raises(ZdmError, match="broken"):
        check([tmp_path])


def test_text_in_another_encoding_is_bad_input(tmp_path: Path) -> None:
    """UTF-16 is named with the byte that gave it away."""
    (tmp_path / "it.ps1").write_bytes("Get-Date".encode("utf-16"))

    with pytest.raises(InputError, match="is no UTF-8 text"):
        check([tmp_path])


def test_the_documentation_that_is_carried_is_whole() -> None:
    """Cmdlets, classes, errors, types and lists as data/README.md counts them."""
    documents = Documents()

    assert sum(len(found) for found in documents.cmdlets.values()) == 3257
    assert len(documents.classes) == 394
    assert len(documents.errors) == 469
    assert len(documents.namespaces) == 31
    assert documents.dotnet("system.string") is not None
    assert {"netsh", "dnscmd", "robocopy"} <= documents.programs
    assert {"Get", "Set"} <= documents.approved_verbs


def test_a_cmdlet_knows_its_release() -> None:
    """By the oldest page that has it, or one of its parameters; aliases lead to the full name."""
    (cmdlet,) = Documents().cmdlets["get-dnsserverresourcerecord"]

    assert cmdlet.since() == "2012"
    assert cmdlet.since("ZoneScope") == "2016"
    assert cmdlet.parameter("cn") == "ComputerName"
    assert not cmdlet.has("2012R2", "ZoneScope")


def test_a_command_gives_other_objects_with_other_parameters() -> None:
    """Get-WinEvent -ListLog gives logs, not entries."""
    documents = Documents()

    assert documents.classes_of("get-winevent") == {"System.Diagnostics.Eventing.Reader.EventLogRecord"}
    assert documents.classes_of("Get-WinEvent", ["ListLog"]) == {"System.Diagnostics.Eventing.Reader.EventLogConfiguration"}


@pytest.mark.pwsh
def test_what_is_excused_is_still_found(engine: str) -> None:
    """An excuse that nothing needs any more would hide what comes later."""
    paths = sorted({path for name, _ in EXCUSED for path in (ROOT / "ps_scripts").rglob(name)})
    scripts, _ = scripts_of(paths)
    found = {(Path(finding.path).name, finding.rule) for script in scripts for finding in look(script)}

    assert set(EXCUSED) <= found
