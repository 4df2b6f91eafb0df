"""The room of a rehearsal on a Hyper-V host: guests that have to prove themselves, checkpoints of all of them, waits for them.

Power and checkpoints go the way of `zdm lab`; whatever leads out of the lab ends the rehearsal before anything is changed.
"""

from __future__ import annotations

import os
import time
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import typer

from zdm_automate.cli.lab_hyperv import ROLE, carry_out, lab_opened
from zdm_automate.cli.lab_isolation import places_of, refuse_ways_out
from zdm_automate.cli.rehearsal_asked import Asked, Watched
from zdm_automate.cli.rehearsal_room import (
    MARGIN,
    NOT_REHEARSED,
    StuckError,
    carry,
    in_lab,
    pinned,
    refuse_lab,
    refuse_strange,
    write,
    written,
)
from zdm_automate.errors import InputError, RefusedError
from zdm_automate.facts.hyperv import LabVm
from zdm_automate.lab.apart import impostors
from zdm_automate.model import CheckState
from zdm_automate.project import FILE
from zdm_automate.rehearsals import FOLDER
from zdm_automate.topology import Guests, TopologyFile, read_topology
from zdm_automate.waits import Answer, Probe, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from zdm_automate.cli.opening import Opened
    from zdm_automate.facts.host import Service
    from zdm_automate.facts.store import Facts
    from zdm_automate.lab.state import LabFolder
    from zdm_automate.workplace import Intended

UP_SECONDS: Final = 900.0
"""How long a guest may take from power to its services."""

PATIENCE: Final = 3600.0
"""Seconds that a real lab is waited for; past that the rehearsal is gone on with later."""

SKEW: Final = timedelta(seconds=300)
"""By how much a guest's clock may be behind: its boot time is told by it."""

NEEDED: Final = ("NTDS", "Netlogon", "DNS", "DHCPServer", "LanmanServer", "W32Time")
"""Services without which a guest that is up is of no use yet, where it has them."""

DIFFERENT: Final = ("no internet, no mail from outside, no users at work, no antivirus", "the lab's disks and its network")
"""In what every lab on a Hyper-V host differs."""

NO_LEASES: Final = "no machine leases addresses to another one: each has its DHCP guard on"
"""In what one differs whose topology says of no machine that it leases."""


