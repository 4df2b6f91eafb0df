"""Opens the ways to Exchange: the endpoint of a server, and the organisation in Exchange Online. It decides nothing."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zdm_automate.cli.opening import Opened
    from zdm_automate.mail_session import ExchangeSession
    from zdm_automate.online_session import OnlineSession
    from zdm_automate.transport.base import Target

CLOUD = "outlook.office365.com"
"""Where the module goes; for showing."""


def exchange_session(opened: Opened, host: str) -> ExchangeSession:
    """A session with the endpoint of a host's Exchange, not yet open.

    Raises:
        ProjectError: the host has no `exchange:`.
    """
    from zdm_automate.mail_session import ExchangeSession
    from zdm_automate.transport.psrp import PsrpTransport
    from zdm_automate.transport.shells_kept import KeptShells

    def keep(name: str, text: str) -> str:
        return _keep_report(opened, name, text)

    target = exchange_target(opened, host)
    kept = KeptShells(opened.project.folder / "sessions", target, now=opened.clock.now)
    way = PsrpTransport(target, kept=kept)
    return ExchangeSession(way, opened.specs, now=opened.clock.now, keep=keep, tidy=kept.end_left)


def exchange_target(opened: Opened, host: str) -> Target:
    """Where the endpoint of a host's Exchange is reached, and how.

    Raises:
        ProjectError: the host has no `exchange:`.
    """
    section = opened.project.host(host)
    way = section.exchange
    if way is None:
        raise opened.project.source.error(
            ("hosts",),
            f"host {host} says nothing of its Exchange",
            hint="Write `exchange: {}` beside its address, or how its endpoint is reached.",
        )
    service, _, name = way.spn.rpartition("/")
    return replace(
        opened.target(host),
        port=way.port,
        ssl=way.ssl,
        auth=way.auth,
        path="PowerShell",
        configuration="Microsoft.Exchange",
        fingerprint=section.fingerprint if way.ssl else "",
        spn_service=service or "HTTP",
        spn_host=name,
        credential=opened.fetched(way.credential) if way.credential else opened.credential(host),
    )


def online_session(opened: Opened) -> OnlineSession:
    """A session with the organisation in Exchange Online, not yet open.

    Raises:
        ProjectError: the project names none.
    """
    from zdm_automate.online_session import OnlineSession, online_cmdlets, session_text
    from zdm_automate.transport.base import Target
    from zdm_automate.transport.online import OnlineLogin, OnlineTransport

    tenant = opened.project.content.tenant
    if tenant is None:
        raise opened.project.source.error(
            (), "the project names no organisation in Exchange Online", hint="Write `tenant:` as docs/exchange.md says."
        )
    folder = opened.project.folder
    here = folder / tenant.module
    login = OnlineLogin(
        organization=tenant.organization,
        app_id=tenant.app_id,
        certificate_file=folder / tenant.certificate if tenant.certificate else None,
        thumbprint=tenant.thumbprint,
        password=opened.fetched(tenant.credential).password if tenant.credential else None,
        module=str(here.resolve()) if here.exists() else tenant.module,
        commands=online_cmdlets(opened.specs),
    )
    target = Target(host=tenant.organization, address=CLOUD, auth="certificate")
    way = OnlineTransport(target, login, agent=opened.library.agent_text, prelude=session_text())
    return OnlineSession(way, opened.specs, now=opened.clock.now)


def _keep_report(opened: Opened, name: str, text: str) -> str:
    """Keeps what the server is about to forget; gives the file's name."""
    stamp = opened.clock.now().strftime("%Y%m%d-%H%M%S")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    folder = opened.project.folder / "reports"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"move-{plain}-{stamp}.txt"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    return path.name
