"""What a PowerShell process is told of the host it plays: its names, versions, language, modules and programs. Reads only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.call import CMDLETS, NATIVES, modules_of
from zdm_automate.lab.pwsh.signatures import names_without_signature, shell_cmdlets
from zdm_automate.lab.pwsh.stubs import module_names, module_text

SHELL_MODULES: Final = tuple(f"Microsoft.PowerShell.{name}" for name in ("Diagnostics", "Management", "Security", "Utility"))
"""Modules of PowerShell itself, some of whose cmdlets ask or change the machine."""

if TYPE_CHECKING:
    from datetime import datetime

    from zdm_automate.lab.world.host import Host, Release
    from zdm_automate.lab.world.model import World


def shell_version(host: Host) -> str:
    """`$PSVersionTable.PSVersion` of a host."""
    short = host.windows.powershell
    return f"{short}.{host.windows.version.rsplit('.', 1)[-1]}.1" if short == "5.1" else short


def host_time(world: World, host: Host) -> datetime:
    """The host's own clock."""
    return world.now + timedelta(seconds=host.skew)


def profile(world: World, host: Host, user: str) -> dict[str, Any]:
    """What stands in the answer to a process that asks who it is."""
    version = shell_version(host)
    return {
        "Host": host.computer_name,
        "User": user.rsplit("\\", 1)[-1].split("@", 1)[0],
        "Domain": host.domain.split(".", 1)[0].upper() or host.computer_name,
        "DnsDomain": host.domain,
        "PSVersion": version,
        "ClrVersion": "4.0.30319.42000" if host.windows.level else "2.0.50727.8009",
        "BuildVersion": f"{host.windows.version}.1" if host.windows.version else "",
        "Culture": host.culture,
        "Architecture": "x86" if host.windows.version.startswith("5.") else "AMD64",
        "ShellCmdlets": {module: list(names) for module, names in shell_cmdlets(host.windows).items()},
        "Natives": sorted(NATIVES),
        "NotModelled": sorted(not_modelled(host)),
        "Now": host_time(world, host),
    }


def stub_modules(host: Host) -> tuple[str, ...]:
    """The modules of a host that stand in its module path, in order."""
    return tuple(sorted(name for name in modules_of(host) & module_names() if has_stubs(name, host.windows)))


def has_stubs(module: str, release: Release) -> bool:
    """Whether a release has cmdlets of a module that the lab models."""
    return module_text(module, release) != ""


def not_modelled(host: Host) -> set[str]:
    """Cmdlets that the host has on Windows and the lab does not: calling one is an error of the lab, not of Windows."""
    found: set[str] = set()
    for module in (*modules_of(host), *SHELL_MODULES):
        found |= set(names_without_signature(module))
    return {name for name in found if name.casefold() not in CMDLETS}
