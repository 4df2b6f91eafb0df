"""Fetches the secrets that a project refers to: keyring, environment, a file of this user, or a question. It stores none."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from typing import TYPE_CHECKING

from zdm_automate.errors import InputError
from zdm_automate.redaction import SHORTEST
from zdm_automate.secrets import Credential, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zdm_automate.project import CredentialSection


def fetch(name: str, section: CredentialSection, folder: Path, environ: Mapping[str, str] = os.environ) -> Credential:
    """The credential of a section; relative paths are those of the project's folder.

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
