"""Roles and files: installing, removing, copying, and how each refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zdm_automate.facts.base import from_wire
from zdm_automate.facts.host import File
from zdm_automate.lab.call import Call
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.world import files
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World

CREDENTIAL = (r"TINY\Administrator", "Lab-Tiny-2026!")
SOURCE = r"\\OLD\C$\Zdm\dhcp.xml"
TARGET = r"C:\Zdm\dhcp.xml"


@pytest.fixture
def tiny(office: Callable[[str], World]) -> World:
    """The office with an export on the old server."""
    world = office("tiny")
    return files.written(world, world.host("OLD"), TARGET, "<DHCPServer/>")


def test_a_role_is_installed_once(do: Do, tiny: World) -> None:
    """The first call installs it with service and tools, the second finds it so and changes nothing."""
    first = do(tiny, "NEW", "Install-ZdmFeature", Name="dhcp")
    second = do(first.world, "NEW", "Install-ZdmFeature", Name="dhcp")

    assert first.error is None
    assert (first.rows[0]["Changed"], second.rows[0]["Changed"]) == (True, False)
    assert first.rows[0]["Before"] == {"Installed": False}
    assert first.rows[0]["After"] == {"Installed": True}
    assert first.world.host("NEW").running("DHCPServer")
    assert "RSAT-DHCP" in first.world.host("NEW").features
    assert second.world == first.world


def test_whatif_installs_nothing(do: Do, tiny: World) -> None:
    """With -WhatIf the record says unchanged and the world is the same."""
    outcome = do(tiny, "NEW", "Install-ZdmFeature", Name="DHCP", WhatIf=True)

    assert outcome.rows[0]["Changed"] is False
    assert outcome.world == tiny


def test_removing_a_role_needs_a_restart(do: Do, tiny: World) -> None:
    """The record asks for it, the pending restart shows, the service is gone."""
    outcome = do(tiny, "OLD", "Uninstall-ZdmFeature", Name="DHCP")
    pending = do(outcome.world, "OLD", "Get-ZdmPendingReboot")

    assert outcome.rows[0]["RebootRequired"] is True
    assert outcome.world.host("OLD").service("DHCPServer") is None
    assert pending.rows[0]["Reasons"] == ["ComponentServicing"]


@pytest.mark.parametrize(
    ("office_name", "host", "error_id"),
    [("tiny", "NEW", "ZdmNotFound"), ("kanzlei", "SERVER", "ZdmUnsupported"), ("tiny", "PC1", "ZdmUnsupported")],
)
def test_an_unknown_role_or_an_old_release_is_refused(
    do: Do, office: Callable[[str], World], office_name: str, host: str, error_id: str
) -> None:
    """A misspelt name is not found; 2008 and clients have no module for it."""
    outcome = do(office(office_name), host, "Install-ZdmFeature", Name="DHPC")

    assert outcome.error is not None
    assert outcome.error.error_id == error_id


def test_server_2008_r2_installs_with_its_own_cmdlet(do: Do, office: Callable[[str], World]) -> None:
    """There the cmdlet is called Add-WindowsFeature."""
    outcome = do(office("smallbiz"), "SBS", "Install-ZdmFeature", Name="Windows-Server-Backup")

    assert outcome.error is None
    assert "Add-WindowsFeature" in outcome.used
    assert "Install-WindowsFeature" not in outcome.used


def test_the_cmdlet_gives_an_error_and_a_result_for_an_unknown_name(tiny: World) -> None:
    """Install-WindowsFeature writes an error and still gives an object with Success = false."""
    load_models()
    with pytest.raises(Refusal) as refused:
        Call(world=tiny, host_name="NEW").cmdlet("Install-WindowsFeature", Name="DHPC")

    assert refused.value.error_id.startswith("NameDoesNotExist")
    assert refused.value.output[0]["Success"] is False
    assert refused.value.output[0]["ExitCode"] == "InvalidArgs"


def test_promoting_a_server_is_not_faked(tiny: World) -> None:
    """Removing the directory role from a domain controller is more than removing a role."""
    load_models()
    with pytest.raises(NotModelledError, match="domain controller"):
        Call(world=tiny, host_name="OLD").cmdlet("Uninstall-WindowsFeature", Name="AD-Domain-Services")


def test_a_file_is_read_the_same_on_every_release(do: Do, office: Callable[[str], World]) -> None:
    """Get-FileHash where there is one, certutil's words in two languages where not: one hash."""
    hashes = set()
    for name, host in (("tiny", "NEW"), ("smallbiz", "SBS"), ("kanzlei", "SERVER")):
        world = office(name)
        world = files.written(world, world.host(host), TARGET, "<DHCPServer/>")
        outcome = do(world, host, "Get-ZdmFile", Path=[TARGET.upper()])
        [fact] = [from_wire(row) for row in outcome.rows]
        assert isinstance(fact, File)
        assert fact.bytes == len("<DHCPServer/>")
        hashes.add(fact.sha256)

    assert len(hashes) == 1
    assert None not in hashes


