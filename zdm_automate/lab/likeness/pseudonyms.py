"""Other names for everything that a client named: the same name everywhere, in the same order. Pure, and not reversible.

Whatever is not known to be a word of Windows, of a protocol or of the file's own form counts as a name and is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from zdm_automate.lab.world.dhcp import DhcpServer
from zdm_automate.lab.world.roles import STANDARD_SERVICES

TOKEN: Final = re.compile(r"\w[^\s.,;:/\\\"'()<>@=\[\]{}|]*")
NUMBER: Final = re.compile(r"[0-9-]+")

KEPT_WORDS: Final = frozenset(
    {"in-addr", "ip6", "arpa", "local", "lan", "intern", "internal", "com", "net", "org", "de", "eu"}
    | {"msdcs", "dc", "gc", "pdc", "domains", "domaindnszones", "forestdnszones", "dns", "localhost"}
)
"""Words of protocols and top-level domains; a host that is called so gets another name all the same."""

SPF: Final = frozenset({"v", "spf1", "mx", "a", "all", "ip4", "include"})
"""Words of a sender policy, kept in TXT records."""

KEPT_KEYS: Final = frozenset(
    {"release", "role", "culture", "now", "booted", "features", "kind", "scope", "dynamic_update", "type", "mode", "state"}
    | {"display", "obtained", "expires", "registry", "pace", "admin", "checklist", "window", "limits", "differences"}
)
"""Keys whose values are words of the file's form, numbers, moments or Windows' own."""

LINES: Final = frozenset({"records", "dynamic"})
IDS: Final = frozenset({"client", "mac"})
WORDS_OF_A_LINE: Final = 4
ADDRESSES: Final = frozenset({"A", "AAAA"})
_ALIAS: Final = re.compile(r"(Ethernet|Local Area Connection|LAN-Verbindung)( \d+)?")
_ACCOUNT: Final = re.compile(r"LocalSystem|NT AUTHORITY\\.+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Which name stands for which, by the name in lower case."""

    of: Mapping[str, str]
    ids: Mapping[str, str]

    def text(self, text: str, but: Collection[str] = ()) -> str:
        """A text with every name in it replaced, words of `but` excepted; a name that is all upper case stays so."""

        def other(found: re.Match[str]) -> str:
            word = found[0].casefold()
            made = found[0] if word in but else self.of.get(word, found[0])
            return made.upper() if found[0].isupper() else made

        return TOKEN.sub(other, text)


def pseudonymised(
    office: Mapping[str, Any], *, roles: Collection[str] = (), literals: Collection[str] = ()
) -> tuple[dict[str, Any], Names]:
    """The office under other names, and the table.

    Args:
        office: an office definition, as `office_of` makes it.
        roles: roles that playbooks know; they are no names.
        literals: keys of an intent whose values are words of its form.
    """
    plain = {**_without_strangers(office), "office": "", "title": ""}
    hosts = {name.casefold() for name in plain["hosts"]}
    tokens: set[str] = set()
    ids: set[str] = set()

    def gather(text: str, also: Collection[str] = ()) -> str:
        tokens.update(
            one
            for one in map(str.casefold, TOKEN.findall(text))
            if not NUMBER.fullmatch(one) and (one in hosts or not (one in KEPT_WORDS or one in also or one.startswith("_")))
        )
        return text

    def gather_id(text: str) -> str:
        ids.add(text.casefold())
        return text

    kept_roles = frozenset(roles)
    kept_keys = KEPT_KEYS | frozenset(literals)
    _Walk(rename=gather, rename_id=gather_id, kept_keys=kept_keys, roles=kept_roles).of(plain)
    names = Names(of=_numbered(tokens), ids={one: _client_id(number) for number, one in enumerate(sorted(ids), 1)})

    def renamed(text: str, also: Collection[str] = ()) -> str:
        return names.text(text, frozenset(also) - hosts)

    walk = _Walk(
        rename=renamed,
        rename_id=lambda text: _like(text, names.ids[text.casefold()]),
        kept_keys=kept_keys,
        roles=kept_roles,
    )
    made = walk.of(plain)
    return {**made, "office": "client", "title": "A client's network under other names", "seed": 1}, names


