"""Server roles: Get-, Install-, Uninstall-WindowsFeature, their 2008 R2 forms, and Win32_ServerFeature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet, wmi_class
from zdm_automate.lab.world import roles
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.world.roles import Feature

MODULE = "ServerManager"
REBOOT_PENDING = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending\\"


@wmi_class("Win32_ServerFeature")
def win32_server_feature(call: Call) -> Iterator[Row]:
    """What is installed, by number and localised name; the tools are not listed."""
    for feature in roles.FEATURES.values():
        if feature.name in call.host.features and feature.number:
            parent = roles.FEATURES[feature.parent].number if feature.parent else 0
            yield {"ID": feature.number, "ParentID": parent, "Name": roles.display(feature.display, call.host.culture)}


@cmdlet("Get-WindowsFeature", module=MODULE)
def get_windows_feature(call: Call, /, *, Name: Sequence[str] = ()) -> Iterator[Row]:
    """All features; a name that is not known gives nothing and no error."""
    wanted = {name.casefold() for name in ([Name] if isinstance(Name, str) else Name)}
    if any(set("*?[") & set(name) for name in wanted):
        raise NotModelledError("the lab does not model wildcards of Get-WindowsFeature", host=call.host_name)
    for feature in roles.FEATURES.values():
        if wanted and feature.name.casefold() not in wanted:
            continue
        installed = feature.name in call.host.features
        row: Row = {
            "Name": feature.name,
            "DisplayName": roles.display(feature.display, call.host.culture),
            "Installed": installed,
            "FeatureType": feature.kind,
            "Depth": 2 if feature.parent else 1,
            "Parent": feature.parent or None,
            "SubFeatures": [f.name for f in roles.FEATURES.values() if f.parent == feature.name],
            "SystemService": list(feature.services),
        }
        if call.host.windows.level:
            row["InstallState"] = "Installed" if installed else "Available"
        yield row


def _named(call: Call, names: Sequence[str] | str, command: str) -> list[Feature]:
    found = []
    for name in [names] if isinstance(names, str) else names:
        feature = roles.find(name)
        if feature is None:
            raise Refusal(
                f"NameDoesNotExist,Microsoft.Windows.ServerManager.Commands.{command}",
                f"ArgumentNotValid: The role, role service, or feature name is not valid: '{name}'. The name was not found.",
                category="InvalidArgument",
                target=name,
                output=(_result(success=False, code="InvalidArgs"),),
            )
        if feature.name == "AD-Domain-Services":
            raise NotModelledError("the lab does not model installing or removing a domain controller", host=call.host_name)
        if feature.name == "Hyper-V":
            raise NotModelledError("the lab does not model installing or removing Hyper-V", host=call.host_name)
        found.append(feature)
    return found


def _result(*, success: bool, code: str, restart: str = "No", features: Sequence[str] = ()) -> Row:
    return {"Success": success, "RestartNeeded": restart, "ExitCode": code, "FeatureResult": list(features)}


def _install(call: Call, names: Sequence[str] | str, *, tools: bool) -> Row:
    wanted = _named(call, names, "AddWindowsFeatureCommand")
    todo = [f for f in wanted if f.name not in call.host.features]
    if tools:
        more = [roles.FEATURES[tool] for feature in wanted for tool in feature.tools]
        todo += [f for f in more if f.name not in call.host.features]
    if not todo:
        return _result(success=True, code="NoChangeNeeded")
    call.update(roles.installed(call.world, call.host, tuple(todo)))
    shown = [roles.display(f.display, call.host.culture) for f in todo]
    return _result(success=True, code="Success", features=shown)


def _remove(call: Call, names: Sequence[str] | str) -> Row:
    wanted = _named(call, names, "RemoveWindowsFeatureCommand")
    todo = [f for f in wanted if f.name in call.host.features]
    if not todo:
        return _result(success=True, code="NoChangeNeeded")
    call.update(roles.removed(call.world, call.host, tuple(todo)))
    shown = [roles.display(f.display, call.host.culture) for f in todo]
    if not any(f.restart_after_removal for f in todo):
        return _result(success=True, code="Success", features=shown)
    call.warn("You must restart this server to finish the removal process.")
    host = call.host
    call.update(call.world.with_host(replace(host, registry={**host.registry, REBOOT_PENDING: ""})))
    return _result(success=True, code="SuccessRestartRequired", restart="Yes", features=shown)


@cmdlet("Install-WindowsFeature", module=MODULE, level=1)
def install_windows_feature(
    call: Call, /, *, Name: Sequence[str], IncludeManagementTools: bool = False, **_: Any
) -> Iterator[Row]:
    """Installs features; tools only on request."""
    yield _install(call, Name, tools=IncludeManagementTools)


@cmdlet("Uninstall-WindowsFeature", module=MODULE, level=1)
def uninstall_windows_feature(call: Call, /, *, Name: Sequence[str], **_: Any) -> Iterator[Row]:
    """Removes features."""
    yield _remove(call, Name)


@cmdlet("Add-WindowsFeature", module=MODULE)
def add_windows_feature(call: Call, /, *, Name: Sequence[str], IncludeManagementTools: bool | None = None) -> Iterator[Row]:
    """The cmdlet of 2008 R2, which has no switch for tools; an alias of Install-WindowsFeature later."""
    if call.host.windows.level == 0 and IncludeManagementTools is not None:
        raise Refusal(
            "NamedParameterNotFound,Microsoft.Windows.ServerManager.Commands.AddWindowsFeatureCommand",
            "A parameter cannot be found that matches parameter name 'IncludeManagementTools'.",
            category="InvalidArgument",
        )
    yield _install(call, Name, tools=bool(IncludeManagementTools))


@cmdlet("Remove-WindowsFeature", module=MODULE)
def remove_windows_feature(call: Call, /, *, Name: Sequence[str], **_: Any) -> Iterator[Row]:
    """The cmdlet of 2008 R2; an alias of Uninstall-WindowsFeature later."""
    yield _remove(call, Name)
