"""`netsh dhcp server dump` and `show clients 1` as facts.

The dump is commands, the same in every language. Of the list of clients only the shape of a row is read, because its words
and dates are those of the host's language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from zdm_automate.errors import WireError
from zdm_automate.facts.dhcp import DhcpExclusion, DhcpLease, DhcpOption, DhcpReservation, DhcpScope, DhcpServer
from zdm_automate.native.registry import NativeText, parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.facts.base import Fact

LEASE_TIME, DNS_UPDATE = 51, 81
TYPES = {
    "BYTE": "Byte",
    "WORD": "Word",
    "DWORD": "DWord",
    "DWORDDWORD": "DWordDWord",
    "IPADDRESS": "IPv4Address",
    "STRING": "String",
    "BINARY": "BinaryData",
    "ENCAPSULATED": "EncapsulatedData",
}
KINDS = {"DHCP": "Dhcp", "BOOTP": "Bootp", "BOTH": "Both"}
NO_END = 2**32 - 1
_COMMAND = re.compile(r"^\s*dhcp\s+server\s+(?:(?!(?:add|set|scope|v[46])\s)\S+\s+)?(?:v4\s+)?(.*)$", re.IGNORECASE)
_WORD = re.compile(r'(\w+)="([^"]*)"|"([^"]*)"|(\S+)')
_CLIENT = re.compile(
    r"^\s*(?P<ip>\d+\.\d+\.\d+\.\d+)\s*-\s*\d+\.\d+\.\d+\.\d+\s*-\s*(?P<id>[0-9a-fA-F]{2}(?:-[0-9a-fA-F]{2}(?![0-9a-fA-F]))*)"
    r"\s*-(?P<until>.*?)-\s*(?P<type>[NDBUR])\s*-\s*(?P<name>.*)$"
)


def words(line: str) -> tuple[str, ...]:
    """The words of a dump line after `Dhcp Server`; a quoted text is one word, `vendor="x"` becomes `vendor=x`."""
    found = _COMMAND.match(line)
    if found is None:
        return ()
    return tuple(
        f"{one[1]}={one[2]}" if one[1] is not None else one[3] if one[3] is not None else one[4]
        for one in _WORD.finditer(found[1])
    )


@parser("netsh", "dhcp server dump")
def parse_dump(text: NativeText) -> Iterator[Fact]:
    """Everything that a dump says: the server, scopes, exclusions, reservations, option values of all levels and classes.

    Raises:
        WireError: not one command in it, or a line about a scope that no line has made.
    """
    commands = [found for found in map(words, text.lines) if found]
    if not commands:
        said = next((line.strip() for line in text.lines if line.strip()), "nothing")
        raise WireError(f"the text of netsh is no dump; it says: {said}", error_id="ZdmSchema")
    dump = _Dump()
    for command in commands:
        dump.take(command)
    yield from dump.facts()


class _Dump:
    """What has been read of a dump so far."""

    def __init__(self) -> None:
        self.scopes: dict[str, dict[str, object]] = {}
        self.rest: list[Fact] = []
        self.attempts = 0
        self.audit: str | None = None
        self.bindings: list[str] = []

    def take(self, line: tuple[str, ...]) -> None:
        low = tuple(word.casefold() for word in line)
        match low:
            case ("add", "scope", scope_id, mask, *_):
                name, comment = (*line[4:6], "", "")[:2]
                self.scopes[scope_id] = {"mask": mask, "name": name, "description": comment, "lease": 691200, "state": "Active"}
            case ("scope", scope_id, *_):
                self._in_scope(scope_id, line[2:], low[2:])
            case ("set", "optionvalue", *_):
                self._option("Server", "", "", line[2:])
            case ("set", "detectconflictretry", number):
                self.attempts = int(number)
            case ("set", "auditlog", "path", "=", _, *_):
                self.audit = line[4]
            case ("set", "bindings", "interface", "=", _, "mode", "=", "enable"):
                self.bindings.append(line[4])

    def _scope(self, scope_id: str) -> dict[str, object]:
        try:
            return self.scopes[scope_id]
        except KeyError:
            raise WireError(f"netsh dump speaks of the scope {scope_id} before it is made.", error_id="ZdmSchema") from None

    def _in_scope(self, scope_id: str, line: tuple[str, ...], low: tuple[str, ...]) -> None:  # noqa: C901 - one line per command
        scope = self._scope(scope_id)
        match low:
            case ("set", "state", number):
                scope["state"] = "Active" if number in {"1", "3"} else "Inactive"
            case ("set", "delayoffer", number):
                scope["delay"] = int(number)
            case ("set", "superscope", _, *_):
                scope["superscope"] = line[2]
            case ("add", "iprange", start, end, *rest):
                scope.setdefault("start", start)
                scope["end"] = end
                scope["type"] = KINDS.get(rest[0].upper(), "Dhcp") if rest else "Dhcp"
            case ("add", "excluderange", start, end, *_):
                self.rest.append(DhcpExclusion(scope_id=scope_id, start_range=start, end_range=end))
            case ("add", "reservedip", address, digits, *_):
                self._reservation(scope_id, address, digits, line[4:])
            case ("set", "optionvalue", "51", *_):
                if not any(word.startswith(("user=", "vendor=")) for word in low):
                    scope["lease"] = int(line[-1])
            case ("set", "optionvalue", *_):
                self._option("Scope", scope_id, "", line[2:])
            case ("set", "reservedoptionvalue", address, *_):
                self._option("Reservation", scope_id, address, line[3:])

    def _reservation(self, scope_id: str, address: str, digits: str, rest: tuple[str, ...]) -> None:
        name, comment, kind = (*rest, "", "", "BOTH")[:3] if len(rest) < 3 else rest[:3]  # noqa: PLR2004 - its three texts
        self.rest.append(
            DhcpReservation(
                scope_id=scope_id,
                ip_address=address,
                client_id=hyphened(digits),
                name=name,
                description=comment,
                type=KINDS.get(kind.upper(), "Both"),
            )
        )

    def _option(
        self, level: Literal["Server", "Scope", "Reservation"], scope_id: str, address: str, line: tuple[str, ...]
    ) -> None:
        number, kind, *rest = line
        if int(number) in {LEASE_TIME, DNS_UPDATE}:
            return
        classes = dict(word.split("=", 1) for word in rest if word.casefold().startswith(("user=", "vendor=")))
        classes = {name.casefold(): value for name, value in classes.items()}
        values = tuple(word for word in rest if not word.casefold().startswith(("user=", "vendor=")))
        self.rest.append(
            DhcpOption(
                level=level,
                scope_id=scope_id,
                reservation=address,
                option_id=int(number),
                vendor_class=classes.get("vendor", ""),
                user_class=classes.get("user", ""),
                type=TYPES.get(kind.upper(), kind),
                value=values,
            )
        )

    def facts(self) -> Iterator[Fact]:
        yield DhcpServer(
            is_authorized=None,
            is_domain_joined=None,
            conflict_detection_attempts=self.attempts,
            bindings=tuple(self.bindings),
            module_version=None,
            audit_log_path=self.audit,
        )
        for scope_id, found in self.scopes.items():
            lease = int(str(found["lease"]))
            yield DhcpScope(
                scope_id=scope_id,
                name=str(found["name"]),
                description=str(found["description"]),
                subnet_mask=str(found["mask"]),
                start_range=str(found.get("start", "")),
                end_range=str(found.get("end", "")),
                lease_seconds=-1 if lease == NO_END else lease,
                state="Active" if found["state"] == "Active" else "Inactive",
                superscope_name=str(found.get("superscope", "")),
                delay_milliseconds=int(str(found.get("delay", 0))),
                type=str(found.get("type", "Dhcp")),
            )
        yield from self.rest


@parser("netsh", "dhcp server scope show clients 1")
def parse_clients(text: NativeText) -> Iterator[Fact]:
    """The rows of a list of clients; when a lease ends is not read, it is written in the host's language.

    An unused reservation counts as an active one where its word is not the English one.

    The reader writes the scope before the text, as a line `# scope 192.0.2.0`.

    Raises:
        WireError: that line is missing.
    """
    scope_id = next((line.split()[2] for line in text.lines[:1] if line.startswith("# scope ")), "")
    if not scope_id:
        raise WireError("the text of netsh does not say which scope it is about.", error_id="ZdmSchema")
    for line in text.lines:
        found = _CLIENT.match(line)
        if found is None:
            continue
        bad = found["name"].strip().upper().startswith("BAD_ADDRESS")
        until = found["until"].strip()
        reserved = "InactiveReservation" if until.upper() == "INACTIVE" else "ActiveReservation"
        dated = any(sign.isdigit() for sign in until)
        yield DhcpLease(
            scope_id=scope_id,
            ip_address=found["ip"],
            client_id=hyphened(found["id"].replace("-", "")),
            host_name=found["name"].strip(),
            state="Declined" if bad else "Active" if dated else reserved,
            expires_at_utc=None,
            is_bad=bad,
        )


def hyphened(digits: str) -> str:
    """`00155D0A0B0C` as `00-15-5d-0a-0b-0c`."""
    low = digits.lower()
    return "-".join(low[n : n + 2] for n in range(0, len(low), 2))
