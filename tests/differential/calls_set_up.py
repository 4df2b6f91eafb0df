"""Fitting arguments of the verbs that set a machine up: name, address, remote administration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import near
from hypothesis import strategies as st
from scene import Scene

from zdm_automate.lab.world import winrm
from zdm_automate.lab.world.host import Host

NAMES = ("NEW-FS", "new-fs", "PC 01", "12345", "A", "SRV-NEU-00000001")


def _machine(scene: Scene) -> Host:
    return scene.world.hosts[scene.host]


@st.composite
def _address(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    macs = [nic.mac for nic in _machine(scene).nics]
    made: dict[str, Any] = {"Mac": draw(near.either(scene, macs, st.just("00-15-5D-99-99-99")))}
    if draw(st.sampled_from((True, False, False))):
        return made | {"IPAddress": ""}
    made["IPAddress"] = draw(st.sampled_from(("10.77.0.44", "10.77.0.45", *(() if scene.sure else ("999.1.1.1", "x")))))
    made |= draw(st.sampled_from(({}, {"PrefixLength": 16}, {"PrefixLength": 31})))
    made |= draw(st.sampled_from(({}, {"Gateway": ""}, {"Gateway": "10.77.0.1"})))
    return made | draw(st.sampled_from(({}, {"ServerAddresses": ["10.77.0.11", "10.77.0.12"]}, {"ServerAddresses": []})))


@st.composite
def _remoting(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    names = [rule.name for rule in winrm.of(_machine(scene)).rules]
    words = st.sampled_from(("Any", "LocalSubnet", "10.77.0.0/16", "10.77.0.9,192.0.2.0/25"))
    if not scene.sure:
        words |= st.sampled_from(("nobody", "10.77.0.0/99", "any"))
    rules = st.builds("{} {} {}".format, near.either(scene, names, st.just("Nothing")), st.sampled_from(("on", "off")), words)
    made: dict[str, Any] = {"State": draw(st.sampled_from(("On", "Off", "on")))}
    if draw(st.booleans()):
        made["Rule"] = draw(st.lists(rules, max_size=2, unique_by=lambda text: text.split(" ")[0].casefold()))
    return made


def _names(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    names = ("NEW-FS", "PC01", _machine(scene).name) if scene.sure else (*NAMES, _machine(scene).computer_name)
    return st.fixed_dictionaries({"Name": st.sampled_from(names)})


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Get-ZdmComputerName": lambda _: st.just({}),
    "Get-ZdmRemoting": lambda _: st.just({}),
    "Rename-ZdmComputer": _names,
    "Set-ZdmNetworkAddress": _address,
    "Set-ZdmRemoting": _remoting,
}