class HyperVRoom:
    """A lab that was built from a topology."""

    def __init__(self, client: Opened, topology: Path, folder: Path, say: Callable[[str], None]) -> None:
        self.client = client
        self.topology = topology
        self.folder = folder
        self._say = say
        self._file: TopologyFile = read_topology(topology)
        if self._file.guests is None:
            raise InputError(
                f"{topology} does not say how the guests are reached.", hint="Write `guests:` as in labs/hyperv/example.yaml."
            )
        self.guests: Guests = self._file.guests
        self.name = self._file.topology.lab
        self.real = not self._file.embedded
        self.restored_from = self.guests.restored_from
        self._asked = Asked()
        self._watched = Watched()

    @property
    def differences(self) -> tuple[str, ...]:
        """What no lab shows, and who plays it where it is not real."""
        played = () if self.real else ("Windows itself: an embedded lab plays the Hyper-V host and its guests",)
        guarded = () if any(one.leases for one in self._file.topology.machines) else (NO_LEASES,)
        return (*played, *guarded, *DIFFERENT, *NOT_REHEARSED)

    @property
    def told(self) -> Mapping[str, str]:
        """The lab and its host."""
        return {"kind": "hyperv", "office": self.name, "host": self._file.host.name} | (
            {} if self.real else {"engine": self._embedded_info.engine}
        )

    @cached_property
    def embedded(self) -> LabFolder | None:
        """The embedded lab that plays the host, where one does."""
        from zdm_automate.lab.state import LabFolder

        return None if self.real else LabFolder((self.topology.parent / self._file.embedded).resolve())

    @property
    def _embedded_info(self) -> Any:
        assert self.embedded is not None  # noqa: S101 - asked only where it is played
        return self.embedded.info()

    def body(self) -> dict[str, Any]:
        """The client's project file with the guests in place of its hosts."""
        ways = {name: one.model_dump(mode="json") for name, one in self.guests.hosts.items()}
        built = {one.name.casefold() for one in self._file.topology.machines}
        unknown = [name for name in ways if name.casefold() not in built]
        if unknown:
            raise InputError(f"{self.topology} names the guest {unknown[0]!r}, which its topology does not build.")
        credential = {"user": self.guests.credential.user, "secret": self._file.secret(self.guests.credential, self.topology)}
        there: dict[str, Any] = {"hyperv_lab": os.path.relpath(self.topology.resolve(), self.folder.resolve())}
        resolvers = []
        if self.embedded is not None:
            there = {"lab": os.path.relpath(self.embedded.path, self.folder.resolve())}
            resolvers = [f"127.0.0.1:{self._embedded_info.public_dns_port}"]
        body = in_lab(self, ways, "A rehearsal wants the client's computer names under `guests: hosts:`.")
        credentials = {"lab": credential}
        if any(one.get("transport") == "direct" for one in body["hosts"].values()):
            host = self._file.host.model_dump(mode="json", exclude={"name", "credential"})
            body["hosts"] = body["hosts"] | {self._file.host.name: {**host, "credential": "host"}}
            account = self._file.host.credential
            credentials["host"] = {"user": account.user, "secret": self._file.secret(account, self.topology)}
        return body | there | {"credentials": credentials, "resolvers": resolvers}

    def leave(self) -> None:
        """Closes the sessions of the proofs, and the one with the Hyper-V host."""
        self._asked.drop()
        self._watched.drop()

    # --- power ---

    def ready(self) -> None:
        """Turns on what is off, and waits until every guest is up with its services."""
        since = None
        if any(one.state != "Running" for one in self._machines().values()):
            since = self._now()
            self._lab("running")
        self._wait_up(since)

    def keep(self, label: str) -> bool:
        """Keeps all machines together, powered off, and brings them up again."""
        self._say(f"Checkpoint {label} of all machines.")
        self._lab("checkpoint", label=label, anew=True)
        self.ready()
        return True

    def set_back(self, label: str) -> None:
        """Sets all machines back together and brings them up; no session is held over it."""
        self._say(f"All machines go back to {label}.")
        self._lab("restore", label=label)
        self.ready()

    def _lab(self, want: str, *, label: str = "", anew: bool = False) -> None:
        """A command of `zdm lab`, in its own project.

        Raises:
            StuckError: it did not do what it should.
        """
        self._asked.drop()  # machines go off; their shells would be gone without a word
        out = StringIO()
        try:
            with redirect_stdout(out):
                carry_out(self.topology, want, label=label, anew=anew, as_json=True)
        except typer.Exit as ended:
            if ended.exit_code:
                raise StuckError(f"the lab could not be brought to {label or want}: {out.getvalue().strip()}") from ended

    def _wait_up(self, since: datetime | None) -> None:
        wait_for(
            [self._heartbeats(), *self._guest_probes(since)],
            monotonic=time.monotonic if self.embedded is None else lambda: self._now().timestamp(),
            sleep=self._pass,
            say=self._say,
        )

    def _pass(self, seconds: float) -> None:
        """Lets time pass: a lab that is played is carried forward."""
        if self.embedded is None:
            time.sleep(seconds)
            return
        from zdm_automate.lab.client import LabClient

        LabClient(self.embedded).call("carry", seconds=seconds)

    def _now(self) -> datetime:
        return self._opened.clock.now()

    @cached_property
    def _opened(self) -> Opened:
        from zdm_automate.cli.opening import open_project

        return open_project(self.folder)

    def _heartbeats(self) -> Probe:
        names = {name.casefold(): name for name in self.guests.hosts}

        def ask() -> Answer:
            found = {names[key]: one for key, one in self._machines().items() if key in names}
            said = {name: found[name].heartbeat or found[name].state for name in found}
            said |= {name: "not there" for name in names.values() if name not in found}
            good = all(one.startswith("Ok") for one in said.values())
            return Answer(good=good, said=", ".join(f"{name} {word}" for name, word in said.items()))

        return Probe(name="heartbeats", ask=ask, seconds=UP_SECONDS)

    def _guest_probes(self, since: datetime | None) -> Iterator[Probe]:
        for name in self._guests(self._opened):
            yield Probe(name=name, ask=lambda name=name: self._up(name, since), seconds=UP_SECONDS)  # type: ignore[misc]

    def _up(self, name: str, since: datetime | None) -> Answer:
        """Whether a guest answers, has come up since a moment, and runs what it needs."""
        session = self._opened.session(name)
        try:
            session.connect()
            found: Any = session.read("Get-ZdmHostInventory").facts[0]
            services: Any = session.read("Get-ZdmService", name=list(NEEDED)).facts
        finally:
            session.close()
        return is_up(found.last_boot_utc, services, since)

    # --- proof ---

    def prove(self, opened: Opened) -> None:
        """Asks that nothing leads out of the lab and that every guest is the virtual machine of that name.

        Raises:
            RefusedError: something leads out, as seen on the host or from here.
            WrongHostError: a machine is not the lab's.
        """
        own = places_of({name: one for name, one in written(opened)["hosts"].items() if one.get("transport") != "direct"})
        refuse_ways_out(places_of(written(self.client)["hosts"]), own, played=not self.real)
        facts, what = self._seen()
        # judged as before power: a breach is refused in its own words
        checks = what.book.judge(facts, replace(what.intent, want="running"))
        bad = [one for one in checks if one.state is not CheckState.OK]
        if bad:
            said = bad[0].value or bad[0].hint
            raise RefusedError(
                f"the lab is not as it was built: {said}.", hint="Nothing was changed. `zdm lab build` mends it."
            )
        firmware = {one.name.casefold(): one.hardware_id or "" for one in facts.of(ROLE, LabVm)}
        hosts = {name: opened.project.content.hosts[name] for name in self._guests(opened)}
        known = {name: firmware.get((one.computer_name or name).casefold(), "") for name, one in hosts.items()}
        refuse_strange(impostors(self._asked.machines(opened, hosts), known, pinned(self.client)))

    def _guests(self, opened: Opened) -> list[str]:
        """The hosts of the rehearsal's project but the Hyper-V host itself, through which some are reached."""
        through = {one.direct.through for one in opened.project.content.hosts.values()}
        return [name for name in opened.project.content.hosts if name not in through]

    def _machines(self) -> dict[str, LabVm]:
        return {one.name.casefold(): one for one in self._seen()[0].of(ROLE, LabVm)}

    def _seen(self) -> tuple[Facts, Intended]:
        """What the Hyper-V host shows of the lab now."""
        opened, what = self._lab_opened
        return self._watched.look(opened, what), what

    @cached_property
    def _lab_opened(self) -> tuple[Opened, Intended]:
        return lab_opened(self.topology)

    # --- time ---

    def settle(self) -> None:
        """Lets replication have its minute."""
        self._wait(MARGIN)

    def wait_for(self, moments: Sequence[str]) -> None:
        """Waits as long as it takes, within patience.

        Raises:
            StuckError: it would take longer.
        """
        if self.embedded is not None:
            carry(self.embedded, moments)
            return
        last = max((datetime.fromisoformat(one) for one in moments), default=self._now())
        left = (last - self._now()).total_seconds() + MARGIN
        if left > PATIENCE:
            raise StuckError(f"it has to wait until {last:%Y-%m-%d %H:%M} UTC; `zdm rehearse --go-on` then")
        self._say(f"Waiting until {last:%H:%M:%S} UTC.")
        self._wait(left)

    def _wait(self, seconds: float) -> None:
        if self.embedded is not None:
            carry(self.embedded, ())
        else:
            time.sleep(seconds)


