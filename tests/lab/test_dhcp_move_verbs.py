"""The DHCP appliers that move a server: export, import, failover, a scope's end, a client's new lease."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.lab.world import files

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World

    Office = Callable[[str], World]

FILE, BACKUP = r"C:\Zdm\zdm-dhcp.dat", r"C:\Zdm\dhcp-backup"


def carried(do: Do, world: World, old: str, new: str, credential: tuple[str, str]) -> World:
    """The world with the role on the new server and the old one's export beside it."""
    for host, verb, arguments in (
        (new, "Install-ZdmFeature", {"Name": "DHCP"}),
        (old, "Export-ZdmDhcp", {"Path": FILE}),
        (new, "Copy-ZdmFile", {"Source": rf"\\{old}\C$\Zdm\zdm-dhcp.dat", "Destination": FILE, "Credential": credential}),
    ):
        outcome = do(world, host, verb, **arguments)
        if outcome.error is not None:
            raise AssertionError(outcome.error)
        world = outcome.world
    return world


MOVES = {
    "export": ("tiny", "OLD", "NEW", (r"TINY\Administrator", "Lab-Tiny-2026!"), False),
    "netsh": ("smallbiz", "SBS", "DC1", (r"EXAMPLE\Administrator", "Lab-Example-2026!"), True),
    "german": ("kanzlei", "SERVER", "DC-NEU", (r"KANZLEI\Administrator", "Lab-Kanzlei-2026!"), True),
}
BY = pytest.mark.parametrize("by", MOVES)


@BY
def test_a_server_is_carried_across(do: Do, office: Office, by: str) -> None:
    """Scopes, options, reservations and leases arrive; a second import finds them there; the database was backed up."""
    name, old, new, credential, netsh = MOVES[by]
    world = carried(do, office(name), old, new, credential)
    wanted = sorted(world.dhcp[old].scopes)
    arguments = {"Path": FILE, "ScopeId": wanted, "BackupPath": BACKUP, "Leases": True, "Netsh": netsh}

    first = do(world, new, "Import-ZdmDhcp", **arguments)
    second = do(first.world, new, "Import-ZdmDhcp", **arguments)

    assert first.error is None
    assert first.rows[0]["Changed"] is True
    assert (first.rows[0]["Before"], first.rows[0]["After"]) == ({"ScopeIds": []}, {"ScopeIds": wanted})
    assert first.world.dhcp[new].scopes == first.world.dhcp[old].scopes
    assert first.world.dhcp[new].options == first.world.dhcp[old].options
    assert first.world.host(new).running("DHCPServer")
    assert files.entry(first.world.host(new), BACKUP) is not None
    assert second.rows[0]["Changed"] is False
    assert second.world == first.world


@BY
def test_an_import_that_is_only_looked_at(do: Do, office: Office, by: str) -> None:
    """With -WhatIf nothing happens."""
    name, old, new, credential, netsh = MOVES[by]
    world = carried(do, office(name), old, new, credential)
    arguments = {"Path": FILE, "ScopeId": sorted(world.dhcp[old].scopes), "BackupPath": BACKUP, "Netsh": netsh}
    outcome = do(world, new, "Import-ZdmDhcp", **arguments, WhatIf=True)

    assert outcome.rows[0]["Changed"] is False
    assert outcome.world == world


@pytest.mark.parametrize(
    ("change", "error_id"),
    [
        ({"Path": r"C:\Zdm\none.dat"}, "ZdmNotFound"),
        ({"Netsh": True}, "ZdmNativeExit"),
        ({"ScopeId": ["10.9.9.0"]}, "ZdmVerifyFailed"),
        ({"BackupPath": ""}, "ParameterArgumentValidationError"),
    ],
)
def test_a_refused_import(do: Do, office: Office, change: dict[str, Any], error_id: str) -> None:
    """No file, a file of the other kind, a scope that was not in it, no place for the backup."""
    name, old, new, credential, _ = MOVES["export"]
    world = carried(do, office(name), old, new, credential)
    arguments = {"Path": FILE, "ScopeId": ["192.168.50.0"], "BackupPath": BACKUP, **change}
    outcome = do(world, new, "Import-ZdmDhcp", **arguments)

    assert outcome.error is not None
    assert outcome.error.error_id.startswith(error_id)


