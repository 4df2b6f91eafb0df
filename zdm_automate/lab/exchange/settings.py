"""Cmdlets that change what clients meet: service connection points and URLs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zdm_automate.lab.exchange.models import ExchangeCall, failure, model


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
