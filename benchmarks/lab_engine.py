"""What engine `pwsh` costs beside engine `sim`: opening a pool, with and without a waiting process; steps; memory.

Both engines know the verbs' prelude; the trivial script is for `pwsh` alone. Behind both stands the office `tiny`, so that a
process starts up as in any lab.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from zdm_automate import resources
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.psrp import PsrpBackend
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.engine_sim import SimEngine
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import find_office, read_office
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.pwsh.bridge import WorldBridge
from zdm_automate.lab.pwsh.engine import PwshEngine
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.lab.endpoint.service import MakeBackend

HOST, USER, PASSWORD = "NEW", "Administrator", "benchmark"
MB = 1024 * 1024
PATIENCE = 30.0
TRIVIAL = "1"
SETTLED = 1.0
"""Seconds for a process that waits to have come up, and for one that went to be gone."""


@contextmanager
def listening(make: MakeBackend, folder: Path) -> Iterator[int]:
    """A host's listener; gives its port."""
    accounts = Accounts({USER: PASSWORD}, netbios="TINY", domain="tiny.example.org")
    accounts.offer_ntlm(folder / "accounts")
    endpoint = Endpoint(HOST, make)
    listener = Listener(endpoint.handle, accounts)
    listener.start()
    try:
        yield listener.port
    finally:
        endpoint.close()
        listener.stop()


@contextmanager
def opened(port: int, times: list[float]) -> Iterator[RunspacePool]:
    """A pool; notes how long it took to open, its connection's logon included."""
    begun = time.perf_counter()
    wsman = WSMan("127.0.0.1", port=port, username=USER, password=PASSWORD, ssl=False, auth="negotiate")
    pool = RunspacePool(wsman)
    pool.open()
    times.append(time.perf_counter() - begun)
    try:
        yield pool
    finally:
        pool.close()
        wsman.close()


def steps(pool: RunspacePool, text: str, count: int) -> list[float]:
    """Seconds of each step, the first few left out."""
    times = []
    for _ in range(count + 5):
        begun = time.perf_counter()
        pipeline = PowerShell(pool)
        pipeline.add_script(text)
        pipeline.invoke()
        times.append(time.perf_counter() - begun)
    return times[5:]


def with_sim(folder: Path, text: str, count: int) -> tuple[list[float], list[float]]:
    """Opening and steps of engine `sim`."""
    office = read_office(find_office("tiny"))
    keeper = Keeper(office.world, WorldClock(office.world.now, rate=office.rate), office.pace)
    engine = SimEngine(keeper, lambda: Library.load(resources.folders("ps_scripts")))

    def make(user: str, configuration: str) -> PsrpBackend:
        return PsrpBackend(engine, HOST, user=user, configuration=configuration)

    opening: list[float] = []
    with listening(make, folder) as port:
        for _ in range(5):
            with opened(port, opening) as pool:
                times = steps(pool, text, count)
    return opening, times


def with_pwsh(folder: Path, text: str, count: int, ready: int) -> tuple[list[float], list[float], int, int]:
    """Opening and steps of engine `pwsh`, and memory of a process that waits and of one that serves."""
    opening: list[float] = []
    waiting = serving = 0
    with ExitStack() as ending:
        office = read_office(find_office("tiny"))
        keeper = Keeper(office.world, WorldClock(office.world.now, rate=office.rate), office.pace)
        engine = PwshEngine(WorldBridge(keeper, folder / "bridge"), folder / "pwsh", ready=ready)
        engine.start()
        ending.callback(engine.stop)
        port = ending.enter_context(
            listening(lambda user, name: engine.shell(HOST, user=user, configuration=name, old=False), folder)
        )
        for _ in range(5):
            wait(lambda: len(engine.waiting) == len(engine.processes) == ready)
            time.sleep(SETTLED)
            waiting = max((one.memory for one in engine.processes), default=waiting)
            with opened(port, opening) as pool:
                times = steps(pool, text, count)
                serving = max(one.memory for one in engine.processes)
    return opening, times, waiting, serving


def wait(done: Callable[[], bool]) -> None:
    """Waits until something holds.

    Raises:
        TimeoutError: it does not.
    """
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the processes that wait did not come up")
        time.sleep(0.05)


def main() -> int:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    count = parser.parse_args().steps
    load_models()
    text = Library.load(resources.folders("ps_scripts")).prelude_text
    with tempfile.TemporaryDirectory(prefix="zdm-bench-") as name:
        folders = [Path(name) / one for one in ("sim", "cold", "warm", "trivial")]
        for folder in folders:
            folder.mkdir()
        sim_open, sim_steps = with_sim(folders[0], text, count)
        cold_open, _, _, _ = with_pwsh(folders[1], text, 1, 0)
        warm_open, pwsh_steps, waiting, serving = with_pwsh(folders[2], text, count, 2)
        _, trivial, _, _ = with_pwsh(folders[3], TRIVIAL, count, 2)
    print(f"{'median':28}{'sim':>10}{'pwsh':>10}")
    print(f"{'open a pool, none waits, ms':28}{ms(sim_open):>10}{ms(cold_open):>10}")
    print(f"{'open a pool, one waits, ms':28}{'':>10}{ms(warm_open):>10}")
    print(f"{'a trivial script, ms':28}{'':>10}{ms(trivial):>10}")
    print(f"{'the prelude, ms':28}{ms(sim_steps):>10}{ms(pwsh_steps):>10}")
    print(f"{'memory, waiting, MB':28}{'':>10}{waiting // MB:>10}")
    print(f"{'memory, serving, MB':28}{'':>10}{serving // MB:>10}")
    return 0


def ms(times: list[float]) -> str:
    """The median in milliseconds."""
    return f"{statistics.median(times) * 1000:.1f}"


if __name__ == "__main__":
    sys.exit(main())
