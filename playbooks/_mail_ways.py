"""The mailbox moves' ways on own servers: MAPI address, certificate, connectors, clients and mail led over, public folders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import Check, Facts, Read, Rollback, Step, VerbCall, check, ensure, manual, same, wait
from zdm_automate.facts.mail import MailConnector, MailUrl
from zdm_automate.facts.mail_service import MailTest, PublicFolder, PublicFolderDatabase, PublicFolderState
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.mail.appliers import WIDE

from ._mail_intent import ROLE, MailIntent
from ._mail_seen import everybody, moved, refused, server_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.facts.base import Fact

MAPI_LOGON = ["Ntlm", "OAuth", "Negotiate"]
"""What Exchange 2016 is set up with; naming them keeps them."""

SMTP = ["0.0.0.0:25"]
CUT, MAIL_CUT = "clients-cut", "mail-cut"
BATCH, DONE = "folders-copied", "folders-completed"


def ways_reads() -> Iterator[Read]:
    """Public folders, with what the organisation says of them."""
    for noun in ("PublicFolder", "PublicFolderDatabase", "PublicFolderState"):
        yield Read(role=ROLE, verb=f"Get-Zdm{noun}", optional=True)


def ways_looks(intent: MailIntent, hosts: Mapping[str, str]) -> Iterator[Read]:
    """Mail from and to each server that goes, and Outlook's way to the pilot's mailbox."""
    if intent.online:
        return
    for old in intent.old_servers:
        for source, target in ((hosts[ROLE], old), (old, hosts[ROLE])):
            yield Read(role=ROLE, verb="Test-ZdmMailflow", params={"server": source, "target": target}, optional=True)
    for name in intent.pilot[:1]:
        yield Read(role=ROLE, verb="Test-ZdmAutodiscover", params={"mailbox": name}, optional=True)


def _old(facts: Facts, intent: MailIntent) -> str:
    return server_of(facts, intent.source_databases[0]).name


def _new(facts: Facts, intent: MailIntent) -> tuple[str, ...]:
    return tuple(sorted({server_of(facts, name).name for name in intent.target_databases}))


def common_name(facts: Facts, server: str) -> str:
    """The name by which clients know a server's web services; empty for none."""
    web = facts.one(ROLE, MailUrl, server, "ews")
    url = (web.external_url or web.internal_url) if web is not None else ""
    return url.partition("//")[2].partition("/")[0]


# --- B-131 ---


