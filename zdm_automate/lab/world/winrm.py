"""How a Windows of the world takes remote administration: its listener and the firewall's rules for it. Values and defaults.

Only guests of a Hyper-V host are cut off by it (`hyperv_network`); the other hosts of an office answer as their file says.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.lab.world.host import Host

SERVICE: Final = "WinRM"
GROUP: Final = "@FirewallAPI.dll,-30267"
"""The group of the rules for remote management, the same in every language."""

ANY, LOCAL = "Any", "LocalSubnet"
_ALONE: Final = 32
NEW_NAMES: Final = 4
"""`Release.level` from which on the rule without a scope has a name of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the firewall for remote management; `remote` is whom it lets in, networks as `address/mask`."""

    name: str
    profile: str
    enabled: bool = True
    remote: tuple[str, ...] = (ANY,)


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRm:
    """Whether there is a listener over HTTP, and the rules."""

    listener: bool = True
    rules: tuple[Rule, ...] = ()


def of(host: Host) -> WinRm:
    """What a host has; where nothing was said of it, what a server of its release has from the start."""
    return host.winrm or shipped(host.windows.level, on=True)


def shipped(level: int, *, on: bool) -> WinRm:
    """What Windows comes with: a server ready, a client with everything off."""
    plain, public = ("WINRM-HTTP-In-TCP", "WINRM-HTTP-In-TCP-PUBLIC")
    if level >= NEW_NAMES:
        plain, public = ("WINRM-HTTP-In-TCP-NoScope", "WINRM-HTTP-In-TCP")
    rules = (
        Rule(name=plain, profile="Domain, Private", enabled=on),
        Rule(name=public, profile="Public", enabled=on, remote=(LOCAL,)),
    )
    return WinRm(listener=on, rules=rules)


def remotes(words: Iterable[str]) -> tuple[str, ...] | None:
    """Whom a rule lets in, as the firewall keeps it: words as Windows spells them, networks with masks; None for others."""
    found = []
    for word in words:
        known = next((one for one in (ANY, LOCAL) if one.casefold() == word.casefold()), "")
        if known:
            found.append(known)
            continue
        try:
            network = IPv4Network(word, strict=False)
        except ValueError:
            return None
        found.append(str(network.network_address) if network.prefixlen == _ALONE else network.with_netmask)
    return tuple(found)


def silent(host: Host) -> str:
    """Why the host does not answer to a machine of its own network; empty where it does."""
    found = of(host)
    if not host.running(SERVICE):
        return f"{host.name} does not run {SERVICE}"
    if not found.listener:
        return f"{host.name} has no listener"
    if not any(rule.enabled and _lets_in(rule, host.address) for rule in found.rules):
        return f"the firewall of {host.name} lets nobody in"
    return ""


def _lets_in(rule: Rule, address: str) -> bool:
    if {ANY, LOCAL} & set(rule.remote):
        return True
    return any(IPv4Address(address) in IPv4Network(one, strict=False) for one in rule.remote)
