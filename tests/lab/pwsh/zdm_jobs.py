"""Puts a job on a host of a world without any verb: folder, batch file, task, and the word to run."""

from __future__ import annotations

from zdm_automate.lab.twins.jobs import batch_of
from zdm_automate.lab.twins.jobs_seen import ROOT
from zdm_automate.lab.world import files, tasks
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.running import Task


def ready(world: World, host: str, number: str, argv: tuple[str, ...], *, launch: bool = True) -> World:
    """The world with a job that runs ping."""
    folder = f"{ROOT}\\{number}"
    command = " ".join(("ping.exe", *argv))
    about = {"JobId": number, "Kind": "command", "Label": "probe", "Command": command, "RunAs": "SYSTEM"}
    about |= {
        "LogName": "stdout.log",
        "Volume": "C:",
        "TotalBytes": "1000",
        "FreeBytes": "5000",
        "CreatedUtc": world.now.isoformat(),
    }
    world = files.written(world, world.host(host), f"{folder}\\run.cmd", batch_of(folder, command, "C:\\Windows", wide=False))
    world = files.written(world, world.host(host), f"{folder}\\job.txt", "".join(f"{k}={v}\r\n" for k, v in about.items()))
    level = world.host(host).windows.level
    task = Task(name=f"Zdm-{number}", folder="\\Zdm\\" if level else "\\", command=f"{folder}\\run.cmd", user="SYSTEM")
    world = tasks.registered(world, host, task)
    return tasks.started(world, host, task.name) if launch else world
