"""`zdm new` and `zdm playbooks`."""

from __future__ import annotations

from pathlib import Path

from typed_commands import Zdm

from zdm_automate.lab.state import LabFolder
from zdm_automate.playbook import load_playbook
from zdm_automate.project import read_project
from zdm_automate.resources import folders


def test_a_new_project_is_valid_and_explained(zdm: Zdm, tmp_path: Path) -> None:
    """The template is read as it is, its intents fit their playbooks, and no line holds a password."""
    ran = zdm("new", tmp_path / "office")
    project = read_project(tmp_path / "office")
    text = (tmp_path / "office" / "project.yaml").read_text(encoding="utf-8")

    assert ran.code == 0
    assert "fill it in, then `zdm check" in ran.out
    assert text.count("# ") > 5
    for name, section in project.content.intent.items():
        load_playbook(name, folders("playbooks")).intent_of(section)


def test_a_project_that_is_there_is_not_overwritten(zdm: Zdm, tmp_path: Path) -> None:
    """The second try is bad input and leaves the file."""
    zdm("new", tmp_path)
    (tmp_path / "project.yaml").write_text("mine", encoding="utf-8")
    ran = zdm("new", tmp_path)

    assert ran.code == 2
    assert "is there already; nothing was written" in ran.err
    assert (tmp_path / "project.yaml").read_text(encoding="utf-8") == "mine"


def test_a_project_for_the_lab_is_ready_to_use(zdm: Zdm, lab: LabFolder, tmp_path: Path) -> None:
    """Every host with its port and certificate, the office's roles and intents, the password only as a place."""
    zdm("new", tmp_path, "--lab", lab.path)
    project = read_project(tmp_path)
    text = (tmp_path / "project.yaml").read_text(encoding="utf-8")

    assert set(project.content.hosts) == set(lab.info().hosts)
    assert project.content.roles == {"old": "OLD", "new": "NEW", "seat": "PC1"}
    assert set(project.content.intent) == {"dns_cutover", "dhcp_cutover"}
    assert lab.password_file.read_text(encoding="utf-8").strip() not in text
    assert zdm("check", "-p", tmp_path).code == 0


def test_a_folder_without_lab_is_bad_input(zdm: Zdm, tmp_path: Path) -> None:
    """And no project is left behind."""
    ran = zdm("new", tmp_path / "office", "--lab", tmp_path / "nothing")

    assert ran.code == 2
    assert not (tmp_path / "office").exists()


def test_playbooks_are_listed_and_explained(zdm: Zdm) -> None:
    """Each with its items; one of them with its roles and what the project file may say."""
    assert [one["playbook"] for one in zdm("playbooks", "--json").json] == [
        "dhcp_cutover",
        "dns_cutover",
        "hyperv_guests",
        "hyperv_lab",
        "mailbox_moves",
        "mailbox_moves_2007",
        "profile_copy",
        "share_replication",
    ]
    shown = zdm("playbooks", "dhcp_cutover").out
    assert "old" in shown
    assert "intent: dhcp_cutover:" in shown
    assert "lease_seconds" in shown
