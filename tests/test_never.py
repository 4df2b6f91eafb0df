"""The never list: each rule bites on a change that breaks it, and lets the right change pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from zdm_automate.facts.base import Fact
from zdm_automate.facts.dhcp import DhcpAuthorization, DhcpExclusion, DhcpFailover, DhcpScope
from zdm_automate.facts.host import Service
from zdm_automate.facts.mail import MailboxMove
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.facts.store import Facts, put
from zdm_automate.model import Change, Effect, VerbCall, credential_of
from zdm_automate.never import RULES, refusals

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SCOPE = DhcpScope(
    scope_id="192.168.16.0", name="Office", description="", subnet_mask="255.255.255.0", start_range="192.168.16.100",
    end_range="192.168.16.200", lease_seconds=3600, state="Active", superscope_name="", delay_milliseconds=0, type="Dhcp",
)  # fmt: skip
WAITS = replace(SCOPE, state="Inactive")
RUNS = Service(name="DHCPServer", display_name="DHCP", state="Running", start_mode="Auto", start_name=None)
OLD, NEW = (
    DhcpAuthorization(dns_name=f"{name}.example.local", ip_address=f"192.168.16.{n}") for name, n in (("sbs", 2), ("dc1", 10))
)
PAIR = DhcpFailover(
    name="cut", partner_server="dc1", mode="HotStandby", server_role="Active", load_balance_percent=None, state="Normal",
    scope_ids=("192.168.16.0",), max_client_lead_time_seconds=3600,
)  # fmt: skip


def store(*facts: tuple[str, Fact]) -> Facts:
    made = Facts(taken_at=NOW, hosts={"old": "SBS", "new": "DC1"})
    for role, one in facts:
        made = made.with_facts(role, one.zdm_type, (*made.by_type.get((role, one.zdm_type), ()), one))
    return made


BOTH = (("old", SCOPE), ("old", RUNS), ("new", OLD), ("new", WAITS), ("new", RUNS))
"""The old server leases; the new one runs with its scope inactive, and is not authorised."""


def change(verb: str, *effects: Effect, temporary: str = "", inverse: VerbCall | None = None, **params: Any) -> Change:
    call = VerbCall(role="new", verb=verb, params=params)
    return Change(
        id="B-1/1",
        item="B-1",
        call=call,
        target="it",
        before={},
        after={},
        effects=effects,
        temporary=temporary,
        inverse=inverse,
    )


def broken(made: Change, facts: Facts | None = None) -> list[str]:
    return [said.partition(":")[0] for said in refusals(made, facts or store())]


ACTIVATE = change("Set-ZdmDhcpScopeState", put("new", SCOPE), scope_id="192.168.16.0", state="Active")
AUTHORISE = change("Add-ZdmDhcpAuthorization", put("new", NEW), dns_name="dc1.example.local", ip_address="192.168.16.10")
START = change("Set-ZdmServiceState", put("new", RUNS), name="DHCPServer", start_mode="Auto", state="Running")


@pytest.mark.parametrize(
    ("made", "facts"),
    [
        (ACTIVATE, store(*BOTH, ("new", NEW))),
        (AUTHORISE, store(*BOTH[:3], ("new", SCOPE), ("new", RUNS))),
        (START, store(*BOTH[:3], ("new", SCOPE), ("new", NEW), ("new", replace(RUNS, state="Stopped")))),
    ],
)
def test_the_last_step_to_two_servers_on_one_range_is_refused(made: Change, facts: Facts) -> None:
    """Whichever step it is: the scope, the authorisation, the service."""
    assert broken(made, facts) == ["N-TWO-DHCP"]
    assert "SBS" in refusals(made, facts)[0]


@pytest.mark.parametrize(
    "facts",
    [
        store(
            ("old", SCOPE), ("old", replace(RUNS, state="Stopped")), ("new", OLD), ("new", NEW), ("new", WAITS), ("new", RUNS)
        ),
        store(("old", WAITS), ("old", RUNS), ("new", OLD), ("new", NEW), ("new", WAITS), ("new", RUNS)),
        store(*BOTH[:2], ("new", NEW), ("new", WAITS), ("new", RUNS)),
        store(*BOTH, ("new", NEW), ("old", PAIR)),
        store(
            *BOTH,
            ("new", NEW),
            ("old", DhcpExclusion(scope_id="192.168.16.0", start_range="192.168.16.150", end_range="192.168.16.200")),
            ("new", DhcpExclusion(scope_id="192.168.16.0", start_range="192.168.16.100", end_range="192.168.16.149")),
        ),
        store(("old", SCOPE), ("old", RUNS), ("new", OLD), ("new", NEW), ("new", SCOPE), ("new", RUNS)),
        store(("new", NEW), ("new", WAITS), ("new", RUNS)),
    ],
    ids=["stopped", "inactive", "not authorised", "failover", "split", "so already", "old unknown"],
)
def test_one_server_on_the_range_is_no_breach(facts: Facts) -> None:
    """The other is down, joined, split from it, or was there before: the change does not make it worse."""
    assert broken(ACTIVATE, facts) == []


def remove(**params: Any) -> Change:
    return change(
        "Remove-ZdmDnsRecord", **{"zone": "example.local", "name": "files", "type": "A", "data": "192.168.16.2", **params}
    )


def told(verb: str, *servers: str) -> Change:
    if verb == "Set-ZdmDnsClient":
        return change(verb, interface_alias="Ethernet", server_addresses=list(servers))
    return change(verb, level="Scope", option_id=6, value=list(servers), vendor_class="")


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (told("Set-ZdmDhcpOption"), "N-NO-DNS"),
        (told("Set-ZdmDhcpOption", ""), "N-NO-DNS"),
        (told("Set-ZdmDnsClient"), "N-NO-DNS"),
        (told("Set-ZdmDhcpOption", "192.168.16.10", "9.9.9.9"), "N-PUBLIC-DNS"),
        (told("Set-ZdmDnsClient", "2620:fe::fe"), "N-PUBLIC-DNS"),
        (remove(zone="_msdcs.example.local", name="dc"), "N-MSDCS"),
        (remove(name="_ldap._tcp.dc._msdcs"), "N-MSDCS"),
        (change("Convert-ZdmDnsZone", zone="_msdcs.example.local", replication_scope="Domain"), "N-MSDCS"),
        (change("Set-ZdmDnsTtl", zone="_MSDCS.example.local", name="@", ttl_seconds=300), "N-MSDCS"),
        (remove(data=""), "N-IDENTITY"),
        (remove(name="*"), "N-IDENTITY"),
        (remove(name=None), "N-IDENTITY"),
        (change("Remove-ZdmFile", path="C:\\Zdm\\*"), "N-IDENTITY"),
        (change("REMOVE-zdmfile", Path=" "), "N-IDENTITY"),
        (change("set-zdmdhcpoption", Level="Scope", OptionId=6, Value=["9.9.9.9"]), "N-PUBLIC-DNS"),
        (change("set-zdmdnsclient", InterfaceAlias="Ethernet", ServerAddresses=[]), "N-NO-DNS"),
        (change("set-ZDMdnsttl", Zone="_msdcs.example.local", Name="@", TtlSeconds=300), "N-MSDCS"),
        (change("uninstall-zdmfeature", Name="ad-domain-services"), "N-DEMOTE"),
        (change("install-zdmfeature", Name="fs-smb1"), "N-FORGET"),
        (change("Remove-ZdmDhcpScope"), "N-IDENTITY"),
        (change("Uninstall-ZdmFeature", name="   "), "N-IDENTITY"),
        (change("Add-ZdmDhcpFailover", name="cut", shared_secret="hunter2"), "N-SECRET"),
        (
            change("Copy-ZdmFile", source="a", inverse=VerbCall(role="new", verb="X", params={"password": "hunter2"})),
            "N-SECRET",
        ),
        (change("Uninstall-ZdmFeature", name="AD-Domain-Services"), "N-DEMOTE"),
        (change("Uninstall-ZdmFeature", name="adcs-cert-authority"), "N-DEMOTE"),
        (change("Install-ZdmFeature", name="FS-SMB1-CLIENT"), "N-FORGET"),
    ],
)
def test_a_rule_bites(made: Change, rule: str) -> None:
    """By the change alone, whatever the facts."""
    assert broken(made) == [rule]


@pytest.mark.parametrize(
    "made",
    [
        told("Set-ZdmDhcpOption", "192.168.16.10"),
        told("Set-ZdmDnsClient", "192.168.16.10", "192.168.16.2"),
        change("Set-ZdmDhcpOption", level="Scope", option_id=42, value=["9.9.9.9"]),
        change("Set-ZdmDnsForwarder", ip_address=["9.9.9.9"]),
        remove(),
        change("Set-ZdmDnsRecord", zone="example.local", name="msdcs-notes", old_data="a", new_data="b"),
        change("Clear-ZdmDnsCache"),
        change("Remove-ZdmDhcpFailover", name="cut"),
        change("Copy-ZdmFile", source="a", destination="b", credential=credential_of("old")),
        change("Uninstall-ZdmFeature", name="DHCP"),
        change("Install-ZdmFeature", name="FS-SMB1-CLIENT", temporary="B-191"),
    ],
    ids=lambda made: str(made.call),
)
def test_the_right_change_passes(made: Change) -> None:
    """The rules do not stand in the way of the work."""
    assert broken(made) == []


def test_every_rule_has_been_seen_to_bite() -> None:
    """No rule without a change in this file that breaks it."""
    marks = test_a_rule_bites.pytestmark[0].args[1]  # type: ignore[attr-defined]

    assert {rule.name for rule in RULES} == {rule for _, rule in marks} | {"N-TWO-DHCP", "N-LOSS"}


MOVE = MailboxMove(
    guid="g", name="anna", source="DB10", target="DB16", batch="zdm-wave-1", held=True, suspended=False, bad_item_limit=0,
    status="Failed", detail="FailedBadItemLimit", bad_items=2,
)  # fmt: skip


def accepted(items: str) -> tuple[str, Fact]:
    answers = ("decision=accept", f"items={items}", "reason=asked")
    return PROJECT, SignOff(item="B-138", step="bad-items-anna-2", by="Maria", at_utc="", answers=answers)


@pytest.mark.parametrize(
    ("verb", "limit", "signed", "bites"),
    [
        ("New-ZdmMailboxMove", 0, "2", False),
        ("New-ZdmMailboxMove", 1, "2", True),
        ("Set-ZdmMailboxMoveLimit", 2, "2", False),
        ("Set-ZdmMailboxMoveLimit", 2, "", True),
        ("Set-ZdmMailboxMoveLimit", 3, "2", True),
        ("Set-ZdmMailboxMoveLimit", 11, "11", True),
        ("Set-ZdmMailboxMoveLimit", -1, "2", True),
    ],
)
def test_damaged_items_are_lost_by_acceptance_alone(verb: str, limit: int, signed: str, bites: bool) -> None:  # noqa: FBT001
    """The number that somebody accepted for what the server counted, and nothing else."""
    facts = store(("new", MOVE), accepted(signed)) if signed else store(("new", MOVE)).with_facts(PROJECT, SignOff.zdm_type, ())

    assert ("N-LOSS" in broken(change(verb, identity="g", bad_item_limit=limit), facts)) == bites
