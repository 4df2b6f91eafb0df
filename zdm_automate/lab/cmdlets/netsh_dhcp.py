"""`netsh dhcp` as far as the verbs use it: dump, show clients, set, export, import. Localised where the real one is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Native, native
from zdm_automate.lab.cmdlets.dhcp_moves import NETSH_FORM, packed, unpacked
from zdm_automate.lab.cmdlets.dhcp_options import LEASE_TIME, set_option
from zdm_automate.lab.world import files
from zdm_automate.lab.world.dhcp import DhcpServer, OptionValue, Reservation
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.world.dhcp import Lease, Scope

TO_NETSH = {
    "Byte": "BYTE",
    "Word": "WORD",
    "DWord": "DWORD",
    "IPv4Address": "IPADDRESS",
    "String": "STRING",
    "BinaryData": "BINARY",
    "EncapsulatedData": "ENCAPSULATED",
}
FROM_NETSH = {word: name for name, word in TO_NETSH.items()}
DONE = {"de": "Der Befehl wurde erfolgreich ausgeführt.", "en": "Command completed successfully."}
CHANGED = {
    "de": "Der aktuelle Bereichskontext wurde auf den Bereich {scope} geändert.",
    "en": "Changed the current scope context to {scope} scope.",
}
NO_VERSION = {
    "de": (
        "Die DHCP-Serverversion für den Server {host} konnte nicht ermittelt werden.",
        "Der Server funktioniert möglicherweise nicht richtig.",
    ),
    "en": ("Unable to determine the DHCP Server version for the Server {host}.", "Server may not function properly."),
}
NOT_FOUND = {"de": "Der folgende Befehl wurde nicht gefunden: {words}.", "en": "The following command was not found: {words}."}
NO_SUBNET = {
    "de": "Das angegebene Subnetz ist auf dem DHCP-Server nicht vorhanden.",
    "en": "The specified subnet does not exist on the DHCP server.",
}
ALWAYS = {"de": "LÄUFT NIE AB", "en": "NEVER EXPIRES"}
IDLE = {"de": "INAKTIV", "en": "INACTIVE"}
_NAMED = re.compile(r"^(user|vendor)=(.*)$", re.IGNORECASE)


def _language(call: Call) -> str:
    return "de" if call.host.culture.startswith("de") else "en"


@native("netsh")
def netsh(call: Call, argv: Sequence[str], /) -> Native:
    """The context `dhcp server` of netsh."""
    words = [word.casefold() for word in argv]
    if words[:2] != ["dhcp", "server"]:
        raise NotModelledError(f"the lab does not model netsh {' '.join(argv)}", host=call.host_name)
    tongue = _language(call)
    if "DHCP" not in call.host.features and "RSAT-DHCP" not in call.host.features:
        return Native(1, ("", NOT_FOUND[tongue].format(words=" ".join(argv)), ""))
    if not call.host.running("DHCPServer"):
        return Native(1, ("", *(line.format(host=call.host_name) for line in NO_VERSION[tongue]), ""))
    mine = call.world.dhcp.get(call.host_name, DhcpServer())
    rest, low = list(argv[2:]), words[2:]
    if low[:1] == ["scope"]:
        return _in_scope(call, mine, rest[1], rest[2:])
    match low:
        case ["dump"]:
            return Native(0, tuple(_dump(call.host_name, mine)))
        case ["set", "detectconflictretry", number]:
            _keep(call, replace(mine, conflict_attempts=int(number)))
        case ["set", "optionvalue", *_]:
            set_option(call, _option(rest[2:]), "", "", "netsh")
        case ["export", _, "all"]:
            call.update(files.written(call.world, call.host, rest[1], packed(mine, NETSH_FORM, leases=True)))
        case ["import", _, "all"]:
            return _import(call, mine, rest[1])
        case _:
            raise NotModelledError(f"the lab does not model netsh {' '.join(argv)}", host=call.host_name)
    return Native(0, ("", DONE[tongue]))


def _keep(call: Call, changed: DhcpServer) -> None:
    call.update(call.world.with_dhcp(call.host_name, changed))


def _in_scope(call: Call, mine: DhcpServer, scope_id: str, argv: Sequence[str]) -> Native:
    tongue = _language(call)
    found = mine.scopes.get(scope_id)
    if found is None:
        return Native(1, ("", NO_SUBNET[tongue], ""))
    words = [word.casefold() for word in argv]
    match words:
        case ["show", "clients", "1"]:
            return Native(0, tuple(_clients(call, found)))
        case ["set", "state", number]:
            _keep(call, mine.with_scope(replace(found, active=number in {"1", "3"})))
        case ["set", "optionvalue", *_]:
            set_option(call, _option(argv[2:]), scope_id, "", "netsh")
        case ["add", "reservedip", address, digits, *_]:
            made = _reservation(address, digits, argv[4:])
            if found.reserved(address) or found.reservation_of(made.client_id):
                return Native(1, ("", "The specified IP address or hardware address is being used by another client.", ""))
            _keep(call, mine.with_scope(replace(found, reservations=(*found.reservations, made))))
        case ["set", "reservedoptionvalue", address, *_]:
            try:
                set_option(call, _option(argv[3:]), scope_id, address, "netsh")
            except Refusal:
                return Native(1, ("", "The specified DHCP client is not a reserved client.", ""))
        case _:
            raise NotModelledError(f"the lab does not model netsh dhcp server scope {' '.join(argv)}", host=call.host_name)
    return Native(0, ("", CHANGED[tongue].format(scope=scope_id), "", DONE[tongue]))


def _reservation(address: str, digits: str, rest: Sequence[str]) -> Reservation:
    """`<address> <digits> [name] [comment] [type]`; a missing type is both."""
    name, comment, kind = (*(word.strip('"') for word in rest), "", "", "")[:3]
    client = "-".join(digits.lower()[n : n + 2] for n in range(0, len(digits), 2))
    return Reservation(address=address, client_id=client, name=name, description=comment, type=(kind or "both").capitalize())


def _option(argv: Sequence[str]) -> OptionValue:
    """`<id> <type> [user=..] [vendor=..] <values>`."""
    number, kind, *rest = argv
    classes = {"user": "", "vendor": ""}
    values = []
    for word in rest:
        named = _NAMED.match(word)
        if named:
            classes[named[1].casefold()] = named[2].strip('"')
        else:
            values.append(word.strip('"'))
    return OptionValue(
        option_id=int(number),
        type=FROM_NETSH[kind.upper()],
        value=tuple(values),
        vendor_class=classes["vendor"],
        user_class=classes["user"],
    )


def _import(call: Call, mine: DhcpServer, path: str) -> Native:
    tongue = _language(call)
    found = files.entry(call.host, path)
    if found is None or found.content is None:
        return Native(1, ("", "The system cannot find the file specified.", ""))
    try:
        theirs, _ = unpacked(found.content.decode(), NETSH_FORM)
    except ValueError:
        return Native(1, ("", "The data is invalid.", ""))
    scopes = {**theirs.scopes, **mine.scopes}
    classes = tuple(dict.fromkeys((*mine.vendor_classes, *theirs.vendor_classes)))
    _keep(call, replace(mine, scopes=scopes, options=mine.options or theirs.options, vendor_classes=classes))
    return Native(0, ("", DONE[tongue]))


# --- show clients ---


def _clients(call: Call, found: Scope) -> Iterator[str]:
    tongue = _language(call)
    yield from ("", CHANGED[tongue].format(scope=found.scope_id), "")
    yield "Type : N - NONE, D - DHCP B - BOOTP, U - UNSPECIFIED, R - RESERVATION IP"
    yield "=" * 92
    yield "IP Address      - Subnet Mask    - Unique ID           - Lease Expires        -Type -Name"
    yield from ("=" * 92, "")
    rows = [one for one in found.leases.values() if one.expires is None or one.holds(call.world.now)]
    for one in rows:
        reserved = found.reserved(one.address) is not None
        until = f" {ALWAYS[tongue]}" if reserved else _when(call, one)
        kind = "U" if reserved else "D"
        yield f"{one.address:<16}- {found.mask:<15}- {one.client_id:<20}-{until:<22}-{kind}-  {one.host_name}"
    for kept in found.reservations:
        if kept.address not in found.leases:
            yield f"{kept.address:<16}- {found.mask:<15}- {kept.client_id:<20}- {IDLE[tongue]:<21}-U-  {kept.name}"
    yield from ("", f"No of Clients(version 4): {len(rows)} in the Scope : {found.scope_id}.", "", DONE[tongue])


def _when(call: Call, lease: Lease) -> str:
    """Local date and time in the caller's regional format."""
    if lease.expires is None:
        return f" {ALWAYS[_language(call)]}"
    moment: datetime = lease.expires + timedelta(seconds=call.host.skew)
    if _language(call) == "de":
        return f"{moment:%d.%m.%Y %H:%M:%S}"
    hour = moment.hour % 12 or 12
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"  # noqa: PLR2004


