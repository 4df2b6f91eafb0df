"""Values that must not be seen."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict

import pytest

from zdm_automate.secrets import Credential, Secret

CANARY = "canary-7f3a"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "%s".__mod__])
def test_no_way_of_printing_shows_a_secret(show: object) -> None:
    """Text forms of the secret, and of what holds it, are masked."""
    secret = Secret(CANARY)

    assert CANARY not in show(secret)  # type: ignore[operator]
    assert CANARY not in show([Credential("EX\\adm", secret)])  # type: ignore[operator]


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps, copy.deepcopy])
def test_a_secret_is_never_written(write: object) -> None:
    """What would put it into a file refuses."""
    with pytest.raises(TypeError):
        write(Secret(CANARY))  # type: ignore[operator]


def test_a_credential_does_not_become_a_dict() -> None:
    """`asdict` would copy the secret into plain data."""
    with pytest.raises(TypeError):
        asdict(Credential("EX\\adm", Secret(CANARY)))


def test_a_secret_is_revealed_only_on_request() -> None:
    """Its value, equality and emptiness can be used without showing it."""
    assert Secret(CANARY).reveal() == CANARY
    assert Secret(CANARY) == Secret(CANARY)
    assert hash(Secret(CANARY)) == hash(Secret(CANARY))
    assert Secret(CANARY) != CANARY
    assert not Secret("")
