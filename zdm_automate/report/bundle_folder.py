"""Lays a bundle down: folder and zip, with a PDF where there is a browser and a signature where a key is named.

It replaces a bundle of the same name as a whole or not at all. What goes into a bundle is not its question.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import InputError
from zdm_automate.report.bundle import PAGE
from zdm_automate.report.verify_bundle import EXTRAS, MANIFEST, NAMESPACE, SIGNATURE, archived, sealed

if TYPE_CHECKING:
    from zdm_automate.report.bundle import Bundle

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS: Final = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-pdf-header-footer",
)  # fmt: skip
PRINTING_SECONDS: Final = 120
PDF: Final = "report.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Where a bundle lies. `pdf` is None where no browser printed one; `why_no_pdf` says why."""

    folder: Path
    archive: Path
    pdf: Path | None = None
    why_no_pdf: str = ""
    signed: bool = False


def lay_down(bundle: Bundle, place: Path, *, key: Path | None = None, browser: str | None = None) -> Laid:
    """Writes a bundle into `place` as `<name>/` and `<name>.zip`; with `key` signed, with `browser` printed.

    Raises:
        InputError: the key does not sign; nothing was replaced.
    """
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=".part-") as part:
        half = Path(part, bundle.name)
        files = dict(bundle.files)
        if key is not None:
            files[SIGNATURE] = signature_of(files[MANIFEST], key)
        for name, content in files.items():
            path = half / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        problem = _print(half, bundle.digest, browser) if browser else "no browser (Chromium) was found"
        Path(part, "zip").write_bytes(archived(files))
        folder, archive = place / bundle.name, place / f"{bundle.name}.zip"
        if folder.exists():
            folder.rename(Path(part, "before"))
        half.rename(folder)
        Path(part, "zip").replace(archive)
    pdf = folder / PDF
    return Laid(
        folder=folder,
        archive=archive,
        pdf=pdf if pdf.exists() else None,
        why_no_pdf=problem,
        signed=key is not None,
    )


# --- signature ---


def public_key(key: Path) -> str:
    """The public half of a signing key, without its comment, which is often a person's address.

    Raises:
        InputError: there is none.
    """
    path = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    try:
        kind, blob = path.read_text(encoding="ascii").split()[:2]
    except (OSError, ValueError) as problem:
        raise InputError(f"the public key {path} cannot be read.", hint="`ssh-keygen -t ed25519` makes a pair.") from problem
    return f"{kind} {blob}\n"


def signature_of(manifest: bytes, key: Path) -> bytes:
    """The detached signature over a manifest, by `ssh-keygen -Y sign`; a key in an agent signs too.

    Raises:
        InputError: no OpenSSH, or the key does not sign.
    """
    if shutil.which("ssh-keygen") is None:
        raise InputError("ssh-keygen is not on the PATH.", hint="Install OpenSSH, or leave --sign away.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, MANIFEST)
        path.write_bytes(manifest)
        command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(path)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - a list
        if ran.returncode or not path.with_suffix(".json.sig").exists():
            said = (ran.stderr or ran.stdout).strip().splitlines()
            raise InputError(f"the key {key} does not sign: {said[-1] if said else ran.returncode}.")
        return path.with_suffix(".json.sig").read_bytes()


# --- PDF ---


def find_browser() -> str | None:
    """A Chromium on the PATH."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _print(folder: Path, digest: str, browser: str) -> str:
    """Prints the bundle's page beside it, and says which bundle it belongs to; gives why not, or nothing."""
    target = folder / PDF
    with tempfile.TemporaryDirectory() as profile:
        words = [browser, *FLAGS, f"--user-data-dir={profile}", f"--print-to-pdf={target}", (folder / PAGE).resolve().as_uri()]
        if _is_root():
            words.insert(1, "--no-sandbox")  # Chromium refuses to start as root otherwise; the page is our own
        try:
            ran = subprocess.run(words, capture_output=True, timeout=PRINTING_SECONDS, check=False)  # noqa: S603 - a list
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"{browser} did not print: {type(problem).__name__}"
    if ran.returncode or not target.is_file():
        return f"{browser} ended with {ran.returncode} and printed nothing"
    content = target.read_bytes()
    about = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / EXTRAS).write_bytes(sealed({"bundle_digest": digest, "files": {PDF: about}}))
    return ""


def _is_root() -> bool:
    return getattr(os, "geteuid", lambda: 1)() == 0
