"""Hyper-V hosts in a world: switches, machines of the lab and of others, disks made here and elsewhere, checkpoints."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from zdm_automate.lab.call import HYPERV_LEVEL
from zdm_automate.lab.world import files, hyperv_change, roles
from zdm_automate.lab.world.hyperv import SERVICES, TIME_SYNC, Adapter, Disk, HyperV, Machine, Switch
from zdm_automate.lab.world.model import World

MARK = "zdm-lab:diff"
NOTES = (MARK, MARK, MARK, "", "somebody's", "zdm-lab:other")
OWN = "LAB-OWN"
"""A machine that worlds for changes of one machine have exactly once."""

NAMES = ("OLD", "NEW-DC", "PC 01", "rtr.lab")
FOLDER = "C:\\Lab"


@st.composite
def furnished(draw: st.DrawFn, world: World) -> World:
    """The world with the role on one of its newer servers, where it has one."""
    able = [name for name, host in world.hosts.items() if host.windows.server and host.windows.level >= HYPERV_LEVEL]
    if not able:
        return world
    name = draw(st.sampled_from([one for one in able if "Hyper-V" in world.hosts[one].features] or able))
    host = world.hosts[name]
    services = {**host.services, **roles.brought_by(roles.FEATURES["Hyper-V"], host.culture)}
    if draw(st.sampled_from((False, False, True))):
        shared = replace(services["vmms"], name="SharedAccess", display_name="ICS", state=draw(_STATES))
        services["SharedAccess"] = shared
    host = replace(host, features=host.features | {"Hyper-V"}, services=services)
    world = files.folder_made(world.with_host(host), host, FOLDER)
    if draw(st.sampled_from((False, False, False, True))):
        return world
    aliases = tuple(nic.alias for nic in host.nics)
    own = HyperV(
        memory=draw(st.sampled_from((34359738368, 4294967296))),
        nats=draw(st.sampled_from(((), ("NAT-Büro",)))),
        forwarding=draw(st.sampled_from(((), aliases[:1]))),
        switches=draw(_switches()),
    )
    world = world.with_hyperv(name, own)
    for number in range(draw(st.integers(0, 3))):
        world = draw(_machine(world, name, number))
    return draw(_strange_disk(world, name))


_STATES = st.sampled_from(("Running", "Stopped"))


@st.composite
def _switches(draw: st.DrawFn) -> dict[str, Switch]:
    made = {}
    for number, name in enumerate(draw(st.lists(st.sampled_from(("ZDM-LAB", "LAN", "Büro")), unique=True, max_size=3))):
        kind = draw(st.sampled_from(("Private", "Private", "Internal", "External")))
        made[name] = Switch(
            name=name,
            id=hyperv_change.guid("switch", number),
            kind=kind,
            notes=draw(st.sampled_from(NOTES)),
            adapter="Intel(R) Ethernet" if kind == "External" else "",
            shared=kind != "Private",
        )
    return made


@st.composite
def _machine(draw: st.DrawFn, world: World, host: str, number: int) -> World:
    """One that could have been made by hand or by the verbs; most often as the verbs make it."""
    name = draw(st.sampled_from(NAMES))
    world, own_id = hyperv_change.numbered(world, host)
    as_made = draw(st.sampled_from((True, True, False)))
    switches = ["", *world.hyperv[host].switches]
    adapters = tuple(
        Adapter(
            id=f"Microsoft:{own_id.upper()}\\{place}",
            switch=draw(st.sampled_from(switches)),
            dhcp_guard=as_made or draw(st.booleans()),
            spoofing=draw(st.sampled_from((False, False, True))),
        )
        for place in range(draw(st.sampled_from((1, 1, 1, 2, 0))))
    )
    drives = []
    for place in range(draw(st.integers(0, 2))):
        path = f"{FOLDER}\\{name}-{number}-{place}.vhdx"
        world = draw(_disk(world, host, path))
        drives.append(path)
    machine = Machine(
        id=own_id,
        name=name,
        path=draw(st.sampled_from((f"{FOLDER}\\{name}", "C:\\VM"))),
        generation=draw(st.sampled_from((1, 2))),
        memory=draw(st.sampled_from((536870912, 2147483648, 8589934592))),
        dynamic=not as_made,
        processors=draw(st.sampled_from((1, 2))),
        notes=draw(st.sampled_from(NOTES)),
        adapters=adapters,
        drives=tuple(drives),
        checkpoint_type="Standard" if as_made else draw(st.sampled_from(("Production", "Disabled"))),
        start_action="Nothing" if as_made else "StartIfRunning",
        stop_action="ShutDown" if as_made else "Save",
        disabled=frozenset({next(iter(SERVICES)), TIME_SYNC}) if as_made else frozenset(),
    )
    world = hyperv_change.with_machine(world, host, machine)
    for label in draw(st.lists(st.sampled_from(("L00-restored", "L10-preflight-ok")), unique=True, max_size=2)):
        world = hyperv_change.checkpointed(world, host, world.hyperv[host].machines[own_id], label)
    if draw(st.booleans()):
        world = hyperv_change.started(world, host, world.hyperv[host].machines[own_id])
        up = world.hyperv[host].machines[own_id]
        since = world.now - timedelta(seconds=draw(st.sampled_from((1, 3600))))
        world = hyperv_change.with_machine(world, host, replace(up, started=since))
        if draw(st.booleans()):
            world = hyperv_change.stopped(world, host, world.hyperv[host].machines[own_id])
    return world


@st.composite
def _disk(draw: st.DrawFn, world: World, host: str, path: str) -> World:
    """A disk; most often one that was made here, at times by a run that broke off."""
    world, own_id = hyperv_change.numbered(world, host)
    disk = Disk(
        path=path,
        size=42949672960,
        kind="Dynamic",
        identifier=own_id.upper(),
        boots=draw(st.sampled_from(("", *[one for one in world.hosts if one != host][:1]))),
    )
    world = hyperv_change.with_disk(world, host, disk)
    sort = draw(st.sampled_from(("made", "made", "foreign", "broken off", "replaced")))
    inner = {"made": disk.identifier, "broken off": "new", "replaced": "0" * 8}.get(sort)
    return files.folder_made(world, world.hosts[host], f"{path}.zdm\\{inner}") if inner else world


@st.composite
def _strange_disk(draw: st.DrawFn, world: World, host: str) -> World:
    """A disk that no machine has, or only its folder."""
    if draw(st.booleans()):
        world = draw(_disk(world, host, f"{FOLDER}\\loose.vhdx"))
    if draw(st.booleans()):
        world = files.folder_made(world, world.hosts[host], f"{FOLDER}\\gone.vhdx.zdm\\ABC")
    return world


@st.composite
def with_own_machine(draw: st.DrawFn, world: World, host: str, *, kept: bool | None) -> tuple[World, str]:
    """The world with one machine of the lab that stands alone under its name, and a switch of the lab.

    `kept`: it has a checkpoint and has written since; None: at random, and it may run.
    """
    if "Hyper-V" not in world.hosts[host].features:
        return world, host
    own = world.hyperv.get(host, HyperV())
    others = {key: one for key, one in own.machines.items() if one.name != OWN}
    lab = Switch(name="ZDM-LAB", id=hyperv_change.guid("switch", 9), kind="Private", notes=MARK)
    world = world.with_hyperv(host, replace(own, machines=others, switches={**own.switches, "ZDM-LAB": lab}, memory=1 << 40))
    world, own_id = hyperv_change.numbered(world, host)
    path = f"{FOLDER}\\own.vhdx"
    world = hyperv_change.with_disk(world, host, Disk(path=path, size=1 << 30, kind="Dynamic", identifier=own_id.upper()))
    world = files.folder_made(world, world.hosts[host], f"{path}.zdm\\{own_id.upper()}")
    machine = Machine(
        id=own_id,
        name=OWN,
        path=f"{FOLDER}\\{OWN}",
        notes=MARK,
        adapters=(Adapter(id=own_id, dhcp_guard=draw(st.booleans()), switch=draw(st.sampled_from(("", "ZDM-LAB")))),),
        drives=(path,),
        checkpoint_type="Standard",
        start_action="Nothing",
        stop_action="ShutDown",
        disabled=frozenset({next(iter(SERVICES)), TIME_SYNC}),
    )
    world = hyperv_change.with_machine(world, host, machine)
    if kept:
        world = hyperv_change.checkpointed(world, host, machine, "L00-restored")
        world = hyperv_change.started(world, host, world.hyperv[host].machines[own_id])
        world = hyperv_change.stopped(world, host, world.hyperv[host].machines[own_id])
    elif kept is None and draw(st.booleans()):
        world = hyperv_change.started(world, host, machine)
    return world, host
