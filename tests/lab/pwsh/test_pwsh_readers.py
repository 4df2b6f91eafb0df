"""Every reader, run for real on a host of each kind of each office, answers what its twin answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from agreement import both, described

from zdm_automate.lab.office import find_office, load_office

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_host import ScriptHost

    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Library

OFFICES = ("tiny", "smallbiz", "kanzlei", "branch")
ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    "Get-ZdmDnsAnswer": [{"Name": "nowhere.example.org", "Type": "A"}],
    "Get-ZdmEvent": [{"LogName": "System"}, {"LogName": "System", "SinceUtc": "2026-01-01T00:00:00Z", "EventId": ["1074"]}],
    "Get-ZdmFile": [{"Path": [r"C:\Windows", r"C:\Zdm\nothing.xml"]}],
    "Get-ZdmRole": [{}, {"Name": ["DHCP", "DNS"]}],
    "Get-ZdmService": [{}, {"Name": ["dhcpserver", "nothing"]}],
}


def _kinds() -> list[tuple[str, str]]:
    """One host of each office for each release, language and set of features."""
    found: dict[object, tuple[str, str]] = {}
    for office in OFFICES:
        for name, host in load_office(find_office(office)).hosts.items():
            if host.windows.version:
                found.setdefault((host.release, host.culture, host.features), (office, name))
    return list(found.values())


@pytest.mark.pwsh
@pytest.mark.parametrize(("name", "host"), _kinds())
def test_a_reader_and_its_twin_agree(
    script_host: ScriptHost, library: Library, office: Callable[[str], World], name: str, host: str
) -> None:
    """Objects, errors, warnings and what was used are the same, and so is the world; the prelude is one of them."""
    world = office(name)
    readers = ["prelude", *(verb for verb in library if library[verb].kind != "applier")]
    differing = {}

    for verb in readers:
        for arguments in ARGUMENTS.get(verb, [{}]):
            script, twin = both(script_host, library, world, host, verb, arguments)
            if described(script) != described(twin) or script.world != twin.world:
                differing[verb, str(arguments)] = (described(script), described(twin))

    assert differing == {}
