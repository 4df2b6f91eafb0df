"""The `files` section of an office: sizes in words, generated folders, and names that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.errors import ProjectError
from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.world.paths import sids_of

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


def test_who_is_connected_keeps_the_rights_of_before() -> None:
    """A frozen share takes the right to write from whoever connects next; a session of before has it until it is closed."""
    world = load_office(find_office("files"))
    share = world.smb["OLD"].share("Data")
    assert share is not None
    frozen = world.smb["OLD"].with_permissions(share, share.sddl.replace("D:", "D:(D;;0x110116;;;WD)", 1))
    number = frozen.session_of("FILES\\anna")
    assert number is not None
    before, after = (server.share("Data") for server in (frozen, frozen.without_session(number)))
    assert before is not None
    assert after is not None
    anna = sids_of(world, "FILES\\anna")

    assert (before.right_of(anna, number), before.right_of(anna)) == (2, 1)
    assert after.right_of(anna, number) == 1
    assert frozen.without_session(number).session_of("anna") is None


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
