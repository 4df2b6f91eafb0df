"""The second hop, known when a plan is made: which change needs it, by which way, and that none is left to chance."""

from __future__ import annotations

from typing import Any

import pytest

from zdm_automate.errors import InputError, RefusedError
from zdm_automate.hops import route_of, with_routes
from zdm_automate.model import Change, PlannedItem, Preview, Risk, Row, VerbCall, credential_of
from zdm_automate.resources import folders
from zdm_automate.scripts import Library, parse

LIBRARY = Library.load(folders("ps_scripts"))
COPY = LIBRARY["Copy-ZdmFile"]


def copying(source: str, **more: Any) -> Change:
    params = {"source": source, "destination": r"C:\Zdm\x.xml", "credential": more.get("credential", "none")}
    call = VerbCall(role="new", verb="Copy-ZdmFile", params=params)
    return Change(id="A/1", item="A", call=call, target="copy", before={}, after={}, no_inverse="x", note=more.get("note", ""))


def test_a_file_of_the_host_itself_needs_no_hop() -> None:
    """The first choice is to run the verb where the thing is."""
    assert route_of(copying(r"\\NEW\C$\Zdm\x.xml"), COPY, host="new.tiny.example.org", delegates=False) is None


def test_a_credential_that_is_given_is_the_way() -> None:
    """As a parameter, over the sealed session; the plan says whose it is and never what it is."""
    route = route_of(copying(r"\\OLD\C$\Zdm\x.xml", credential=credential_of("old")), COPY, host="NEW", delegates=True)

    assert str(route) == "second hop to OLD: by the credential of old, given as a parameter"


def test_a_ticket_that_is_handed_on_is_the_next() -> None:
    """Kerberos with delegation."""
    assert "Kerberos hands on" in str(route_of(copying(r"\\OLD\C$\x"), COPY, host="NEW", delegates=True))


def test_without_a_way_the_plan_is_refused() -> None:
    """Now, with what would help, and not at night with `Access is denied`."""
    with pytest.raises(RefusedError, match=r"has to go on to OLD.*Give it a credential"):
        route_of(copying(r"\\OLD\C$\x"), COPY, host="NEW", delegates=False)


def test_a_verb_that_declares_no_hop_has_none() -> None:
    """Whatever its parameters look like."""
    change = Change(
        id="A/1",
        item="A",
        call=VerbCall(role="new", verb="Remove-ZdmFile", params={"path": r"\\OLD\C$\x"}),
        target="x",
        before={},
        after={},
        no_inverse="x",
    )

    assert route_of(change, LIBRARY["Remove-ZdmFile"], host="NEW", delegates=False) is None


def test_the_route_stands_in_the_plan_beside_what_was_noted() -> None:
    """And a change of a box, which is no script, is passed over."""
    box = Change(
        id="A/2",
        item="A",
        call=VerbCall(role="core", verb="Set-ZdmDhcpRelay", params={}),
        target="x",
        before={},
        after={},
        no_inverse="x",
        note="kept",
    )
    wanted = copying(r"\\OLD\C$\x", credential=credential_of("old"), note="late")
    rows = tuple(Row(item="A", preview=Preview.CHANGE, text="x", change=one) for one in (wanted, box))
    (item,) = with_routes(
        [PlannedItem(id="A", title="a", risk=Risk.LOW, rows=(*rows, Row(item="A", preview=Preview.SAME, text="y")))],
        LIBRARY,
        hosts={"new": "NEW"},
        delegating=(),
    )

    notes = [row.change.note for row in item.rows if row.change is not None]
    assert notes == ["late; second hop to OLD: by the credential of old, given as a parameter", "kept"]


def test_a_hop_through_a_parameter_that_is_not_there_is_refused() -> None:
    """A spelling mistake in a script's notes would hide the hop."""
    wrong = COPY.source.replace("Hop: Source", "Hop: Sauce")

    with pytest.raises(InputError, match="says Hop: Sauce"):
        parse("Copy-ZdmFile", "host", wrong)
