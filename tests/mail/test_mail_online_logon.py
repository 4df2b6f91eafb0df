"""What is sent to the held PowerShell for Exchange Online, and why it lets nobody in: values alone, no process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zdm_automate.errors import (
    AccessDeniedError,
    AuthenticationError,
    InputError,
    RemoteError,
    UnreachableError,
    UnsupportedError,
)
from zdm_automate.mail.specs import Specs
from zdm_automate.online_session import online_cmdlets, session_text
from zdm_automate.resources import folders
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.agent import call_text
from zdm_automate.transport.base import ErrorRecord
from zdm_automate.transport.online import ARGUMENTS, RUN, OnlineLogin, arguments_of, refusal

LOGIN = OnlineLogin(organization="x.onmicrosoft.com", app_id="a", certificate_file=Path("c.pfx"), password=Secret("canary-41"))


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("AADSTS700027: The certificate with identifier used is not registered", AuthenticationError, "registered with"),
        ("AADSTS700016: Application with identifier 'a' was not found", AuthenticationError, "does not know the application"),
        ("AADSTS90002: Tenant 'x' not found", AuthenticationError, "no organisation of that name"),
        ("The specified network password is not correct.", AuthenticationError, "cannot be opened"),
        ("Could not find file '/x/c.pfx'.", AuthenticationError, "is not there"),
        ("The role assigned to application a isn't supported in this scenario.", AccessDeniedError, "no role"),
        ("The specified module 'ExchangeOnlineManagement' was not loaded because no", UnsupportedError, "not installed"),
        ("A connection attempt failed: proxy.", UnreachableError, "A connection attempt failed"),
    ],
)
def test_who_is_not_let_in_is_told_why_and_what_to_do(said: str, kind: type[RemoteError], words: str) -> None:
    """By what the service, the module or .NET says; never without a next action."""
    problem = refusal(ErrorRecord("x", said), LOGIN)

    assert type(problem) is kind
    assert words in problem.message
    assert problem.hint


def test_secrets_go_in_on_standard_input_alone() -> None:
    """The certificate's password and an account of the old side are lines of the call; the command line is always the same."""
    most, last = call_text("1", RUN, LOGIN.arguments() | arguments_of([("X-Y", {"C": Credential("u", Secret("canary-42"))})]))

    assert "arg CertificatePassword secret " in most
    assert "arg 0|plain|C account " in most
    assert last == "go\n"
    assert "canary" not in " ".join(ARGUMENTS) + repr(LOGIN)


def test_bytes_and_times_are_told_from_text() -> None:
    """A list goes as bytes, a moment in UTC with its Z, whatever zone it was written in; an empty value stays empty."""
    later = datetime.fromisoformat("2026-03-06T18:00:00+01:00")
    sent = arguments_of([("New-MigrationBatch", {"CSVData": b"a", "CompleteAfter": later, "Name": "B", "Empty": None})])

    assert sent == {
        "commands": ["New-MigrationBatch"],
        "0|bytes|CSVData": "YQ==",
        "0|moment|CompleteAfter": "2026-03-06T17:00:00Z",
        "0|plain|Name": "B",
        "0|plain|Empty": None,
    }
    assert later.astimezone(UTC).hour == 17


@pytest.mark.parametrize("count", [0, 3])
def test_no_more_than_two_commands_go_together(count: int) -> None:
    """A reader and what takes its objects; nothing longer is built."""
    with pytest.raises(InputError):
        arguments_of([("Get-Mailbox", {})] * count)


def test_only_the_cmdlets_of_the_specs_are_loaded() -> None:
    """None that the product does not send exists in the session; and the session's own text is plain ASCII."""
    loaded = online_cmdlets(Specs.load(folders("ps_scripts")))

    assert {"Get-Mailbox", "New-MigrationBatch", "Complete-MigrationBatch"} <= set(loaded)
    assert "Remove-Mailbox" not in loaded
    assert "New-MoveRequest" not in loaded
    assert session_text().isascii()
