"""The third leg: a reader's twin, its script over PSRP and its script over WinRS give equal facts, in real PowerShell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from calls import FITTING
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from profiles import PROFILE
from scene import Scene
from verbs import load_library
from ways_host import WAYS, WaysHost
from worlds import fit, office

from zdm_automate import powershell
from zdm_automate.errors import ZdmError
from zdm_automate.resources import shipped
from zdm_automate.scripts import Library

READERS = sorted(name for name in load_library() if load_library()[name].repeatable)
ONCE = settings(PROFILE, max_examples=2, derandomize=True, phases=(Phase.generate,))
"""Two sets of arguments for each host: what scripts say on many worlds is `test_differential.py`'s business."""

OFFICES = {
    "hyperv": (str(shipped("labs") / "hyperv" / "workshop.yaml"),),
    "mail": (str(Path(__file__).parents[1] / "reliability" / "mail_2003.yaml"),),
    "shares": ("files",),
}
"""Where the readers of an area have something to read, if not in every office."""

BESIDE = {"shares": (("sbsfiles", "SBS"),)}
"""Hosts that are asked too: an old server, where the office of the area has none."""

Host = Callable[[str, str], WaysHost]


@pytest.fixture(scope="session")
def ways_host(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Host]:
    """Hosts of offices as they are asked for, each with one process per way; they live as long as the worker."""
    try:
        powershell.find()
    except ZdmError as problem:
        pytest.skip(str(problem))
    with ExitStack() as ending:
        known: dict[tuple[str, str], WaysHost] = {}

        def start(office_name: str, host: str) -> WaysHost:
            found = known.get((office_name, host))
            if found is None:
                folder = tmp_path_factory.mktemp("ways")
                found = known[office_name, host] = WaysHost(folder, library, office(office_name), host, ending)
            return found

        yield start


def places(name: str) -> list[tuple[str, str]]:
    """An old and a new server on which a reader has something to do: of two offices the first, of a single one all."""
    verb = load_library()[name]
    found = [(one, fit(office(one), verb)) for one in OFFICES.get(verb.area, ("tiny", "smallbiz"))]
    more = [(one, host) for one, host in BESIDE.get(verb.area, ()) if host in fit(office(one), verb)]
    return more + [(one, host) for one, hosts in found for host in (hosts[:1] if len(found) > 1 else hosts)]


@pytest.mark.pwsh
@pytest.mark.slow
def test_a_way_that_loses_something_is_found_out(tmp_path: Path, library: Library) -> None:
    """An agent that sends the first object of several only does not agree with the twin."""
    kept = "default { $reply.Output += , $item }"
    spoilt = library.agent_text.replace(kept, "default { if ($reply.Output.Count -eq 0) { $reply.Output += , $item } }")
    assert spoilt != library.agent_text
    with ExitStack() as ending:
        there = WaysHost(tmp_path, library, office("tiny"), "NEW", ending, agent=spoilt)
        said = there.answers("Get-ZdmService", {"Name": ["DNS", "W32Time"]})

    assert said["psrp"] == said["twin"]
    assert said["winrs"] != said["twin"]


@pytest.mark.pwsh
@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", READERS)
def test_twin_psrp_and_winrs_give_equal_facts(name: str, ways_host: Host) -> None:
    """Whatever one of them says or refuses, the other two say or refuse too, and none of them changes the world otherwise."""
    spoke = [asked(ways_host(office_name, host), name) for office_name, host in places(name)]

    # a reader that was only refused, or asked nowhere, has shown nothing
    assert any(spoke)


def asked(there: WaysHost, name: str) -> bool:
    """Whether a reader had an answer on a host, by every way the same one."""
    spoke = False

    @ONCE
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        nonlocal spoke
        said = there.answers(name, data.draw(FITTING[name](Scene(there.world, there.name, sure=True))))
        spoke = spoke or said["twin"][0] == "facts"

        assert {way: said[way] for way in WAYS} == dict.fromkeys(WAYS, said["twin"])

    ask()
    return spoke
