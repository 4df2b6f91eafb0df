"""The accounts of the endpoints, and the file that pyspnego reads."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from endpoint_line import PASSWORD, SECOND_PASSWORD, SECOND_USER, USER

from zdm_automate.lab.endpoint.accounts import AS_UNSET, Accounts

NAMES = ("NTLM_USER_FILE", "LM_COMPAT_LEVEL")


@pytest.mark.parametrize(
    ("user", "password", "known"),
    [
        (USER, PASSWORD, True),
        ("TINY\\administrator", PASSWORD, True),
        (".\\Administrator", PASSWORD, True),
        ("administrator@TINY.example.org", PASSWORD, True),
        (SECOND_USER.upper(), SECOND_PASSWORD, True),
        (USER, SECOND_PASSWORD, False),
        (USER, "", False),
        ("", "", False),
        ("OTHER\\Administrator", PASSWORD, False),
        ("Administrator@other.example.org", PASSWORD, False),
    ],
)
def test_a_password_is_of_its_account(accounts: Accounts, user: str, password: str, *, known: bool) -> None:
    """In every shape of the name, of this domain only."""
    assert accounts.knows(user, password) is known


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_the_file_is_for_its_owner_alone_and_goes(tmp_path: Path) -> None:
    """Also where one stood that was open to all; it holds no password."""
    file = tmp_path / "hashes"
    file.touch(mode=0o644)
    accounts = Accounts({USER: PASSWORD}, netbios="TINY", domain="tiny.example.org")
    accounts.offer_ntlm(file)
    mode, text = stat.S_IMODE(file.stat().st_mode), file.read_text("utf-8")
    accounts.withdraw_ntlm()

    assert mode == 0o600
    assert PASSWORD not in text
    assert not file.exists()


def test_the_environment_is_as_it_was(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A technician's own file of NTLM accounts is neither used nor lost."""
    monkeypatch.setenv(NAMES[0], "mine")
    monkeypatch.delenv(NAMES[1], raising=False)
    with accounts.offered():
        within = os.environ.get(NAMES[0])

    assert within not in {"mine", None}
    assert [os.environ.get(name) for name in NAMES] == ["mine", AS_UNSET[NAMES[1]]]


def test_accounts_without_a_file_take_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that was set before does not open the endpoint."""
    monkeypatch.setenv(NAMES[0], "mine")
    with Accounts({}, netbios="TINY", domain="tiny.example.org").offered():
        assert os.environ.get(NAMES[0]) == AS_UNSET[NAMES[0]]


def test_no_variable_ever_vanishes(accounts: Accounts) -> None:
    """Whoever lists the environment in another thread meets every name it has seen."""
    with accounts.offered():
        names = list(os.environ)

    assert [name for name in names if os.environ.get(name) is None] == []