def test_an_import_needs_a_new_server(do: Do, office: Office) -> None:
    """2008 R2 is refused for its PowerShell, a host without the role for its module."""
    for name, host in (("smallbiz", "SBS"), ("tiny", "NEW")):
        outcome = do(office(name), host, "Import-ZdmDhcp", Path=FILE, ScopeId=["192.168.50.0"], BackupPath=BACKUP)
        assert outcome.error is not None
        assert outcome.error.error_id == "ZdmUnsupported"


@BY
def test_an_export_is_made_anew_each_time(do: Do, office: Office, by: str) -> None:
    """The leases of the moment are what counts: an earlier file is replaced, its folder made, and nothing else touched."""
    name, old, _, _, _ = MOVES[by]
    world = office(name)
    first = do(world, old, "Export-ZdmDhcp", Path=FILE)
    later = do(first.world, old, "Set-ZdmDhcpSetting", ConflictDetectionAttempts=4).world
    second = do(later, old, "Export-ZdmDhcp", Path=FILE)

    assert (first.rows[0]["Changed"], second.rows[0]["Changed"]) == (True, True)
    assert first.rows[0]["Before"]["Exists"] is False
    assert second.rows[0]["Before"]["Sha256"] == first.rows[0]["After"]["Sha256"]
    assert second.rows[0]["After"]["Sha256"] != first.rows[0]["After"]["Sha256"]
    assert first.world.dhcp == world.dhcp


def test_an_export_goes_into_the_toolkits_folder_only(do: Do, office: Office) -> None:
    """Any other path is refused by the parameter."""
    outcome = do(office("tiny"), "OLD", "Export-ZdmDhcp", Path=r"C:\Windows\dhcp.xml")

    assert outcome.error is not None
    assert outcome.error.error_id.startswith("ParameterArgumentValidationError")


# --- failover ---

NAME = "zdm-cutover"
PARTNER = "br-dc02.branch.example.net"
PAIR: dict[str, Any] = {"Name": NAME, "PartnerServer": PARTNER, "ScopeId": ["10.20.0.0"], "ServerRole": "Active"}


@pytest.fixture
def branch(do: Do, office: Office) -> World:
    """The office with both servers authorised."""
    pair = {"DnsName": PARTNER, "IpAddress": "10.20.0.11"}
    return do(office("branch"), "BR-DC02", "Add-ZdmDhcpAuthorization", **pair).world


def test_a_pair_shares_scopes_and_leases(do: Do, branch: World) -> None:
    """The relationship shows on both sides with opposite roles; made twice it is made once."""
    first = do(branch, "BR-DC01", "Add-ZdmDhcpFailover", **PAIR)
    second = do(first.world, "BR-DC01", "Add-ZdmDhcpFailover", **PAIR)
    rows = [do(first.world, host, "Get-ZdmDhcpFailover").rows[0] for host in ("BR-DC01", "BR-DC02")]

    assert (first.error, second.error) == (None, None)
    assert (first.rows[0]["Changed"], second.rows[0]["Changed"]) == (True, False)
    assert first.rows[0]["Before"] == {"PartnerServer": None, "ScopeIds": []}
    assert first.rows[0]["After"] == {"PartnerServer": PARTNER, "ScopeIds": ["10.20.0.0"]}
    assert [row["ServerRole"] for row in rows] == ["Active", "Standby"]
    assert rows[0]["MaxClientLeadTimeSeconds"] == 3600
    assert first.world.dhcp["BR-DC02"].scopes == first.world.dhcp["BR-DC01"].scopes


def test_the_server_that_ends_the_pair_keeps_the_scopes(do: Do, branch: World) -> None:
    """Removed on the new server, the old one is left without; removed twice it is removed once."""
    joined = do(branch, "BR-DC01", "Add-ZdmDhcpFailover", **PAIR).world
    first = do(joined, "BR-DC02", "Remove-ZdmDhcpFailover", Name=NAME)
    second = do(first.world, "BR-DC02", "Remove-ZdmDhcpFailover", Name=NAME)

    assert (first.rows[0]["Changed"], second.rows[0]["Changed"]) == (True, False)
    assert sorted(first.world.dhcp["BR-DC02"].scopes) == ["10.20.0.0"]
    assert first.world.dhcp["BR-DC01"].scopes == {}
    assert first.world.dhcp["BR-DC01"].failovers == ()


