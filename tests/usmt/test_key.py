"""The key of an encrypted store."""

from __future__ import annotations

import pytest

from zdm_automate.errors import InputError
from zdm_automate.usmt.key import checked_key, lending, new_key


def test_a_new_key_is_one_that_usmt_takes() -> None:
    """And no two are alike."""
    keys = {checked_key(new_key()) for _ in range(50)}

    assert len(keys) == 50


@pytest.mark.parametrize("key", ["short", "x" * 257, "schlüssel-mit-umlaut", " padded-with-blank", "line\nbreak-in-it"])
def test_a_key_that_would_be_read_otherwise_is_refused_and_not_shown(key: str) -> None:
    """The sentence says what is wrong and keeps the key to itself."""
    with pytest.raises(InputError) as caught:
        checked_key(key)

    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("state", "there"),
    [
        ("Queued", True),
        ("Running", True),
        ("Succeeded", False),
        ("SucceededWithWarnings", False),
        ("Failed", False),
        ("Lost", False),
        ("Stopped", False),
    ],
)
def test_the_file_is_there_only_while_the_job_may_need_it(state: str, there: object) -> None:
    """A lost job leaves no key behind either."""
    assert lending(r"C:\Zdm\jobs\1", "usmt-PC07").must_be_there(state) is there
