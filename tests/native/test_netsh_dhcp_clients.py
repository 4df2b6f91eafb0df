"""What `netsh dhcp server scope X show clients 1` says, in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.errors import WireError
from zdm_automate.facts.dhcp import DhcpLease
from zdm_automate.native import netsh_dhcp
from zdm_automate.native.registry import NativeText, parse

DATA = Path(__file__).parent / "data"
SCOPE = "# scope 192.0.2.0"


def leases(*lines: str, scope: str = SCOPE) -> dict[str, DhcpLease]:
    text = NativeText(tool="netsh", command="dhcp server scope show clients 1", exit_code=0, lines=(scope, *lines))
    return {fact.ip_address: fact for fact in parse(text) if isinstance(fact, DhcpLease)}


def of_file(language: str) -> dict[str, DhcpLease]:
    return leases(*(DATA / f"netsh_dhcp_clients.{language}.txt").read_text(encoding="utf-8").splitlines())


def test_the_module_registers_itself() -> None:
    """Importing it is enough."""
    assert netsh_dhcp.parse_clients is not None


def test_every_row_is_a_lease() -> None:
    """Headings, rules and counts are none; the scope comes from the reader's own first line."""
    found = of_file("en")

    assert list(found) == ["192.0.2.60", "192.0.2.61", "192.0.2.70", "192.0.2.71", "192.0.2.72"]
    assert {lease.scope_id for lease in found.values()} == {"192.0.2.0"}
    assert {lease.expires_at_utc for lease in found.values()} == {None}


def test_a_reservation_has_a_word_instead_of_a_date() -> None:
    """In use or not."""
    found = of_file("en")

    assert [found[f"192.0.2.{n}"].state for n in (60, 61, 70)] == ["ActiveReservation", "InactiveReservation", "Active"]


def test_names_may_have_hyphens_or_be_missing() -> None:
    """Hyphens part the columns too; a dial-in client has a long id that fills its column, and no name."""
    found = of_file("en")

    assert found["192.0.2.70"].host_name == "pc-1.example.test"
    assert found["192.0.2.70"].client_id == "00-15-5d-0a-0b-21"
    assert found["192.0.2.71"].host_name == ""
    assert found["192.0.2.71"].client_id == "52-41-53-20-f0-9f-8c-7a-4b-01-00-00-00-00-00-00"


def test_an_address_in_conflict_is_bad() -> None:
    """The name BAD_ADDRESS is the same in every language."""
    for language in ("en", "de"):
        bad = [lease for lease in of_file(language).values() if lease.is_bad]
        assert [(lease.ip_address, lease.state) for lease in bad] == [("192.0.2.72", "Declined")]


def test_a_german_list_gives_the_same() -> None:
    """Words and dates are not read, only where they stand."""
    english, german = of_file("en"), of_file("de")

    assert german["192.0.2.70"] == english["192.0.2.70"]
    assert german["192.0.2.60"].state == "ActiveReservation"
    assert german["192.0.2.60"].host_name == "drucker-büro.example.test"


@pytest.mark.parametrize("when", ["2025-03-12 16:05:06", "12/03/2025 16:05", "12.03.2025 16:05:06", "12. 3. 2025 16:05:06"])
def test_dates_of_any_country(when: str) -> None:
    """A date with hyphens does not shift the columns, not even behind an id that fills its own."""
    long = "52-41-53-20-f0-9f-8c-7a"
    for client in ("00-15-5d-0a-0b-21   ", long):
        [lease] = leases(f"192.0.2.70      - 255.255.255.0  - {client}-{when}  -D-  pc1").values()
        assert (lease.client_id, lease.host_name, lease.state) == (client.strip(), "pc1", "Active")


def test_an_empty_scope_has_no_leases() -> None:
    """No row, no lease, no error."""
    assert leases("", "No of Clients(version 4): 0 in the Scope : 192.0.2.0.", "") == {}


def test_the_scope_must_be_named() -> None:
    """The sentence that names it is in the host's language; the reader puts its own line before the text."""
    with pytest.raises(WireError, match="which scope"):
        leases("", scope="")
