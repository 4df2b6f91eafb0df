"""The library of verbs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from zdm_automate.errors import InputError, UnknownNameError
from zdm_automate.resources import folders, shipped
from zdm_automate.scripts import LIMIT, PRELUDE, Library, known_scripts, parse, to_pascal

READER = """\
function Get-ZdmThing {
    <#
    .SYNOPSIS
        Reads things.
    .PARAMETER Name
        Which.
    .OUTPUTS
        Zdm.Thing
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] # the one, (really)
        [ValidateSet('a,b', 'c)')]
        [string[]]$Name,
        [Parameter(Mandatory = $true, ParameterSetName = 'ById')]
        [int]$Id = @(1, 2)[0],
        [pscredential]
        $Account,
        $Loose = $Name
    )
    $Name
}
"""


@pytest.fixture
def library() -> Library:
    return Library.load(folders("ps_scripts"))


def folder(tmp_path: Path, source: str = READER, name: str = "Get-ZdmThing", prelude: str = "Get-Date\n") -> Path:
    (tmp_path / "things").mkdir(parents=True, exist_ok=True)
    (tmp_path / "things" / f"{name}.ps1").write_bytes(source.encode())
    if prelude:
        (tmp_path / "prelude.ps1").write_bytes(prelude.encode())
    return tmp_path


def test_python_names_become_powershell_names() -> None:
    """One rule turns a keyword argument into a parameter name."""
    assert [to_pascal(name) for name in ("name", "scope_id", "ui_culture", "Name")] == ["Name", "ScopeId", "UiCulture", "Name"]


def test_the_shipped_library_reads(library: Library) -> None:
    """Every shipped script declares what it must, and its text can be sent."""
    assert "Set-ZdmServiceState" in library
    for name in library:
        assert library.script(name).text.isascii()


def test_a_verb_declares_itself() -> None:
    """Area, kind, floor, schema and parameters come from help and parameter block, comments and strings notwithstanding."""
    verb = parse("Get-ZdmThing", "things", READER)

    assert (verb.area, verb.kind, verb.floor, verb.outputs) == ("things", "reader", "3.0", ("Zdm.Thing",))
    assert [(p.name, p.type, p.mandatory) for p in verb.parameters] == [
        ("Name", "string[]", True),
        ("Id", "int", False),
        ("Account", "pscredential", False),
        ("Loose", "", False),
    ]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (READER.replace("function Get-ZdmThing", "function Get-ZdmOther"), "must hold one function"),
        (READER.replace("Kind: reader", "Kind: guess"), "must say Kind"),
        (READER.replace("Floor: 3.0", ""), "must say Kind"),
        (READER.replace("Kind: reader", "Kind: applier"), "names its Reader"),
        (READER.replace("    .OUTPUTS\n        Zdm.Thing\n", ""), "under .OUTPUTS"),
        (READER.replace("<#", "#").replace("#>", "#"), "no comment-based help"),
    ],
)
def test_a_script_that_does_not_declare_itself_is_refused(broken: str, says: str) -> None:
    """A library with a half-declared verb does not load."""
    with pytest.raises(InputError, match=says):
        parse("Get-ZdmThing", "things", broken)


def test_text_that_is_not_ascii_is_refused(tmp_path: Path) -> None:
    """Old hosts read script text in their own code page."""
    with pytest.raises(InputError, match="plain ASCII"):
        Library.load([folder(tmp_path, READER.replace("Reads things", "Liest \u00fcber Dinge"))])


def test_a_text_that_fills_an_envelope_is_refused(tmp_path: Path) -> None:
    """100 KB is the limit of what is sent for one verb."""
    library = Library.load([folder(tmp_path, READER.replace("    $Name\n}", "    $Name\n" + "#" * LIMIT + "\n}"))])

    with pytest.raises(InputError, match="can be sent"):
        library.script("Get-ZdmThing")


def test_a_library_without_prelude_is_refused(tmp_path: Path) -> None:
    """No verb works without the prelude."""
    with pytest.raises(InputError, match=r"no prelude\.ps1"):
        Library.load([folder(tmp_path, prelude="")])


def test_an_own_folder_comes_first(tmp_path: Path) -> None:
    """A technician's verb hides the shipped one of the same name; the prelude stays the shipped one where there is no other."""
    own = folder(tmp_path / "ps_scripts", READER.replace("Get-ZdmThing", "Get-ZdmService"), "Get-ZdmService", prelude="")

    library = Library.load(folders("ps_scripts", [tmp_path, tmp_path / "absent"]))

    assert own == folders("ps_scripts", [tmp_path])[0]
    assert library["Get-ZdmService"].area == "things"
    assert "Get-ZdmSessionFact" in library.prelude_text