# --- dump ---


def _dump(host: str, mine: DhcpServer) -> Iterator[str]:
    rule = "# " + "=" * 62
    head = f"Dhcp Server \\\\{host} "
    yield from (rule, f"#  Configuration Information for Server {host}       ", rule, "")
    yield from _block("Add Classes", [head + f'Add Class "{name}" "" 00 1 b' for name in mine.vendor_classes])
    yield from _block("Add Optiondef", [head + 'Add Optiondef 3 "Router" IPADDRESS 1 comment="" 0.0.0.0 '])
    yield from _block("Set Optionvalue", [head + _value_line("set optionvalue", one) for one in mine.options])
    yield from (
        head + f'Set AuditLog path = "{mine.audit_path}" maxsize = 70 minsize = 20 interval = 50 mode = ENABLE',
        head + "Set DatabaseBackupInterval 60",
        head + f"Set DetectConflictRetry {mine.conflict_attempts}",
        "",
    )
    yield from ("# " + "=" * 37, "#     Add Scope", "# " + "=" * 37, "")
    for one in mine.scopes.values():
        yield from _dump_scope(host, head, one)
    if any(one.superscope for one in mine.scopes.values()):
        lines = [
            head + f'scope {one.scope_id} set superscope "{one.superscope}" 1' for one in mine.scopes.values() if one.superscope
        ]
        yield from _block("Add Super Scope", lines)
    yield from (rule, f"#  Configuration Information for Server {host} Ends       ", rule)


