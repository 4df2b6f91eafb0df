"""Cmdlets that change what clients meet: service connection points and URLs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.exchange.models import ExchangeCall, Model, Row, failure, model

DIRECTORIES = {
    "owa": ("Owa", "owa"),
    "ecp": ("Ecp", "ecp"),
    "activesync": ("ActiveSync", "Microsoft-Server-ActiveSync"),
    "ews": ("WebServices", "EWS"),
    "oab": ("Oab", "OAB"),
    "mapi": ("Mapi", "mapi"),
}
"""Noun of the cmdlets and name of the virtual directory, by service."""

KEPT = object()
"""An argument that was not given."""

if TYPE_CHECKING:
    from collections.abc import Iterator


@model("Set-ClientAccessServer")
def set_access_server(call: ExchangeCall, *, Identity: Any, AutoDiscoverServiceInternalUri: Any = None) -> None:
    """The connection point of a server; `$null` empties it."""
    set_access_service(call, Identity=Identity, AutoDiscoverServiceInternalUri=AutoDiscoverServiceInternalUri)


@model("Set-ClientAccessService")
def set_access_service(call: ExchangeCall, *, Identity: Any, AutoDiscoverServiceInternalUri: Any = None) -> None:
    """The same, as 2016 and later call it."""
    name = next((one for one in call.org.servers if one.casefold() == str(Identity).casefold()), "")
    if not name:
        raise failure(
            call,
            "Set-ClientAccessService",
            "ManagementObjectNotFoundException",
            f'Couldn\'t find object "{Identity}". Please make sure that it was spelled correctly or specify a different '
            "object.",
        )
    uri = None if AutoDiscoverServiceInternalUri is None else str(AutoDiscoverServiceInternalUri)
    server = replace(call.org.servers[name], scp=uri)
    call.update(replace(call.org, servers={**call.org.servers, name: server}))


def _named(server: str, service: str) -> str:
    return f"{server}\\{DIRECTORIES[service][1]} (Default Web Site)"


def _reader(service: str) -> Model:
    def get(call: ExchangeCall, *, ADPropertiesOnly: bool = False) -> Iterator[Row]:
        """The virtual directory of every server that has one."""
        del ADPropertiesOnly
        for server in call.org.servers.values():
            if service in server.urls:
                inside, outside = server.urls[service]
                yield {
                    "Identity": _named(server.name, service),
                    "Server": server.name,
                    "InternalUrl": inside or None,
                    "ExternalUrl": outside or None,
                    **({"MRSProxyEnabled": server.mrs_proxy} if service == "ews" else {}),
                }

    return get


def _setter(service: str) -> Model:
    def put(
        call: ExchangeCall,
        *,
        Identity: Any,
        InternalUrl: Any = KEPT,
        ExternalUrl: Any = KEPT,
        IISAuthenticationMethods: Any = None,
        MRSProxyEnabled: Any = None,
        Force: bool = False,
    ) -> None:
        """What is given of its addresses, `$null` empties one; and whether other organisations may fetch mailboxes by it."""
        del Force, IISAuthenticationMethods
        wanted = str(Identity).casefold()
        found = next((one for one in call.org.servers.values() if _named(one.name, service).casefold() == wanted), None)
        if found is None or service not in found.urls:
            raise failure(
                call,
                f"Set-{DIRECTORIES[service][0]}VirtualDirectory",
                "ManagementObjectNotFoundException",
                f'Couldn\'t find object "{Identity}". Please make sure that it was spelled correctly or specify a different '
                "object.",
            )
        given = zip((InternalUrl, ExternalUrl), found.urls[service], strict=True)
        inside, outside = (old if new is KEPT else str(new or "") for new, old in given)
        proxy = found.mrs_proxy if MRSProxyEnabled is None else bool(MRSProxyEnabled)
        changed = replace(found, urls={**found.urls, service: (inside, outside)}, mrs_proxy=proxy)
        call.update(replace(call.org, servers={**call.org.servers, found.name: changed}))

    return put


for _service, (_noun, _) in DIRECTORIES.items():
    model(f"Get-{_noun}VirtualDirectory")(_reader(_service))
    model(f"Set-{_noun}VirtualDirectory")(_setter(_service))