def is_up(last_boot_utc: str | None, services: Iterable[Service], since: datetime | None) -> Answer:
    """Whether a guest that answers has come up since a moment, and runs what starts by itself."""
    if last_boot_utc is None:
        return Answer(good=False, said="does not say when it came up")
    boot = datetime.fromisoformat(last_boot_utc)
    if since is not None and boot < since - SKEW:
        return Answer(good=False, said=f"up since {boot:%Y-%m-%d %H:%M:%S}, before it was turned on")
    down = [one.name for one in services if one.start_mode == "Auto" and one.state != "Running"]
    if down:
        return Answer(good=False, said=f"up since {boot:%H:%M:%S}, but not running: {', '.join(down)}")
    return Answer(good=True, said=f"up since {boot:%H:%M:%S}, its services run")


def enter_hyperv(client: Opened, topology: Path, name: str, say: Callable[[str], None]) -> HyperVRoom:
    """Makes the project of a rehearsal in a lab on a Hyper-V host; neither it nor the client is asked anything.

    Raises:
        RefusedError: the project is a lab's itself.
        InputError: the topology does not say what a rehearsal needs.
    """
    room = open_hyperv(client, topology, name, say)
    body = room.body()
    room.folder.mkdir(parents=True, exist_ok=False)
    write(room.folder / FILE, body)
    return room


def open_hyperv(client: Opened, topology: Path, name: str, say: Callable[[str], None]) -> HyperVRoom:
    """The room of a rehearsal whose project is there already."""
    refuse_lab(client)
    if not topology.is_file():
        raise InputError(f"there is no topology {topology}.", hint="labs/hyperv/example.yaml is one to begin with.")
    return HyperVRoom(client, topology, client.project.folder / FOLDER / name, say)


def is_topology(lab: Path) -> bool:
    """Whether `--lab` names a lab on a Hyper-V host."""
    return lab.suffix in {".yaml", ".yml"}
