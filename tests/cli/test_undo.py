"""`zdm undo`: the way back is a plan like any other, shown, saved, applied, and refused by name where it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typed_commands import MakeProject, Zdm

from zdm_automate.journal import read
from zdm_automate.lab.state import LabFolder


def service(zdm: Zdm, folder: Path) -> tuple[str, str]:
    (row,) = zdm("read", "PC2", "Get-ZdmService", "Name=LanmanWorkstation", "-p", folder, "--json").json
    return row["StartMode"], row["State"]


def applied(zdm: Zdm, project: MakeProject, lab: LabFolder) -> tuple[Path, str, tuple[str, str]]:
    """A run that stopped one service: folder, run, and the service as it was."""
    words = ["lab", "change", "PC2", "Set-ZdmServiceState", "Name=LanmanWorkstation", "StartMode=Manual", "State=Running"]
    zdm(*words, "--lab", lab.path)
    folder = project("PC2", ["LanmanWorkstation"])
    before = service(zdm, folder)
    run: Any = zdm("plan", "services", "-p", folder, "--json").json["id"]
    assert zdm("apply", run, "-p", folder).code == 0
    return folder, run, before


def test_a_run_is_taken_back_by_a_plan(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """Shown first and nothing changed; applied, the service is as it was, and the checklist says that it was taken back."""
    folder, run, before = applied(zdm, project, lab)
    shown = zdm("undo", run, "-p", folder)
    after = service(zdm, folder)
    done = zdm("apply", "latest", "-p", folder)
    rows = {row["item"]: row for row in zdm("checklist", "show", "-p", folder, "--json").json}
    (journal,) = (folder / "runs").glob("*-undo-*/journal.jsonl")
    begun = next(read(journal))

    assert (shown.code, after) == (0, ("Manual", "Stopped"))
    assert "take back: service LanmanWorkstation is Stopped" in shown.out.replace("\n", " ")
    assert done.code == 0, done.err
    assert service(zdm, folder) == before
    assert (begun["kind"], begun["undoes"]) == ("undo", run)
    assert (rows["B-104"]["state"], rows["B-104"]["reason"]) == ("open", "taken back")
    assert "is done" in zdm("resume", run, "-p", folder).err


def test_what_somebody_else_changed_is_not_taken_back_unless_it_is_named(
    zdm: Zdm, project: MakeProject, lab: LabFolder
) -> None:
    """The row says what is there; with --overwrite it is taken back."""
    folder, run, before = applied(zdm, project, lab)
    words = ["lab", "change", "PC2", "Set-ZdmServiceState", "Name=LanmanWorkstation", "StartMode=Disabled", "State=Stopped"]
    zdm(*words, "--lab", lab.path)
    refused = zdm("undo", run, "-p", folder, "--json").json
    named = zdm("undo", run, "--overwrite", "B-104", "-p", folder)
    done = zdm("apply", "latest", "-p", folder)

    assert refused["counts"]["cannot predict"] == 1
    assert "StartMode is Disabled, not Manual" in str(refused["items"])
    assert named.code == 0
    assert done.code == 0, done.err
    assert service(zdm, folder) == before


def test_what_cannot_be_taken_back_is_bad_input_or_refused(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """No such run, no such item, a run that changed nothing."""
    folder, run, _ = applied(zdm, project, lab)
    nothing = zdm("plan", "services", "-p", folder, "--json").json["id"]
    zdm("apply", nothing, "-p", folder)

    assert zdm("undo", "2001", "-p", folder).code == 2
    assert "It did in: B-104" in zdm("undo", run, "--to", "B-999", "-p", folder).err
    assert "Items: B-104" in zdm("undo", run, "--overwrite", "B-999", "-p", folder).err
    assert zdm("undo", nothing, "-p", folder).code == 3
