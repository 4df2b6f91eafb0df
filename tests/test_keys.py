"""Where secrets come from; what is missing, too short or open to others is refused without showing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from zdm_automate.errors import InputError
from zdm_automate.keys import fetch
from zdm_automate.project import CredentialSection

NOWHERE = Path("/nonexistent")


def section(secret: str) -> CredentialSection:
    return CredentialSection(user="EXAMPLE\\adm", secret=secret)


class Ring(KeyringBackend):
    """A keyring of one password; `locked` makes it refuse."""

    priority = 1  # type: ignore[assignment]
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """The one password."""
        if self.locked:
            raise KeyringLocked("the keyring is locked")
        return "from-ring" if (service, username) == ("office", "EXAMPLE\\adm") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps nothing."""

    def delete_password(self, service: str, username: str) -> None:
        """Keeps nothing."""


@pytest.fixture
def ring() -> object:
    """A keyring in place of this computer's."""
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_secret_comes_from_the_environment() -> None:
    """User and password, the password hidden."""
    found = fetch("admin", section("env:PW"), NOWHERE, {"PW": "s3cret-value"})

    assert (found.username, found.password.reveal()) == ("EXAMPLE\\adm", "s3cret-value")
    assert "s3cret" not in repr(found)


def test_a_secret_comes_from_a_file_of_this_user(tmp_path: Path) -> None:
    """Relative to the project; the line end is not part of it."""
    path = tmp_path / "password"
    path.write_text("s3cret-value\n", encoding="utf-8")
    path.chmod(0o600)

    assert fetch("admin", section("file:password"), tmp_path).password.reveal() == "s3cret-value"


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that mends it, and without its content."""
    path = tmp_path / "password"
    path.write_text("s3cret-value", encoding="utf-8")
    path.chmod(mode)

    with pytest.raises(InputError, match="can be read by others.*chmod 600") as caught:
        fetch("admin", section("file:password"), tmp_path)
    assert "s3cret" not in str(caught.value)


def test_a_secret_comes_from_the_keyring(ring: Ring) -> None:
    """Service from the file, account from the credential."""
    assert fetch("admin", section("keyring:office"), NOWHERE).password.reveal() == "from-ring"


def test_a_locked_keyring_is_said(ring: Ring) -> None:
    """Its own words, as bad input: nothing was done."""
    ring.locked = True

    with pytest.raises(InputError, match="the keyring is locked"):
        fetch("admin", section("keyring:office"), NOWHERE)


@pytest.mark.parametrize(
    ("secret", "how"),
    [
        ("env:PW", "set the environment variable PW"),
        ("file:nothing", "write it into nothing"),
        ("keyring:other", "keyring set other"),
        ("prompt", "type it when asked"),
    ],
)
def test_a_missing_secret_is_told_with_how_to_give_it(
    tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch, secret: str, how: str
) -> None:
    """Without a terminal nobody is asked."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)

    with pytest.raises(InputError, match=f"no password for the credential admin.*{how}"):
        fetch("admin", section(secret), tmp_path, {})


def test_a_password_too_short_to_be_kept_out_of_texts_is_refused() -> None:
    """Three characters would be found in every other word of a report."""
    with pytest.raises(InputError, match="shorter than 4 characters"):
        fetch("admin", section("env:PW"), NOWHERE, {"PW": "abc"})


def printing(text: str) -> str:
    code = f"import sys; sys.stdout.buffer.write({text.encode()!r})"
    return f'command:{sys.executable} -c "{code}"'


@pytest.mark.skipif(os.name != "posix", reason="quotes as a POSIX shell does")
def test_a_secret_comes_from_a_program() -> None:
    """The first line that it prints, whatever follows; no shell reads the words."""
    found = fetch("admin", section(printing("s3cret $HOME ü\r\nuser: x\n")), Path.cwd(), os.environ)

    assert found.password.reveal() == "s3cret $HOME ü"


@pytest.mark.skipif(os.name != "posix", reason="quotes as a POSIX shell does")
def test_a_program_does_not_see_the_secrets_of_other_credentials() -> None:
    """Their variables are taken out of its environment."""
    code = "import os; print(os.environ.get('OTHER', 'not there'), os.environ['KEPT'])"
    environ = {**os.environ, "OTHER": "other-secret", "KEPT": "kept"}
    asked = section(f'command:{sys.executable} -c "{code}"')

    assert fetch("admin", asked, Path.cwd(), environ, others=[section("env:OTHER")]).password.reveal() == "not there kept"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("command:/nonexistent/pass show x", "cannot be run"),
        (f"command:{sys.executable} -c exit(3)", "ended with code 3"),
        ("command: ", "names no program"),
    ],
)
def test_a_program_that_gives_no_secret_is_bad_input(secret: str, said: str) -> None:
    """One sentence, without what it printed."""
    with pytest.raises(InputError, match=said):
        fetch("admin", section(secret), Path.cwd(), os.environ)
