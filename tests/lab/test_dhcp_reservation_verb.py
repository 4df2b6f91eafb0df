"""The applier of reservations, by module and by netsh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World

    Office = Callable[[str], World]

VERB = "Set-ZdmDhcpReservation"
PLACES = {"module": ("tiny", "OLD", "192.168.50"), "netsh": ("smallbiz", "SBS", "192.168.16")}
BY = pytest.mark.parametrize("by", PLACES)


def wanted(net: str, **own: Any) -> dict[str, Any]:
    return {"ScopeId": f"{net}.0", "IpAddress": f"{net}.70", "ClientId": "00155D0A0B0C", "Name": "new printer", **own}


@BY
@pytest.mark.parametrize("description", ["", "2nd floor"])
def test_a_reservation_is_made_once(do: Do, office: Office, by: str, description: str) -> None:
    """With name, comment and type, whatever form the client's id has; the second call finds it so."""
    name, host, net = PLACES[by]
    world = office(name)
    arguments = wanted(net, Description=description, Type="Dhcp")
    looked = do(world, host, VERB, **arguments, WhatIf=True)
    first = do(world, host, VERB, **arguments)
    second = do(first.world, host, VERB, **{**arguments, "ClientId": "00-15-5d-0a-0b-0c"})

    assert first.error is None
    assert [outcome.rows[0]["Changed"] for outcome in (looked, first, second)] == [False, True, False]
    assert first.rows[0]["Before"] == {"Exists": False, "ClientId": None, "Name": None, "Description": None, "Type": None}
    assert first.rows[0]["After"] == {
        "Exists": True,
        "ClientId": "00-15-5d-0a-0b-0c",
        "Name": "new printer",
        "Description": description,
        "Type": "Dhcp",
    }
    assert looked.world == world
    assert second.world == first.world


def test_the_module_changes_one_and_keeps_its_options(do: Do, office: Office) -> None:
    """Name and client change; the record has what was there."""
    world = do(office("tiny"), "OLD", VERB, **wanted("192.168.50")).world
    at = {"Level": "Reservation", "ScopeId": "192.168.50.0", "Reservation": "192.168.50.70"}
    world = do(world, "OLD", "Set-ZdmDhcpOption", **at, OptionId=15, Type="String", Value=["own.test"]).world
    outcome = do(world, "OLD", VERB, **wanted("192.168.50", Name="scanner", ClientId="00-15-5D-0A-0B-FF"))

    kept = outcome.world.dhcp["OLD"].scopes["192.168.50.0"].reserved("192.168.50.70")
    assert outcome.rows[0]["Before"]["Name"] == "new printer"
    assert kept is not None
    assert (kept.name, kept.client_id) == ("scanner", "00-15-5d-0a-0b-ff")
    assert [option.value for option in kept.options] == [("own.test",)]


def test_netsh_does_not_change_one(do: Do, office: Office) -> None:
    """It could only delete and add, and the options would be gone."""
    world = do(office("smallbiz"), "SBS", VERB, **wanted("192.168.16")).world
    outcome = do(world, "SBS", VERB, **wanted("192.168.16", Name="scanner"))

    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmAlreadyExists"
    assert outcome.world == world


@pytest.mark.parametrize(
    ("by", "change", "error_id"),
    [
        ("module", {"ScopeId": "10.9.9.0"}, "DHCP 20005"),
        ("netsh", {"ScopeId": "10.9.9.0"}, "ZdmNotFound"),
        ("module", {"ClientId": "02-00-5e-10-00-01"}, "DHCP 20022"),
        ("netsh", {"ClientId": "02-00-5e-20-00-01"}, "ZdmNativeExit"),
        ("module", {"ClientId": "printer"}, "ParameterArgumentValidationError"),
    ],
)
def test_a_refused_reservation(do: Do, office: Office, by: str, change: dict[str, Any], error_id: str) -> None:
    """Unknown scope, a client that has an address already, an id that is none."""
    name, host, net = PLACES[by]
    world = office(name)
    outcome = do(world, host, VERB, **wanted(net, **change))

    assert outcome.error is not None
    assert outcome.error.error_id.startswith(error_id)
    assert outcome.world == world
