"""What a call of the product costs over bare pypsrp: the same verb, endpoint and kind of pool, interleaved in one run."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from zdm_automate import resources
from zdm_automate.lab import launch
from zdm_automate.lab.client import LabClient
from zdm_automate.lab.state import LabFolder
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Target
from zdm_automate.transport.psrp import PsrpTransport

LIMIT = 1.10
RECYCLE = 900
HOST = "NEW"
VERB, PARAMS = "Get-ZdmService", {"name": ["DNS"]}


class Bare:
    """pypsrp as its own documentation uses it, in a held pool that is opened anew before the quota."""

    def __init__(self, port: int, fingerprint_file: Path, password: str, library: Library) -> None:
        self._make = lambda: WSMan(
            "127.0.0.1",
            port=port,
            username="Administrator",
            password=password,
            ssl=True,
            auth="negotiate",
            cert_validation=str(fingerprint_file),
        )
        self._prelude = library.prelude_text
        self._text = library.script(VERB).text
        self._wsman = self._make()
        self._pool = RunspacePool(self._wsman)
        self._calls = RECYCLE

    def step(self) -> None:
        """One call."""
        if self._calls >= RECYCLE:
            self.close()
            self._wsman = self._make()
            self._pool = RunspacePool(self._wsman, no_profile=True)
            self._pool.open()
            self._run(self._prelude, None)
            self._calls = 0
        self._run(self._text, {"Name": PARAMS["name"]})
        self._calls += 1

    def _run(self, text: str, arguments: dict[str, list[str]] | None) -> None:
        pipeline = PowerShell(self._pool)
        pipeline.add_script(text, use_local_scope=arguments is not None)
        if arguments is not None:
            pipeline.add_parameter("ZdmArguments", arguments)
        pipeline.begin_invoke(remote_stream_options=0)
        if not pipeline.end_invoke():
            raise RuntimeError("the verb gave nothing")

    def close(self) -> None:
        """Closes the pool."""
        self._pool.close()
        self._wsman.close()


def main() -> int:
    """Measures and prints a table; 1 where the overhead is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory(prefix="zdm-bench-") as name:
        folder = LabFolder(Path(name) / "lab")
        info = launch.up(folder, "tiny")
        try:
            product, bare = measure(folder, steps)
        finally:
            launch.down(folder)
    ratio = statistics.median(product) / statistics.median(bare)
    print(f"{'':14}{'median':>10}{'p90':>10}{'p99':>10}   ms per step, {steps} steps each, {info.office} over HTTPS")
    for label, times in (("bare pypsrp", bare), ("zdm_automate", product)):
        cuts = statistics.quantiles(times, n=100)
        print(f"{label:14}{cuts[49] * 1000:10.2f}{cuts[89] * 1000:10.2f}{cuts[98] * 1000:10.2f}")
    print(f"ratio of the medians {ratio:.3f} (at most {LIMIT})")
    return 0 if ratio <= LIMIT else 1


def measure(folder: LabFolder, steps: int) -> tuple[list[float], list[float]]:
    """Seconds per step of the product and of bare pypsrp, taken turn by turn."""
    info = folder.info()
    way = info.hosts[HOST]
    password = folder.password_file.read_text(encoding="utf-8")
    library = Library.load(resources.folders("ps_scripts"))
    certificate = next(folder.tls_folder.glob(f"{HOST.lower()}*.crt"))
    target = Target(
        host=HOST,
        address="127.0.0.1",
        port=way.https_port,
        fingerprint=way.fingerprint,
        credential=Credential("Administrator", Secret(password)),
    )
    session = HostSession(PsrpTransport(target, prelude=library.prelude_text), library, now=LabClient(folder).now)
    session.connect()
    frozen = LabClient(folder).now()
    session._now = lambda: frozen  # noqa: SLF001 - the lab's clock is another request, which a real host does not cost
    bare = Bare(way.https_port, certificate, password, library)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(steps + 20):
        for which, call in ((0, lambda: session.read(VERB, **PARAMS)), (1, bare.step)):
            begun = time.perf_counter()
            call()
            if number >= 20:  # noqa: PLR2004 - warm up
                times[which].append(time.perf_counter() - begun)
    session.close()
    bare.close()
    return times


if __name__ == "__main__":
    sys.exit(main())
