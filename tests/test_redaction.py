"""Secrets are taken out by value, in every form they may take on the way to a file."""

from __future__ import annotations

import base64
import json
from pathlib import PurePosixPath
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.redaction import SHORTEST, Redactor
from zdm_automate.secrets import MASK, Secret

CANARY = "Pä55 w&rd<\"o'f+the/lab\\"
REDACTOR = Redactor([Secret(CANARY)])


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        json.dumps(CANARY)[1:-1],
        json.dumps(CANARY, ensure_ascii=False)[1:-1],
        escape(CANARY),
        escape(CANARY, {'"': "&quot;", "'": "&apos;"}),
        CANARY.replace("'", "''"),
        CANARY.encode().hex(),
        CANARY.encode("utf-16-le").hex(),
    ],
    ids=["plain", "url", "form", "json-ascii", "json", "xml", "xml-attribute", "powershell", "hex", "utf-16 hex"],
)
def test_a_secret_is_found_in_each_written_form(form: str) -> None:
    """The text around it stays as it was."""
    assert REDACTOR.text(f"before {form} after") == f"before {MASK} after"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("lead", ["", "x", "xx"])
@pytest.mark.parametrize("tail", ["", "y", "yy"])
def test_a_secret_is_found_in_base64_of_a_longer_text(lead: str, tail: str, encoding: str) -> None:
    """Whatever stands around it, at each of the three offsets, the characters that are its alone go."""
    coded = base64.b64encode(lead.encode() + CANARY.encode(encoding) + tail.encode()).decode()
    whole = base64.b64encode(CANARY.encode(encoding)).decode()
    shown = REDACTOR.text(coded)

    assert MASK in shown
    assert len(shown) <= len(MASK) + 9
    assert whole[4:-4] not in shown


@given(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=SHORTEST, max_size=30), st.binary(max_size=8)
)
def test_no_form_of_any_secret_survives(secret: str, around: bytes) -> None:
    """Holds for every password and whatever stands before it."""
    redactor = Redactor([Secret(secret)])
    if secret in MASK * 3:
        return
    for text in (secret, f"https://x/?p={quote_plus(secret)}", json.dumps({"p": secret}), f"<p>{escape(secret)}</p>"):
        assert secret not in redactor.text(text).replace(MASK, "")
    coded = base64.b64encode(around + secret.encode("utf-16-le")).decode()
    assert MASK in redactor.text(coded)


def test_a_value_is_searched_through() -> None:
    """Keys, lists, nested mappings; numbers and truth values stay what they are."""
    value = {"a": [1, True, None, 2.5, f"x{CANARY}"], CANARY: {"b": (CANARY,)}, "c": Secret(CANARY)}

    assert REDACTOR.value(value) == {"a": [1, True, None, 2.5, f"x{MASK}"], MASK: {"b": [MASK]}, "c": MASK}


def test_what_is_no_json_value_is_searched_as_its_text() -> None:
    """A path or an exception would otherwise be written out after the search."""
    redactor = Redactor([Secret("hunter22")])

    assert redactor.value({"path": PurePosixPath("/srv/hunter22"), "error": ValueError("hunter22!")}) == {
        "path": f"/srv/{MASK}",
        "error": f"{MASK}!",
    }


def test_the_longer_of_two_secrets_goes_first() -> None:
    """A password that begins like another one leaves no rest."""
    redactor = Redactor([Secret("Winter")]).with_secrets([Secret("Winter2026")])

    assert redactor.text("Winter2026 Winter") == f"{MASK} {MASK}"


def test_a_secret_of_few_characters_is_not_searched_for() -> None:
    """It would take ordinary words apart; fetching such a password is refused (test_keys)."""
    assert Redactor([Secret("abc")]).text("abc") == "abc"
