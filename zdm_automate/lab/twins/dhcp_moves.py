"""Twins of the DHCP appliers that move: export, import, failover, removing a scope, a client's lease."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.lab.twins.dhcp_appliers import needs_module, server_way
from zdm_automate.lab.twins.dhcp_readers import netsh
from zdm_automate.lab.twins.files import state as file_state
from zdm_automate.lab.twins.pattern import change, made, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row


def _record(call: Call, verb: str, target: str, before: Row, after: Row, *, changed: bool) -> Row:
    return made(call, "Zdm.Change", Verb=verb, Target=target, Changed=changed, Before=before, After=after, RebootRequired=False)


@twin("Export-ZdmDhcp")
def export(call: Call, /, *, path: str, leases: bool = True) -> Iterator[Row]:
    """Writes the file anew each time."""
    by = server_way(call)
    before = file_state(call, path)
    if call.what_if:
        yield _record(call, "Export-ZdmDhcp", path, before, before, changed=False)
        return
    folder = path.rpartition("\\")[0]
    if not file_state(call, folder)["Exists"]:
        call.cmdlet("New-Item", Path=folder, ItemType="Directory")
    if by == "module":
        call.cmdlet("Export-DhcpServer", File=path, Leases=leases, Force=True)
    else:
        netsh(call, "export", path, "all")
    after = file_state(call, path)
    if not after["Exists"] or after["Bytes"] == 0:
        raise stop("VerifyFailed", f"There is no file '{path}' after the export.", target=path)
    yield _record(call, "Export-ZdmDhcp", path, before, after, changed=True)


@twin("Import-ZdmDhcp")
def import_(
    call: Call,
    /,
    *,
    path: str,
    scope_id: Sequence[str],
    backup_path: str,
    leases: bool = True,
    netsh: bool = False,
) -> Iterator[Row]:
    """Brings in what is missing."""
    needs_module(call)

    def read() -> Row:
        return {"ScopeIds": sorted(row["ScopeId"] for row in call.cmdlet("Get-DhcpServerv4Scope"))}

    before = read()
    missing = [one for one in scope_id if one not in before["ScopeIds"]]
    if not missing or call.what_if:
        yield _record(call, "Import-ZdmDhcp", path, before, before, changed=False)
        return
    if not file_state(call, path)["Exists"]:
        raise stop("NotFound", f"There is no file '{path}'.", target=path, category="ObjectNotFound")
    if netsh:
        call.cmdlet("Backup-DhcpServer", Path=backup_path)
        _netsh(call, "import", path, "all")
        call.cmdlet("Restart-Service", Name="DHCPServer", Force=True)
    else:
        call.cmdlet("Import-DhcpServer", File=path, BackupPath=backup_path, Leases=leases, Force=True)
    after = read()
    missing = [one for one in scope_id if one not in after["ScopeIds"]]
    if missing:
        message = f"The scopes {', '.join(missing)} are not there after the import."
        raise stop("VerifyFailed", message, target=path)
    yield _record(call, "Import-ZdmDhcp", path, before, after, changed=True)


_netsh = netsh


@twin("Add-ZdmDhcpFailover")
def add_failover(
    call: Call, /, *, name: str, partner_server: str, scope_id: Sequence[str], server_role: str = "Active"
) -> Iterator[Row]:
    """A hot standby relationship."""
    needs_module(call)

    def read() -> Row:
        found = _failover(call, name)
        if found is None:
            return {"PartnerServer": None, "ScopeIds": []}
        return {"PartnerServer": found["PartnerServer"], "ScopeIds": sorted(found["ScopeId"])}

    before = read()
    wanted = {"PartnerServer": partner_server, "ScopeIds": sorted(scope_id)}
    if before["PartnerServer"] is not None and before != wanted:
        message = f"The relationship '{name}' is there with another partner or other scopes."
        raise stop("AlreadyExists", message, target=name)

    def write(_: Row) -> None:
        setting: dict[str, Any] = {"Name": name, "PartnerServer": partner_server, "ScopeId": list(scope_id)}
        call.cmdlet("Add-DhcpServerv4Failover", **setting, ServerRole=server_role, Force=True)

    yield change(
        call,
        verb="Add-ZdmDhcpFailover",
        target=name,
        read=read,
        wanted={"PartnerServer": partner_server},
        write=write,
    )


def _failover(call: Call, name: str) -> Row | None:
    rows = call.cmdlet("Get-DhcpServerv4Failover")
    return next((row for row in rows if same(row["Name"], name)), None)


@twin("Remove-ZdmDhcpFailover")
def remove_failover(call: Call, /, *, name: str) -> Iterator[Row]:
    """Ends a relationship."""
    needs_module(call)

    def read() -> Row:
        found = _failover(call, name)
        return {"PartnerServer": found["PartnerServer"] if found else None}

    def write(_: Row) -> None:
        call.cmdlet("Remove-DhcpServerv4Failover", Name=name, Force=True)

    yield change(call, verb="Remove-ZdmDhcpFailover", target=name, read=read, wanted={"PartnerServer": None}, write=write)


@twin("Remove-ZdmDhcpScope")
def remove_scope(call: Call, /, *, scope_id: str) -> Iterator[Row]:
    """Removes an inactive scope."""
    needs_module(call)

    def read() -> Row:
        rows = call.cmdlet("Get-DhcpServerv4Scope")
        return {"State": next((row["State"] for row in rows if row["ScopeId"] == scope_id), None)}

    if read()["State"] == "Active":
        raise stop("Precondition", f"Scope {scope_id} is active; make it inactive first.", target=scope_id)

    def write(_: Row) -> None:
        call.cmdlet("Remove-DhcpServerv4Scope", ScopeId=scope_id, Force=True)

    yield change(call, verb="Remove-ZdmDhcpScope", target=scope_id, read=read, wanted={"State": None}, write=write)


@twin("Update-ZdmDhcpClientLease")
def update_client_lease(call: Call, /, *, interface_alias: str) -> Iterator[Row]:
    """Release and renew."""
    adapters = [row for row in call.wmi("Win32_NetworkAdapter") if same(row["NetConnectionID"], interface_alias)]
    if len(adapters) != 1:
        message = f"There is no adapter '{interface_alias}'."
        raise stop("NotFound", message, target=interface_alias, category="ObjectNotFound")

    def read() -> Row:
        row = next(row for row in call.wmi("Win32_NetworkAdapterConfiguration") if row["Index"] == adapters[0]["Index"])
        return {
            "DhcpEnabled": row["DHCPEnabled"],
            "DhcpServer": row["DHCPServer"] or "",
            "IpAddress": next(iter(row["IPAddress"] or ()), ""),
        }

    before = read()
    if not before["DhcpEnabled"]:
        raise stop("Precondition", f"The adapter '{interface_alias}' has a fixed address.", target=interface_alias)
    if call.what_if:
        yield _record(call, "Update-ZdmDhcpClientLease", interface_alias, before, before, changed=False)
        return
    call.native("ipconfig.exe", "/release", interface_alias)
    run = call.native("ipconfig.exe", "/renew", interface_alias)
    after = read()
    if not after["DhcpServer"]:
        message = f"ipconfig /renew gave no lease (exit code {run.exit_code})."
        raise stop("NativeExit", message, target=interface_alias)
    yield _record(call, "Update-ZdmDhcpClientLease", interface_alias, before, after, changed=True)
