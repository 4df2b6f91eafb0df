"""Which methods lead to Exchange Online from which version, and what is refused with the legal chain."""

from __future__ import annotations

import pytest

from zdm_automate.errors import RefusedError
from zdm_automate.mail.online_ways import CUTOVER, MINIMAL, REMOTE_MOVE, WAYS, way_of
from zdm_automate.mail.versions import REMOTE, Exchange


@pytest.mark.parametrize("source", REMOTE)
@pytest.mark.parametrize("method", WAYS)
def test_every_version_with_an_endpoint_has_every_method(method: str, source: Exchange) -> None:
    """2010 and later; what both sides need and what becomes of Outlook is said."""
    told = way_of(method, source, 20, 0 if method == CUTOVER else 20)

    assert told.startswith(f"Exchange {source} to Exchange Online by {method}; both sides need: ")
    assert ("new profile" in told) is (method == CUTOVER)


@pytest.mark.parametrize(
    ("method", "source", "words"),
    [
        (MINIMAL, Exchange.V2003, "2003 to 2010, then 2010 to Online"),
        (REMOTE_MOVE, Exchange.V2007, "2007 to 2010, then 2010 to Online"),
        (CUTOVER, Exchange.V2003, "2003 to 2010, then 2010 to Online"),
        (CUTOVER, Exchange.V2007, "2007 to 2010, then 2010 to Online"),
    ],
)
def test_what_a_version_does_not_have_is_refused_with_the_chain(method: str, source: Exchange, words: str) -> None:
    """Hybrid begins with 2010; a cutover of 2003 and 2007 is legal and not driven from here."""
    with pytest.raises(RefusedError) as raised:
        way_of(method, source, 20, 0)

    assert words in raised.value.hint
    assert raised.value.exit_code == 3


@pytest.mark.parametrize(
    ("mailboxes", "synced", "words"), [(2001, 0, "takes 2000 at most"), (20, 1, "1 users in Exchange Online are managed")]
)
def test_a_cutover_has_its_limits(mailboxes: int, synced: int, words: str) -> None:
    """2,000 mailboxes, and nobody whom synchronisation has made."""
    with pytest.raises(RefusedError, match=words):
        way_of(CUTOVER, Exchange.V2010, mailboxes, synced)


def test_a_cutover_of_many_is_advised_against() -> None:
    """Up to 150 nothing is said."""
    assert "advised" not in way_of(CUTOVER, Exchange.V2010, 150, 0)
    assert "more than the 150 up to which it is advised" in way_of(CUTOVER, Exchange.V2010, 151, 0)
