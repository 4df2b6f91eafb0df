"""The right server: another machine under the same name is refused before anything is changed."""

from __future__ import annotations

from typed_commands import MakeProject, Zdm

from zdm_automate.journal import read
from zdm_automate.lab.state import LabFolder


def test_another_machine_of_the_same_name_is_refused_until_it_is_pinned_anew(
    zdm: Zdm, project: MakeProject, lab: LabFolder
) -> None:
    """Exit code 3 for plan, apply and check, no applier called; --repin takes it, and a journal says so."""
    folder = project("PC2", ["EventLog"], state="Stopped")
    made = zdm("plan", "services", "-p", folder, "--json").json["id"]
    assert (folder / "hosts.lock.json").is_file()
    assert zdm("check", "-p", folder).code == 0
    assert zdm("lab", "substitute", "PC2", "--lab", lab.path).code == 0
    before = [one for one in lab.calls() if one["kind"] == "applier"]
    refused = [zdm(*words, "-p", folder) for words in (("plan", "services"), ("apply", made), ("verify", "services"))]
    checked = zdm("check", "-p", folder)

    assert [one.code for one in refused] == [3, 3, 3]
    assert all("another machine answers as PC2" in one.err for one in refused)
    assert all("zdm check --repin PC2" in one.err for one in refused)
    assert (checked.code, "another machine" in checked.out) == (3, True)
    assert [one for one in lab.calls() if one["kind"] == "applier"] == before

    assert zdm("check", "--repin", "PC2", "-p", folder).code == 0
    (journal,) = (folder / "runs").glob("*-repin-PC2/journal.jsonl")
    pinned = next(entry for entry in read(journal) if entry["event"] == "host.pinned")
    assert pinned["before"]["machine_uuid"] != pinned["after"]["machine_uuid"]
    assert zdm("plan", "services", "-p", folder).code == 0


def test_only_a_host_of_the_project_is_pinned_anew(zdm: Zdm, project: MakeProject) -> None:
    """A name that is none is bad input."""
    assert zdm("check", "--repin", "SERVER", "-p", project("PC2", ["EventLog"])).code == 2
