"""Under which names clients find the mail service: service connection points and the addresses of the new server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import Facts, Rollback, Step, VerbCall, ensure
from zdm_automate.facts.mail import MailUrl, Scp

from ._mail_intent import ROLE
from ._mail_seen import server_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._mail_intent import MailIntent


def point_scp(facts: Facts, server: str, uri: str) -> Step:
    """Outlook in the domain goes on asking where it asked before."""
    return ensure(
        facts,
        VerbCall(role=ROLE, verb="Set-ZdmScp", params={"server": server, "uri": uri}),
        Scp(server=server, uri=uri),
        f"service connection point of {server}: {uri}",
        inverse=lambda found: VerbCall(
            role=ROLE, verb="Set-ZdmScp", params={"server": server, "uri": getattr(found, "uri", "") or None}
        ),
        rollback=Rollback.R0,
    )


URL_VERBS = {
    "owa": "Set-ZdmOwaUrl",
    "ecp": "Set-ZdmEcpUrl",
    "activesync": "Set-ZdmActiveSyncUrl",
    "ews": "Set-ZdmWebServicesUrl",
    "oab": "Set-ZdmOabUrl",
}
"""Services whose addresses the new server takes over from the old one."""


def take_over_urls(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """The new server offers its services under the names that clients know."""
    old = server_of(facts, intent.source_databases[0]).name
    for new in sorted({server_of(facts, name).name for name in intent.target_databases}):
        for service, verb in URL_VERBS.items():
            known, mine = facts.one(ROLE, MailUrl, old, service), facts.one(ROLE, MailUrl, new, service)
            if known is None or mine is None:
                continue
            wanted = replace(mine, internal_url=known.internal_url, external_url=known.external_url)
            yield ensure(
                facts,
                _set_url(verb, wanted),
                wanted,
                f"{service} of {new}: {known.external_url or known.internal_url or 'no address'}",
                inverse=lambda found, verb=verb: _set_url(verb, found),  # type: ignore[misc]
                rollback=Rollback.R0,
            )


def _set_url(verb: str, wanted: MailUrl) -> VerbCall:
    urls = {"internal_url": wanted.internal_url or None, "external_url": wanted.external_url or None}
    return VerbCall(role=ROLE, verb=verb, params={"identity": wanted.directory, **urls})
