"""Profiles and the USMT folder as Windows shows them: Win32_UserProfile, Win32_SID, CIM_DataFile, `cipher /u /n`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Native, Row, native, wmi_class, wmi_method
from zdm_automate.lab.cmdlets.system import dmtf
from zdm_automate.lab.world import files, identities, profile_files
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

WELL_KNOWN = {"S-1-5-18": ("NT AUTHORITY", "SYSTEM"), "S-1-5-19": ("NT AUTHORITY", "LOCAL SERVICE")}


@wmi_class("Win32_UserProfile")
def win32_user_profile(call: Call) -> Iterator[Row]:
    """One row for each entry of ProfileList; the class came with Vista."""
    if call.host.windows.version.startswith("5."):
        raise Refusal("GetWMIManagementException", "Invalid class", category="InvalidType", target="Win32_UserProfile")
    for one in call.world.user_states.desk(call.host_name).profiles.values():
        yield {
            "SID": one.sid,
            "LocalPath": one.path,
            "Loaded": one.loaded,
            "Special": one.special,
            "RefCount": int(one.loaded),
            "RoamingConfigured": one.roaming,
            "RoamingPath": None,
            "RoamingPreference": None,
            "Status": (1 if one.temporary else 0) | (2 if one.roaming else 0),
            "LastUseTime": dmtf(datetime.fromisoformat(one.used)),
        }


@wmi_method("Win32_UserProfile", "Delete")
def delete_profile(call: Call, row: Row) -> None:
    """Removes folder and entry; not of a profile that is loaded."""
    states = call.world.user_states
    desk = states.desk(call.host_name)
    found = desk.profiles.get(str(row["SID"]))
    if found is None or found.loaded:
        text = "The process cannot access the file because it is being used by another process."
        raise Refusal("DotNetMethodException", text)
    world = replace(call.world, user_states=states.with_desk(call.host_name, desk.without_profile(found.sid)))
    call.update(profile_files.removed(world, call.host_name, found))


@wmi_class("Win32_SID")
def win32_sid(call: Call) -> Iterator[Row]:
    """The accounts that have a name: what Windows itself translates a SID by."""
    for sid, (domain, name) in WELL_KNOWN.items():
        yield {"SID": sid, "ReferencedDomainName": domain, "AccountName": name}
    for sid, account in identities.names(call.world, call.host_name).items():
        domain, _, name = account.partition("\\")
        yield {"SID": sid, "ReferencedDomainName": domain, "AccountName": name}


@wmi_class("CIM_DataFile")
def cim_data_file(call: Call) -> Iterator[Row]:
    """The programs of the USMT folder with their version; of other files the lab knows none."""
    tool = call.world.user_states.desk(call.host_name).tool
    if tool is not None:
        for name in sorted(tool.files):
            yield {"Name": f"{tool.folder}\\{name}".lower(), "Version": tool.version if name.endswith(".exe") else None}


@native("cipher")
def cipher(call: Call, argv: tuple[str, ...]) -> Native:
    """`cipher /u /n`: the encrypted files on local disks, after a line in the host's language."""
    if tuple(word.casefold() for word in argv) != ("/u", "/n"):
        raise NotModelledError(f"the lab does not model cipher {' '.join(argv)}", host=call.host_name)
    german = call.host.culture.startswith("de")
    desk = call.world.user_states.desk(call.host_name)
    found = [one.place(item) for one in desk.profiles.values() for item in one.items if item.encrypted]
    head = "Verschlüsselte Datei(en) auf dem System:" if german else "Encrypted File(s) on your system:"
    return Native(0, ("", head, "", *found, ""))


@native("icacls")
def icacls(call: Call, argv: tuple[str, ...]) -> Native:
    """`icacls FILE /inheritance:r /grant:r ...` or `/reset` on what is there. Who may read it the lab does not model."""
    match argv:
        case (path, "/inheritance:r", "/grant:r", *grants) if grants:
            pass
        case (path, "/reset"):
            pass
        case _:
            raise NotModelledError(f"the lab does not model icacls {' '.join(argv)}", host=call.host_name)
    if files.at_path(call.world, call.host, path) is None:
        return Native(2, (f"{path}: The system cannot find the file specified.",))
    return Native(0, (f"processed file: {path}", "Successfully processed 1 files; Failed processing 0 files"))
