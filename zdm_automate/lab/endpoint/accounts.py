"""Who may log on to the endpoints: Basic is compared here, NTLM by pyspnego against a file of hashes. No password is kept."""

from __future__ import annotations

import base64
import os
from hmac import compare_digest
from typing import TYPE_CHECKING

from spnego._ntlm_raw.crypto import ntowfv1

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NO_LM_HASH = "0" * 32


class Accounts:
    r"""The accounts of one domain. `DOMAIN\user`, `user@domain` and `user` are the same account.

    pyspnego takes its acceptor's accounts from the file that `NTLM_USER_FILE` names: one set of accounts per process.
    """

    def __init__(self, passwords: Mapping[str, str], *, netbios: str, domain: str) -> None:
        self._hashes = {user.casefold(): ntowfv1(password) for user, password in passwords.items()}
        self._domains = {"", ".", netbios.casefold(), domain.casefold()}
        self._lines = [
            f"{shape}:1000:{NO_LM_HASH}:{base64.b16encode(digest).decode()}:[U]:LCT-00000000"
            for user, digest in self._hashes.items()
            for shape in (user, f"{netbios}\\{user}", f"{domain}\\{user}", f"{user}@{domain}", f"{user}@{netbios}")
        ]

    def offer_ntlm(self, file: Path) -> None:
        """Writes the file of hashes for the owner alone, and tells this process's pyspnego of it."""
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write("\n".join(self._lines) + "\n")
        os.environ["NTLM_USER_FILE"] = str(file)

    def knows(self, user: str, password: str) -> bool:
        """Whether Basic with this name and password is good."""
        domain, _, name = user.rpartition("\\")
        if not domain and "@" in user:
            name, _, domain = user.partition("@")
        wanted = self._hashes.get(name.casefold())
        if wanted is None or domain.casefold() not in self._domains:
            return False
        return compare_digest(wanted, ntowfv1(password))
