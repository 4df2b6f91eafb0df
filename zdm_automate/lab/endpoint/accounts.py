"""Who may log on to the endpoints: Basic is compared here, NTLM by pyspnego against a file of hashes, Kerberos by a keytab.

No password is kept.
"""

from __future__ import annotations

import base64
import os
from contextlib import contextmanager
from hmac import compare_digest
from threading import Lock
from typing import TYPE_CHECKING, Final

from spnego._ntlm_raw.crypto import ntowfv1

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE: Final = "NTLM_USER_FILE"
LEVEL: Final = "LM_COMPAT_LEVEL"
KEYTAB: Final = "KRB5_KTNAME"
NO_LM_HASH: Final = "0" * 32
ONLY_NTLM2: Final = "5"
"""Below it pyspnego's acceptor takes an LM answer that proves no password."""

AS_UNSET: Final = {FILE: "", LEVEL: "3", KEYTAB: "FILE:/etc/krb5.keytab"}
"""What pyspnego and Kerberos read like a variable that is not set.

Taking one away would trip whoever lists the environment meanwhile.
"""

_ENVIRONMENT = Lock()
"""The environment belongs to the process; so does the lock around its change."""


class Accounts:
    r"""The accounts of one domain. `DOMAIN\user`, `user@domain` and `user` are the same account.

    pyspnego takes its acceptor's accounts from the file that `NTLM_USER_FILE` names; the variable is set only within `offered`.
    """

    def __init__(self, passwords: Mapping[str, str], *, netbios: str, domain: str) -> None:
        self._netbios = netbios
        self._domains = {"", ".", netbios.casefold(), domain.casefold()}
        self._hashes = {user.casefold(): ntowfv1(password) for user, password in passwords.items()}
        self._spelling = {user.casefold(): user for user in passwords}
        self._file: Path | None = None
        self._keytab: Path | None = None
        self._lines = [
            f"{shape}:1000:{NO_LM_HASH}:{base64.b16encode(digest).decode()}:[U]:LCT-00000000"
            for user, digest in self._hashes.items()
            for shape in (
                user,
                f".\\{user}",
                f"{netbios}\\{user}",
                f"{domain}\\{user}",
                f"{user}@{domain}",
                f"{user}@{netbios}",
            )
        ]

    def offer_ntlm(self, file: Path) -> None:
        """Writes the file of hashes, for its owner alone, and so takes NTLM logons."""
        file.unlink(missing_ok=True)  # an older file would keep its mode
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write("\n".join(self._lines) + "\n")
        self._file = file

    def withdraw_ntlm(self) -> None:
        """Deletes the file: no more NTLM logons."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            self._file = None

    def offer_kerberos(self, keytab: Path) -> None:
        """Takes Kerberos logons with tickets for the principals of this keytab."""
        self._keytab = keytab

    @contextmanager
    def offered(self) -> Iterator[None]:
        """Within it pyspnego's acceptor knows these accounts, and no others."""
        with _ENVIRONMENT:
            before = {name: os.environ.get(name, unset) for name, unset in AS_UNSET.items()}
            os.environ |= AS_UNSET
            if self._file is not None:
                os.environ |= {FILE: str(self._file), LEVEL: ONLY_NTLM2}
            if self._keytab is not None:
                os.environ[KEYTAB] = str(self._keytab)
            try:
                yield
            finally:
                os.environ |= before

    def knows(self, user: str, password: str) -> bool:
        """Whether Basic with this name and password is good."""
        wanted = self._hashes.get(self._key(user))
        return wanted is not None and compare_digest(wanted, ntowfv1(password))

    def principal(self, user: str) -> str:
        r"""The account as Windows tells it, `NETBIOS\user`, however it was typed; the name itself for an unknown one."""
        name = self._spelling.get(self._key(user))
        return user if name is None else f"{self._netbios}\\{name}"

    def _key(self, user: str) -> str:
        domain, _, name = user.rpartition("\\")
        if not domain and "@" in name:
            name, _, domain = name.rpartition("@")
        return name.casefold() if domain.casefold() in self._domains else ""
