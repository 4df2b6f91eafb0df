"""Objects that a hostile host sends: one that refers to itself, one without measure, one without end. Memory stays bounded."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pypsrp.serializer import Serializer

from zdm_automate.errors import WireError
from zdm_automate.transport import clixml
from zdm_automate.transport.clixml import plain
from zdm_automate.transport.clixml_text import NAMESPACE, read_clixml

MEGABYTE = 1024 * 1024


def over_psrp(xml: str) -> Any:
    """As pypsrp hands it over."""
    return plain(Serializer().deserialize(xml))


def over_winrs(xml: str) -> Any:
    """As the agent's text is read."""
    return read_clixml(f'<Objs Version="1.1.0.1" xmlns="{NAMESPACE[1:-1]}">{xml}</Objs>')


WAYS = pytest.mark.parametrize("take", [over_psrp, over_winrs])


@pytest.fixture
def bounded() -> Iterator[None]:
    """Fails where more memory was needed than a large reply comes to."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300 * MEGABYTE


def nested(depth: int) -> str:
    """An object in an object, so many times."""
    head = "".join(f'<Obj N="x" RefId="{number}"><MS>' for number in range(depth))
    return head.replace(' N="x"', "", 1) + '<S N="x">y</S>' + "</MS></Obj>" * depth


def doubling(levels: int) -> str:
    """Each level holds the one below it ten times by reference: few bytes, ten to the power of the levels values."""
    made = '<Obj RefId="0"><MS><S N="x">y</S></MS></Obj>'
    for level in range(1, levels):
        refs = "".join(f'<Ref N="r{number}" RefId="{level - 1}"/>' for number in range(9))
        inner = made.replace("<Obj ", '<Obj N="in" ', 1)
        made = f'<Obj RefId="{level}"><MS>{inner}{refs}</MS></Obj>'
    return made


@pytest.mark.parametrize("inside", ['<MS><Ref N="Self" RefId="0"/></MS>', '<LST><Ref RefId="0"/></LST>'])
@WAYS
def test_an_object_that_refers_to_itself_ends(take: Callable[[str], Any], bounded: None, inside: str) -> None:
    """It is refused, or comes without the part that leads back; never without end."""
    try:
        made = repr(take(f'<Obj RefId="0">{inside}</Obj>'))
    except WireError as refused:
        made = str(refused)

    assert len(made) < 200


def test_a_cycle_over_psrp_is_refused(bounded: None) -> None:
    """There the library has put the object into itself."""
    with pytest.raises(WireError, match="nested more than 64 deep, or refers to itself"):
        over_psrp('<Obj RefId="0"><MS><Ref N="Self" RefId="0"/></MS></Obj>')


@pytest.mark.parametrize("depth", [66, 90])
@WAYS
def test_an_object_nested_too_deeply_is_refused(take: Callable[[str], Any], bounded: None, depth: int) -> None:
    """At a depth that nobody sends."""
    with pytest.raises(WireError, match="nested more than 64 deep"):
        take(nested(depth))


def test_text_nested_beyond_all_measure_is_refused(bounded: None) -> None:
    """Before a value is made of it."""
    with pytest.raises(WireError, match="nested more deeply than anything"):
        over_winrs(nested(20_000))


@WAYS
def test_a_small_reply_that_comes_to_billions_is_refused(
    take: Callable[[str], Any], bounded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it comes to, before it is there."""
    text = doubling(10)
    monkeypatch.setattr(clixml, "MOST", 50_000)

    assert len(text) < 4_000
    with pytest.raises(WireError, match="comes to more than 50,000 values"):
        take(text)


@pytest.mark.parametrize("element", ["<I32>many</I32>", f"<I64>{'9' * 5_000}</I64>", "<Db>a lot</Db>"])
def test_a_number_that_is_none_is_refused(element: str) -> None:
    """Over WinRS, where the text is read here."""
    with pytest.raises(WireError, match="holds a number that is none"):
        over_winrs(element)


@WAYS
def test_what_hosts_do_send_is_taken(take: Callable[[str], Any]) -> None:
    """A list of objects, and one as deep as PowerShell goes by itself."""
    rows = "".join(f'<Obj RefId="{n}"><MS><I32 N="n">{n}</I32><S N="name">host {n}</S></MS></Obj>' for n in range(200))
    made = take(f'<Obj RefId="x"><TN RefId="0"><T>System.Collections.ArrayList</T></TN><LST>{rows}</LST></Obj>')
    made = made[0] if len(made) == 1 else made

    assert (len(made), made[7]) == (200, {"n": 7, "name": "host 7"})
    assert take(nested(48)) is not None
