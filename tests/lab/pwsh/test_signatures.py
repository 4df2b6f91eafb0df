"""The documented signatures, and the stubs that are written from them: what a release has and what it has not."""

from __future__ import annotations

from zdm_automate.lab.call import CMDLETS
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.pwsh.signatures import documented, shell_cmdlets, signature
from zdm_automate.lab.pwsh.stubs import function_text, manifest_text, module_names, module_text, shell_text
from zdm_automate.lab.world.host import RELEASES

NEWEST = RELEASES["2025"]


def without_signature(modelled: set[str]) -> set[str]:
    """The modelled cmdlets that no signature tells of."""
    known = {name.casefold() for name in documented()}
    return {name for name in modelled if name.casefold() not in known}


def test_every_model_of_a_cmdlet_has_a_signature() -> None:
    """A model without one could be called by its twin and never by its script."""
    load_models()

    assert without_signature({one.name for one in CMDLETS.values()}) == set()
    assert without_signature({"Get-Nothing"}) == {"Get-Nothing"}


def test_the_model_and_the_documentation_name_the_same_module() -> None:
    """A cmdlet is found where its host has the module."""
    load_models()
    modules = documented()
    differing = {one.name for one in CMDLETS.values() if one.module and modules[one.name] != one.module}

    assert differing == set()


def test_a_parameter_is_there_from_the_release_that_documents_it() -> None:
    """-ZoneScope came with 2016; on 2012 R2 it is no parameter."""
    old = signature("Get-DnsServerResourceRecord", RELEASES["2012r2"])
    new = signature("Get-DnsServerResourceRecord", RELEASES["2016"])

    assert old is not None
    assert new is not None
    assert {one.name for one in new.parameters} - {one.name for one in old.parameters} >= {"ZoneScope", "Type"}
    assert "Unknown" not in old.sets


def test_an_old_release_has_no_cmdlet_of_a_new_one() -> None:
    """2008 R2 has the forms of its own time and none of the modules that came later."""
    old = RELEASES["2008r2"]

    assert signature("Get-DhcpServerv4Scope", old) is None
    assert signature("Install-WindowsFeature", old) is None
    assert signature("Get-FileHash", RELEASES["2012"]) is None
    assert signature("Get-FileHash", RELEASES["2012r2"]) is not None
    assert module_text("DnsServer", old) == ""
    assert "Add-WindowsFeature" in module_text("ServerManager", old)
    added = signature("Add-WindowsFeature", old)
    assert added is not None
    assert "IncludeManagementTools" not in {one.name for one in added.parameters}


def test_an_old_name_is_an_alias_since_2012() -> None:
    """Add-WindowsFeature is Install-WindowsFeature there."""
    text = module_text("ServerManager", NEWEST)

    assert "Set-Alias -Name 'Add-WindowsFeature' -Value 'Install-WindowsFeature'" in text
    assert "'Add-WindowsFeature'" in manifest_text("ServerManager", NEWEST)


def test_powershell_2_has_no_cmdlet_of_3() -> None:
    """What came with 3.0 and 4.0 is not among the commands of an older host."""
    two, three, four = (shell_cmdlets(RELEASES[name])["Microsoft.PowerShell.Utility"] for name in ("2008r2", "2012", "2012r2"))

    assert set(three) - set(two) >= {"ConvertTo-Json", "ConvertFrom-Json"}
    assert set(four) - set(three) == {"Get-FileHash"}
    assert {"New-Object", "Sort-Object", "Write-Warning"} <= set(two)


def test_a_cmdlet_that_reads_this_machine_is_not_lent_to_a_host() -> None:
    """Files, processes, services and the network of the machine under the lab are not those of its hosts."""
    lent = {name for names in shell_cmdlets(NEWEST).values() for name in names}

    assert lent.isdisjoint({"Get-ChildItem", "Get-Content", "Set-Content", "Get-Process", "Invoke-WebRequest", "Get-Service"})


def test_a_stub_is_as_documented() -> None:
    """Sets, mandatory, position, pipeline, aliases, values and ShouldProcess stand in the parameter block."""
    found = signature("Set-DhcpServerv4Scope", NEWEST)
    assert found is not None
    text = function_text(found)

    assert "[CmdletBinding(SupportsShouldProcess = $true, DefaultParameterSetName = 'WithoutRange'" in text
    assert "[Parameter(ParameterSetName = 'WithRange', Mandatory = $true, ValueFromPipelineByPropertyName = $true)]" in text
    assert "[Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)]" in text
    assert "[Alias('Cn')]" in text
    assert "[ValidateSet('Active', 'InActive')]" in text
    assert "[timespan]${LeaseDuration}" in text
    assert "[object[]]${CimSession}" in text


def test_every_text_that_is_written_is_plain_ascii() -> None:
    """PowerShell reads the files as they are, whatever the machine's code page."""
    for release in RELEASES.values():
        if release.version:
            assert shell_text(release).isascii()
            for module in module_names():
                assert (module_text(module, release) + manifest_text(module, release)).isascii()
