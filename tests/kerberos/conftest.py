"""A realm of its own for every test, and an endpoint in it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from kdc import HOST, MISSING, PASSWORD, USER, Kdc

from zdm_automate.lab.endpoint.accounts import Accounts


@pytest.fixture
def kdc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kdc]:
    """A running KDC that knows the administrator and the host's principal; this process lives in its realm."""
    if MISSING:
        pytest.skip(f"no KDC here ({', '.join(MISSING)}): apt-get install krb5-kdc krb5-admin-server krb5-user faketime")
    if find_spec("gssapi") is None or find_spec("krb5") is None:
        pytest.skip("no Kerberos for Python here: make kerberos")
    made = Kdc(tmp_path)
    made.make()
    made.add_account(USER, PASSWORD)
    made.add_service(f"host/{HOST}")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def accounts(tmp_path: Path, kdc: Kdc) -> Accounts:
    """The endpoint's accounts: by NTLM, and by tickets for its keytab."""
    made = Accounts({USER: PASSWORD}, netbios="TINY", domain="tiny.example.org")
    made.offer_ntlm(tmp_path / "accounts")
    made.offer_kerberos(kdc.keytab)
    return made
