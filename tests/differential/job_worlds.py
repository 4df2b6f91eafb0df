"""Hosts with jobs in every state: queued, running, ended well and badly, stopped, died, half registered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from zdm_jobs import ready

from zdm_automate.lab.world import files, tasks
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.model import World

NUMBERS = tuple(f"{number:08x}-1111-4222-8333-444455556666" for number in range(3))
FATES = ("queued", "running", "done", "failed", "killed", "rebooted", "closing", "unlaunched", "archived", "odd log")


@st.composite
def with_jobs(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """Up to three jobs, each with a fate of its own."""
    for number in NUMBERS[: draw(st.integers(1, 3))]:
        world = fated(world, host, number, draw(st.sampled_from(FATES)))
    if draw(st.integers(0, 5)) == 0:
        machine = world.host(host)
        found = machine.service("Schedule")
        if found is not None:
            world = world.with_host(machine.with_service(replace(found, state="Stopped")))
    return world, host


def fated(world: World, host: str, number: str, fate: str) -> World:
    """The world with a job to which that has happened."""
    count = "1" if fate == "done" else "600"
    address = "10.254.254.254" if fate == "failed" else "127.0.0.1"
    world = ready(world, host, number, ("-n", "1" if fate == "failed" else count, address), launch=fate != "unlaunched")
    if fate in {"queued", "unlaunched"}:
        return world
    folder = f"C:\\Zdm\\jobs\\{number}"
    # Started by hand: the scheduler of a world on which it does not run would wait for ever.
    world = advance(world, world.now + timedelta(seconds=3))
    run = next((one for one in world.runs.get(host, ()) if one.folder == folder), None)
    if fate == "killed" and run is not None:
        world = tasks.killed(world, host, run.pid)
    elif fate == "closing" and run is not None:
        world = tasks.killed(world, host, run.child)
    elif fate == "rebooted":
        world = tasks.host_down(world, host)
    elif fate == "odd log":
        text = "\ufeffZeile 1\r\nZeile ü 2\r\n" + "x" * 300 + "\r\nhalb"
        world = files.written(world, world.host(host), f"{folder}\\stdout.log", text)
    elif fate == "archived":
        world = files.folder_made(world, world.host(host), f"C:\\Zdm\\archive\\{number}")
    return world
