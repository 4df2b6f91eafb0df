"""A client is rehearsed for: its facts become a lab, its playbooks run there and back, and the record opens its gate."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from office_story import Story, documented, named

from zdm_automate.lab.office import find_office

pytestmark = [pytest.mark.proof, pytest.mark.slow, pytest.mark.timeout(400)]

PAGE = "Without a Hyper-V host: the embedded lab"
Start = Callable[[str], Story]


def client_of(story: Start, tmp_path: Path, office: str = "tiny") -> Story:
    """An office that plays the client: its clock is right, and its project knows nothing of a lab."""
    text = find_office(office).read_text(encoding="utf-8")
    file = tmp_path / "client.yaml"
    file.write_text(re.sub(r"(?m)^now: .*$", f"now: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", text), encoding="utf-8")
    client = story(str(file))
    client.edit(lambda written: re.sub(r"(?m)^lab: .*\n", "", written))
    return client


def rehearsal_finding(client: Story) -> Any:
    return next(row for row in client.json("gate", "G-START")["findings"] if row["name"] == "rehearsal")


def lab_for(story: Start, client: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A lab made of the client's facts, up; commands are typed in the client's project again."""
    made = tmp_path / "likeness.yaml"
    client.ok("lab", "from-facts", str(client.project), str(made))
    lab = story(str(made))
    lab.ok("lab", "public", "remote.tiny.example.org", "A", "203.0.113.20")
    monkeypatch.setenv("ZDM_PROJECT", str(client.project))
    return lab


def test_a_rehearsal_opens_the_gate_until_a_script_is_changed(
    story: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From facts to lab, playbooks there and back, a record; then one script is another, and the record is void."""
    client = client_of(story, tmp_path)
    before = rehearsal_finding(client)
    lab = lab_for(story, client, tmp_path, monkeypatch)
    asked = len(client.lab.calls())

    told = client.json("rehearse", "--lab", str(lab.lab.path))

    assert (before["state"], before["value"]) == ("false", "dns_cutover, dhcp_cutover: never rehearsed")
    assert told["result"] == "done", told
    assert len(client.lab.calls()) == asked
    record = json.loads(Path(told["record"]).read_bytes())
    assert {one["playbook"] for one in record["items"]} == {"dns_cutover", "dhcp_cutover"}
    assert [one["result"] for one in record["rollbacks"] if one["result"] != "done"] == []
    assert all(one["planned_minutes"] > one["actual_minutes"] for one in record["items"])
    lab.ok("lab", "up", str(tmp_path / "likeness.yaml"), "--lab", str(lab.lab.path))
    after = rehearsal_finding(client)
    done = {named(words) for words in (*client.typed, *lab.typed)}
    assert [one for one in documented("rehearsal.md", PAGE) if one not in done] == []
    assert after["state"] == "true", after
    assert "facts has moved" in after["value"]

    own = client.project / "ps_scripts" / "dns"
    own.mkdir(parents=True)
    script = Path("ps_scripts/dns/Set-ZdmDnsTtl.ps1").read_text(encoding="ascii")
    (own / "Set-ZdmDnsTtl.ps1").write_text(script + "\n# changed\n", encoding="ascii")
    void = rehearsal_finding(client)

    assert (void["state"], void["value"].split(" since ")[0]) == ("false", "the script Set-ZdmDnsTtl has been changed")


def test_a_lab_whose_machines_are_not_its_own_is_refused(story: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A way that leads to the client, a machine that the client's pins name, a project of a lab: nothing is changed."""
    client = client_of(story, tmp_path)
    lab = lab_for(story, client, tmp_path, monkeypatch)
    kept = lab.lab.info_file.read_bytes()
    info = json.loads(kept)
    theirs = json.loads(client.lab.info_file.read_bytes())["hosts"]["OLD"]
    lab.lab.info_file.write_text(json.dumps(info | {"hosts": info["hosts"] | {"OLD": theirs}}), encoding="utf-8")

    leads_there = client.type("rehearse", "--lab", str(lab.lab.path))

    lab.lab.info_file.write_bytes(kept)
    client.ok("check")
    pins = client.project / "hosts.lock.json"
    pinned = json.loads(pins.read_bytes())
    inventory = json.loads(lab.ok("read", "OLD", "Get-ZdmHostInventory", "-p", str(lab.project), "--json"))[0]
    pinned["OLD"]["machine_uuid"] = inventory["MachineUuid"]
    pins.write_text(json.dumps(pinned), encoding="utf-8")

    is_pinned = client.type("rehearse", "--lab", str(lab.lab.path))
    of_a_lab = client.type("rehearse", "--lab", str(lab.lab.path), "-p", str(lab.project))

    appliers = [one for one in (*client.lab.calls(), *lab.lab.calls()) if one["kind"] == "applier"]
    assert (leads_there[0], is_pinned[0], of_a_lab[0], appliers) == (3, 3, 3, [])
    assert re.search(r"OLD: 127.0.0.1 port \d+ is where the project reaches OLD", leads_there[2])
    assert "OLD: the machine that answers is the client's OLD" in is_pinned[2]
    assert "this project is a lab's itself" in of_a_lab[2]


def test_a_lab_under_other_names_is_no_place_for_a_rehearsal(
    story: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pseudonymised office lacks the client's hosts: bad input, with what to do."""
    client = client_of(story, tmp_path)
    made = tmp_path / "hidden.yaml"
    client.ok("lab", "from-facts", str(client.project), str(made), "--pseudonyms")
    lab = story(str(made))
    monkeypatch.setenv("ZDM_PROJECT", str(client.project))

    code, _, err = client.type("rehearse", "--lab", str(lab.lab.path))

    assert code == 2
    assert "the lab has no host OLD (role old)" in err
