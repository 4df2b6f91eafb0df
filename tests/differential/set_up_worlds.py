"""Machines that somebody is about to set up: in no domain, under a name that is not theirs yet, reached or not."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from zdm_automate.lab.world import adapters, winrm
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.restart import COMING

REMOTE = ((winrm.ANY,), (winrm.LOCAL,), ("10.77.0.0/255.255.0.0",), ("10.77.0.9", "192.0.2.0/255.255.255.128"))


@st.composite
def as_it_came(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """One machine that is no domain controller, perhaps in no domain, generalised, renamed already, or opened by somebody."""
    able = [name for name, one in world.hosts.items() if one.windows.version and one.role not in {4, 5}]
    modern = [name for name in able if world.hosts[name].windows.level]
    if not able:
        return world, host
    name = draw(st.sampled_from(modern or able))
    one = world.hosts[name]
    if draw(st.sampled_from((True, True, False))):
        one = replace(one, domain="", role=2 if one.windows.server else 0)
    if draw(st.booleans()):
        one = replace(one, computer="WIN-4K2Q7C0")
    if draw(st.booleans()):
        one = replace(one, registry={**one.registry, COMING: draw(st.sampled_from(("NEUER-NAME", one.name, "x")))})
    known = winrm.shipped(one.windows.level, on=draw(st.booleans()))
    rules = tuple(replace(rule, remote=draw(st.sampled_from(REMOTE)), enabled=draw(st.booleans())) for rule in known.rules)
    service = replace(one.services[winrm.SERVICE], state=draw(st.sampled_from(("Running", "Stopped"))))
    one = replace(one.with_service(service), winrm=winrm.WinRm(listener=draw(st.booleans()), rules=rules))
    world = world.with_host(one)
    if name not in world.clients and one.nics and draw(st.booleans()):
        world = adapters.with_nic(world, name, 0, adapters.unconfigured(one.nics[0]))
    return world, name
