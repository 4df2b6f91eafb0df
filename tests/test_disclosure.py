"""What must not leave is found, in every form, with file and line; what is harmless passes."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from zdm_automate.disclosure import Gatekeeper
from zdm_automate.errors import DisclosureError
from zdm_automate.secrets import Secret

CANARY = 'c4n4ry&"w\u00f6rd'
KEEPER = Gatekeeper([Secret(CANARY)], ["Office@Example.com"])


@pytest.mark.parametrize(
    "content",
    [
        CANARY.encode(),
        CANARY.encode("utf-16-le"),
        json.dumps({"p": CANARY}).encode(),
        quote(CANARY).encode(),
        base64.b64encode(b"user:" + CANARY.encode()),
        base64.b64encode(CANARY.encode("utf-16-le")),
        CANARY.encode().hex().encode(),
        b"\xff\xd8 a photo " + CANARY.encode() + b"\0\0",
    ],
)
def test_a_planted_secret_is_found(content: bytes) -> None:
    """In every encoding that it may have taken, also inside a binary file."""
    (found, *_) = KEEPER.findings("a.bin", b"harmless\n" + content)

    assert (found.file, found.line, found.kind) == ("a.bin", 2, "a known secret")
    assert "c4n4ry" not in str(found)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "a private key"),
        ('"password": "hunter22"', "a password"),
        (r"{\"Password\":\"hunter22\"}", "a password"),
        ("net use z: /user:x; PWD=hunter22;", "a password"),
        ("schtasks /create /rp hunter22 /tn x", "a password of a command line"),
        ("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "a bearer token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "a JSON web token"),
        ("key AKIAIOSFODNN7EXAMPLE here", "an access key"),
        ("01000000d08c9ddf0115d1118c7a00c04fc297eb0100", "an encrypted SecureString"),
        ("mail to kim.doe@client.com please", "an e-mail address"),
        ("IBAN DE89 3704 0044 0532 0130 00 thanks", "a bank account"),
        ("card 4111 1111 1111 1111 thanks", "a card number"),
        ("call +49 30 1234 5678 now", "a telephone number"),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_found(text: str, kind: str) -> None:
    """By its look, where nobody knows its value."""
    found = list(KEEPER.findings("journal.jsonl", f"a\nb\n{text}\n".encode()))

    assert [(one.line, one.kind) for one in found] == [(3, kind)]
    assert all(len(one.shown) < 30 for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "office@example.com is what the project allows",
        "admin@lan.local is a logon name",
        '"password": "***"',
        "password: <asked>",
        "the password of the credential admin",
        "4111 1111 1111 1112 fails its check digit",
        "DE89 3704 0044 0532 0130 01 fails its check digits",
        "2026-03-02T07:00:00.000+00:00 and 192.168.16.2/24",
        "ab" * 32 + " 1234567890123456" + "cd" * 8,
        "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
    ],
)
def test_what_is_harmless_passes(text: str) -> None:
    """A finding that is none would teach people to switch the check off."""
    assert list(KEEPER.findings("x", text.encode())) == []


def test_a_refusal_names_every_place_and_no_value() -> None:
    """File, line, kind; ten at most, then how many more."""
    files = {"b.txt": CANARY.encode(), "a.txt": b"\n".join([b"x@client.com"] * 12)}
    with pytest.raises(DisclosureError) as refused:
        KEEPER.refuse(files)

    assert "a.txt:1: an e-mail address (x@... of 12 characters); a.txt:2:" in str(refused.value)
    assert "and 3 more" in str(refused.value)
    assert refused.value.exit_code == 3
    KEEPER.refuse({"c.txt": b"fine"})
