"""Which machine each host of a project is: pinned at first contact, compared at every later one.

A name can be given to another machine, and a tunnel can lead elsewhere; the identifiers of hardware and Windows stay. It reads
and writes one file of the project and asks no host.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import InputError, UnknownNameError, WrongHostError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from zdm_automate.facts.host import HostInventory

PINS: Final = "hosts.lock.json"
"""The file, in the project's folder."""

COMPARED: Final = {
    "computer_name": "its name",
    "domain": "its domain",
    "machine_uuid": "the identifier of its hardware",
    "windows_serial": "the serial number of its Windows",
    "installed_at_utc": "the day its Windows was installed",
}
"""What must be the same, in words; the address may change, as it does when the new server takes the old one's over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a machine says of itself that a replaced one would not say."""

    computer_name: str
    domain: str
    machine_uuid: str
    windows_serial: str
    installed_at_utc: str
    address: str
    pinned_at: str = ""
    pinned_by: str = ""

    @classmethod
    def of(cls, name: str, found: HostInventory, address: str) -> Self:
        """The identity of a host that was read."""
        return cls(
            computer_name=name.upper(),
            domain=found.domain.casefold(),
            machine_uuid=found.machine_uuid.upper(),
            windows_serial=found.windows_serial,
            installed_at_utc=found.installed_at_utc or "",
            address=address,
        )

    def differs(self, other: Identity) -> list[str]:
        """In what the other is another machine, in words."""
        return [
            f"{words} is {getattr(other, name) or 'nothing'}, was {getattr(self, name) or 'nothing'}"
            for name, words in COMPARED.items()
            if getattr(self, name) != getattr(other, name)
        ]


_PINS: TypeAdapter[dict[str, Identity]] = TypeAdapter(dict[str, Identity])


class Pins:
    """The pinned machines of a project, by the name of the host."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def known(self) -> dict[str, Identity]:
        """The pins there are.

        Raises:
            InputError: the file is not what was written.
        """
        if not self.path.exists():
            return {}
        try:
            return _PINS.validate_json(self.path.read_bytes(), strict=True)
        except (ValidationError, OSError) as problem:
            raise InputError(
                f"{self.path} does not hold the machines of this project any more.",
                hint="Restore it from a copy; or delete it, and `zdm check` pins each host anew as it answers then.",
            ) from problem

    def refuse_strangers(self, seen: Mapping[str, Identity]) -> None:
        """Asks that each host is the machine that was pinned.

        Raises:
            WrongHostError: one is not; with what differs.
        """
        known = self.known()
        for host, found in seen.items():
            if host in known and (differs := known[host].differs(found)):
                raise WrongHostError(
                    f"another machine answers as {host} than on {known[host].pinned_at[:10]}: {'; '.join(differs)}.",
                    hint=f"Nothing was changed. Look where {found.address} leads; a machine that was replaced on purpose: "
                    f"`zdm check --repin {host}`.",
                )

    def add(self, seen: Mapping[str, Identity], *, by: str, at: datetime) -> list[str]:
        """Pins the hosts that are met for the first time; gives their names."""
        known = self.known()
        new = {host: replace(one, pinned_at=_moment(at), pinned_by=by) for host, one in seen.items() if host not in known}
        if new:
            self._write(known | new)
        return sorted(new)

    def repin(self, host: str, seen: Identity, *, by: str, at: datetime) -> tuple[Identity, Identity]:
        """Takes a machine for a host in place of the one that was pinned: before and after.

        Raises:
            UnknownNameError: the host was never pinned.
        """
        known = self.known()
        if host not in known:
            raise UnknownNameError(f"no machine was pinned for {host}.", hint=f"Pinned: {', '.join(known) or 'none'}.")
        made = replace(seen, pinned_at=_moment(at), pinned_by=by)
        self._write(known | {host: made})
        return known[host], made

    def _write(self, pins: Mapping[str, Identity]) -> None:
        half = self.path.with_name(f"{self.path.name}.part")
        half.write_text(
            json.dumps({host: asdict(one) for host, one in sorted(pins.items())}, indent=1) + "\n", encoding="utf-8"
        )
        half.replace(self.path)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
