"""The bundle: whole, the same on every computer, and one altered byte, line or signature is found with its file."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundle_lines import RUN, matter, write_run

from zdm_automate.errors import InputError, JournalAlteredError
from zdm_automate.report import verify_bundle
from zdm_automate.report.bundle import Bundle, make_bundle
from zdm_automate.report.bundle_folder import lay_down, public_key
from zdm_automate.report.verify_bundle import EXTRAS, MANIFEST, SIGNATURE, archived, check, main, sealed

FLIPS = 10_000
SSH = shutil.which("ssh-keygen")
needs_ssh = pytest.mark.skipif(SSH is None, reason="no ssh-keygen on the PATH (apt-get install openssh-client)")
JOURNAL = f"runs/{RUN}/journal.jsonl"
PRINTER = """#!/bin/sh
for word in "$@"; do case "$word" in --print-to-pdf=*) printf '%%PDF-1.4 a stand-in' > "${word#*=}";; esac; done
"""


def a_key(folder: Path, name: str = "key") -> Path:
    """A throw-away signing key."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed bundle with a PDF beside it, as it lies on disk."""
    folder = tmp_path_factory.mktemp("bundle")
    write_run(folder)
    key = a_key(folder)
    browser = folder / "chromium"
    browser.write_text(PRINTER)
    browser.chmod(0o755)
    return lay_down(make_bundle(matter(folder, signer=public_key(key))), folder / "out", key=key, browser=str(browser)).folder


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """An unsigned bundle."""
    write_run(tmp_path)
    return make_bundle(matter(tmp_path))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_it_holds_what_the_client_needs(bundle: Bundle) -> None:
    """Reports, log, table, record, plan, approval, attachment, manifest, and the script that checks them."""
    expected = {
        "report.html", "sign-off.html", "items.csv", "troubles.csv", "README.txt", "verify.py", "manifest.json", JOURNAL,
        f"runs/{RUN}/report.html", f"runs/{RUN}/run.log", f"runs/{RUN}/attachments/rack.jpg", f"plans/{RUN}.json",
        f"plans/{RUN}.used", "approvals/G-DHCP.json",
    }  # fmt: skip

    assert set(bundle.files) == expected
    assert json.loads(bundle.files[MANIFEST])["journals"][JOURNAL]["lines"] == 10


