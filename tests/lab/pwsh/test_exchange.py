"""Messages between PowerShell and the world: what goes out comes back, and nothing else is taken."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zdm_automate.errors import InputError
from zdm_automate.lab.pwsh.exchange import FOREVER, TICKS, decode, encode

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
    | st.timedeltas(timedelta(days=-9000), timedelta(days=9000))
    | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
)


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text("abcXYZ", min_size=1), VALUES, max_size=4))
def test_what_is_sent_is_received(message: dict[str, Any]) -> None:
    """Text in any script, numbers, times, lists and tables survive the way."""
    line = encode(message)

    assert decode(line) == message
    assert line.count(b"\n") == 1


def test_a_time_span_without_end_keeps_its_meaning() -> None:
    """TimeSpan.MaxValue is the longest of the world's times; outward it goes as ticks, which Python's times have not."""
    text = base64.b64decode(encode({"LeaseDuration": FOREVER})).decode()
    longest = (
        '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><TN RefId="0">'
        '<T>System.Collections.Hashtable</T></TN><DCT><En><S N="Key">a</S><TS N="Value">P10675199DT2H48M5.4775807S</TS></En>'
        "</DCT></Obj></Objs>"
    )

    assert str(TICKS) in text
    assert decode(base64.b64encode(longest.encode())) == {"a": FOREVER}


@pytest.mark.parametrize("line", [b"\n", b"not base64!\n", base64.b64encode(b"<x/>"), base64.b64encode(b"no xml"), b"====\n"])
def test_a_line_that_is_no_message_is_refused(line: bytes) -> None:
    """Whatever else connects to the port is told so."""
    with pytest.raises(InputError, match="lab's bridge"):
        decode(line)
