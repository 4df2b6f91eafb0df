"""Security descriptors of the lab: read, written as Windows writes them, and SIDs as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.lab.world.descriptors import SIDS, Ace, Descriptor, read_sddl, sid_bytes, sid_text, write_sddl


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("O:SYG:SYD:(A;;0x1200a9;;;WD)", "O:SYG:SYD:(A;;0x1200a9;;;WD)"),
        ("O:S-1-5-18G:SYD:(A;;0x1F01FF;;;S-1-1-0)", "O:SYG:SYD:(A;;FA;;;WD)"),
        ("o:bag:dud:aip(d;cioi;1114390;;;wd)", "O:BAG:DUD:PAI(D;OICI;0x110116;;;WD)"),
        ("O:SYG:SYD:", "O:SYG:SYD:"),
        ("D:P(A;;FA;;;S-1-5-32-544)", "D:P(A;;FA;;;BA)"),
    ],
)
def test_the_text_is_written_as_windows_writes_it(given: str, written: str) -> None:
    """Long forms become short, numbers hexadecimal, flags come in their order."""
    assert write_sddl(read_sddl(given)) == written


@pytest.mark.parametrize(
    "text", ["", "O:SYG:SY", "O:SYG:SYD:(A;;FA;;;WD", "O:SYG:SYD:(X;;FA;;;WD)", "O:ZZG:SYD:", "O:SYG:SYD:QQ"]
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    """Never half of it."""
    with pytest.raises(ValueError, match=r"SID|descriptor|line|flag"):
        read_sddl(text)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=8), st.integers(0, 2**48 - 1))
def test_a_sid_comes_back_from_its_bytes(parts: list[int], authority: int) -> None:
    """Whatever its parts are."""
    sid = "-".join(str(part) for part in ("S", 1, authority, *parts))

    assert sid_text(sid_bytes(sid)) == sid


def test_bytes_that_are_no_sid() -> None:
    """One too few is refused."""
    with pytest.raises(ValueError, match="11 bytes are no SID"):
        sid_text(sid_bytes("S-1-1-0")[:-1])


@given(
    st.lists(
        st.builds(Ace, st.integers(0, 1), st.integers(0, 31), st.integers(0, 2**32 - 1), st.sampled_from(sorted(SIDS.values())))
    )
)
def test_a_descriptor_comes_back_from_its_text(aces: list[Ace]) -> None:
    """Every line, in its order."""
    made = Descriptor(SIDS["BA"], SIDS["DU"], 0x4 | 0x1000 | 0x400, tuple(aces))

    assert read_sddl(write_sddl(made)) == made