@needs_ssh
def test_an_untouched_bundle_is_intact(signed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As folder and as zip, by the script inside it, run by another Python process without this product."""
    script = [sys.executable, "-I", "-S", str(signed / "verify.py")]
    inside = subprocess.run(script, capture_output=True, text=True, check=False, cwd="/")

    assert inside.stdout.startswith("Intact: every file and every journal line is as it was.")
    assert "Signed by the key in signer.pub" in inside.stdout
    assert inside.returncode == 0
    assert main([str(signed.with_suffix(".zip"))]) == 0
    assert "Digest " in capsys.readouterr().out


def test_the_script_runs_on_old_pythons() -> None:
    """Its grammar is that of 3.8, and it imports the standard library only."""
    source = Path(verify_bundle.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }

    assert imported - sys.stdlib_module_names == set()


# --- one byte ---


KINDS = (
    MANIFEST, SIGNATURE, EXTRAS, "signer.pub", "report.pdf", "verify.py", "README.txt", "report.html", "sign-off.html",
    "items.csv", "troubles.csv", JOURNAL, f"runs/{RUN}/report.html", f"runs/{RUN}/run.log", f"plans/{RUN}.json",
    f"plans/{RUN}.used", "approvals/G-DHCP.json", f"runs/{RUN}/attachments/rack.jpg", "the zip",
)  # fmt: skip


def flips(size: int, count: int, seed: str) -> Iterator[tuple[int, int]]:
    """Places and masks, the same in every run of the test."""
    dice = random.Random(seed)  # noqa: S311 - a test wants the same dice each time
    return ((dice.randrange(size), 1 << dice.randrange(8)) for _ in range(count))


@needs_ssh
def test_every_kind_of_file_is_flipped(signed: Path) -> None:
    """The list of the next test names every file that there is."""
    assert names(signed) == sorted(set(KINDS) - {"the zip"})


@needs_ssh
@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_one_flipped_byte_is_found_and_its_file_named(signed: Path, tmp_path: Path, name: str) -> None:
    """Ten thousand tries over all kinds of files; the check is that of the product, for the script itself is flipped too."""
    count = -(-FLIPS // len(KINDS))
    if name == "the zip":
        place = Path(shutil.copy(signed.with_suffix(".zip"), tmp_path))
        target, label = place, place.name
    else:
        place = Path(shutil.copytree(signed, tmp_path / "copy"))
        target, label = place / name, name
    content = target.read_bytes()
    missed = []
    for at, mask in flips(len(content), count, name):
        with target.open("r+b") as stream:
            stream.seek(at)
            stream.write(bytes([content[at] ^ mask]))
        problems = check(place).problems
        if label not in " ".join(problem.file for problem in problems):
            missed.append((at, mask, problems))
        with target.open("r+b") as stream:
            stream.seek(at)
            stream.write(content[at : at + 1])

    assert missed == []
    assert check(place).problems == []


# --- lines ---


def rewritten(bundle: Bundle, lines: list[bytes]) -> dict[str, bytes]:
    """The bundle with another journal, and with a manifest that names the new file's hash: only the chain can tell."""
    files = dict(bundle.files)
    files[JOURNAL] = b"".join(lines)
    manifest = json.loads(files[MANIFEST])
    import hashlib  # noqa: PLC0415 - the forger's own

    manifest["files"][JOURNAL] = {"sha256": hashlib.sha256(files[JOURNAL]).hexdigest(), "bytes": len(files[JOURNAL])}
    files[MANIFEST] = sealed({name: value for name, value in manifest.items() if name != "digest"})
    return files


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:3] + lines[4:], "line 4 calls itself line 5: a line was removed"),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], "line 4 calls itself line 5"),
        (lambda lines: lines[:-2], "ends after line 8 of 10: its tail was cut"),
        (lambda lines: [*lines[:-1], lines[-1][:-9]], "line 10 is torn"),
        (lambda lines: [*lines, lines[-1]], "line 11 calls itself line 10"),
        (lambda lines: [lines[0].replace(b"Eva", b"Eve"), *lines[1:]], "line 1 was altered"),
        (lambda lines: [lines[0], b"[]\n", *lines[1:]], "line 2 is no journal entry"),
        (lambda _lines: [], "ends after line 0 of 10"),
    ],
)
def test_a_journal_that_was_edited_is_found_by_its_chain(bundle: Bundle, tmp_path: Path, change: object, said: str) -> None:
    """Also where the forger mended the manifest."""
    lines = bundle.files[JOURNAL].splitlines(keepends=True)
    made = change(lines)  # type: ignore[operator]
    place = unpacked(tmp_path / "b", rewritten(bundle, made))

    (problem,) = check(place).problems
    assert problem.file == JOURNAL
    assert said in problem.text


def test_a_missing_and_a_foreign_file_are_found(bundle: Bundle, tmp_path: Path) -> None:
    """By name, in folder and zip."""
    files = {name: content for name, content in bundle.files.items() if name != "items.csv"} | {"new.txt": b"x"}
    place = unpacked(tmp_path / "b", files)
    archive = tmp_path / "b.zip"
    archive.write_bytes(archived(files))
    expected = ["items.csv: is missing", "new.txt: does not belong to the bundle"]

    assert [str(one) for one in check(place).problems] == expected
    assert [str(one) for one in check(archive).problems] == expected


def test_a_bundle_forged_as_a_whole_has_another_digest(bundle: Bundle, tmp_path: Path) -> None:
    """Only what stands at the service request can tell."""
    lines = bundle.files[JOURNAL].splitlines(keepends=True)
    place = unpacked(tmp_path / "b", rewritten(bundle, lines))

    assert check(place, digest=bundle.digest).problems == []
    (problem,) = check(place, digest="0" * 64).problems
    assert "it is another bundle" in problem.text


