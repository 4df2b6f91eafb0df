"""The world denies the second hop where Windows does: what a session holds is nothing that a third machine takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zdm_automate.lab.call import Call
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.world import files
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_host import ScriptHost

    from zdm_automate.lab.world.model import World

CREDENTIAL = (r"TINY\Administrator", "Lab-Tiny-2026!")
THERE = r"\\OLD\C$\Zdm\dhcp.xml"
UNC_DENIED = "ItemExistsUnauthorizedAccessError"
"""What Test-Path, Get-Item and their like end with on a share that the session cannot log on to."""


@pytest.fixture
def tiny(office: Callable[[str], World]) -> World:
    """The office with a file on the old server."""
    load_models()
    world = office("tiny")
    return files.written(world, world.host("OLD"), r"C:\Zdm\dhcp.xml", "<DHCPServer/>")


@pytest.mark.parametrize("command", ["Test-Path", "Get-Item", "Get-FileHash"])
def test_a_path_on_a_third_machine_is_denied(tiny: World, command: str) -> None:
    """Though the file is there and the account may read it from its own desk."""
    with pytest.raises(Refusal) as caught:
        Call(tiny, "NEW").cmdlet(command, LiteralPath=THERE)

    assert caught.value.error_id.startswith(UNC_DENIED)
    assert caught.value.category == "PermissionDenied"


def test_a_drive_without_a_credential_is_not_mapped(tiny: World) -> None:
    """With one it is, and what is on it can be read."""
    call = Call(tiny, "NEW")
    with pytest.raises(Refusal, match="does not exist, or it is not a folder"):
        call.cmdlet("New-PSDrive", Name="X", PSProvider="FileSystem", Root=r"\\OLD\C$\Zdm")

    call.cmdlet("New-PSDrive", Name="X", PSProvider="FileSystem", Root=r"\\OLD\C$\Zdm", Credential=CREDENTIAL)
    assert call.cmdlet("Test-Path", LiteralPath=r"X:\dhcp.xml") == [{"$": True}]


@pytest.mark.pwsh
def test_a_script_in_real_powershell_is_denied_too(tiny: World, script_host: ScriptHost) -> None:
    """The same end of the same call, whichever engine plays the host."""
    outcome = script_host.script(tiny, "NEW", f"Get-Item -LiteralPath '{THERE}' -ErrorAction Stop")

    assert outcome.error is not None
    assert outcome.error.error_id.startswith(UNC_DENIED)
