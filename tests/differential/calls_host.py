"""Fitting arguments of the host verbs: services, roles, events, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import near
from hypothesis import strategies as st
from scene import ADMIN, Scene

from zdm_automate.lab.world.host import Host
from zdm_automate.lab.world.roles import FEATURES

PATHS = (
    "C:\\Zdm",
    "C:\\Zdm\\neu",
    "c:\\zdm\\Ördner\\a b",
    "C:\\Zdm\\a\\..\\b",
    "C:\\Zdm\\o'brien $x.txt",
    "C:\\Windows",
    "C:\\gone.txt",
)


NOT_INSTALLED = {"AD-Domain-Services", "Hyper-V"}
"""Roles that the lab neither installs nor removes."""


def _machine(scene: Scene) -> Host:
    return scene.world.hosts[scene.host]


def _services(scene: Scene) -> st.SearchStrategy[str]:
    return near.either(scene, [one.name for one in _machine(scene).services.values()])


def _roles(scene: Scene) -> st.SearchStrategy[str]:
    return near.either(scene, list(FEATURES), st.sampled_from(("Nothing", "Datei", "$x")))


def _features(*, installed: bool) -> Callable[[Scene], st.SearchStrategy[dict[str, Any]]]:
    """Features that are to be installed or removed; of a domain controller's role the lab does neither."""

    def made(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
        there = _machine(scene).features - NOT_INSTALLED
        able = sorted(there if installed else set(FEATURES) - there - NOT_INSTALLED)
        return _named(st.sampled_from(able) if scene.sure and able else _roles(scene))

    return made


@st.composite
def _service_state(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    name = draw(_services(scene))
    made = {
        "Name": name,
        "StartMode": draw(st.sampled_from(("Auto", "Manual", "Disabled", "disabled"))),
        "State": draw(st.sampled_from(("Running", "Stopped"))),
    }
    found = _machine(scene).service(name)
    if found is not None and draw(st.booleans()):
        made |= {"StartMode": found.start_mode, "State": found.state}
    return made | draw(st.sampled_from(({}, {"TimeoutSeconds": 1})))


def _paths(scene: Scene) -> st.SearchStrategy[str]:
    there = [path.rstrip("\\") for path in _machine(scene).files]
    return near.either(scene, there, st.sampled_from(PATHS))


@st.composite
def _copy(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    others = [host for host, machine in scene.world.hosts.items() if machine.windows.version]
    others = [host for host in others if "C:\\Zdm\\Grüße $x.txt" in scene.world.hosts[host].files and scene.sure] or others
    host = draw(st.sampled_from(others))
    machine = scene.world.hosts[host]
    there = [path for path in machine.files if path.startswith("C:\\") and not path.endswith("\\")]
    wrong = not scene.sure
    path = draw(st.sampled_from([*there, "C:\\Zdm\\x"] if wrong or not there else there))
    name = draw(st.sampled_from((host, machine.fqdn, machine.address or host, *(["nowhere"] if wrong else []))))
    secret = draw(st.sampled_from((ADMIN, ADMIN, (ADMIN[0], "wrong"), ("nobody", ADMIN[1]))) if wrong else st.just(ADMIN))
    targets = ["C:\\Zdm\\kopie ü.txt", "C:\\Zdm\\tief\\a\\b.txt", *(["C:\\Zdm\\..\\x", path] if wrong else [])]
    return {
        "Source": f"\\\\{name}\\C${path[2:]}",
        "Destination": draw(st.sampled_from(targets)),
        "Credential": secret,
    }


@st.composite
def _events(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    logs = [event.log for event in _machine(scene).events]
    made: dict[str, Any] = {"LogName": draw(near.either(scene, [*logs, "System", "Application"]))}
    if draw(st.booleans()):
        made["EventId"] = draw(st.lists(st.sampled_from(("0", "1", "1046", "65535", "4")), max_size=3))
    if draw(st.booleans()):
        made["SinceUtc"] = draw(
            st.sampled_from(
                ("2026-03-01T00:00:00Z", "2026-03-02T06:59:00.0000000Z", "2026-03-02T08:00:00+01:00", "2030-01-01T00:00:00Z")
            )
        )
    return made | draw(st.sampled_from(({}, {"Newest": 1}, {"Newest": 1000})))


def _named(strategy: st.SearchStrategy[Any], name: str = "Name") -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: strategy})


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Copy-ZdmFile": _copy,
    "Get-ZdmEvent": _events,
    "Get-ZdmFile": lambda scene: _named(st.lists(_paths(scene), min_size=1, max_size=4), "Path"),
    "Get-ZdmHostInventory": lambda _: st.just({}),
    "Get-ZdmNetworkConfig": lambda _: st.just({}),
    "Get-ZdmPendingReboot": lambda _: st.just({}),
    "Get-ZdmRole": lambda scene: st.just({}) | _named(st.lists(_roles(scene), max_size=3)),
    "Get-ZdmService": lambda scene: st.just({}) | _named(st.lists(_services(scene), max_size=3)),
    "Install-ZdmFeature": _features(installed=False),
    "New-ZdmFolder": lambda scene: _named(_paths(scene), "Path"),
    "Remove-ZdmFile": lambda scene: _named(_paths(scene), "Path"),
    "Set-ZdmServiceState": _service_state,
    "Uninstall-ZdmFeature": _features(installed=True),
}