def test_a_file_that_is_not_there_is_a_fact_too(do: Do, tiny: World) -> None:
    """One object for each path: nothing, a folder, a file."""
    outcome = do(tiny, "OLD", "Get-ZdmFile", Path=[r"C:\none", r"C:\Zdm", TARGET])

    assert [(r["Exists"], r["IsFolder"]) for r in outcome.rows] == [(False, False), (True, True), (True, False)]


def test_a_file_is_pulled_with_a_credential(do: Do, tiny: World) -> None:
    """The target logs on to the share itself; the folder is made; the second call changes nothing."""
    first = do(tiny, "NEW", "Copy-ZdmFile", Source=SOURCE, Destination=TARGET, Credential=CREDENTIAL)
    second = do(first.world, "NEW", "Copy-ZdmFile", Source=SOURCE, Destination=TARGET, Credential=CREDENTIAL)

    assert first.error is None
    assert first.rows[0]["Changed"] is True
    assert first.rows[0]["After"]["Sha256"] == do(tiny, "OLD", "Get-ZdmFile", Path=[TARGET]).rows[0]["Sha256"]
    assert second.rows[0]["Changed"] is False
    assert second.world == first.world


@pytest.mark.parametrize(
    ("change", "error_id"),
    [
        ({"Credential": ("Administrator", "wrong")}, "CouldNotMapNetworkDrive"),
        ({"Source": r"\\NOWHERE\C$\Zdm\dhcp.xml"}, "CouldNotMapNetworkDrive"),
        ({"Source": r"\\OLD\C$\Zdm\none.xml"}, "ZdmNotFound"),
        ({"Source": r"\\OLD\Data\x.xml"}, "NotModelled"),
        ({"Source": r"C:\Zdm\dhcp.xml"}, "ParameterArgumentValidationError"),
        ({"Destination": r"C:\Windows\dhcp.xml"}, "ParameterArgumentValidationError"),
        ({"Destination": r"C:\Zdm\..\Windows\dhcp.xml"}, "ZdmPrecondition"),
        ({"Credential": "Administrator"}, "ParameterArgumentTransformationError"),
    ],
)
def test_a_copy_is_refused(do: Do, tiny: World, change: dict[str, object], error_id: str) -> None:
    """Wrong password, no such host, no such file, no such share, and paths outside the toolkit's folder."""
    arguments = {"Source": SOURCE, "Destination": TARGET, "Credential": CREDENTIAL, **change}
    outcome = do(tiny, "NEW", "Copy-ZdmFile", **arguments)

    assert outcome.error is not None
    assert outcome.error.error_id.startswith(error_id)
    assert outcome.world == tiny


def test_a_switched_off_server_gives_no_file(do: Do, tiny: World) -> None:
    """The network path is not found."""
    dark = tiny.with_host(replace(tiny.host("OLD"), powered=False))
    outcome = do(dark, "NEW", "Copy-ZdmFile", Source=SOURCE, Destination=TARGET, Credential=CREDENTIAL)

    assert outcome.error is not None
    assert outcome.error.message == "The network path was not found"


def test_other_content_is_not_overwritten(do: Do, tiny: World) -> None:
    """Nothing is lost: the technician removes the old file first."""
    world = files.written(tiny, tiny.host("NEW"), TARGET, "mine")
    outcome = do(world, "NEW", "Copy-ZdmFile", Source=SOURCE, Destination=TARGET, Credential=CREDENTIAL)

    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmAlreadyExists"
    assert outcome.world == world


def test_the_session_cannot_reach_a_third_machine_by_itself(tiny: World) -> None:
    """Without a credential the second hop ends in access denied, not in an empty answer."""
    load_models()
    with pytest.raises(Refusal, match="Access is denied"):
        Call(world=tiny, host_name="NEW").cmdlet("Test-Path", LiteralPath=SOURCE)


def test_only_files_of_the_toolkit_are_removed(do: Do, tiny: World) -> None:
    r"""A file below C:\Zdm goes, its folder stays; wildcards, folders and other places are refused."""
    gone = do(tiny, "OLD", "Remove-ZdmFile", Path=TARGET)
    again = do(gone.world, "OLD", "Remove-ZdmFile", Path=TARGET)

    assert gone.rows[0]["Before"]["Bytes"] == len("<DHCPServer/>")
    assert gone.rows[0]["After"]["Exists"] is False
    assert files.entry(gone.world.host("OLD"), r"C:\Zdm") is not None
    assert again.rows[0]["Changed"] is False
    for path in (r"C:\Zdm\*", r"C:\Windows\win.ini", r"C:\Zdm", r"C:\Zdm\..\x"):
        assert do(tiny, "OLD", "Remove-ZdmFile", Path=path).error is not None


def test_the_folder_is_made_once(do: Do, tiny: World) -> None:
    r"""C:\Zdm or a folder below it; a file of that name is in the way."""
    first = do(tiny, "NEW", "New-ZdmFolder", Path=r"C:\Zdm")
    second = do(first.world, "NEW", "New-ZdmFolder", Path=r"c:\zdm")
    blocked = do(tiny, "OLD", "New-ZdmFolder", Path=TARGET)

    assert first.rows[0]["Changed"] is True
    assert second.rows[0]["Changed"] is False
    assert blocked.error is not None
    assert blocked.error.error_id == "ZdmAlreadyExists"
