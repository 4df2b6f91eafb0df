"""What the world answers to a process: objects, refusals, and errors of the lab's own where it has no model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.errors import InputError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import CallRecord, Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.pwsh.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.model import World

    Office = Callable[[str], World]


def keeper_of(world: World) -> Keeper:
    """A keeper whose time stands still."""
    return Keeper(world, WorldClock(datetime(2000, 1, 1, tzinfo=UTC), rate=0.0), Pace())


def desk_of(keeper: Keeper, host: str) -> Desk:
    """The desk of a host's process."""
    desk = Desk(keeper, host, r"TEST\tester", lambda found: {"ModuleRoots": [found.name]})
    desk.answer({"Op": "hello"})
    return desk


def cmdlet(name: str, **params: Any) -> dict[str, Any]:
    """The message of a stub."""
    return {"Op": "cmdlet", "Name": name, "Params": params, "Verb": "Set-ZdmThing"}


def test_a_process_is_told_what_host_it_is(office: Office) -> None:
    """Names, version, language, commands; a workgroup's domain is the computer."""
    told = Desk(keeper_of(office("kanzlei")), "SERVER", "u@kanzlei-mueller.local", lambda _: {}).answer({"Op": "hello"})

    assert (told["Host"], told["User"], told["PSVersion"], told["Culture"]) == ("SERVER", "u", "2.0", "de-DE")
    assert "netsh" in told["Natives"]
    assert "Get-ChildItem" in told["NotModelled"]
    assert "Get-DhcpServerv4Statistics" not in told["NotModelled"]


def test_a_change_is_kept_and_known_as_one(office: Office) -> None:
    """The keeper has the world that the cmdlet left; a reader's call is no change."""
    keeper = keeper_of(office("tiny"))
    desk = desk_of(keeper, "OLD")
    desk.answer(cmdlet("Get-DhcpServerv4Scope"))
    read = desk.done()
    desk.answer(cmdlet("Set-DhcpServerv4Scope", ScopeId="192.168.50.0", State="InActive"))
    changed = desk.done()

    assert not keeper.world.dhcp["OLD"].scopes["192.168.50.0"].active
    assert (read.changed, read.used, read.verb) == (False, ["Get-DhcpServerv4Scope"], "Set-ZdmThing")
    assert (changed.changed, changed.used) == (True, ["Set-DhcpServerv4Scope"])


def test_a_refusal_is_an_answer(office: Office) -> None:
    """Id, text, category and target as Windows gives them."""
    reply = desk_of(keeper_of(office("tiny")), "OLD").answer(cmdlet("Get-DnsServerZone", Name="nowhere.test"))

    assert reply["Error"] == {
        "Id": "WIN32 9601,Get-DnsServerZone",
        "Message": "The zone nowhere.test was not found on server OLD.",
        "Category": "ObjectNotFound",
        "Target": "nowhere.test",
    }


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (cmdlet("Get-Nothing"), "the cmdlet Get-Nothing"),
        (cmdlet("Get-DhcpServerv4Scope", PassThru=True), "Get-DhcpServerv4Scope -PassThru"),
        (cmdlet("Get-DhcpServerv4Scope", ComputerName="new"), "-ComputerName new"),
        (cmdlet("Get-DhcpServerv4OptionValue", OptionId=[3, 6]), "-OptionId with 2 values"),
        (cmdlet("Test-Path", Path=[r"C:\*"]), "Test-Path -Path"),
        (cmdlet("Set-Service", Name="DNS"), "Set-Service without -StartupType"),
        ({"Op": "native", "Argv": ["robocopy", "a", "b"]}, "the program robocopy"),
        ({"Op": "wmi", "Class": "Win32_Printer"}, "the WMI class Win32_Printer"),
        ({"Op": "wmi", "Class": "Win32_Service", "Filter": "Name LIKE 'D%'"}, "the WQL condition"),
        ({"Op": "wmi", "Class": "Win32_Service", "Filter": "Name='DNS' OR Name='DHCPServer'"}, "the WQL condition"),
        ({"Op": "wmi", "Class": "Win32_Service", "Filter": "PathName='x'"}, "the property pathname"),
        ({"Op": "wmi", "Class": "Win32_Service", "Namespace": r"root\MicrosoftDNS"}, "root\\MicrosoftDNS"),
    ],
)
def test_what_is_not_modelled_is_said(office: Office, message: dict[str, Any], said: str) -> None:
    """Never an empty answer, and nothing is changed."""
    keeper = keeper_of(office("tiny"))
    before = keeper.world
    reply = desk_of(keeper, "OLD").answer(message)

    assert reply["Error"]["Id"] == "NotModelled"
    assert said in reply["Error"]["Message"]
    assert "Rows" not in reply
    assert keeper.world == before


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("Name='dns'", ["DNS"]),
        ("Name = \"DNS\" AND State='Running'", ["DNS"]),
        ("Name='DNS' and State='Stopped'", []),
        (r"Name='O\'Neill'", []),
    ],
)
def test_a_condition_selects(office: Office, condition: str, names: list[str]) -> None:
    """Comparisons of text are blind to capitals; a quote within is written with a backslash."""
    message = {"Op": "wmi", "Class": "win32_service", "Filter": condition}
    reply = desk_of(keeper_of(office("tiny")), "OLD").answer(message)
    place = reply["Forms"][0].index("Name") + 1 if reply["Forms"] else 0

    assert [row[place] for row in reply["Rows"]] == names


