"""The second hop, known when a plan is made: which change needs it, by which way, and that none is left to chance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from zdm_automate.errors import InputError, RefusedError
from zdm_automate.hops import route_of, with_routes
from zdm_automate.model import Change, PlannedItem, Preview, Risk, Row, VerbCall, credential_of
from zdm_automate.resources import folders
from zdm_automate.scripts import Library, Verb, parse

LIBRARY = Library.load(folders("ps_scripts"))
COPY = LIBRARY["Copy-ZdmFile"]


HOSTS = {"new": "new.tiny.example.org", "old": "OLD"}


def copying(source: str, **more: Any) -> Change:
    params = {"source": source, "destination": r"C:\Zdm\x.xml"}
    if "credential" in more:
        params["credential"] = more["credential"]
    call = VerbCall(role="new", verb="Copy-ZdmFile", params=params)
    return Change(id="A/1", item="A", call=call, target="copy", before={}, after={}, no_inverse="x", note=more.get("note", ""))


def routed(change: Change, verb: Verb = COPY, *, delegating: tuple[str, ...] = (), hosts: Any = None) -> Any:
    return route_of(change, verb, hosts=hosts or HOSTS, delegating=delegating)


def without_credential() -> Verb:
    """A verb as Copy-ZdmFile that knows no credential."""
    return replace(COPY, parameters=tuple(one for one in COPY.parameters if one.type != "pscredential"))


def test_a_file_of_the_host_itself_needs_no_hop() -> None:
    """The first choice is to run the verb where the thing is."""
    assert routed(copying(r"\\NEW\C$\Zdm\x.xml")) is None


def test_a_credential_that_is_given_is_the_way() -> None:
    """As a parameter, over the sealed session; the plan says whose it is and never what it is."""
    route = routed(copying(r"\\OLD\C$\Zdm\x.xml", credential=credential_of("other")), delegating=("new",))

    assert str(route) == "second hop to OLD, explicit credential: that of other, given as a parameter"
    assert route.params == ()


def test_a_credential_is_given_where_the_verb_takes_one_and_the_machine_has_a_role() -> None:
    """The playbook need not say it; it is the role's own, by the machine's short name in any case."""
    route = routed(copying(r"\\old.tiny.example.org\C$\x"))

    assert route.params == (("Credential", credential_of("old")),)


def test_a_ticket_that_is_handed_on_comes_after_a_credential() -> None:
    """Kerberos with delegation: where the verb takes no credential, or nobody has one for that machine."""
    by_verb = routed(copying(r"\\OLD\C$\x"), without_credential(), delegating=("new",))
    by_machine = routed(copying(r"\\NAS\C$\x"), delegating=("new",))

    said = "Kerberos delegation: the ticket that the session hands on (delegate: true)"
    assert [str(by_verb), str(by_machine)] == [f"second hop to OLD, {said}", f"second hop to NAS, {said}"]


def test_without_a_way_the_plan_is_refused_with_what_was_wrong_with_each() -> None:
    """Now, in the order of least harm, and not at night with `Access is denied`; CredSSP is the last of them."""
    with pytest.raises(RefusedError, match=r"has to go on to NAS") as caught:
        routed(copying(r"\\NAS\C$\x"))
    order = [
        "avoid: run it on NAS",
        "explicit credential: NAS has no role in the plan",
        "scheduled task: ",
        "constrained delegation: ",
        "Kerberos delegation: no ticket is handed on",
        "session configuration: ",
        "CredSSP: it would leave a password on new.tiny.example.org",
    ]
    places = [caught.value.message.find(text) for text in order]

    assert places == sorted(places)
    assert min(places) > 0
    assert caught.value.exit_code == 3
    with pytest.raises(RefusedError, match="explicit credential: Copy-ZdmFile takes none"):
        routed(copying(r"\\OLD\C$\x"), without_credential())


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

    assert routed(change, LIBRARY["Remove-ZdmFile"]) is None


def test_the_route_stands_in_the_plan_beside_what_was_noted() -> None:
    """And the call has its credential; a change of a box, which is no script, is passed over."""
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
    wanted = copying(r"\\OLD\C$\x", note="late")
    rows = tuple(Row(item="A", preview=Preview.CHANGE, text="x", change=one) for one in (wanted, box))
    (item,) = with_routes(
        [PlannedItem(id="A", title="a", risk=Risk.LOW, rows=(*rows, Row(item="A", preview=Preview.SAME, text="y")))],
        LIBRARY,
        hosts=HOSTS,
        delegating=(),
    )

    first, second = (row.change for row in item.rows if row.change is not None)
    assert (first.note, first.route) == ("late", "second hop to OLD, explicit credential: that of old, given as a parameter")
    assert first.call.params["Credential"] == credential_of("old")
    assert (second, second.route) == (box, "")


def test_a_hop_through_a_parameter_that_is_not_there_is_refused() -> None:
    """A spelling mistake in a script's notes would hide the hop."""
    wrong = COPY.source.replace("Hop: Source", "Hop: Sauce")

    with pytest.raises(InputError, match="says Hop: Sauce"):
        parse("Copy-ZdmFile", "host", wrong)
