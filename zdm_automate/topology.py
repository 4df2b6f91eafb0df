"""The topology of a lab on a Hyper-V host: YAML in, validated values out. It knows no host and builds nothing."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network  # noqa: TC003 - pydantic reads the types of the fields
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zdm_automate.yaml_source import read_yaml

if TYPE_CHECKING:
    from pathlib import Path


_NAME_LENGTH = 15
DIRECT = frozenset({"2016", "2019", "2022", "2025", "win10", "win11"})
"""Releases that take PowerShell Direct."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credential(_Part):
    """Who works on the host, and where the password is found."""

    user: str
    secret: str


class HyperVHost(_Part):
    """The Hyper-V host; every key beside these three is that of a host of a project file."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,14}$")
    address: str
    credential: Credential


class DiskOf(_Part):
    """A disk in the lab's folder: new, of so many GB, or going on from an image that is only read."""

    file: str = Field(pattern=r"^[^\\/:*?\[\]]+\.vhdx$")
    size_gb: int = Field(default=0, ge=0, le=65536)
    parent: str = ""


class SetUpOf(_Part):
    """What the Windows of a machine is given once it is on: by PowerShell Direct where it has that, else by a person.

    Attributes:
        computer: its computer name; empty: the machine's name.
        address: with the length of its network.
        dns: whom it asks, in this order.
        allow: networks that may administer it; empty: that of its address.
        credential: of its administrator, where that is not the one of `guests:`.
    """

    computer: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9-]{0,14})?$")
    address: IPv4Interface
    gateway: IPv4Address | None = None
    dns: tuple[IPv4Address, ...] = ()
    allow: tuple[IPv4Network, ...] = ()
    credential: Credential | None = None

    @model_validator(mode="after")
    def _fits(self) -> SetUpOf:
        if self.address.network.prefixlen in {0, 32}:
            raise ValueError("write the address with the length of its network, such as 192.168.16.10/24")
        if self.gateway is not None and self.gateway not in self.address.network:
            raise ValueError(f"the gateway {self.gateway} is not in the network {self.address.network}")
        return self


class MachineOf(_Part):
    """A machine; `leases`: it is a DHCP server whose leases the lab's other machines are to get, on a private switch."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}$")
    switch: str
    release: str = ""
    generation: Literal[1, 2] = 2
    memory_mb: int = Field(default=4096, ge=32, le=1048576)
    processors: int = Field(default=2, ge=1, le=64)
    disks: tuple[DiskOf, ...] = ()
    controller: bool = False
    restored: bool = False
    plain_boot: bool = False
    leases: bool = False
    setup: SetUpOf | None = None

    @property
    def direct(self) -> bool:
        """Whether its Windows takes PowerShell Direct."""
        return self.release in DIRECT

    @property
    def computer(self) -> str:
        """What it is to be called."""
        return (self.setup.computer if self.setup is not None else "") or self.name


class SwitchOf(_Part):
    """A switch."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}$")
    kind: Literal["Private", "Internal"] = "Private"


class Topology(_Part):
    """What the lab is made of; `seat` is the machine on the host that this program itself runs on, made by hand."""

    lab: str = Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")
    folder: str = Field(pattern=r"^[A-Za-z]:\\[^*?\[\]]+$")
    switches: tuple[SwitchOf, ...] = Field(min_length=1)
    machines: tuple[MachineOf, ...] = Field(min_length=1)
    seat: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._-]{0,60})?$")
    production_macs: tuple[str, ...] = ()


class GuestOf(_Part):
    """How a guest is reached from the lab; every key beside this one is that of a host of a project file."""

    model_config = ConfigDict(extra="allow", frozen=True)

    address: str


class Guests(_Part):
    """The guests as a rehearsal works with them.

    Attributes:
        credential: who works in the guests.
        hosts: how each is reached, by its computer name.
        restored_from: which backup they come from, and when it was taken: for the record.
    """

    credential: Credential
    hosts: dict[str, GuestOf] = Field(min_length=1)
    restored_from: str = ""


class TopologyFile(_Part):
    """The whole file; paths are relative to it.

    Attributes:
        host: the Hyper-V host.
        embedded: folder of an embedded lab that plays the host.
        client: folder of the client's project; nobody may answer at its addresses before a restored machine gets power.
        guests: how the guests are reached, for `zdm rehearse`.
        topology: what the lab is made of.
    """

    host: HyperVHost
    embedded: str = ""
    client: str = ""
    guests: Guests | None = None
    topology: Topology

    @model_validator(mode="after")
    def _direct(self) -> TopologyFile:
        """PowerShell Direct is for guests that have it."""
        releases = {one.name.casefold(): one.release for one in self.topology.machines}
        for name, guest in (self.guests.hosts if self.guests is not None else {}).items():
            release = releases.get(name.casefold(), "")
            if (guest.model_extra or {}).get("transport") == "direct" and release not in DIRECT:
                raise ValueError(
                    f"{name} ({release or 'no release named'}) has no PowerShell Direct: that came with Windows 10 and Server "
                    "2016. Reach it by its address over the lab's network"
                )
        return self

    @model_validator(mode="after")
    def _set_up(self) -> TopologyFile:
        """Whoever is set up through the host has a name that a computer may have, and an account."""
        for one in self.topology.machines:
            if one.setup is None or not one.direct:
                continue
            if len(one.computer) > _NAME_LENGTH or not one.computer.replace("-", "").isalnum() or one.computer.isdigit():
                raise ValueError(f"{one.name}: {one.computer!r} is no computer name; write `setup: {{computer: ...}}`")
            if one.setup.credential is None and self.guests is None:
                raise ValueError(f"{one.name}: write who works in it, under `guests:` or as `setup: {{credential: ...}}`")
        return self

    def secret(self, credential: Credential, source: Path) -> str:
        """Where a password is found, for a project elsewhere: a file is named relative to the topology's own."""
        kind, _, where = credential.secret.partition(":")
        return f"file:{(source.resolve().parent / where)}" if kind == "file" else credential.secret


def schema() -> dict[str, Any]:
    """JSON Schema of a topology, for editors."""
    return TopologyFile.model_json_schema()


def read_topology(path: Path) -> TopologyFile:
    """The topology of a file.

    Raises:
        ProjectError: it is none; with line and column.
    """
    source = read_yaml(path)
    try:
        return TopologyFile.model_validate(source.value)
    except ValidationError as problem:
        raise source.invalid(problem, schema=schema()) from problem
