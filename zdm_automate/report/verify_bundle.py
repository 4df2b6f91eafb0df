"""Checks an evidence bundle: folder or zip, every file, every line of every journal, and the signature where there is one.

    python verify.py [BUNDLE] [--signer FILE] [--digest HASH]

It needs Python 3.8 or later and nothing else (for a signature also `ssh-keygen`, which comes with OpenSSH). It changes nothing.
A script that lies in the bundle it checks can itself have been exchanged: to be sure, take it from a copy that you trust.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
SIGNER = "signer.pub"
EXTRAS = "extras.json"
"""Names and hashes of what was made beside the bundle and is not in its zip (the PDF); tied to the manifest by its digest."""

NAMESPACE = "zdm-bundle"
PRINCIPAL = "signer"
GENESIS = "0" * 64
MARK = b',"hash":"'
ARMOUR = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
ARMOUR_WIDTH = 70


class Problem(NamedTuple):
    """What is wrong, and in which file of the bundle."""

    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


class Found(NamedTuple):
    """What a check gave: problems, and what can be said of a bundle without any."""

    problems: list[Problem]
    digest: str
    notes: list[str]


# --- the forms that the maker of a bundle uses too ---


def sealed(body: Mapping[str, Any]) -> bytes:
    """A JSON file that carries its own digest, in the one form that is accepted."""
    text = json.dumps({**body, "digest": digest_of(body)}, indent=1, sort_keys=True)
    return text.encode("ascii") + b"\n"


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the digest itself."""
    bare = {name: value for name, value in body.items() if name != "digest"}
    return hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def archived(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files: stored, sorted, without times or rights of any computer, so that it can be made again."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()


# --- journals ---


def journal_problem(content: bytes, lines: int, head: str, torn: int) -> str:
    """What does not fit in a journal that should have so many lines, this last hash and a torn end of so many bytes."""
    before = GENESIS
    count = 0
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        if not line.endswith(b"\n"):
            if len(line) != torn:
                return f"line {number} is torn"
            break
        text = _line_problem(line, number, before)
        if text:
            return text
        before = json.loads(line)["hash"]
        count = number
    if count != lines:
        return f"ends after line {count} of {lines}: its tail was cut, or lines were added"
    return "" if before == head else f"ends with the hash {before[:16]} instead of {head[:16]}"


def _line_problem(line: bytes, number: int, before: str) -> str:
    try:
        entry = json.loads(line)
        seq, prev, digest = entry["seq"], entry["prev"], entry["hash"]
    except (ValueError, KeyError, TypeError):
        return f"line {number} is no journal entry"
    if seq != number:
        return f"line {number} calls itself line {seq}: a line was removed, added or moved"
    if prev != before:
        return f"line {number} does not follow the line before it: one of the two was altered"
    if digest not in _hashes(line, entry):
        return f"line {number} was altered"
    return ""


def _hashes(line: bytes, entry: Mapping[str, Any]) -> set[str]:
    """The hash of a line by the two ways in which journals are chained: over its bytes, or over its sorted fields."""
    bare = {name: value for name, value in entry.items() if name != "hash"}
    fields = json.dumps(bare, sort_keys=True, separators=(",", ":"))
    cut = line.rfind(MARK)
    return {hashlib.sha256(part).hexdigest() for part in (line[:cut], fields.encode())}


# --- the bundle ---


def check(place: Path, *, signer: Path | None = None, digest: str = "") -> Found:
    """Checks a folder or a zip; `signer` is the key that must have signed it, `digest` the manifest that it must have."""
    problems: list[Problem] = []
    if place.is_dir():
        files = {path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}
    else:
        files, problem = _unpacked(place)
        if problem:
            return Found([problem], "", [])
    manifest, text = _opened(files.get(MANIFEST))
    if text:
        return Found([Problem(MANIFEST, text)], "", [])
    problems += _file_problems(files, manifest)
    problems += _journal_problems(files, manifest)
    if digest and manifest["digest"] != digest:
        problems.append(Problem(MANIFEST, f"has the digest {manifest['digest']} instead of {digest}: it is another bundle"))
    notes: list[str] = []
    if not problems:
        problems += _signature_problems(files, signer, notes)
    return Found(problems, str(manifest["digest"]), notes)


def _unpacked(place: Path) -> tuple[dict[str, bytes], Problem | None]:
    """The files of a zip, which must be byte for byte what it would be if it were made again of them."""
    content = place.read_bytes()
    name = place.name
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                name = f"{place.name}, in it {entry.filename!r}"
                files[entry.filename] = archive.read(entry)
    except Exception as problem:  # noqa: BLE001 - a damaged archive can fail in many ways; each of them is the finding
        return {}, Problem(name, f"cannot be unpacked: {type(problem).__name__}: {problem}")
    if archived(files) != content:
        return {}, Problem(place.name, "the archive's own headers were altered")
    return files, None


def _opened(content: bytes | None) -> tuple[dict[str, Any], str]:
    """A sealed JSON file, or why it is none."""
    if content is None:
        return {}, "is missing"
    try:
        body = json.loads(content)
        if sealed(body) == content:
            return body, ""
    except (ValueError, TypeError, AttributeError):
        return {}, "was altered: it is no manifest any more"
    return {}, "was altered: it does not fit its own digest"


def _file_problems(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> list[Problem]:
    listed: dict[str, Any] = dict(manifest["files"])
    beside = {MANIFEST, SIGNATURE}
    problems = []
    if EXTRAS in files:
        extras, text = _opened(files[EXTRAS])
        if not text and extras.get("bundle_digest") != manifest["digest"]:
            text = "belongs to another bundle"
        if text:
            problems.append(Problem(EXTRAS, text))
        listed.update(extras.get("files", {}))
        beside.add(EXTRAS)
    for name in sorted(listed):
        if name not in files:
            problems.append(Problem(name, "is missing"))
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            problems.append(Problem(name, "was altered"))
    problems += [Problem(name, "does not belong to the bundle") for name in sorted(set(files) - set(listed) - beside)]
    return problems


def _journal_problems(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for name, said in sorted(manifest["journals"].items()):
        text = journal_problem(files.get(name, b""), said["lines"], said["head"], said["torn"])
        if text:
            problems.append(Problem(name, text))
    return problems


# --- the signature ---


def _signature_problems(files: Mapping[str, bytes], signer: Path | None, notes: list[str]) -> list[Problem]:
    signature = files.get(SIGNATURE)
    if signature is None:
        if signer is not None or SIGNER in files:
            return [Problem(SIGNATURE, "is missing: the bundle is not signed")]
        notes.append("The bundle is not signed.")
        return []
    key = (signer.read_text(encoding="utf-8") if signer else files.get(SIGNER, b"").decode("ascii", "replace")).strip()
    if not re.match(r"(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+", key):
        return [Problem(SIGNER, "is no public key in OpenSSH's form")]
    text = _refused(files[MANIFEST], signature, key)
    if text:
        return [Problem(SIGNATURE, text)]
    kind, blob = key.split()[:2]
    printed = base64.b64encode(hashlib.sha256(base64.b64decode(blob)).digest()).decode().rstrip("=")
    whose = "the key that you named" if signer else "the key in signer.pub; compare its fingerprint with the technician's"
    notes.append(f"Signed by {whose}: {kind} SHA256:{printed}.")
    return []


def _is_armoured(signature: bytes) -> bool:
    """Whether it is the one form that ssh-keygen writes: a decoder forgives changed blanks, this does not."""
    try:
        first, *rows, last = signature.decode("ascii").splitlines()
        blob = base64.b64encode(base64.b64decode("".join(rows), validate=True)).decode("ascii")
    except ValueError:
        return False
    wrapped = [blob[start : start + ARMOUR_WIDTH] for start in range(0, len(blob), ARMOUR_WIDTH)]
    return (first, last) == ARMOUR and signature == "".join(f"{row}\n" for row in (first, *wrapped, last)).encode("ascii")


def _refused(manifest: bytes, signature: bytes, key: str) -> str:
    """What there is against the signature, by its form and by `ssh-keygen -Y verify`; empty for nothing."""
    if not _is_armoured(signature):
        return "was altered"
    if shutil.which("ssh-keygen") is None:
        return "cannot be checked without ssh-keygen (OpenSSH)"
    with tempfile.TemporaryDirectory() as folder:
        allowed, signed = Path(folder, "allowed"), Path(folder, "sig")
        allowed.write_text(f"{PRINCIPAL} {' '.join(key.split()[:2])}\n", encoding="ascii")
        signed.write_bytes(signature)
        command = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", PRINCIPAL, "-n", NAMESPACE, "-s", str(signed)]
        ran = subprocess.run(command, input=manifest, capture_output=True, timeout=60, check=False)
    if ran.returncode == 0:
        return ""
    return f"is not by the key {key.split()[1][-16:]}: {(ran.stderr or ran.stdout).decode('utf-8', 'replace').strip()}"


def main(words: Sequence[str] | None = None) -> int:
    """Checks what the words name; 0 where everything fits, 1 where not, 2 where there is nothing to check."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle.", epilog="See README.txt of the bundle.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent, help="folder or zip")
    parser.add_argument("--signer", type=Path, help="public key (OpenSSH) by which the bundle must be signed")
    parser.add_argument("--digest", default="", help="digest that the service request names")
    chosen = parser.parse_args(words)
    if not chosen.bundle.exists() or (chosen.signer and not chosen.signer.is_file()):
        missing = chosen.signer if chosen.bundle.exists() else chosen.bundle
        print(f"{PurePosixPath(missing)} is not there.", file=sys.stderr)
        return 2
    found = check(chosen.bundle, signer=chosen.signer, digest=chosen.digest)
    for problem in found.problems:
        print(f"ALTERED {problem}")
    if found.problems:
        return 1
    print(f"Intact: every file and every journal line is as it was. Digest {found.digest}")
    for note in found.notes:
        print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
