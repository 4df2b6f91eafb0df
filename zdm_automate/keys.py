"""Fetches the secrets that a project refers to: keyring, environment, a file, a program, or a question. It stores none."""

from __future__ import annotations

import getpass
import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import InputError
from zdm_automate.redaction import SHORTEST
from zdm_automate.secrets import Credential, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from zdm_automate.project import CredentialSection


PROGRAM_SECONDS: Final = 60.0
"""How long a program may take to give a secret; it may ask a person."""


def fetch(
    name: str,
    section: CredentialSection,
    folder: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    others: Iterable[CredentialSection] = (),
) -> Credential:
    """The credential of a section; relative paths are those of the project's folder.

    A program that is asked does not see the variables that hold the secrets of `others`.

    Raises:
        InputError: the secret is not there, too short to be kept out of texts, or lies open for others.
    """
    kind, _, where = section.secret.partition(":")
    if kind == "ticket":
        return Credential(section.user, Secret(""))
    match kind:
        case "env":
            value = environ.get(where, "")
            missing = f"set the environment variable {where}"
        case "file":
            value = _from_file(name, folder / where)
            missing = f"write it into {where}"
        case "command":
            hidden = {one.secret.removeprefix("env:") for one in others if one.secret.startswith("env:")}
            value = _from_program(name, where, folder, {key: text for key, text in environ.items() if key not in hidden})
            missing = f"let `{where.split()[0]}` print it"
        case "keyring":
            value = _from_keyring(where, section.user)
            missing = f"`keyring set {where} {section.user}`"
        case _:
            value = _asked(name, section.user)
            missing = "type it when asked"
    if not value:
        raise InputError(f"there is no password for the credential {name}.", hint=f"To give it: {missing}.")
    if len(value) < SHORTEST:
        raise InputError(f"the password of the credential {name} is shorter than {SHORTEST} characters.")
    return Credential(section.user, Secret(value))


def _from_file(name: str, path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise InputError(f"{path}, with the password of {name}, can be read by others.", hint=f"`chmod 600 {path}`.")
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"the password of {name} cannot be read from {path}.") from problem


def _from_program(name: str, line: str, folder: Path, environ: Mapping[str, str]) -> str:
    """The first line that a program prints; it runs without a shell, in the project's folder."""
    words = shlex.split(line, posix=os.name == "posix")
    if not words:
        raise InputError(f"the credential {name} names no program.", hint="Write secret: command:PROGRAM ARGUMENTS.")
    try:
        ran = subprocess.run(  # noqa: S603 - the project's own words, no shell
            words,
            cwd=folder,
            env=dict(environ),
            capture_output=True,
            timeout=PROGRAM_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        why = "did not end in time" if isinstance(problem, subprocess.TimeoutExpired) else "cannot be run"
        raise InputError(f"{words[0]}, which knows the password of {name}, {why}.") from None
    if ran.returncode:
        raise InputError(f"{words[0]}, which knows the password of {name}, ended with code {ran.returncode}.")
    try:
        return ran.stdout.decode().split("\n", 1)[0].rstrip("\r")
    except UnicodeDecodeError:
        raise InputError(f"what {words[0]} printed as the password of {name} is no UTF-8.") from None


def _from_keyring(service: str, user: str) -> str:
    import keyring  # noqa: PLC0415 - slow to load, and most projects in a lab never need it
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_password(service, user) or ""
    except KeyringError as problem:
        raise InputError(f"the keyring does not give the password of {user}: {problem}.") from problem


def _asked(name: str, user: str) -> str:
    if not sys.stdin.isatty():
        return ""
    return getpass.getpass(f"Password of {user} ({name}): ")
