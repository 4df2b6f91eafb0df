"""For each predicate of a gate that works: a world where it is true, one where it is false, one where nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from zdm_automate.checklist import Checklist, load_checklist
from zdm_automate.facts.base import Fact
from zdm_automate.facts.dhcp import (
    DhcpAuthorization,
    DhcpExclusion,
    DhcpFailover,
    DhcpOption,
    DhcpReservation,
    DhcpScope,
    DhcpServer,
)
from zdm_automate.facts.dns import DnsAnswer, DnsRecord, DnsZone
from zdm_automate.facts.host import HostInventory, PendingReboot, Service
from zdm_automate.facts.mail import ExchangeServer, Mailbox, MailboxDatabase, MailboxMove, MailConnector, MailUrl, Scp
from zdm_automate.facts.mail_service import MailQueue, MailReceived, PublicFolderDatabase
from zdm_automate.facts.project import PROJECT, SignOff, Temporary
from zdm_automate.facts.store import Facts
from zdm_automate.gates import ListedRow, MadeChange, View
from zdm_automate.limits import Limits
from zdm_automate.rehearsal import Hashes, Record, WayBack, basis_of
from zdm_automate.resources import folders
from zdm_automate.steps import Read
from zdm_automate.window import WindowSection

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
LIST: Checklist = load_checklist("B", folders("playbooks", ()))
WINDOW = WindowSection.model_validate(
    {"time_zone": "UTC", "start": "2026-03-07T18:00", "fallback": "2026-03-08T04:00", "end": "2026-03-08T08:00"}
).window
GATE_ROWS = {"G-START": "B-080", "G-CUT": "B-151", "G-ACCEPT": "B-163", "G-CLOSE": "B-193", "G-DHCP": "B-104", "G-DNS": "B-156"}
GATE_ROWS |= {"G-COMPLETE-MAIL": "B-139", "G-EXREMOVE": "B-142"}

Shape = Callable[[View], View]


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def rows(state: str = "done", **other: str) -> tuple[ListedRow, ...]:
    """All rows of checklist B in one state, some in another: `rows(B_001="open")`."""
    return tuple(ListedRow(item, other.get(item.id.replace("-", "_"), state)) for item in LIST.items)


def view(**changed: Any) -> View:
    """A view on an empty project in the middle of its golden hours."""
    facts = Facts(taken_at=NOW, hosts={"old": "SBS", "new": "DC1"})
    for kind in (SignOff, Temporary):
        facts = facts.with_facts(PROJECT, kind.zdm_type, ())
    plain = {"now": NOW, "limits": Limits(), "window": WINDOW, "letter": "B", "rows": rows(), "service_request": "SR-1"}
    return View(facts=facts, **{**plain, **changed})


def seen(*facts: tuple[str, Fact], kinds: tuple[tuple[str, type[Fact]], ...] = ()) -> Shape:
    """The view with these facts, by role; `kinds` were read and there is none."""

    def shape(made: View) -> View:
        store = made.facts
        for role, kind in kinds:
            store = store.with_facts(role, kind.zdm_type, ())
        for role, one in facts:
            kept = store.by_type.get((role, one.zdm_type), ())
            store = store.with_facts(role, one.zdm_type, (*kept, one))
        return replace(made, facts=store)

    return shape


def sign(gate: str, step: str, at: datetime = NOW, **answers: str) -> Shape:
    """The view in which a step of the gate was signed."""
    told = tuple(f"{name.replace('_', ' ')}={value}" for name, value in answers.items())
    return seen((PROJECT, SignOff(item=GATE_ROWS[gate], step=step, by="Ada", at_utc=at.isoformat(), answers=told)))


def both(*shapes: Shape) -> Shape:
    def shape(made: View) -> View:
        for one in shapes:
            made = one(made)
        return made

    return shape


def but(**changed: Any) -> Shape:
    return lambda made: replace(made, **changed)


NOTHING: Shape = lambda made: made  # noqa: E731 - a world like the others

# --- DHCP ---

SCOPE = DhcpScope(
    scope_id="192.168.16.0", name="Office", description="", subnet_mask="255.255.255.0", start_range="192.168.16.100",
    end_range="192.168.16.200", lease_seconds=3600, state="Active", superscope_name="", delay_milliseconds=0, type="Dhcp",
)  # fmt: skip
WAITS = replace(SCOPE, state="Inactive")
RUNS = Service(name="DHCPServer", display_name="DHCP", state="Running", start_mode="Auto", start_name=None)
SERVER = DhcpServer(
    is_authorized=False, is_domain_joined=True, conflict_detection_attempts=2, bindings=(), module_version="2.0",
    audit_log_path=None,
)  # fmt: skip
PAIR = DhcpFailover(
    name="cut", partner_server="dc1", mode="HotStandby", server_role="Active", load_balance_percent=None, state="Normal",
    scope_ids=("192.168.16.0",), max_client_lead_time_seconds=3600,
)  # fmt: skip
NEW_LISTED = DhcpAuthorization(dns_name="dc1.example.local", ip_address="192.168.16.10")
DHCP_INTENT = {"old_address": "192.168.16.2", "new_address": "192.168.16.10", "lease_seconds": 3600, "relays": ()}


def dhcp(*facts: tuple[str, Fact], runs: Service = RUNS, **changed: Any) -> Shape:
    """Two DHCP servers without a relationship, an old one that runs, and these facts besides."""
    kinds = tuple((r, k) for r in ("old", "new") for k in (DhcpScope, DhcpExclusion, DhcpReservation, DhcpOption, DhcpFailover))
    base = seen(("old", runs), *facts, kinds=(*kinds, ("new", DhcpAuthorization)))
    return both(base, but(intents={"dhcp_cutover": DHCP_INTENT}, **changed))


def exported(**span: float) -> tuple[MadeChange, ...]:
    return (MadeChange(verb="Export-ZdmDhcp", role="old", at=ago(**span)),)


def lowered(role: str, verb: str, target: str, old_value: int, **span: float) -> tuple[str, Fact]:
    entry = Temporary(
        role=role, verb=verb, target=target, field="x", old_value=old_value, new_value=60, since_utc=ago(**span).isoformat(),
        due_item="B-191",
    )  # fmt: skip
    return PROJECT, entry


def lease(**span: float) -> tuple[str, Fact]:
    return lowered("old", "Set-ZdmDhcpLeaseDuration", "192.168.16.0", 691200, **span)


# --- mail ---

REQUEST = MailboxMove(
    guid="1", name="anna", source="DB10", target="DB16", batch="zdm-wave-1", held=True, suspended=False, bad_item_limit=0,
    status="AutoSuspended", detail="AutoSuspended", percent=95,
)  # fmt: skip
URI = "https://mail.example.com/a.xml"
MAIL_INTENT = {"batch": "zdm", "completing": (), "bad_items": 1, "scp": URI}


def mail(*facts: Fact) -> Shape:
    """An Exchange server with these requests and connection points."""
    kinds = (("mail", MailboxMove), ("mail", Scp))
    named = tuple(("mail", one) for one in facts)
    return both(seen(*named, kinds=kinds), but(intents={"mailbox_moves": MAIL_INTENT}, limits=Limits(bad_items=1)))


EX_INTENT = {**MAIL_INTENT, "old_servers": ("EX10",), "source_databases": ("DB10",)}
EX_OLD = ExchangeServer(name="EX10", fqdn="ex10.x.net", version="2010", build="14", roles="")
EX_NEW = replace(EX_OLD, name="EX16", fqdn="ex16.x.net", version="2016")
DB_OLD = MailboxDatabase(name="DB10", server="EX10", mounted=True, circular=False, size=0, last_backup="")
DB_NEW = replace(DB_OLD, name="DB16", server="EX16", last_backup=ago(hours=5).isoformat())
ANNA = Mailbox(
    guid="1", name="Anna", alias="anna", address="a@x.net", addresses=(), kind="UserMailbox", database="DB16", server="EX16",
    on_hold=False, has_archive=False, forwards_to="", on_behalf=(), quota=None,
)  # fmt: skip
QUEUE = MailQueue(queue="EX10\\Submission", kind="Undefined", status="Ready", count=0, hop="", error="")
TAKEN = MailReceived(server="EX10", at_utc=ago(hours=49).isoformat(), source="SMTP", sender="a@b.c")
OUT = MailConnector(kind="send", name="Internet", servers=("EX16",), addresses=("*",), anonymous=False)
POINT = Scp(server="EX10", uri="https://mail.x.net/a.xml")
WEB = MailUrl(server="EX16", service="ews", directory="d", internal_url="https://mail.x.net/EWS", external_url="")
EX_KINDS = (Mailbox, MailboxMove, PublicFolderDatabase, MailQueue, MailReceived, MailConnector, Scp, MailUrl)


def exchange(
    *facts: Fact, servers: tuple[Fact, ...] = (EX_OLD, EX_NEW), databases: tuple[Fact, ...] = (DB_OLD, DB_NEW)
) -> Shape:
    """An organisation whose old server may go, and these facts besides."""
    kinds = tuple(("mail", kind) for kind in EX_KINDS)
    named = tuple(("mail", one) for one in (*servers, *databases, *facts))
    return both(seen(*named, kinds=kinds), but(intents={"mailbox_moves": EX_INTENT}))


# --- DNS ---

ZONE = DnsZone(
    zone_name="example.local", zone_type="Primary", is_ds_integrated=True, replication_scope="Domain", dynamic_update="Secure",
    is_reverse=False, is_auto_created=False, aging_enabled=False,
)  # fmt: skip
RECORD = DnsRecord(
    zone_name="example.local", host_name="files", record_type="A", data="192.168.16.2", ttl_seconds=300, timestamp_utc=None,
    is_static=True,
)  # fmt: skip
MOVE = {"zone": "example.local", "name": "files", "type": "A", "old": "192.168.16.2", "new": "192.168.16.20"}
DNS_INTENT = {"old_address": "192.168.16.2", "new_address": "192.168.16.10", "ttl_seconds": 300, "moves": (MOVE,)}


def dns(*facts: tuple[str, Fact], record: DnsRecord = RECORD) -> Shape:
    return both(seen(("new", ZONE), ("new", record), *facts), but(intents={"dns_cutover": DNS_INTENT}))


def answers(status: Any) -> tuple[tuple[str, Fact], ...]:
    made = DnsAnswer(
        name="files.example.local", record_type="A", server="192.168.16.2", status="Success", answers=(), ttl_seconds=1
    )
    return ("new", made), ("new", replace(made, server="192.168.16.10", status=status))


TTL = ("Set-ZdmDnsTtl", "files.example.local A", 3600)

# --- hosts ---

SBS = HostInventory(
    os_caption="Windows Small Business Server 2011", os_version="6.1.7601", service_pack=1, product_type=2, product_suite=0x21,
    installed_at_utc=None, last_boot_utc=None, ps_version="5.1", domain="example.local", domain_role=5, system_type="x64",
    manufacturer="", model="", serial_number="", memory_bytes=1, culture="en-US", machine_uuid="", windows_serial="",
)  # fmt: skip
REBOOT = PendingReboot(pending=False, reasons=())
WAITING = PendingReboot(pending=True, reasons=("WindowsUpdate",))
BACKUP = {"good": ago(hours=3).isoformat(), "old": ago(hours=30).isoformat()}

# --- rehearsal ---

DNS_WANTED: dict[str, Any] = {"intents": {"dns_cutover": DNS_INTENT}}
HASHES = Hashes(playbooks={"dns_cutover": "b"}, scripts={"Get-ZdmDnsZone": "s"})
RECORD_OF_DNS = Record(
    id="20260306-200000",
    project="Example",
    service_request="SR-1",
    operator="Ada",
    version="1",
    playbooks={"dns_cutover": "b"},
    scripts={"Get-ZdmDnsZone": "s"},
    lab={"kind": "embedded", "office": "client"},
    real=False,
    started=ago(days=1, hours=2).isoformat(),
    ended=ago(days=1).isoformat(),
    rollbacks=(WayBack(playbook="dns_cutover", run="r", items=("B-100",), minutes=1, result="done"),),
    basis=basis_of(
        Facts(taken_at=NOW, hosts={"new": "DC1"}).with_facts("new", DnsZone.zdm_type, (ZONE,)),
        [Read(role="new", verb="Get-ZdmDnsZone")],
    ),
)


def rehearsed(record: Record = RECORD_OF_DNS, *zones: DnsZone, days: float = 1, hashes: Hashes = HASHES) -> Shape:
    """A project whose one playbook was rehearsed so many days ago, with these zones at the client now."""
    aged = replace(record, ended=ago(days=days).isoformat())
    now = [("new", zone) for zone in zones or (ZONE,)]
    return both(seen(*now), but(rehearsals=(aged,), **DNS_WANTED, hashes=hashes))


SMOKE = tuple((number, f"check {number}", number != 18) for number in range(1, 21))
NO_ROWS = but(rows=())


def by_row(row: str) -> tuple[Shape, Shape, Shape]:
    """A row that is done, one that is open, and no checklist."""
    return NOTHING, but(rows=rows(**{row.replace("-", "_"): "open"})), NO_ROWS


def by_step(gate: str, step: str, good: dict[str, str], bad: dict[str, str]) -> tuple[Shape, Shape, Shape]:
    """A step signed well, signed badly, and not signed."""
    return sign(gate, step, **good), sign(gate, step, **bad), NOTHING


def smoke(number: int) -> tuple[Shape, Shape, Shape]:
    name = f"smoke-{number:02}"
    good, bad = (both(but(smoke=SMOKE), sign("G-ACCEPT", name, result=word)) for word in ("ok", "failed"))
    if number == 18:  # a check that does not block is never false
        blocking = tuple((n, text, True) for n, text, _ in SMOKE)
        bad = both(but(smoke=blocking), sign("G-ACCEPT", name, result="failed"))
    return good, bad, NOTHING


def accepted(**since: float) -> Shape:
    """One PC, accepted so long ago."""
    wish = {"profile_copy": {"pcs": [{"old": "pc01", "new": "nb01"}], "keep_days": 30}}
    said = SignOff(item="B-173g", step="nb01-anna", by="Ada", at_utc=ago(**since).isoformat())
    return both(but(intents=wish), seen((PROJECT, said)))


WORLDS: dict[tuple[str, str], tuple[Shape, Shape, Shape]] = {
    ("G-DHCP", "old-export"): (dhcp(made=exported(minutes=10)), dhcp(made=exported(minutes=31)), NOTHING),
    ("G-DHCP", "scopes-equal"): (
        dhcp(("old", SCOPE), ("new", WAITS)),
        dhcp(("old", SCOPE), ("new", replace(WAITS, end_range="192.168.16.199"))),
        dhcp(("old", SCOPE), ("new", WAITS), runs=replace(RUNS, state="Stopped")),
    ),
    ("G-DHCP", "new-silent"): (dhcp(("new", WAITS)), dhcp(("new", WAITS), ("new", NEW_LISTED)), NOTHING),
    ("G-DHCP", "conflict-detection"): (
        dhcp(("new", SERVER)),
        dhcp(("new", replace(SERVER, conflict_detection_attempts=0))),
        both(dhcp(), seen(kinds=(("new", DhcpServer),))),
    ),
    ("G-DHCP", "lease-age"): (dhcp(("old", SCOPE), lease(days=8)), dhcp(("old", SCOPE), lease(days=7.9)), NOTHING),
    ("G-DHCP", "relays"): (
        dhcp(("old", SCOPE)),
        dhcp(("old", replace(SCOPE, scope_id="192.168.17.0"))),
        NOTHING,
    ),
    ("G-COMPLETE-MAIL", "mailboxes-synced"): (
        mail(REQUEST),
        mail(REQUEST, replace(REQUEST, guid="2", status="InProgress")),
        NOTHING,
    ),
    ("G-COMPLETE-MAIL", "bad-items"): (
        mail(REQUEST),
        mail(replace(REQUEST, bad_items=1, bad_item_limit=1)),
        NOTHING,
    ),
    ("G-COMPLETE-MAIL", "target-disk"): by_step("G-COMPLETE-MAIL", "mail-space", {"free_percent": "25"}, {"free_percent": "5"}),
    ("G-COMPLETE-MAIL", "dns-ttl"): by_step("G-COMPLETE-MAIL", "mail-ttl", {"seconds": "300"}, {"seconds": "86400"}),
    ("G-COMPLETE-MAIL", "outbound"): by_step("G-COMPLETE-MAIL", "mail-outbound", {"outbound": "ok"}, {"outbound": "bounced"}),
    ("G-COMPLETE-MAIL", "scp-archive"): (
        mail(REQUEST, Scp(server="EX", uri=URI)),
        mail(Scp(server="EX", uri="")),
        NOTHING,
    ),
    ("G-EXREMOVE", "mailboxes"): (
        exchange(ANNA),
        exchange(replace(ANNA, database="DB10", kind="ArbitrationMailbox")),
        exchange(servers=(EX_NEW,)),
    ),
    ("G-EXREMOVE", "requests"): (exchange(), exchange(REQUEST), NOTHING),
    ("G-EXREMOVE", "public-folders"): (exchange(), exchange(PublicFolderDatabase(name="PF", server="EX10")), NOTHING),
    ("G-EXREMOVE", "queues"): (
        exchange(QUEUE, replace(QUEUE, queue="EX10\\Poison", count=3)),
        exchange(replace(QUEUE, queue="EX10\\7", count=3)),
        NOTHING,
    ),
    ("G-EXREMOVE", "mail"): (
        exchange(TAKEN, replace(TAKEN, at_utc=ago(hours=1).isoformat(), sender="HealthMailbox1@x.net")),
        exchange(replace(TAKEN, at_utc=ago(hours=47).isoformat())),
        NOTHING,
    ),
    ("G-EXREMOVE", "connectors"): (exchange(OUT), exchange(replace(OUT, servers=("EX16", "EX10"))), NOTHING),
    ("G-EXREMOVE", "pointers"): (
        exchange(POINT, WEB),
        exchange(replace(WEB, external_url="https://ex10.x.net/EWS")),
        NOTHING,
    ),
    ("G-EXREMOVE", "backup-age"): (
        exchange(),
        exchange(databases=(DB_OLD, replace(DB_NEW, last_backup=ago(hours=25).isoformat()))),
        NOTHING,
    ),
    ("G-EXREMOVE", "restore-proof"): by_step(
        "G-EXREMOVE",
        "exremove-restore",
        {"restored_at": ago(days=1).isoformat()},
        {"restored_at": ago(days=91).isoformat()},
    ),
    ("G-EXREMOVE", "clients"): by_step("G-EXREMOVE", "exremove-clients", {"requests_in_48_h": "0"}, {"requests_in_48_h": "12"}),
    ("G-EXREMOVE", "leftovers"): by_step(
        "G-EXREMOVE",
        "exremove-leftovers",
        {"dns": "ok", "certificates": "exported", "applications": "none"},
        {"dns": "ok", "certificates": "exported", "applications": "scanner"},
    ),
    ("G-EXREMOVE", "last-server"): (
        exchange(),
        both(exchange(servers=(EX_OLD,)), sign("G-EXREMOVE", "exremove-last", recipients_managed_by="nobody")),
        exchange(servers=(EX_OLD,)),
    ),
    ("G-DNS", "ttl-age"): (dns(lowered("new", *TTL, hours=1)), dns(lowered("new", *TTL, minutes=59)), NOTHING),
    ("G-DNS", "records-unique"): (dns(), dns(("new", replace(RECORD, data="192.168.16.99"))), NOTHING),
    ("G-DNS", "servers-answer"): (dns(*answers("Success")), dns(*answers("Timeout")), dns(answers("Success")[0])),
    ("G-START", "route"): by_row("B-001"),
    ("G-START", "backup-age"): by_step("G-START", "backup", {"taken_at": BACKUP["good"]}, {"taken_at": BACKUP["old"]}),
    ("G-START", "restore-proof"): by_step(
        "G-START", "restore", {"restored_at": ago(days=89).isoformat()}, {"restored_at": ago(days=91).isoformat()}
    ),
    ("G-START", "replication"): by_step(
        "G-START",
        "replication",
        {"oldest_link_in_minutes": "60", "failures": "0"},
        {"oldest_link_in_minutes": "60", "failures": "1"},
    ),
    ("G-START", "sysvol"): by_step("G-START", "sysvol", {"healthy": "yes"}, {"healthy": "no"}),
    ("G-START", "time-skew"): (but(skew={"SBS": 4.9, "DC1": -1}), but(skew={"SBS": -5.0}), NOTHING),
    ("G-START", "sbs-clock"): (
        both(
            seen(("old", SBS)), seen((PROJECT, SignOff(item="B-090", step="B-090", by="Ada", at_utc=ago(days=17).isoformat())))
        ),
        both(
            seen(("old", SBS)), seen((PROJECT, SignOff(item="B-090", step="B-090", by="Ada", at_utc=ago(days=18).isoformat())))
        ),
        both(seen(("old", SBS)), but(window=None)),
    ),
    ("G-START", "rehearsal"): (rehearsed(), rehearsed(days=31), but(rehearsals=(RECORD_OF_DNS,), **DNS_WANTED, hashes=HASHES)),
    ("G-START", "binder"): by_row("B-031"),
    ("G-START", "service-requests"): (NOTHING, but(service_request=""), NO_ROWS),
    ("G-START", "disk-free"): by_step("G-START", "disk", {"free_percent": "20"}, {"free_percent": "19.9"}),
    ("G-START", "pending-reboot"): (
        seen(("old", REBOOT), ("new", REBOOT)),
        seen(("old", REBOOT), ("new", WAITING)),
        seen(("old", REBOOT)),
    ),
    ("G-CUT", "in-window"): (NOTHING, but(now=NOW + timedelta(hours=9)), but(window=None)),
    ("G-CUT", "time-left"): (but(rows=rows("open")), but(rows=rows("open"), now=NOW + timedelta(hours=7)), but(window=None)),
    ("G-CUT", "delta"): by_step(
        "G-CUT",
        "delta",
        {"percent_of_bytes": "2", "percent_of_window": "25"},
        {"percent_of_bytes": "2.1", "percent_of_window": "1"},
    ),
    ("G-CUT", "target-space"): by_step("G-CUT", "space", {"free_percent": "21 %"}, {"free_percent": "5"}),
    ("G-CUT", "mail-synced"): (NOTHING, but(rows=rows(B_127="open", B_138="waiting")), NO_ROWS),
    ("G-CUT", "backup-age"): by_step("G-CUT", "backup", {"taken_at": BACKUP["good"]}, {"taken_at": BACKUP["old"]}),
    ("G-CUT", "vendors"): by_row("B-029"),
    ("G-CUT", "users-told"): by_row("B-150"),
    ("G-CUT", "users-off"): by_step("G-CUT", "sessions", {"users_logged_on": "0"}, {"users_logged_on": "2"}),
    ("G-CUT", "quiet"): by_step("G-CUT", "quiet", {"jobs_running": "0"}, {"jobs_running": "1"}),
    ("G-CUT", "devices"): by_step("G-CUT", "devices", {"listed": "yes"}, {"listed": "no"}),
    **{("G-ACCEPT", f"smoke-{number:02}"): smoke(number) for number in range(1, 21)},
    ("G-ACCEPT", "shares-equal"): by_row("B-155"),
    ("G-ACCEPT", "mail"): by_step("G-ACCEPT", "mail", {"in": "ok", "out": "ok"}, {"in": "ok", "out": "lost"}),
    ("G-ACCEPT", "owners"): by_step("G-ACCEPT", "owners", {"open_points": "0"}, {"open_points": "3"}),
    ("G-PROFILES", "accepted"): (accepted(days=31), accepted(days=29), NOTHING),
    ("G-CLOSE", "temporaries"): (NOTHING, seen(lease(days=1)), lambda made: replace(made, facts=Facts(taken_at=NOW))),
    ("G-CLOSE", "items-proved"): (NOTHING, but(rows=rows(B_104="waiting")), but(rows=rows(B_104="unknown"))),
    ("G-CLOSE", "binder"): by_step("G-CLOSE", "binder", {"final": "yes"}, {"final": "no"}),
}
"""True, false, unknown, by gate and predicate."""