def _block(name: str, lines: Sequence[str]) -> Iterator[str]:
    rule = "# " + "=" * 37
    yield from (rule, f"#     {name}              ", rule, "", *lines, "", rule, f"#     {name}  End        ", rule, "")


def _dump_scope(host: str, head: str, one: Scope) -> Iterator[str]:
    within = head + f"Scope {one.scope_id} "
    yield head + f'add scope {one.scope_id} {one.mask} "{one.name}" "{one.description}"'
    yield within + f"set state {1 if one.active else 0}"
    yield from ("", *_inner("Start", "Add Ipranges", one, host, colon=""), "", "")
    yield within + f"Add iprange {one.start} {one.end} "
    yield from ("", *_inner("End  ", "Add Ipranges", one, host, colon=""), "")
    yield from (*_inner("Start", "Add Excluderanges", one, host), "")
    yield from (within + f"add excluderange {start} {end}" for start, end in one.exclusions)
    yield from ("", *_inner("Start", "Add OptionValues", one, host), "")
    lease = OptionValue(option_id=LEASE_TIME, type="DWord", value=(str(one.lease_seconds % 2**32),))
    yield within + 'set optionvalue 51 DWORD user="Default BOOTP Class" "2592000" '
    yield from (within + _value_line("set optionvalue", value) for value in (lease, *one.options))
    yield from ("", *_inner("Start", "Add ReservedIp", one, host), "")
    for kept in one.reservations:
        digits = kept.client_id.replace("-", "")
        yield within + f'Add reservedip {kept.address} {digits} "{kept.name}" "{kept.description}" "{kept.type.upper()}"'
        yield from (within + _value_line(f"set reservedoptionvalue {kept.address}", value) for value in kept.options)
    yield ""


def _inner(edge: str, what: str, one: Scope, host: str, *, colon: str = ": ") -> tuple[str, ...]:
    rule = "   # " + "=" * 70
    return (rule, f"   #  {edge} {what} to the Scope {colon}{one.scope_id}, Server {colon}{host}          ", rule)


def _value_line(command: str, one: OptionValue) -> str:
    classes = (f'vendor="{one.vendor_class}" ' if one.vendor_class else "") + (
        f'user="{one.user_class}" ' if one.user_class else ""
    )
    values = " ".join(f'"{value}"' for value in one.value)
    return f"{command} {one.option_id} {TO_NETSH[one.type]} {classes}{values} "
