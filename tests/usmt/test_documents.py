"""Config.xml and rule files are written in the documented form, and a check finds what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zdm_automate.errors import InputError
from zdm_automate.usmt.documents import (
    DEFAULT_ERRORS,
    STANDARD_RULES,
    OnError,
    Rule,
    config_file,
    rules_file,
)
from zdm_automate.usmt.xml_check import Finding, check_config, check_rules, parsed

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET


def sound(text: bytes) -> ET.Element:
    root = parsed(text.decode())
    assert not isinstance(root, Finding)
    return root


def test_the_shipped_rules_pass_the_check() -> None:
    """PSTs on every fixed disk, signatures, and what stays behind."""
    made = rules_file("office", STANDARD_RULES)

    assert check_rules(made) == ()
    assert 'GenerateDrivePatterns ("* [*.pst]", "Fixed")' in made
    assert 'urlid="http://www.microsoft.com/migration/1.0/migxmlext/zdm-office"' in made


def test_the_meaning_of_errors_keeps_its_order() -> None:
    """The first row that fits wins: files in use are passed over before all else of a user is fatal."""
    root = sound(config_file().encode())
    rows = [(row.tag, row.get("errorCode"), row.text) for row in root.iter() if row.tag in {"nonFatal", "fatal"}]

    assert rows[0] == ("nonFatal", "32", "* [*]")
    assert rows[-1] == ("fatal", "any", r"C:\Users\* [*]")
    assert len(rows) == len(DEFAULT_ERRORS)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<migration", "no sound XML"),
        ("<Configuration/>", "Config.xml: give it as"),
        ("<migration><component/></migration>", "no urlid"),
        ('<migration urlid="u"><komponent/></migration>', "not documented here"),
        ('<migration urlid="u"><component kind="x"/></migration>', "attribute kind"),
        ('<migration urlid="u"><component type="Sonstiges"/></migration>', "not one of"),
        ('<migration urlid="u">text</migration>', "text stands"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><migration urlid="u"/>', "document type"),
        (
            (
                '<migration urlid="u"><component><role><rules><include><objectSet><pattern type="File">C:\\Data\\ [*]</pattern>'
                "</objectSet></include></rules></role></component></migration>"
            ),
            "only the files of the folder itself",
        ),
        (
            (
                '<migration urlid="u"><component><role><rules><include><objectSet><pattern type="File">C:\\Data</pattern>'
                "</objectSet></include></rules></role></component></migration>"
            ),
            "no pattern",
        ),
        (
            (
                '<migration urlid="u"><component><role><rules><include><objectSet><pattern type="File">HKCU\\A [b]</pattern>'
                "</objectSet></include></rules></role></component></migration>"
            ),
            "names the registry",
        ),
    ],
)
def test_a_wrong_rule_file_is_told(text: str, what: str) -> None:
    """Where, what, and what to do."""
    assert what in str(check_rules(text)[0])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<migration urlid="u"/>', "rule file: give it as"),
        ('<Configuration><Documents><component displayname="a"/></Documents></Configuration>', "has no `migrate`"),
        (
            (
                "<Configuration><Policies><ErrorControl><fileError><nonFatal>C:\\a [b]</nonFatal></fileError></ErrorControl>"
                "</Policies></Configuration>"
            ),
            "errorCode",
        ),
        (
            (
                '<Configuration><Policies><ErrorControl><fileError><fatal errorCode="any">C:\\a</fatal></fileError>'
                "</ErrorControl></Policies></Configuration>"
            ),
            "no pattern",
        ),
    ],
)
def test_a_wrong_config_is_told(text: str, what: str) -> None:
    """Before scanstate ends with 26, 28 or 39."""
    assert what in str(check_config(text)[0])


@pytest.mark.parametrize(
    ("name", "rules", "what"),
    [
        ("Büro", STANDARD_RULES, "no name of a rule file"),
        ("x", (), "has no rule"),
        ("x", (Rule(title="t"),), "names no pattern"),
        ("x", (Rule(title="t", include=("C:\\Data\\ [*]",)),), "only the files of the folder itself"),
    ],
)
def test_a_rule_file_that_would_do_harm_is_not_written(name: str, rules: tuple[Rule, ...], what: str) -> None:
    """In one sentence."""
    with pytest.raises(InputError, match=what):
        rules_file(name, rules)


def test_a_wrong_code_is_not_written() -> None:
    """Only `any` and numbers."""
    with pytest.raises(InputError, match="errorCode"):
        config_file([OnError(code="locked", pattern="* [*]")])


LETTERS = st.text(
    st.characters(codec="utf-8", exclude_characters="[]\r\n", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1
)


@settings(max_examples=200, deadline=None)
@given(title=LETTERS, folder=LETTERS.map(lambda text: "C:\\" + text.strip("\\ ") + "x\\*"), keeps=st.booleans())
def test_whatever_is_written_passes_the_check_and_reads_back(title: str, folder: str, *, keeps: bool) -> None:
    """Marks of XML in titles and paths included."""
    made = rules_file("any", [Rule(title=title, include=(f"{folder} [*.pst]",), keeps=keeps)])
    patterns = {one.text for one in sound(made.encode()).iter("pattern")}

    assert check_rules(made) == ()
    assert patterns == {f"{folder} [*.pst]"}


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.text(), st.text().map(lambda inner: f"<migration urlid='u'><component>{inner}</component></migration>"))
)
def test_the_check_takes_any_text(text: str) -> None:
    """It finds something or nothing, and never fails."""
    assert isinstance(check_rules(text), tuple)
    assert isinstance(check_config(text), tuple)
