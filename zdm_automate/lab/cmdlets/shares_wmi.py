"""Shares by WMI and `net session`: how hosts without the SmbShare module are read and changed.

A method of Win32_Share is never an error by itself: it answers with a code.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.call import Call, Native, Row, native, wmi_class, wmi_method
from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.world.descriptors import KINDS, Ace, Descriptor, read_sddl, sid_bytes, sid_text, write_sddl
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.lab.world.smb import EVERYONE_READ, Share, SmbServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FOLDER, ADMIN_FOLDER, ADMIN_IPC = 0, 2_147_483_648, 2_147_483_651
"""Sorts of shares: what people use, and what administrators alone use."""

DONE, INVALID, DUPLICATE, NO_FOLDER, NO_SHARE = 0, 21, 22, 24, 25
NO_LIMIT: Final = 4_294_967_295


def _server(call: Call) -> SmbServer:
    return call.world.smb.get(call.host_name, SmbServer())


@wmi_class("Win32_Share")
def win32_share(call: Call) -> Iterator[Row]:
    """Every share, also those that administrators alone use; none while the service is stopped."""
    if not call.host.running("LanmanServer"):
        return
    drives = sorted({"C", *call.world.volumes.get(call.host_name, {})})
    own = [(f"{letter}$", f"{letter}:\\", "Default share", ADMIN_FOLDER) for letter in drives]
    own += [("ADMIN$", "C:\\Windows", "Remote Admin", ADMIN_FOLDER), ("IPC$", "", "Remote IPC", ADMIN_IPC)]
    own += [(one.name, one.path, one.description, FOLDER) for one in _server(call).shares.values()]
    for name, path, description, kind in own:
        share = _server(call).share(name)
        limit = share.limit if share is not None else 0
        yield {
            "Name": name,
            "Path": path,
            "Description": description,
            "Caption": description,
            "Status": "OK",
            "Type": kind,
            "AllowMaximum": not limit,
            "MaximumAllowed": limit or None,
        }


@wmi_class("Win32_LogicalShareSecuritySetting")
def security_settings(call: Call) -> Iterator[Row]:
    """The shares that have permissions of their own; those of administrators have none."""
    if call.host.running("LanmanServer"):
        for share in _server(call).shares.values():
            yield {"Name": share.name, "Caption": f"Security settings of {share.name}", "ControlFlags": 32_772}


@wmi_method("Win32_LogicalShareSecuritySetting", "GetSecurityDescriptor")
def get_security_descriptor(call: Call, row: Row, /) -> Row:
    """The permissions as objects; a list without a line looks like none at all."""
    share = _server(call).share(str(row["Name"]))
    if share is None:
        return {"ReturnValue": INVALID}
    return {"ReturnValue": DONE, "Descriptor": as_objects(_known(call, share.sddl))}


@wmi_method("Win32_Share", "SetShareInfo")
def set_share_info(
    call: Call,
    row: Row,
    /,
    *,
    MaximumAllowed: int = NO_LIMIT,
    Description: str = "",
    Access: Mapping[str, Any] | None = None,
) -> Row:
    """Limit, description and permissions at once: what is not given does not stay as it was."""
    server = _server(call)
    share = server.share(str(row["Name"]))
    if share is None:
        return {"ReturnValue": NO_SHARE}
    sddl = _text(Access)
    if sddl is None:
        return {"ReturnValue": INVALID}
    server = server.with_permissions(share, sddl)
    limit = 0 if MaximumAllowed == NO_LIMIT else MaximumAllowed
    changed = replace(server.shares[share.name.casefold()], limit=limit, description=Description)
    call.update(call.world.with_smb(call.host_name, server.with_share(changed)))
    return {"ReturnValue": DONE}


@wmi_method("Win32_Share", "Create")
def create(
    call: Call,
    _row: Row,
    /,
    *,
    Path: str,
    Name: str,
    Type: int,
    MaximumAllowed: int = NO_LIMIT,
    Description: str = "",
    Access: Mapping[str, Any] | None = None,
) -> Row:
    """Shares a folder that is there; without permissions for everyone to read."""
    if Type != FOLDER:
        raise NotModelledError(f"the lab does not model Win32_Share.Create of type {Type}", host=call.host_name)
    if any(str(one["Name"]).casefold() == Name.casefold() for one in call.wmi("Win32_Share")):
        return {"ReturnValue": DUPLICATE}
    if not io.is_folder(call, Path):
        return {"ReturnValue": NO_FOLDER}
    sddl = EVERYONE_READ if Access is None else _text(Access)
    if sddl is None:
        return {"ReturnValue": INVALID}
    limit = 0 if MaximumAllowed == NO_LIMIT else MaximumAllowed
    made = Share(name=Name, path=Path, description=Description, limit=limit, sddl=sddl)
    call.update(call.world.with_smb(call.host_name, _server(call).with_share(made)))
    return {"ReturnValue": DONE}


@wmi_method("Win32_Share", "Delete")
def delete(call: Call, row: Row, /) -> Row:
    """Ends a share; its files stay."""
    server = _server(call)
    if server.share(str(row["Name"])) is None:
        return {"ReturnValue": NO_SHARE}
    call.update(call.world.with_smb(call.host_name, server.without_share(str(row["Name"]))))
    return {"ReturnValue": DONE}


@wmi_class("Win32_ServerSession")
def sessions(call: Call) -> Iterator[Row]:
    """Who is connected from which computer; users without their domain, and no names of files."""
    if not call.host.running("LanmanServer"):
        return
    server = _server(call)
    for one in server.sessions:
        since = call.world.now if not one.since else datetime.fromisoformat(one.since)
        yield {
            "ComputerName": one.client,
            "UserName": one.user.rpartition("\\")[2],
            "ActiveTime": max(0, int((call.world.now - since).total_seconds())),
            "IdleTime": 0,
            "ResourcesOpened": sum(opened.session == one.number for opened in server.opens),
            "Status": "OK",
        }


@native("net")
def net(call: Call, argv: Sequence[str], /) -> Native:
    r"""`net session \\computer /delete /y`: everything that a computer has open ends."""
    words = [word.casefold() for word in argv]
    if words[:1] != ["session"] or words[2:] != ["/delete", "/y"]:
        raise NotModelledError(f"the lab does not model net {' '.join(argv)}", host=call.host_name)
    server = _server(call)
    gone = [one.number for one in server.sessions if f"\\\\{one.client}".casefold() == words[1]]
    if not gone:
        return Native(2, (), ("A session does not exist with that computer name.", ""))
    for number in gone:
        server = server.without_session(number)
    call.update(call.world.with_smb(call.host_name, server))
    return Native(0, ("The command completed successfully.", ""))


# --- descriptors as objects ---


def as_objects(made: Descriptor) -> Row:
    """A descriptor as WMI shows it."""
    lines = [
        {"AccessMask": ace.mask, "AceFlags": ace.flags, "AceType": ace.kind, "Trustee": _trustee(ace.sid)} for ace in made.aces
    ]
    return {
        "ControlFlags": made.control | 0x8000,
        "Owner": _trustee(made.owner) if made.owner else None,
        "Group": _trustee(made.group) if made.group else None,
        "DACL": lines or None,
    }


def _trustee(sid: str) -> Row:
    data = list(sid_bytes(sid))
    return {"SID": data, "SidLength": len(data), "SIDString": sid}


def _known(call: Call, sddl: str) -> Descriptor:
    try:
        return read_sddl(sddl)
    except ValueError as wrong:
        raise NotModelledError(f"the lab does not model these permissions: {wrong}", host=call.host_name) from None


def _text(access: Mapping[str, Any] | None) -> str | None:
    """The text form of what a method was given; None where it is no descriptor. A SID counts by its bytes."""
    if access is None:
        return None
    try:
        aces = tuple(
            Ace(int(one["AceType"]), int(one["AceFlags"]), int(one["AccessMask"]), _sid(one["Trustee"]))
            for one in access["DACL"] or ()
        )
        made = Descriptor(_sid(access["Owner"]), _sid(access["Group"]), int(access["ControlFlags"]), aces)
    except (KeyError, TypeError, ValueError):
        return None
    return write_sddl(made) if all(ace.kind < len(KINDS) for ace in aces) else None


def _sid(trustee: Mapping[str, Any]) -> str:
    return sid_text(tuple(int(byte) for byte in trustee["SID"]))
