"""Which version can go where is computed; what cannot is refused with the legal chain named."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from zdm_automate.errors import RefusedError, WireError
from zdm_automate.mail.routes import LEGS, chain, leg, may_go_back, refuse_mixed
from zdm_automate.mail.versions import Exchange, version_of

CHAINS = {
    ("2003", "2013"): "2003 to 2007, then 2007 to 2013",
    ("2003", "2016"): "2003 to 2010, then 2010 to 2016",
    ("2007", "2016"): "2007 to 2010, then 2010 to 2016",
    ("2010", "2019"): "2010 to 2013, then 2013 to 2019",
    ("2010", "SE"): "2010 to 2016, then 2016 to SE",
    ("2013", "SE"): "2013 to 2016, then 2016 to SE",
    ("2003", "SE"): "2003 to 2010, then 2010 to 2016, then 2016 to SE",
}


@pytest.mark.parametrize("pair", CHAINS, ids="-".join)
def test_an_illegal_pair_names_its_chain(pair: tuple[str, str]) -> None:
    """The shortest one over own servers."""
    with pytest.raises(RefusedError, match="cannot go") as refused:
        leg(Exchange(pair[0]), Exchange(pair[1]))

    assert CHAINS[pair] in refused.value.hint


@pytest.mark.parametrize("pair", LEGS, ids="-".join)
def test_a_legal_pair_says_how(pair: tuple[Exchange, Exchange]) -> None:
    """Every pair that is possible has its way."""
    assert leg(*pair).way


def test_every_pair_is_legal_or_refused_with_a_way_out() -> None:
    """Of all pairs none is left open, and backwards never goes."""
    for old, new in product(Exchange, Exchange):
        if (old, new) in LEGS:
            continue
        with pytest.raises(RefusedError) as refused:
            leg(old, new)
        assert refused.value.hint
        if old.age < new.age:
            way = chain(old, new)
            assert all(pair in LEGS for pair in pairwise(way))


def test_an_old_version_in_the_organisation_blocks_the_target() -> None:
    """2003 beside 2010 does not keep 2010 from being there; it keeps 2016 away."""
    refuse_mixed(frozenset({Exchange.V2003, Exchange.V2010}), Exchange.V2010)
    with pytest.raises(RefusedError, match="2003"):
        refuse_mixed(frozenset({Exchange.V2003, Exchange.V2010}), Exchange.V2016)


def test_the_way_back_exists_from_2010_on() -> None:
    """To 2003 and 2007 a mailbox is not moved back, and from the cloud not by a move request."""
    assert may_go_back(Exchange.V2010, Exchange.V2016)
    assert not may_go_back(Exchange.V2007, Exchange.V2010)
    assert not may_go_back(Exchange.V2010, Exchange.ONLINE)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Version 6.5 (Build 7638.2: Service Pack 2)", "2003"),
        ("Version 8.3 (Build 83.6)", "2007"),
        ("Version 14.3 (Build 409.0)", "2010"),
        ("Version 15.0 (Build 1497.2)", "2013"),
        ("Version 15.1 (Build 2507.6)", "2016"),
        ("Version 15.2 (Build 1118.7)", "2019"),
        ("Version 15.2 (Build 2562.17)", "SE"),
    ],
)
def test_a_server_says_its_version(text: str, version: str) -> None:
    """2019 and Subscription Edition differ in the build alone."""
    assert version_of(text) == version


def test_a_version_nobody_knows_is_an_error() -> None:
    """It is not taken for the nearest one."""
    with pytest.raises(WireError):
        version_of("Version 16.0 (Build 1.0)")
