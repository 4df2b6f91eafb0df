"""The topology of a lab: what is refused before anything is asked, and where passwords are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from zdm_automate.errors import ProjectError
from zdm_automate.topology import Credential, read_topology

EXAMPLE = Path(__file__).resolve().parents[1] / "labs" / "hyperv" / "example.yaml"


def written(folder: Path, guests: dict[str, Any]) -> Path:
    """The example with these guests."""
    body = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    body["guests"]["hosts"] = guests
    path = folder / "lab.yaml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    return path


def direct(name: str) -> dict[str, Any]:
    """A guest that is reached through the host."""
    return {name: {"address": "192.168.16.9", "transport": "direct", "direct": {"through": "HV1"}}}


def test_a_guest_that_is_new_enough_may_be_reached_through_the_host(tmp_path: Path) -> None:
    """Server 2022 and Windows 11."""
    made = read_topology(written(tmp_path, direct("NEW-DC") | direct("PC1")))

    assert made.guests is not None
    assert sorted(made.guests.hosts) == ["NEW-DC", "PC1"]


@pytest.mark.parametrize(("name", "release"), [("OLD", "sbs2011"), ("RTR", "no release named"), ("NONE", "no release named")])
def test_an_older_guest_is_refused_with_the_other_way(tmp_path: Path, name: str, release: str) -> None:
    """A sentence that names the release and what is left."""
    with pytest.raises(ProjectError) as refused:
        read_topology(written(tmp_path, direct(name)))

    assert f"{name} ({release}) has no PowerShell Direct" in refused.value.message
    assert "Reach it by its address over the lab's network" in refused.value.message


def test_a_file_with_a_password_is_named_from_the_topology(tmp_path: Path) -> None:
    """The lab's own project lies in a folder of its own; other places stay as they are."""
    path = written(tmp_path, direct("NEW-DC"))
    made = read_topology(path)

    assert made.secret(Credential(user="x", secret="file:keys/hv1"), path) == f"file:{tmp_path.resolve() / 'keys/hv1'}"
    assert made.secret(Credential(user="x", secret="keyring:hv1"), path) == "keyring:hv1"