def test_an_unknown_kind_of_folder_is_refused() -> None:
    """Only what is shipped can be asked for."""
    with pytest.raises(UnknownNameError):
        shipped("secrets")  # type: ignore[arg-type]


def test_names_have_no_case(library: Library) -> None:
    """PowerShell does not tell case apart, nor does the library."""
    assert library["get-zdmservice"].name == "Get-ZdmService"


def test_an_unknown_verb_names_those_near(library: Library) -> None:
    """A typing error is answered with what was probably meant."""
    with pytest.raises(UnknownNameError, match="Get-ZdmService"):
        library["Get-ZdmServices"]


def test_arguments_bind_to_declared_names(library: Library) -> None:
    """Snake case finds the script's spelling; None counts as not given."""
    bound = library["Set-ZdmServiceState"].bind(
        {"name": "DNS", "start_mode": "Auto", "State": "Running", "timeout_seconds": None, "what_if": True}
    )

    assert bound == {"Name": "DNS", "StartMode": "Auto", "State": "Running", "WhatIf": True}


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"nmae": "DNS"}, "no parameter Nmae"),
        ({"name": "a", "Name": "b"}, "given twice"),
        ({"name": "a", "start_mode": "Auto"}, "needs State"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_sending(library: Library, params: dict[str, str], says: str) -> None:
    """A host that prompts for a parameter would hang."""
    with pytest.raises(InputError, match=says):
        library["Set-ZdmServiceState"].bind(params)


def test_a_reader_knows_no_what_if(library: Library) -> None:
    """Only what changes can be asked not to."""
    with pytest.raises(InputError, match="no parameter WhatIf"):
        library["Get-ZdmService"].bind({"what_if": True})


def test_the_hash_covers_prelude_and_text(tmp_path: Path) -> None:
    """What the journal records changes with either; the same files give the same hash."""
    one = Library.load([folder(tmp_path / "a")]).script("Get-ZdmThing")
    same = Library.load([folder(tmp_path / "b")]).script("Get-ZdmThing")
    other = Library.load([folder(tmp_path / "c", prelude="Get-Host\n")]).script("Get-ZdmThing")

    assert one == same
    assert one.text == other.text
    assert one.sha256 != other.sha256
    assert one.sha256 == hashlib.sha256(("Get-Date\n" + one.text).encode()).hexdigest()


def test_line_ends_do_not_matter(tmp_path: Path) -> None:
    """A checkout on Windows sends what one on Linux sends."""
    unix = Library.load([folder(tmp_path / "a")]).script("Get-ZdmThing")
    windows = Library.load([folder(tmp_path / "b", READER.replace("\n", "\r\n"))]).script("Get-ZdmThing")

    assert unix.text == windows.text


def test_texts_are_known_by_their_hash(library: Library) -> None:
    """The lab recognises each verb, and the prelude, by what is sent."""
    known = known_scripts(library)

    assert len(known) == len(library) + 1
    assert known[hashlib.sha256(library.prelude_text.encode()).hexdigest()] == PRELUDE
    assert known[hashlib.sha256(library.script("Get-ZdmService").text.encode()).hexdigest()] == library["Get-ZdmService"]