def test_a_pair_of_another_kind_is_in_the_way(do: Do, branch: World) -> None:
    """The name is taken by a relationship with other scopes: nothing is changed."""
    world = do(branch, "BR-DC01", "Add-ZdmDhcpFailover", **PAIR).world
    outcome = do(world, "BR-DC01", "Add-ZdmDhcpFailover", **{**PAIR, "ScopeId": ["10.30.0.0"]})

    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmAlreadyExists"
    assert outcome.world == world


@pytest.mark.parametrize(
    ("change", "error_id"),
    [({"ScopeId": ["10.30.0.0"]}, "DHCP 20005"), ({"PartnerServer": "nobody.branch.example.net"}, "WIN32 1722")],
)
def test_what_windows_refuses_passes_through(do: Do, branch: World, change: dict[str, Any], error_id: str) -> None:
    """An unknown scope and a partner that cannot be reached keep Windows' own ids."""
    outcome = do(branch, "BR-DC01", "Add-ZdmDhcpFailover", **{**PAIR, **change})

    assert outcome.error is not None
    assert outcome.error.error_id.startswith(error_id)
    assert outcome.world == branch


def test_an_old_server_knows_no_failover(do: Do, office: Office) -> None:
    """The reader gives nothing there, the appliers are refused."""
    world = office("smallbiz")
    assert do(world, "SBS", "Get-ZdmDhcpFailover").rows == ()
    for verb, arguments in (("Add-ZdmDhcpFailover", PAIR), ("Remove-ZdmDhcpFailover", {"Name": NAME})):
        outcome = do(world, "SBS", verb, **arguments)
        assert outcome.error is not None
        assert outcome.error.error_id == "ZdmUnsupported"


# --- a scope's end, a client's new lease ---


def test_only_an_inactive_scope_is_removed(do: Do, office: Office) -> None:
    """An active one is refused; one with leases goes once it is inactive; gone is gone."""
    world = office("tiny")
    refused = do(world, "OLD", "Remove-ZdmDhcpScope", ScopeId="192.168.50.0")
    idle = do(world, "OLD", "Set-ZdmDhcpScopeState", ScopeId="192.168.50.0", State="Inactive").world
    first = do(idle, "OLD", "Remove-ZdmDhcpScope", ScopeId="192.168.50.0")
    second = do(first.world, "OLD", "Remove-ZdmDhcpScope", ScopeId="192.168.50.0")

    assert refused.error is not None
    assert refused.error.error_id == "ZdmPrecondition"
    assert (first.rows[0]["Before"], first.rows[0]["After"]) == ({"State": "Inactive"}, {"State": None})
    assert (first.rows[0]["Changed"], second.rows[0]["Changed"]) == (True, False)
    assert first.world.dhcp["OLD"].scopes == {}


def test_a_client_asks_anew(do: Do, office: Office) -> None:
    """Released and renewed by whoever serves; the record says who."""
    world = office("tiny")
    looked = do(world, "PC1", "Update-ZdmDhcpClientLease", InterfaceAlias="ethernet", WhatIf=True)
    renewed = do(world, "PC1", "Update-ZdmDhcpClientLease", InterfaceAlias="ethernet")

    assert (looked.rows[0]["Changed"], renewed.rows[0]["Changed"]) == (False, True)
    assert looked.world == world
    assert renewed.rows[0]["After"]["DhcpServer"] == "192.168.50.2"
    assert renewed.world.clients["PC1"].obtained == world.now


def test_a_client_that_nobody_answers(do: Do, office: Office) -> None:
    """The address is gone and the verb says that there is no new one."""
    world = do(office("tiny"), "OLD", "Set-ZdmDhcpScopeState", ScopeId="192.168.50.0", State="Inactive").world
    outcome = do(world, "PC1", "Update-ZdmDhcpClientLease", InterfaceAlias="Ethernet")

    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmNativeExit"
    assert outcome.world.clients["PC1"].address == ""


@pytest.mark.parametrize(
    ("host", "alias", "error_id"), [("PC1", "Wi-Fi 7", "ZdmNotFound"), ("NEW", "Ethernet", "ZdmPrecondition")]
)
def test_an_adapter_that_leases_nothing(do: Do, office: Office, host: str, alias: str, error_id: str) -> None:
    """Unknown adapters and fixed addresses are refused."""
    outcome = do(office("tiny"), host, "Update-ZdmDhcpClientLease", InterfaceAlias=alias)

    assert outcome.error is not None
    assert outcome.error.error_id == error_id
