"""The SmbShare module: shares, their permissions, sessions and open files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.world.refusal import NotModelledError, Refusal
from zdm_automate.lab.world.smb import Share, SmbServer

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "SmbShare"


def _server(call: Call, command: str) -> SmbServer:
    if not call.host.running("LanmanServer"):
        raise Refusal(f"Windows System Error 2114,{command}", "The Server service is not started.")
    return call.world.smb.get(call.host_name, SmbServer())


def _row(share: Share) -> Row:
    return {
        "Name": share.name,
        "Path": share.path,
        "Description": share.description,
        "CachingMode": share.caching,
        "FolderEnumerationMode": share.enumeration,
        "ConcurrentUserLimit": share.limit,
        "EncryptData": share.encrypt,
        "SecurityDescriptor": None if share.special else share.sddl,
        "Special": share.special,
    }


def _missing(name: str, command: str, field: str = "Name", kind: str = "MSFT_SMBShare") -> Refusal:
    return Refusal(
        f"CmdletizationQuery_NotFound_{field},{command}",
        f"No {kind} objects found with property '{field}' equal to '{name}'.  Verify the value of the property and retry.",
        category="ObjectNotFound",
        target=name,
    )


@cmdlet("Get-SmbShare", module=MODULE, level=1)
def get_smb_share(call: Call, /) -> Iterator[Row]:
    """All shares, the administrative ones first."""
    server = _server(call, "Get-SmbShare")
    for letter in sorted({"C", *call.world.volumes.get(call.host_name, {})}):
        yield _row(Share(name=f"{letter}$", path=f"{letter}:\\", description="Default share", special=True))
    yield _row(Share(name="IPC$", path="", description="Remote IPC", special=True))
    for share in server.shares.values():
        yield _row(share)


@cmdlet("New-SmbShare", module=MODULE, level=1)
def new_smb_share(
    call: Call,
    /,
    *,
    Name: str,
    Path: str,
    Description: str = "",
    CachingMode: str = "Manual",
    FolderEnumerationMode: str = "Unrestricted",
    ConcurrentUserLimit: int = 0,
) -> Iterator[Row]:
    """Shares a folder that is there, for Everyone to read."""
    server = _server(call, "New-SmbShare")
    if server.share(Name) is not None:
        raise Refusal("Windows System Error 2118,New-SmbShare", "The name has already been shared.")
    share = Share(
        name=Name,
        path=Path,
        description=Description,
        caching=CachingMode,
        enumeration=FolderEnumerationMode,
        limit=ConcurrentUserLimit,
    )
    call.update(call.world.with_smb(call.host_name, server.with_share(share)))
    yield _row(share)


@cmdlet("Set-SmbShare", module=MODULE, level=1)
def set_smb_share(call: Call, /, *, Name: str, SecurityDescriptor: str, Force: bool = False) -> None:
    """Replaces the permissions."""
    server = _server(call, "Set-SmbShare")
    share = server.share(Name)
    if share is None:
        raise _missing(Name, "Set-SmbShare")
    if not Force:
        raise NotModelledError("the lab does not model Set-SmbShare without -Force", host=call.host_name)
    call.update(call.world.with_smb(call.host_name, server.with_permissions(share, SecurityDescriptor)))


@cmdlet("Remove-SmbShare", module=MODULE, level=1)
def remove_smb_share(call: Call, /, *, Name: str, Force: bool = False) -> None:
    """Ends a share; its files stay."""
    server = _server(call, "Remove-SmbShare")
    if server.share(Name) is None:
        raise _missing(Name, "Remove-SmbShare")
    call.update(call.world.with_smb(call.host_name, server.without_share(Name)))


@cmdlet("Get-DfsnFolderTarget", module="DFSN", level=1)
def get_dfsn_folder_target(call: Call, /, *, Path: str = "") -> Iterator[Row]:
    """Where a folder of a namespace leads."""
    link = call.world.dfs.get(Path.casefold())
    if link is None:
        said = f'Cannot get DFS folder properites on "{Path}"'
        raise Refusal("Windows System Error 1168,Get-DfsnFolderTarget", said)
    for target, state in link.targets:
        yield {"Path": link.path, "NamespacePath": link.path, "TargetPath": target, "State": state}


@cmdlet("Set-DfsnFolderTarget", module="DFSN", level=1)
def set_dfsn_folder_target(call: Call, /, *, Path: str, TargetPath: str, State: str) -> Iterator[Row]:
    """Puts a target on or off."""
    link = call.world.dfs.get(Path.casefold())
    known = link is not None and any(target.casefold() == TargetPath.casefold() for target, _ in link.targets)
    if link is None or not known:
        raise Refusal("Windows System Error 1168,Set-DfsnFolderTarget", f'Cannot get DFS target properites on "{TargetPath}"')
    state = "Online" if State.casefold() == "online" else "Offline"
    targets = tuple((target, state if target.casefold() == TargetPath.casefold() else old) for target, old in link.targets)
    call.update(replace(call.world, dfs={**call.world.dfs, Path.casefold(): replace(link, targets=targets)}))
    yield {"Path": link.path, "NamespacePath": link.path, "TargetPath": TargetPath, "State": state}


@cmdlet("Get-SmbSession", module=MODULE, level=1)
def get_smb_session(call: Call, /) -> Iterator[Row]:
    """Who is connected."""
    server = _server(call, "Get-SmbSession")
    for session in server.sessions:
        yield {
            "SessionId": session.number,
            "ClientUserName": session.user,
            "ClientComputerName": session.client,
            "NumOpens": sum(one.session == session.number for one in server.opens),
            "Dialect": session.dialect,
        }


@cmdlet("Get-SmbOpenFile", module=MODULE, level=1)
def get_smb_open_file(call: Call, /) -> Iterator[Row]:
    """Which files are open."""
    server = _server(call, "Get-SmbOpenFile")
    users = {one.number: one for one in server.sessions}
    for opened in server.opens:
        session = users[opened.session]
        yield {
            "FileId": opened.number,
            "SessionId": opened.session,
            "Path": opened.path,
            "ClientUserName": session.user,
            "ClientComputerName": session.client,
        }


@cmdlet("Close-SmbSession", module=MODULE, level=1)
def close_smb_session(call: Call, /, *, SessionId: str, Force: bool = False) -> None:
    """Ends a session; what it held open is closed."""
    server = _server(call, "Close-SmbSession")
    number = int(SessionId)
    if all(one.number != number for one in server.sessions):
        raise _missing(str(SessionId), "Close-SmbSession", "SessionId", "MSFT_SmbSession")
    call.update(call.world.with_smb(call.host_name, server.without_session(number)))
