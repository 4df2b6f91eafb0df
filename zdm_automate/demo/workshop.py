"""The files of a rehearsal on a Hyper-V host that an embedded lab plays: the client's office, the workshop's, and the topology.

The client is the workshop without its Hyper-V host: what stands there runs here from images.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from zdm_automate.lab.office import office_folders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOST = "HV1"
BLANK = "NEW-FS"
"""What comes from an image of a blank Windows: the client has none."""

INSTALLED = "2023-06-01T09:00:00Z"


def labs() -> Path:
    """The folder with the shipped workshop and topology."""
    return next(folder for folder in office_folders() if (folder / "hyperv").is_dir()) / "hyperv"


def write_offices(folder: Path) -> tuple[Path, Path]:
    """Two office files whose clocks are right: the client's, and the workshop's with the client's machines on images.

    A machine from an image has the installation of the one that the image was taken of.
    """
    workshop: dict[str, Any] = yaml.safe_load((labs() / "workshop.yaml").read_text(encoding="utf-8"))
    workshop["now"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for name, host in workshop["hosts"].items():
        if name != HOST:
            host["seen"] = {"installed": INSTALLED}
    client = deepcopy(workshop) | {"office": "client", "title": "A client with one server and its successor"}
    del client["hyperv"], client["hosts"][HOST], client["hosts"][BLANK], client["project"]["roles"]["hyperv"]
    for host in client["hosts"].values():
        del host["powered"]
    return _written(folder / "client.yaml", client), _written(folder / "workshop.yaml", workshop)


def write_topology(path: Path, lab: Path, hosts: Mapping[str, Mapping[str, Any]], client: Path) -> Path:
    """The shipped topology, on the workshop in a lab folder: `hosts` is how a project reaches its machines."""
    written: dict[str, Any] = yaml.safe_load((labs() / "example.yaml").read_text(encoding="utf-8"))
    secret = f"file:{lab / 'password'}"
    written["host"] = {"name": HOST, "credential": {"user": "Administrator", "secret": secret}, **hosts[HOST]}
    written["embedded"] = str(lab)
    written["client"] = str(client)
    written["guests"]["credential"] = {"user": "EXAMPLE\\Administrator", "secret": secret}
    for machine in written["topology"]["machines"]:
        if "setup" in machine:
            machine["setup"]["credential"] = {"user": "Administrator", "secret": secret}
    written["guests"]["hosts"] = {name: hosts[name] for name in written["guests"]["hosts"]}
    return _written(path, written)


def _written(path: Path, body: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path
