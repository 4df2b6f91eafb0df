"""A name stands for one recipient or for nobody; never for several, never for all."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.errors import InputError
from zdm_automate.mail.identity import Known, exact, resolve

HOSTILE = [
    "O'Brien",
    'Anna "Boss" Ode',
    "a;Remove-Mailbox",
    r"CORP\anna",
    "Jörg Müller-Lüdenscheidt",
    "x" * 64,
    "`whoami`",
    "$(Get-Mailbox)",
    "a,b",
    "anna | fl",
    "-Confirm:$false",
    "{0}",
    "a/b",
    "Ünïcødé 名前",
]
NAMES = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=64))


def guid(number: int) -> str:
    """The GUID of a made-up recipient."""
    return str(uuid.UUID(int=number + 1))


@given(st.lists(st.lists(NAMES, min_size=1, max_size=3), min_size=1, max_size=6), st.data())
def test_a_name_leads_to_one_guid_or_is_refused(people: list[list[str]], data: st.DataObject) -> None:
    """Over hostile names, also such as are another's alias: the answer is the one that has the name, or an error."""
    known = [Known(guid=guid(n), names=tuple(names)) for n, names in enumerate(people)]
    wanted = data.draw(st.one_of(NAMES, st.sampled_from([name for names in people for name in names])))
    have = {one.guid for one in known if any(name.strip().casefold() == wanted.strip().casefold() for name in one.names)}
    try:
        found = resolve(wanted, known)
    except InputError as refused:
        if refused.error_id == "ZdmAmbiguous":
            assert len(have) > 1
            return
        assert len(have) != 1 or set(wanted) & set("*?") or not wanted.strip() or wanted.strip().startswith("$") or _odd(wanted)
        return

    assert {found} == have


def _odd(text: str) -> bool:
    return any(ord(sign) < 32 or ord(sign) == 127 for sign in text) or text.strip().casefold() == "null"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_names(name: str) -> None:
    """They are compared as they are."""
    assert resolve(name, [Known(guid=guid(1), names=(name,)), Known(guid=guid(2), names=("other",))]) == guid(1)


def test_a_name_that_is_anothers_alias_is_refused() -> None:
    """Both are named, so that one can be chosen."""
    with pytest.raises(InputError, match="stands for 2 recipients"):
        resolve("Anna", [Known(guid=guid(1), names=("Anna", "aode")), Known(guid=guid(2), names=("Anna Zwei", "anna"))])


@pytest.mark.parametrize("bad", ["", " ", "*", "a*", "$null", "nobody"])
def test_what_is_vague_or_nobody_is_refused(bad: str) -> None:
    """Also where only one recipient is there."""
    with pytest.raises(InputError):
        resolve(bad, [Known(guid=guid(1), names=("anna",))])


@pytest.mark.parametrize("bad", ["anna", "00000000-0000-0000-0000-000000000000", "6f9619ff", ""])
def test_only_a_guid_is_exact(bad: str) -> None:
    """The empty GUID is nobody's."""
    with pytest.raises(InputError):
        exact(bad, "mailbox")