def take_over_mapi(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """The way of Outlook since 2013: under the common name too, be there one on the old server or not."""
    host = common_name(facts, _old(facts, intent))
    for new in _new(facts, intent):
        mine = facts.one(ROLE, MailUrl, new, "mapi")
        if mine is None or not host:
            continue
        address = f"https://{host}/mapi"
        wanted = replace(mine, internal_url=address, external_url=address)
        yield ensure(
            facts,
            _set_mapi(wanted),
            wanted,
            f"mapi of {new}: {address}",
            inverse=_mapi_back,
            rollback=Rollback.R0,
        )


def _set_mapi(wanted: MailUrl) -> VerbCall:
    params = {
        "identity": wanted.directory,
        "internal_url": wanted.internal_url or None,
        "external_url": wanted.external_url or None,
        "authentication": MAPI_LOGON,
    }
    return VerbCall(role=ROLE, verb="Set-ZdmMapiUrl", params=params)


def _mapi_back(found: Fact) -> VerbCall:
    assert isinstance(found, MailUrl)  # noqa: S101 - the fact that the change is about
    return _set_mapi(found)


# --- B-132 and B-133 ---


def bind_certificate(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """To a remote client Exchange does not tell which services a certificate is bound to: a person imports, binds and signs."""
    host = common_name(facts, _old(facts, intent)) or "the common name"
    for new in _new(facts, intent):
        text = f"{new} shows a certificate for {host} and autodiscover to web clients and to mail servers"
        yield manual(facts, "B-132", f"certificate-{new}", text, form=("thumbprint", "names", "valid until"))


def copy_connectors(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Devices may send through the new server too, and it sends beside the old one; nobody else gets a relay."""
    old, new = _old(facts, intent), _new(facts, intent)
    for one in facts.of(ROLE, MailConnector):
        if one.kind == "receive" and one.anonymous and old.casefold() in {name.casefold() for name in one.servers}:
            yield from _relays(facts, one, new)
        elif one.kind == "send" and old.casefold() in {name.casefold() for name in one.servers}:
            missing = tuple(name for name in new if name.casefold() not in {known.casefold() for known in one.servers})
            yield _send_by(facts, one, (*one.servers, *missing), f"{one.name} sends by the new server too")


def _relays(facts: Facts, one: MailConnector, new: tuple[str, ...]) -> Iterator[Step]:
    if set(one.addresses) & WIDE:
        text = f"connector {one.name} lets everybody send without a logon: do not copy it, name the devices"
        yield manual(facts, "B-133", f"open-relay-{one.name}", text, form=("devices", "done"))
        return
    for server in new:
        name = f"{one.name} {server}"
        params = {"name": name, "server": server, "bindings": SMTP, "addresses": list(one.addresses)}
        yield ensure(
            facts,
            VerbCall(role=ROLE, verb="New-ZdmRelayConnector", params=params),
            replace(one, name=name, servers=(server,)),
            f"relay {name} for {', '.join(one.addresses)}",
            inverse=VerbCall(role=ROLE, verb="Remove-ZdmRelayConnector", params={"identity": f"{server}\\{name}"}),
            rollback=Rollback.R0,
        )


def _send_by(facts: Facts, one: MailConnector, servers: tuple[str, ...], text: str) -> Step:
    def call(names: tuple[str, ...]) -> VerbCall:
        return VerbCall(role=ROLE, verb="Set-ZdmSendConnectorSource", params={"identity": one.name, "servers": list(names)})

    return ensure(facts, call(servers), replace(one, servers=servers), text, inverse=call(one.servers), rollback=Rollback.R0)


# --- B-134 and B-135 ---


def lead_clients(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """The common name leads to the new server, which passes on what belongs to the old one."""
    host = common_name(facts, _old(facts, intent)) or "the clients' name"
    text = f"{host} leads to {', '.join(_new(facts, intent))}: internal DNS, port 443 of the firewall"
    yield manual(facts, "B-134", CUT, text, form=("dns", "firewall"))


def lead_mail(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Port 25 leads to the new server; then the old one no longer sends."""
    old = _old(facts, intent)
    signed = manual(facts, "B-135", MAIL_CUT, f"port 25 leads to {', '.join(_new(facts, intent))}", form=("firewall",))
    yield signed
    if signed.by_hand:
        return
    for one in facts.of(ROLE, MailConnector):
        left = tuple(name for name in one.servers if name.casefold() != old.casefold())
        if one.kind == "send" and left and left != one.servers:
            yield _send_by(facts, one, left, f"{one.name} no longer sends by {old}")


def clients_arrive(facts: Facts, _intent: MailIntent) -> Iterator[Check]:
    """Outlook finds the pilot's mailbox by the connection points and the addresses."""
    for one in facts.of(ROLE, MailTest):
        if one.what != "mail":
            yield _arrived(facts, one, "Outlook finds its mailbox", "B-134", CUT)


def mail_arrives(facts: Facts, _intent: MailIntent) -> Iterator[Check]:
    """Both ways between the servers."""
    for one in facts.of(ROLE, MailTest):
        if one.what == "mail":
            yield _arrived(facts, one, "mail goes both ways between old and new", "B-135", "")


def _arrived(facts: Facts, one: MailTest, name: str, item: str, step: str) -> Check:
    early = bool(step) and facts.one(PROJECT, SignOff, item, step) is None
    return check(
        name,
        one.arrived,
        value=one.why or one.where or "arrived",
        expected="arrived",
        hint="Mend what the value names; `zdm verify` looks again.",
        waits_for=f"the clients' name is not led over yet (`zdm checklist sign {item} {step}`)" if early else "",
    )


# --- B-140 ---


def migrate_folders(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """One batch for all of them after all people; the organisation's switches are set here, the batch itself by hand."""
    left = [one for one in everybody(facts, intent) if not moved(one, intent) and not refused(facts, one)]
    folders = facts.of(ROLE, PublicFolder)
    state = facts.one(ROLE, PublicFolderState)
    if not facts.of(ROLE, PublicFolderDatabase) and not folders:
        yield same("there are no public folders", role=ROLE)
        return
    if left or state is None:
        yield wait("migrate the public folders", None, f"{len(left)} mailboxes come first", role=ROLE)
        return
    wrong = [one.path for one in folders if any(sign in one.path.lstrip("\\").replace("\\", "") for sign in "/;")]
    if wrong:
        yield wait(
            "migrate the public folders", None, f"rename folders with / or ; in their names: {', '.join(wrong[:3])}", role=ROLE
        )
        return
    if (state.locked or state.complete) and facts.one(PROJECT, SignOff, "B-140", BATCH) is None:
        text = "switches of an earlier attempt are still set, and a new batch would fail: set both to false by hand"
        yield manual(facts, "B-140", "folders-unlock", text, form=("done",))
        return
    yield from _folders_by_steps(facts, state, folders)


def _folders_by_steps(facts: Facts, state: PublicFolderState, folders: tuple[PublicFolder, ...]) -> Iterator[Step]:
    size = sum(one.size for one in folders) / 1024**3
    text = f"{len(folders)} public folders, {size:.1f} GB: snapshot, folder map, mailboxes, batch made, started and Synced"
    copied = manual(facts, "B-140", BATCH, text, form=("snapshot", "batch"))
    yield copied
    if copied.by_hand:
        return
    finished = facts.one(PROJECT, SignOff, "B-140", DONE) is not None
    if not finished:
        yield ensure(
            facts,
            VerbCall(role=ROLE, verb="Set-ZdmPublicFolderLock", params={"locked": True}),
            replace(state, locked=True),
            "public folders are locked: nobody uses them until they are through",
            inverse=VerbCall(role=ROLE, verb="Set-ZdmPublicFolderLock", params={"locked": False}),
            rollback=Rollback.R1,
        )
        yield manual(
            facts, "B-140", DONE, "complete the batch, look at one folder as one user", form=("completed", "tested by")
        )
        return
    if state.where:
        yield ensure(
            facts,
            VerbCall(role=ROLE, verb="Set-ZdmPublicFolderMode", params={"mode": "Local", "complete": True}),
            replace(state, where="Local", complete=True),
            "public folders are served by the new side, the migration is complete",
            no_inverse="what is posted from now on is on the new side alone",
            rollback=Rollback.RX,
        )