CLASSES: Final = frozenset(DhcpServer().vendor_classes)
CLASS_KEYS: Final = frozenset({"vendor", "user", "vendor_classes"})
WINDOWS_PATH: Final = "c:\\windows\\"


def _client_id(number: int) -> str:
    return f"02-5e-{number >> 16 & 255:02x}-{number >> 8 & 255:02x}-{number & 255:02x}-01"


def _like(model: str, text: str) -> str:
    return text.upper() if model.isupper() else text


def _numbered(tokens: Collection[str]) -> dict[str, str]:
    """Numbers in the order of the names, so that what was sorted stays sorted; a number that is a name itself is left out."""
    width = max(3, len(str(2 * len(tokens))))
    made: dict[str, str] = {}
    number = 0
    for token in sorted(tokens):
        number += 1
        while f"n{number:0{width}}" in tokens:
            number += 1
        made[token] = f"n{number:0{width}}"
    return made


def _without_strangers(office: Mapping[str, Any]) -> dict[str, Any]:
    """The office without services that are not Windows' own: what a client runs tells who it is."""
    hosts = {}
    for name, host in office["hosts"].items():
        seen = dict(host.get("seen", {}))
        if "services" in seen:
            seen["services"] = {key: one for key, one in seen["services"].items() if key in STANDARD_SERVICES}
        hosts[name] = {**host, "seen": seen}
    return {**office, "hosts": hosts}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Goes through a definition and hands every name to `rename`, every identifier of an adapter to `rename_id`."""

    rename: Callable[..., str]
    rename_id: Callable[[str], str]
    kept_keys: Collection[str]
    roles: Collection[str]

    def of(self, value: Any, key: str = "") -> Any:
        """The value as it stands under a key."""
        if isinstance(value, dict):
            return self._mapping(value, key)
        if isinstance(value, list | tuple):
            if key in LINES:
                return [self._line(line) for line in value]
            return [one if isinstance(one, str) and one in self.roles else self.of(one, key) for one in value]
        return self._text(value, key) if isinstance(value, str) else value

    def _mapping(self, value: Mapping[str, Any], key: str) -> dict[str, Any]:
        match key:
            case "services":
                return {name: {**one, "account": self._account(one["account"])} for name, one in value.items()}
            case "stamps":
                return {self._line(line): at for line, at in value.items()}
            case "roles":
                return {name if name in self.roles else self.rename(name): self.rename(host) for name, host in value.items()}
            case "hosts" | "servers":
                return {self.rename(name): self.of(one, name) for name, one in value.items()}
        return {name: one if name in self.kept_keys else self.of(one, name) for name, one in value.items()}

    def _text(self, value: str, key: str) -> str:
        if key in IDS:
            return self.rename_id(value)
        return value if _of_windows(key, value) else self.rename(value)

    def _line(self, line: str) -> str:
        """A record: its type is no name, and the words of a sender policy are none either."""
        name, ttl, kind, data = line.split(None, WORDS_OF_A_LINE - 1)
        if kind not in ADDRESSES:
            data = self.rename(data, SPF) if kind == "TXT" else self.rename(data)
        return f"{self.rename(name)} {ttl} {kind} {data}"

    def _account(self, name: str | None) -> str | None:
        return name if name is None or _ACCOUNT.fullmatch(name) else self.rename(name)


def _of_windows(key: str, value: str) -> bool:
    """Whether a value is one that Windows itself gives."""
    return (
        (key == "alias" and _ALIAS.fullmatch(value) is not None)
        or (key in CLASS_KEYS and value in CLASSES)
        or (key == "audit_path" and value.casefold().startswith(WINDOWS_PATH))
    )
