"""Writes the PowerShell of the stub commands: parameter blocks as documented, bodies that ask the world. Text only."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.pwsh.signatures import documented, shell_cmdlets, signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.lab.pwsh.signatures import Parameter, Signature
    from zdm_automate.lab.world.host import Release

TYPES: Final = {
    "Boolean": "bool",
    "DateTime": "datetime",
    "Hashtable": "hashtable",
    "IPAddress": "System.Net.IPAddress",
    "Int32": "int",
    "Int64": "long",
    "Nullable<DateTime>": "System.Nullable[datetime]",
    "PSCredential": "pscredential",
    "String": "string",
    "SwitchParameter": "switch",
    "TimeSpan": "timespan",
    "UInt16": "uint16",
    "UInt32": "uint32",
    "Uri": "uri",
}
"""Parameter types that PowerShell has everywhere; the others are types of Windows and take any object here."""

SINCE_2012: Final = {"Add-WindowsFeature": "Install-WindowsFeature", "Remove-WindowsFeature": "Uninstall-WindowsFeature"}
"""Aliases of the ServerManager module on 2012 and later."""

BODIES: Final = {
    "Add-PSSnapin": "Invoke-LabSnapin -Cmdlet $PSCmdlet -Bound $PSBoundParameters",
    "Get-Date": "Invoke-LabGetDate -Bound $PSBoundParameters",
    "Invoke-Command": "Invoke-LabInSession -Cmdlet $PSCmdlet -Bound $PSBoundParameters",
    "New-PSSession": "Invoke-LabNewSession -Cmdlet $PSCmdlet -Bound $PSBoundParameters",
    "Remove-PSSession": "Invoke-LabRemoveSession -Cmdlet $PSCmdlet -Bound $PSBoundParameters",
    "Get-WmiObject": "Invoke-LabWmi -Cmdlet $PSCmdlet -Bound $PSBoundParameters",
}
"""Commands that ask in their own way."""

SHELL_STUBS: Final = "Microsoft.PowerShell."


def module_names() -> frozenset[str]:
    """The Windows modules that have stubs."""
    return frozenset(module for module in documented().values() if not module.startswith(SHELL_STUBS))


@cache
def module_text(module: str, release: Release) -> str:
    """The script of a stub module as a release has it; empty where the release has none of its cmdlets."""
    found = [one for name in _names(module) if (one := signature(name, release)) is not None]
    if not found:
        return ""
    known = {one.name for one in found}
    aliases = {one.name: one.type for one in found if one.type}
    aliases |= {old: new for old, new in SINCE_2012.items() if new in known}
    lines = [function_text(one) for one in found]
    lines += [f"Set-Alias -Name '{name}' -Value '{target}'" for name, target in aliases.items()]
    lines.append("Export-ModuleMember -Function * -Alias *")
    return "\n".join(lines) + "\n"


def manifest_text(module: str, release: Release) -> str:
    """The manifest of a stub module."""
    found = [one for name in _names(module) if (one := signature(name, release)) is not None]
    known = {one.name for one in found}
    aliases = [one.name for one in found if one.type] + [old for old, new in SINCE_2012.items() if new in known]
    return (
        "@{\n"
        f"    RootModule = '{module}.psm1'\n"
        "    ModuleVersion = '1.0.0.0'\n"
        f"    FunctionsToExport = @({_quoted(one.type or one.name for one in found)})\n"
        "    CmdletsToExport = @()\n"
        "    VariablesToExport = @()\n"
        f"    AliasesToExport = @({_quoted(aliases)})\n"
        "}\n"
    )


def shell_text(release: Release) -> str:
    """What a host of this release has beside modules: stubs in place of PowerShell's own commands.

    The stubs are functions of the global scope: a compiled cmdlet sees the preferences of its caller, a module's does not.
    """
    here = shell_cmdlets(release)
    lines = ["# Commands of Windows PowerShell that ask the world.\n"]
    for name, module in documented().items():
        found = signature(name, release) if module.startswith(SHELL_STUBS) else None
        own = here.get(module)
        if found is None or (own is not None and name not in own):
            continue
        lines.append(function_text(found, scope="global:"))
        if found.type:
            lines.append(f"Set-Alias -Name '{name}' -Value '{found.type}' -Scope Global -Force")
    return "\n".join(lines) + "\n"


def _names(module: str) -> Iterator[str]:
    return (name for name, own in documented().items() if own == module)


def function_text(found: Signature, scope: str = "", *, body: str = "") -> str:
    """One stub; `body` stands for the usual one, with `{name}` for the cmdlet's name."""
    binding = ["PositionalBinding = $false"]
    if found.default:
        binding.insert(0, f"DefaultParameterSetName = {_text(found.default)}")
    if found.should_process:
        binding.insert(0, "SupportsShouldProcess = $true")
    plain = f"Invoke-LabCmdlet -Cmdlet $PSCmdlet -Name '{found.name}' -Bound $PSBoundParameters"
    body = body.format(name=found.name) or BODIES.get(found.name, plain + (" -Changes" if found.should_process else ""))
    blocks = ",\n".join(_parameter(one, found.sets) for one in found.parameters)
    return (
        f"function {scope}{found.type or found.name} {{\n"
        f"    [CmdletBinding({', '.join(binding)})]\n"
        f"    param(\n{blocks}\n    )\n"
        f"    process {{ {body} }}\n"
        "}\n"
    )


def _parameter(one: Parameter, sets: tuple[str, ...]) -> str:
    lines = [f"[Parameter({', '.join(words)})]" for words in _attributes(one, sets)]
    if one.aliases:
        lines.append(f"[Alias({_quoted(one.aliases)})]")
    if one.values:
        lines.append(f"[ValidateSet({_quoted(one.values)})]")
    lines.append(f"[{_type(one.type)}]${{{one.name}}}")
    return "\n".join(f"        {line}" for line in lines)


def _attributes(one: Parameter, sets: tuple[str, ...]) -> Iterator[list[str]]:
    flags = set(one.by_set.values())
    everywhere = set(one.by_set) == set(sets) and len(flags) == 1
    for name, (mandatory, place) in [("", next(iter(flags)))] if everywhere else one.by_set.items():
        words = [f"ParameterSetName = {_text(name)}"] if name else []
        if mandatory:
            words.append("Mandatory = $true")
        if place is not None:
            words.append(f"Position = {place}")
        if "V" in one.pipeline:
            words.append("ValueFromPipeline = $true")
        if "N" in one.pipeline:
            words.append("ValueFromPipelineByPropertyName = $true")
        yield words


def _type(documented_name: str) -> str:
    plain, many = documented_name.removesuffix("[]"), documented_name.endswith("[]")
    return TYPES.get(plain, "object") + ("[]" if many else "")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(_text(name) for name in names)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
