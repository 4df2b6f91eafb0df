"""`zdm scripts`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typed_commands import Zdm

from zdm_automate.resources import folders
from zdm_automate.scripts import Library

ROOT = Path(__file__).resolve().parents[2]


def test_verbs_are_listed(zdm: Zdm) -> None:
    """Each with area, kind, floor and parameters, the optional ones in brackets."""
    ran = zdm("scripts", "list", "dns")
    rows = zdm("scripts", "list", "--json").json

    assert ran.code == 0
    assert "Get-ZdmDnsAnswer" in ran.out
    assert "[Server]" in ran.out
    assert "dhcp" not in ran.out
    assert {row["verb"] for row in rows} == set(Library.load(folders("ps_scripts")))


def test_a_verb_of_the_project_is_listed(zdm: Zdm, tmp_path: Path) -> None:
    """And hides the shipped one of its name."""
    area = tmp_path / "ps_scripts" / "mine"
    area.mkdir(parents=True)
    shutil.copy(ROOT / "ps_scripts" / "host" / "Get-ZdmRole.ps1", area)
    rows = {row["verb"]: row["area"] for row in zdm("scripts", "list", "--json", "-p", tmp_path).json}

    assert rows["Get-ZdmRole"] == "mine"
    assert rows["Get-ZdmDnsZone"] == "dns"


def test_an_unknown_area_is_bad_input(zdm: Zdm) -> None:
    """The sentence lists those that there are."""
    ran = zdm("scripts", "list", "dsn")

    assert ran.code == 2
    assert "dhcp, dns, host" in ran.err


def test_a_verb_is_shown_with_its_hash(zdm: Zdm) -> None:
    """Help, reader, and the hash that a journal records."""
    ran = zdm("scripts", "show", "set-zdmdnsttl")
    library = Library.load(folders("ps_scripts"))

    assert ran.code == 0
    assert "read by Get-ZdmDnsRecord" in ran.out
    assert ".PARAMETER TtlSeconds" in ran.out
    assert library.sha256_of("Set-ZdmDnsTtl") in ran.out
    assert zdm("scripts", "show", "Set-ZdmDnsTtl", "--json").json["sha256"] == library.sha256_of("Set-ZdmDnsTtl")


def test_a_verb_that_is_not_there_is_bad_input(zdm: Zdm) -> None:
    """A near name is offered."""
    ran = zdm("scripts", "show", "Get-ZdmDnsZones")

    assert ran.code == 2
    assert "Get-ZdmDnsZone" in ran.err


@pytest.mark.pwsh
def test_the_shipped_scripts_pass_and_the_summary_counts(zdm: Zdm) -> None:
    """The closing lines say what was compared with documentation, and none of it is nothing."""
    ran = zdm("scripts", "check", ROOT / "ps_scripts")
    line = next(line for line in ran.out.splitlines() if line.startswith("Compared with documentation: "))
    counts = {noun: int(number) for number, noun in re.findall(r"(\d+) ([^,]+?)[,.]", line)}

    assert ran.code == 0
    assert "0 findings" in ran.out
    assert set(counts) == {"commands", "parameters", "properties", "error ids", ".NET members"}
    assert min(counts.values()) > 0


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """One with a finding."""
    path = tmp_path / "it.ps1"
    path.write_text("$found = Get-Service\n$many = $found.Count\n", encoding="ascii")
    return path


@pytest.mark.pwsh
def test_findings_end_with_code_one(zdm: Zdm, script: Path) -> None:
    """Each with file, line, column, rule, sentence and what to do."""
    ran = zdm("scripts", "check", script)

    assert ran.code == 1
    assert f"{script}:2:9: trap/count" in ran.out
    assert "Wrap it in @( )" in ran.out


@pytest.mark.pwsh
def test_findings_go_to_programs_as_json(zdm: Zdm, script: Path) -> None:
    """The same, with the counts."""
    ran = zdm("scripts", "check", script, "--json")
    (finding,) = ran.json["findings"]

    assert ran.code == 1
    assert (finding["line"], finding["column"], finding["rule"]) == (2, 9, "trap/count")
    assert ran.json["compared"]["commands"] == 1


def test_a_path_that_is_not_there_is_bad_input(zdm: Zdm, tmp_path: Path) -> None:
    """Nothing is checked."""
    ran = zdm("scripts", "check", tmp_path / "nothing")

    assert ran.code == 2
    assert "is not there" in ran.err


def test_without_an_engine_the_command_says_so(zdm: Zdm, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence of what is missing, one of what to do."""
    monkeypatch.setenv("ZDM_PWSH", "no-such-engine")
    ran = zdm("scripts", "check", ROOT / "ps_scripts")

    assert ran.code == 2
    assert "ZDM_PWSH names 'no-such-engine', which is no program. Install PowerShell 7.4 or later" in ran.err
