"""The store of facts: asking, overlaying, fingerprinting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.errors import WireError
from zdm_automate.facts.base import fact_class, from_wire, to_wire
from zdm_automate.facts.host import Service
from zdm_automate.facts.project import PROJECT, Temporary
from zdm_automate.facts.store import Facts, FactsMissingError, drop, put

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DHCP = Service(name="DHCPServer", display_name="DHCP Server", state="Running", start_mode="Auto", start_name=None)


def store(*services: Service) -> Facts:
    return Facts(taken_at=NOW, hosts={"old": "SBS"}).with_facts("old", "Zdm.Service", services)


def test_a_fact_is_found_by_key_whatever_the_case() -> None:
    """Windows compares names without regard to case, and so does the store."""
    assert store(DHCP).one("old", Service, "dhcpSERVER") == DHCP


def test_asking_for_what_was_not_read_raises() -> None:
    """A silent host is never taken for an empty one."""
    with pytest.raises(FactsMissingError, match="not read on new"):
        store(DHCP).of("new", Service)


def test_a_failed_reader_gives_its_reason() -> None:
    """The reason why facts are missing reaches whoever asks for them."""
    facts = store(DHCP).without("old", "Zdm.Service", "Get-ZdmService failed: access is denied")

    with pytest.raises(FactsMissingError, match="access is denied"):
        facts.of("old", Service)


def test_an_effect_replaces_the_fact_of_its_key() -> None:
    """Laying an effect over the facts changes one fact and leaves the store as it was."""
    stopped = replace(DHCP, state="Stopped")
    facts = store(DHCP)

    assert facts.after([put("old", stopped)]).of("old", Service) == (stopped,)
    assert facts.of("old", Service) == (DHCP,)


def test_an_effect_can_take_a_fact_away() -> None:
    """A fact that will be gone is gone, and `holds` knows both ways."""
    facts = store(DHCP)
    gone = drop("old", DHCP)

    assert facts.after([gone]).of("old", Service) == ()
    assert not facts.holds(gone)
    assert facts.after([gone]).holds(gone)


def test_the_fingerprint_does_not_depend_on_order() -> None:
    """Readers may answer in any order."""
    other = replace(DHCP, name="DNS")

    assert store(DHCP, other).fingerprint() == store(other, DHCP).fingerprint()


@given(state=st.sampled_from(["Stopped", "Paused", "Start Pending"]))
def test_the_fingerprint_sees_every_field(state: str) -> None:
    """A service in another state is another world."""
    assert store(DHCP).fingerprint() != store(replace(DHCP, state=state)).fingerprint()


def test_the_fingerprint_leaves_out_the_project_and_the_time() -> None:
    """What people sign, and the time of reading, do not make a plan stale."""
    lowered = Temporary(
        role="old", verb="v", target="t", field="f", old_value=2, new_value=1, since_utc=NOW.isoformat(), due_item="B-191"
    )
    later = replace(store(DHCP), taken_at=NOW + timedelta(days=1))

    assert store(DHCP).with_facts(PROJECT, "Zdm.Temporary", [lowered]).fingerprint() == later.fingerprint()


def test_the_fingerprint_sees_a_reader_that_failed() -> None:
    """Facts that are missing are not the same as facts that are not there."""
    assert store().fingerprint() != store().without("old", "Zdm.Service", "x").fingerprint()


def test_a_fact_survives_the_wire() -> None:
    """What goes out under wire names comes back as the same value."""
    assert from_wire({"ZdmType": "Zdm.Service", **to_wire(DHCP)}) == DHCP


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"Name": "DNS"}, "DisplayName"),
        ({**to_wire(DHCP), "Extra": 1}, "Extra"),
        ({**to_wire(DHCP), "State": 4}, "State"),
        ({**to_wire(DHCP), "StartMode": "Sometimes"}, "StartMode"),
    ],
)
def test_an_object_that_does_not_fit_its_schema_is_refused(row: dict[str, object], where: str) -> None:
    """Too few fields, too many, a wrong type, a value outside the set: each is named."""
    with pytest.raises(WireError, match=where):
        from_wire({"ZdmType": "Zdm.Service", **row})


def test_an_unknown_schema_is_refused() -> None:
    """No object is taken on trust."""
    with pytest.raises(WireError, match="Zdm.Nonsense"):
        fact_class("Zdm.Nonsense")
