"""The `files` section of an office: sizes in words, generated folders, and names that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.errors import ProjectError
from zdm_automate.lab.office import find_office, load_office

OFFICE = """
office: small
now: 2026-03-02T07:00:00Z
admin: {user: Administrator, password: x}
directory: {domain: example.org, netbios: X}
hosts: {OLD: {release: "2022", address: 10.0.0.5/24}}
files: FILES
"""


def test_generated_folders_and_sizes() -> None:
    """Fifty folders of a thousand files, some by name, and a drive of two terabytes."""
    world = load_office(find_office("files"))
    drive = world.volumes["OLD"]["D"]

    assert drive.size == 2 * 2**40
    assert sum(one.count for one in drive.below("Shares\\Data\\Scans")) == 50_000
    kept = drive.folder("Shares\\Data")
    assert kept is not None
    assert kept.file("VERTRAG müller.docx") is not None


def test_who_holds_a_file_open_has_a_session() -> None:
    """And nobody else may read that file then."""
    server = load_office(find_office("files")).smb["OLD"]

    assert [one.user for one in server.sessions] == ["FILES\\anna", "FILES\\ben", "FILES\\cora", "FILES\\dan"]
    assert server.locked("D:\\Shares\\Data\\Preisliste.xlsx")
    assert not server.locked("D:\\Shares\\Data\\lager.mdb")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{volumes: {NEW: {D: {size: 1 TB}}}}", "there is no host 'NEW'"),
        ("{volumes: {OLD: {D: {size: 1 XB}}}}", "such as 4 TB"),
        ("{volumes: {OLD: {D: {size: 1 TB, colour: red}}}}", "colour"),
        ("{people: {anna: {password: x, path: x, seat: PC9}}}", "there is no host 'PC9'"),
    ],
)
def test_a_section_that_does_not_fit_is_said_with_its_place(tmp_path: Path, section: str, said: str) -> None:
    """One sentence, no traceback."""
    path = tmp_path / "small.yaml"
    path.write_text(OFFICE.replace("FILES", section), encoding="utf-8")

    with pytest.raises(ProjectError) as found:
        load_office(path)
    assert said in str(found.value)