def test_a_path_without_wildcards_is_a_literal_one(office: Office) -> None:
    """Test-Path -Path is answered as -LiteralPath is; one value may come as a list."""
    reply = desk_of(keeper_of(office("tiny")), "OLD").answer(cmdlet("Test-Path", Path=[r"C:\Windows"]))

    assert reply["Rows"] == [True]


def test_a_class_is_told_once(office: Office) -> None:
    """The second answer leans on the first; a new process is told again."""
    keeper = keeper_of(office("tiny"))
    desk = desk_of(keeper, "OLD")
    first, second = (desk.answer(cmdlet("Get-DhcpServerv4Scope")) for _ in range(2))
    desk.answer({"Op": "hello"})

    assert list(first["Classes"]) == ["DhcpServerv4Scope"]
    assert second["Classes"] == {}
    assert list(desk.answer(cmdlet("Get-DhcpServerv4Scope"))["Classes"]) == ["DhcpServerv4Scope"]


def test_a_new_role_brings_its_module(office: Office) -> None:
    """The reply to the installation says where modules are now."""
    desk = desk_of(keeper_of(office("tiny")), "NEW")
    nothing_new = desk.answer(cmdlet("Get-WindowsFeature"))
    installed = desk.answer(cmdlet("Install-WindowsFeature", Name=["DHCP"], IncludeManagementTools=True))

    assert "ModuleRoots" not in nothing_new
    assert installed["ModuleRoots"] == ["NEW"]


def test_a_mapped_drive_lasts_as_long_as_the_process(office: Office) -> None:
    """It is there in the next call and gone for a process that starts anew."""
    keeper = keeper_of(office("tiny"))
    desk = desk_of(keeper, "NEW")
    mapped = {"Name": "Z", "PSProvider": "FileSystem", "Root": r"\\old\C$", "Credential": {"$user": "x", "$password": "y"}}

    assert desk.answer(cmdlet("New-PSDrive", **mapped))["Error"]["Id"].startswith("CouldNotMapNetworkDrive")
    assert desk.answer(cmdlet("Remove-PSDrive", Name="Z"))["Error"]["Id"].startswith("DriveNotFound")


def test_a_message_that_no_stub_sends_is_a_fault(office: Office) -> None:
    """It is no answer of Windows either."""
    with pytest.raises(InputError, match="no message 'format'"):
        desk_of(keeper_of(office("tiny")), "OLD").answer({"Op": "format"})


def test_the_end_of_a_pipeline_passes_time_saves_and_logs(office: Office) -> None:
    """An applier's time and a saved world after a change, a reader's time without; one line each."""
    saved: list[World] = []
    logged: list[CallRecord] = []
    world = office("tiny")
    clock = WorldClock(world.now, rate=0.0)
    keeper = Keeper(world, clock, Pace(reader=1, applier=60), save=saved.append, log=logged.append)
    line = {"at": "t", "host": "OLD", "user": "u", "verb": "v", "used": (), "rows": None}
    keeper.worked(CallRecord(**line, kind="reader"))
    after_reader = (clock.now() - world.now).total_seconds()
    keeper.worked(CallRecord(**line, kind="applier"))

    assert after_reader == 1
    assert (clock.now() - world.now).total_seconds() == 61
    assert [one.now for one in saved] == [clock.now()]
    assert [one.kind for one in logged] == ["reader", "applier"]
