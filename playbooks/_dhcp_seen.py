"""What the DHCP cut-over asks the facts: who answers, which scopes move and by which path, and when the switch may be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate import Facts, temporary_since
from zdm_automate.facts.dhcp import DhcpAuthorization, DhcpScope, DhcpServer
from zdm_automate.facts.host import Service

if TYPE_CHECKING:
    from ._dhcp_intent import DhcpIntent


def serving(facts: Facts, role: str) -> bool:
    """Whether the DHCP service of a role runs and has an active scope."""
    service = facts.one(role, Service, "DHCPServer")
    running = service is not None and service.state == "Running"
    return running and any(scope.state == "Active" for scope in facts.of(role, DhcpScope))


def old_is_silent(facts: Facts) -> bool:
    """Whether the old server's service does not run: it leases nothing then, and answers no reader either."""
    service = facts.one("old", Service, "DHCPServer")
    return service is None or service.state != "Running"


def old_is_out(facts: Facts, intent: DhcpIntent) -> bool:
    """Whether the old server is stopped for good and no longer authorised."""
    service = facts.one("old", Service, "DHCPServer")
    stopped = service is None or (service.state != "Running" and service.start_mode == "Disabled")
    return stopped and facts.one("new", DhcpAuthorization, intent.old_address) is None


def old_scopes(facts: Facts) -> tuple[DhcpScope, ...]:
    """The old server's scopes; none while it is silent."""
    return () if old_is_silent(facts) else facts.of("old", DhcpScope)


def way(facts: Facts, intent: DhcpIntent) -> str:
    """The path taken: as the intent says, or by what the old server can."""
    if intent.path != "auto":
        return intent.path
    server = next(iter(facts.of("old", DhcpServer)), None)
    if server is None or server.module_version is None:
        return "netsh"
    return "export"


def scopes(facts: Facts) -> tuple[DhcpScope, ...]:
    """The scopes to move: the old server's, or after the switch those of the new one."""
    return old_scopes(facts) or facts.of("new", DhcpScope)


def ready_at(facts: Facts, intent: DhcpIntent) -> datetime | None:
    """When the last client has renewed into the short lease: one old lease after it was lowered. None: at any time."""
    if not intent.wait_old_lease or old_is_silent(facts):
        return None
    moments = [
        datetime.fromisoformat(lowered.since_utc) + timedelta(seconds=lowered.old_value)
        for scope in scopes(facts)
        if (lowered := temporary_since(facts, "old", "Set-ZdmDhcpLeaseDuration", scope.scope_id)) is not None
    ]
    latest = max(moments, default=None)
    return latest if latest is not None and latest > facts.taken_at else None