def test_a_bundle_without_manifest_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a place that is not there is bad input."""
    assert [str(one) for one in check(tmp_path).problems] == ["manifest.json: is missing"]
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "is not there" in capsys.readouterr().err


# --- signature ---


@needs_ssh
def test_a_signature_by_another_key_is_found(signed: Path, tmp_path: Path) -> None:
    """Whether the wrong key signed, or another than the technician's is expected."""
    other = a_key(tmp_path, "other")
    files = files_of(signed)
    from zdm_automate.report.bundle_folder import signature_of  # noqa: PLC0415 - what the forger uses

    files[SIGNATURE] = signature_of(files[MANIFEST], other)
    place = unpacked(tmp_path / "b", files)

    assert [one.file for one in check(place).problems] == [SIGNATURE]
    assert check(place, signer=other.with_suffix(".pub")).problems == []
    assert [one.file for one in check(signed, signer=other.with_suffix(".pub")).problems] == [SIGNATURE]


@needs_ssh
def test_a_signature_that_was_taken_away_is_missed(signed: Path, tmp_path: Path) -> None:
    """The bundle names its signer."""
    files = {name: content for name, content in files_of(signed).items() if name != SIGNATURE}
    place = unpacked(tmp_path / "b", files)

    assert [str(one) for one in check(place).problems] == [f"{SIGNATURE}: is missing: the bundle is not signed"]


@needs_ssh
def test_a_key_that_does_not_sign_stops_before_anything_is_written(bundle: Bundle, tmp_path: Path) -> None:
    """A sentence with the key's name, and no folder."""
    with pytest.raises(InputError, match="the public key .* cannot be read"):
        public_key(tmp_path / "none")
    with pytest.raises(InputError, match="does not sign"):
        lay_down(bundle, tmp_path / "out", key=tmp_path / "none")

    assert list((tmp_path / "out").iterdir()) == []


# --- the same everywhere ---

MAKE = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from bundle_lines import matter
from zdm_automate.report.bundle import make_bundle
sys.stdout.buffer.write(make_bundle(matter(Path(sys.argv[1]))).archive)
"""


def test_two_computers_make_the_same_bytes(tmp_path: Path) -> None:
    """Other time zone, other locale, other hash seed, other rights for new files."""
    write_run(tmp_path)
    command = [sys.executable, "-c", MAKE, str(tmp_path), str(Path(__file__).parent)]
    one = {"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"}
    other = {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "LANG": "de_DE.UTF-8"}
    made = [subprocess.run(command, env=os.environ | env, stdout=subprocess.PIPE, check=True).stdout for env in (one, other)]

    assert len(made[0]) > 50_000
    assert made[0] == made[1]


@needs_ssh
def test_a_bundle_is_replaced_as_a_whole(signed: Path, tmp_path: Path) -> None:
    """Nothing of the older one stays, and the zip is the folder without what only a browser could make."""
    write_run(tmp_path)
    place = lay_down(make_bundle(matter(tmp_path)), tmp_path / "out")
    (place.folder / "left.txt").touch()
    again = lay_down(make_bundle(matter(tmp_path)), tmp_path / "out")

    assert check(again.folder).problems == []
    assert (again.pdf, again.why_no_pdf) == (None, "no browser (Chromium) was found")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [RUN, f"{RUN}.zip"]
    assert archived(files_of(again.folder)) == again.archive.read_bytes()


def test_no_bundle_vouches_for_an_altered_journal(tmp_path: Path) -> None:
    """It is refused with run and line."""
    path = write_run(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"Eva", b"Eve"))

    with pytest.raises(JournalAlteredError, match=f"run {RUN}: line 1 was altered"):
        make_bundle(matter(tmp_path))


def test_a_torn_last_line_is_kept_and_told(tmp_path: Path) -> None:
    """The process died while it wrote; the bundle says how many bytes."""
    path = write_run(tmp_path)
    path.write_bytes(path.read_bytes() + b'{"seq"')
    made = make_bundle(matter(tmp_path))

    assert json.loads(made.files[MANIFEST])["journals"][JOURNAL] | {"head": ""} == {"lines": 10, "head": "", "torn": 6}
    assert check(unpacked(tmp_path / "b", dict(made.files))).problems == []
