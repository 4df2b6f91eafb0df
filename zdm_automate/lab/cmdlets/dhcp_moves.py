"""DHCP cmdlets that move whole servers: export and import, failover relationships."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.cmdlets.dhcp_server import MODULE, keep, server
from zdm_automate.lab.world import files
from zdm_automate.lab.world.dhcp import DhcpServer, Failover, Scope
from zdm_automate.lab.world.dhcp_serve import authorised
from zdm_automate.lab.world.reach import named, reaches
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SERVER: TypeAdapter[DhcpServer] = TypeAdapter(DhcpServer)
CMDLET_FORM, NETSH_FORM = "cmdlet", "netsh"


# --- export and import ---


def packed(found: DhcpServer, form: str, *, leases: bool) -> str:
    """A server's configuration as the lab's export file; bindings, failover and paths are not in it."""
    scopes = {key: one if leases else replace(one, leases={}) for key, one in found.scopes.items()}
    body = replace(found, scopes=scopes, failovers=(), audit_path=DhcpServer().audit_path)
    return json.dumps({"form": form, "leases": leases, "server": json.loads(_SERVER.dump_json(body))})


def unpacked(text: str, form: str) -> tuple[DhcpServer, bool]:
    """What such a file holds, and whether leases are in it.

    Raises:
        ValueError: another program's file, or another form.
    """
    try:
        body = json.loads(text)
        if body["form"] != form:
            raise ValueError(f"a file of {body['form']}")
        return _SERVER.validate_python(body["server"]), bool(body["leases"])
    except (ValidationError, KeyError, TypeError) as problem:
        raise ValueError("no export file") from problem


@cmdlet("Export-DhcpServer", module=MODULE, level=1)
def export(call: Call, /, *, File: str, Leases: bool = False, Force: bool = False, **more: Any) -> None:
    """Writes the whole configuration into a file; one that is there is overwritten by force only."""
    if more:
        raise NotModelledError(f"the lab does not model Export-DhcpServer -{next(iter(more))}", host=call.host_name)
    found = server(call, "Export-DhcpServer")
    if files.entry(call.host, File) is not None and not Force:
        raise Refusal("FileExists,Export-DhcpServer", f"The file {File} already exists. Use -Force to overwrite it.")
    _needs_folder(call, File, "Export-DhcpServer")
    call.update(files.written(call.world, call.host, File, packed(found, CMDLET_FORM, leases=Leases)))


def _needs_folder(call: Call, path: str, command: str) -> None:
    folder = path.rpartition("\\")[0] + "\\"
    if files.entry(call.host, folder) is None:
        raise Refusal(
            f"System.IO.DirectoryNotFoundException,{command}",
            f"Could not find a part of the path '{path}'.",
            category="ObjectNotFound",
            target=path,
        )


@cmdlet("Import-DhcpServer", module=MODULE, level=1)
def import_(
    call: Call,
    /,
    *,
    File: str,
    BackupPath: str = "",
    Leases: bool = False,
    ScopeOverwrite: bool = False,
    Force: bool = False,
    **more: Any,
) -> None:
    """Brings an exported configuration in; a scope that is there is left alone with a warning."""
    command = "Import-DhcpServer"
    if more:
        raise NotModelledError(f"the lab does not model {command} -{next(iter(more))}", host=call.host_name)
    if not BackupPath:
        raise Refusal(
            f"MissingMandatoryParameter,{command}",
            "Cannot process command because of one or more missing mandatory parameters: BackupPath.",
            category="InvalidArgument",
        )
    if not Force:
        raise Refusal(
            f"InvalidOperation,{command}",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
            category="InvalidOperation",
        )
    mine = server(call, command)
    found = files.entry(call.host, File)
    if found is None or found.content is None:
        raise Refusal(f"FileNotFound,{command}", f"The file {File} was not found.", category="ObjectNotFound", target=File)
    try:
        theirs, with_leases = unpacked(found.content.decode(), CMDLET_FORM)
    except ValueError as problem:
        raise Refusal(f"InvalidFile,{command}", f"The file {File} is not valid.", category="InvalidData") from problem
    call.update(files.folder_made(call.world, call.host, BackupPath))
    scopes = dict(mine.scopes)
    for key, one in theirs.scopes.items():
        if key in scopes and not ScopeOverwrite:
            call.warn(f"Scope {key} already exists on DHCP server {call.host_name}. It is not imported.")
            continue
        scopes[key] = one if Leases and with_leases else replace(one, leases={})
    classes = tuple(dict.fromkeys((*mine.vendor_classes, *theirs.vendor_classes)))
    options = mine.options or theirs.options
    made = replace(mine, scopes=scopes, options=options, vendor_classes=classes, conflict_attempts=theirs.conflict_attempts)
    keep(call, made)


@cmdlet("Backup-DhcpServer", module=MODULE, level=1)
def backup(call: Call, /, *, Path: str) -> None:
    """Writes the database into a folder of the server, which is made where it is missing."""
    mine = server(call, "Backup-DhcpServer")
    call.update(files.folder_made(call.world, call.host, Path))
    call.update(files.written(call.world, call.host, f"{Path}\\DhcpCfg", packed(mine, "backup", leases=True)))


# --- failover ---


@cmdlet("Get-DhcpServerv4Failover", module=MODULE, level=1)
def get_failover(call: Call, /, *, Name: str = "") -> Iterator[Row]:
    """All relationships, or one."""
    command = "Get-DhcpServerv4Failover"
    found = [one for one in server(call, command).failovers if not Name or one.name.casefold() == Name.casefold()]
    if Name and not found:
        raise _unknown(call, Name, command)
    for one in found:
        row: Row = {
            "Name": one.name,
            "PartnerServer": one.partner,
            "Mode": one.mode,
            "LoadBalancePercent": one.percent,
            "ServerRole": one.role if one.mode == "HotStandby" else None,
            "ReservePercent": one.reserve if one.mode == "HotStandby" else None,
            "MaxClientLeadTime": timedelta(seconds=one.mclt),
            "StateSwitchInterval": None,
            "State": _state(call, one),
            "ScopeId": list(one.scope_ids),
            "AutoStateTransition": False,
            "EnableAuth": one.secret,
        }
        yield row


def _state(call: Call, one: Failover) -> str:
    partner = call.world.hosts.get(one.partner_host)
    there = partner is not None and partner.running("DHCPServer") and reaches(call.world, call.host_name, partner.name)
    return "Normal" if there else "CommunicationInterrupted"


def _unknown(call: Call, name: str, command: str) -> Refusal:
    return Refusal(
        f"DHCP 20115,{command}",
        f"Failed to get failover relationship {name} on DHCP server {call.host_name}.",
        category="ObjectNotFound",
        target=name,
    )


@cmdlet("Add-DhcpServerv4Failover", module=MODULE, level=1)
def add_failover(
    call: Call,
    /,
    *,
    Name: str,
    PartnerServer: str,
    ScopeId: Sequence[str] | str,
    ServerRole: str = "Active",
    ReservePercent: int = 5,
    Force: bool = False,
    **more: Any,
) -> None:
    """Makes a hot standby relationship, and the scopes with all that hangs on them on the partner; no server options."""
    command = "Add-DhcpServerv4Failover"
    if more:
        raise NotModelledError(f"the lab does not model {command} -{next(iter(more))}", host=call.host_name)
    mine = server(call, command)
    wanted = (ScopeId,) if isinstance(ScopeId, str) else tuple(ScopeId)
    partner = named(call.world, call.host_name, PartnerServer)
    if partner is None or not partner.running("DHCPServer") or partner.windows.level == 0:
        raise Refusal(
            f"WIN32 1722,{command}", f"Failed to get version of the DHCP server {PartnerServer}.", target=PartnerServer
        )
    if not authorised(call.world, partner.name):
        raise Refusal(
            f"DHCP 20070,{command}",
            f"Failed to add failover relationship {Name}: the DHCP server {PartnerServer} is not authorized.",
            category="PermissionDenied",
            target=PartnerServer,
        )
    theirs = call.world.dhcp.get(partner.name, DhcpServer())
    for key in wanted:
        if key not in mine.scopes:
            raise Refusal(
                f"DHCP 20005,{command}", f"Failed to get scope information for scope {key} on DHCP server {call.host_name}."
            )
        if mine.failover_of(key) is not None:
            raise _exists(20113, f"Failed to add failover relationship {Name}: scope {key} is in a relationship.", command)
        if key in theirs.scopes:
            raise _exists(20052, f"Failed to add scope {key} on DHCP server {PartnerServer}.", command)
    own = Failover(
        name=Name, partner=PartnerServer, partner_host=partner.name, role=ServerRole, reserve=ReservePercent, scope_ids=wanted
    )
    other = replace(
        own, partner=call.host.fqdn, partner_host=call.host_name, role="Standby" if ServerRole == "Active" else "Active"
    )
    copied: dict[str, Scope] = {**theirs.scopes, **{key: mine.scopes[key] for key in wanted}}
    keep(call, replace(mine, failovers=(*mine.failovers, own)))
    made = replace(theirs, scopes=copied, failovers=(*theirs.failovers, other))
    call.update(call.world.with_dhcp(partner.name, made))


def _exists(code: int, text: str, command: str) -> Refusal:
    return Refusal(f"DHCP {code},{command}", text, category="ResourceExists")


@cmdlet("Remove-DhcpServerv4Failover", module=MODULE, level=1)
def remove_failover(call: Call, /, *, Name: str, Force: bool = False) -> None:
    """Ends a relationship on both servers; its scopes stay here and go on the partner."""
    command = "Remove-DhcpServerv4Failover"
    mine = server(call, command)
    own = next((one for one in mine.failovers if one.name.casefold() == Name.casefold()), None)
    if own is None:
        raise _unknown(call, Name, command)
    if not Force:
        raise Refusal(
            f"InvalidOperation,{command}",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
            category="InvalidOperation",
        )
    keep(call, replace(mine, failovers=tuple(one for one in mine.failovers if one is not own)))
    theirs = call.world.dhcp.get(own.partner_host)
    if theirs is not None and reaches(call.world, call.host_name, own.partner_host):
        scopes = {key: one for key, one in theirs.scopes.items() if key not in own.scope_ids}
        kept = tuple(one for one in theirs.failovers if one.name.casefold() != Name.casefold())
        call.update(call.world.with_dhcp(own.partner_host, replace(theirs, scopes=scopes, failovers=kept)))
