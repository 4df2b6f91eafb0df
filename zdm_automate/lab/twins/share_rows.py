"""What the twins of the share verbs read by: the SmbShare module, or WMI before Windows Server 2012. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.lab.cmdlets.shares_wmi import FOLDER, NO_LIMIT, as_objects
from zdm_automate.lab.twins.pattern import stop
from zdm_automate.lab.twins.same import among, same
from zdm_automate.lab.world.descriptors import CONTROL, PRESENT, SIDS, Ace, Descriptor, read_sddl, write_sddl
from zdm_automate.lab.world.refusal import NotModelledError

if TYPE_CHECKING:
    from zdm_automate.lab.call import Call, Row

FIELDS: Final = ("Path", "Description", "CachingMode", "EnumerationMode", "UserLimit", "Sddl")
WORDS: Final = {
    2: "access is denied",
    8: "an unknown failure",
    9: "the name is not valid",
    10: "the level is not valid",
    21: "a parameter is not valid",
    22: "there is a share of that name already",
    23: "the path is redirected",
    24: "there is no such folder or device",
    25: "there is no share of that name",
}
CLASSES: Final = {2: "AccessDenied", 22: "AlreadyExists", 24: "NotFound", 25: "NotFound"}
DENIES: Final = 1


def by_module(call: Call) -> bool:
    """Whether the module is there; without it the service has to run.

    Raises:
        Refusal: it does not.
    """
    if call.has("Get-SmbShare"):
        return True
    service = next((row for row in call.wmi("Win32_Service") if row["Name"] == "LanmanServer"), None)
    if service is None or service["State"] != "Running":
        said = "The service LanmanServer does not run; its shares cannot be read or changed."
        raise stop("Precondition", said, target="LanmanServer")
    return False


def answered(method: str, name: str, code: int) -> None:
    """Stops with what a method has answered, where that is not 0."""
    if code:
        said = "a privilege is missing" if (method, code) == ("GetSecurityDescriptor", 9) else WORDS.get(code)
        text = f"{method} of the share '{name}' ended with code {code}: {said or 'no reason is documented'}."
        raise stop(CLASSES.get(code, "NativeExit"), text, target=name)


def share_rows(call: Call, name: str = "") -> list[Row]:
    """All shares that people use, or the named one."""
    if by_module(call):
        return [
            {
                "Name": row["Name"],
                "Path": row["Path"],
                "Description": row["Description"],
                "CachingMode": row["CachingMode"],
                "EnumerationMode": row["FolderEnumerationMode"],
                "UserLimit": row["ConcurrentUserLimit"],
                "EncryptData": row["EncryptData"],
                "Sddl": row["SecurityDescriptor"] or "",
            }
            for row in call.cmdlet("Get-SmbShare")
            if (same(row["Name"], name) if name else not row["Special"])
        ]
    found = [row for row in call.wmi("Win32_Share") if row["Type"] == FOLDER and (not name or same(row["Name"], name))]
    texts = _texts(call, [row["Name"] for row in found])
    return [
        {
            "Name": row["Name"],
            "Path": row["Path"],
            "Description": row["Description"],
            "CachingMode": None,
            "EnumerationMode": None,
            "UserLimit": 0 if row["AllowMaximum"] else row["MaximumAllowed"] or 0,
            "EncryptData": None,
            "Sddl": texts.get(row["Name"], ""),
        }
        for row in found
    ]


def share_state(call: Call, name: str) -> Row:
    """A share as it is; empty texts where there is none."""
    found = share_rows(call, name)
    if found:
        return {"Exists": True, **{field: found[0][field] for field in FIELDS}}
    return {"Exists": False, **dict.fromkeys(FIELDS, ""), "UserLimit": 0}


def session_rows(call: Call) -> list[Row]:
    """Who is connected; by WMI a row is a computer with all its users."""
    if by_module(call):
        opened = call.cmdlet("Get-SmbOpenFile")
        rows = []
        for row in call.cmdlet("Get-SmbSession"):
            files = [one["Path"] for one in opened if one["SessionId"] == row["SessionId"]]
            made = {"SessionId": str(row["SessionId"]), "User": row["ClientUserName"], "Client": row["ClientComputerName"]}
            rows.append({**made, "OpenFiles": files, "OpenCount": len(files), "Seconds": 0})
        return rows
    return _computers(call)


def _computers(call: Call) -> list[Row]:
    rows: list[Row] = []
    users: list[list[str]] = []
    for row in call.wmi("Win32_ServerSession"):
        client = row["ComputerName"].lstrip("\\")
        at = next((number for number, one in enumerate(rows) if same(one["Client"], client)), len(rows))
        if at == len(rows):
            rows.append({"SessionId": f"\\\\{client}", "Client": client, "OpenFiles": [], "OpenCount": 0, "Seconds": 0})
            users.append([])
        if row["UserName"] and not any(same(row["UserName"], one) for one in users[at]):
            users[at].append(row["UserName"])
        rows[at]["User"] = ", ".join(users[at])
        rows[at]["OpenCount"] += row["ResourcesOpened"]
        rows[at]["Seconds"] = max(rows[at]["Seconds"], row["ActiveTime"])
    return rows


def wanted_sddl(call: Call, name: str, sddl: str) -> str:
    """Permissions as this host writes them, for the way that it is asked."""
    if by_module(call):
        return sddl
    if "(" not in sddl:
        said = f"The permissions of '{name}' would let nobody in without a line that says so: add a denial."
        raise stop("Precondition", said, target=name)
    return write_sddl(_descriptor(call, sddl))


def set_by_wmi(call: Call, name: str, sddl: str) -> None:
    """Permissions, with limit and description as they are."""
    share = next(row for row in call.wmi("Win32_Share") if same(row["Name"], name))
    limit = NO_LIMIT if share["AllowMaximum"] or share["MaximumAllowed"] is None else share["MaximumAllowed"]
    given = {"MaximumAllowed": limit, "Description": share["Description"], "Access": as_objects(_descriptor(call, sddl))}
    answered("SetShareInfo", name, call.wmi_method("Win32_Share", share, "SetShareInfo", **given)["ReturnValue"])


def new_by_wmi(call: Call, *, name: str, path: str, description: str, user_limit: int, sddl: str) -> None:
    """A share with its permissions from the first moment on."""
    given = {"Path": path, "Name": name, "Type": FOLDER, "Description": description}
    given["MaximumAllowed"] = user_limit or NO_LIMIT
    given["Access"] = as_objects(_descriptor(call, sddl))
    answered("Create", name, call.wmi_method("Win32_Share", {}, "Create", **given)["ReturnValue"])


def remove_by_wmi(call: Call, name: str) -> None:
    """The share alone."""
    share = next(row for row in call.wmi("Win32_Share") if same(row["Name"], name))
    answered("Delete", name, call.wmi_method("Win32_Share", share, "Delete")["ReturnValue"])


def _texts(call: Call, names: list[str]) -> dict[str, str]:
    """Permissions in text form by share; not of one where they are not told, or say more than who may and who may not."""
    found = {}
    for setting in call.wmi("Win32_LogicalShareSecuritySetting"):
        name = setting["Name"]
        if not among(name, names):
            continue
        answer = call.wmi_method("Win32_LogicalShareSecuritySetting", setting, "GetSecurityDescriptor")
        answered("GetSecurityDescriptor", name, answer["ReturnValue"])
        told = answer["Descriptor"]
        lines = told["DACL"] or ()
        if not told["ControlFlags"] & PRESENT or not lines or any(one["AceType"] > DENIES for one in lines):
            continue
        aces = tuple(Ace(one["AceType"], one["AceFlags"], one["AccessMask"], one["Trustee"]["SIDString"]) for one in lines)
        control = told["ControlFlags"] & (PRESENT | sum(CONTROL.values()))
        owner, group = (told[whose]["SIDString"] if told[whose] else SIDS["SY"] for whose in ("Owner", "Group"))
        found[name] = write_sddl(Descriptor(owner, group, control, aces))
    return found


def _descriptor(call: Call, sddl: str) -> Descriptor:
    try:
        return read_sddl(sddl)
    except ValueError as wrong:
        raise NotModelledError(f"the lab does not model these permissions: {wrong}", host=call.host_name) from None
