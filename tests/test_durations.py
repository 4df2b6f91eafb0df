"""How long changes take: measured where there is enough of it, shipped figures else, never less than what was seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.durations import MOST, SHIPPED, Durations, Learned, Lessons, measured, percentile
from zdm_automate.model import Change, Rollback, VerbCall
from zdm_automate.resources import folders
from zdm_automate.scripts import Library


def change(verb: str, inverse: str = "", rollback: Rollback = Rollback.R1) -> Change:
    back = VerbCall(role="old", verb=inverse) if inverse else None
    return Change(
        id="B-1/1",
        item="B-1",
        call=VerbCall(role="old", verb=verb),
        target="it",
        before={},
        after={},
        inverse=back,
        rollback=rollback,
    )


def line(verb: str, seconds: float, **more: Any) -> dict[str, Any]:
    return {"event": "change.finished", "verb": verb, "result": "ok", "duration_ms": seconds * 1000, **more}


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1))
def test_nine_of_ten_values_lie_at_or_below_the_percentile(values: list[float]) -> None:
    """Nearest rank: it is one of the values."""
    found = percentile(values, MOST)

    assert found in values
    assert sum(value <= found for value in values) >= 0.9 * len(values)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, 0.0), ([3.0], 0.9, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), ([float(n) for n in range(1, 11)], 0.9, 9.0)],
)
def test_a_percentile_is_a_value_that_was_taken(values: list[float], share: float, expected: float) -> None:
    """By nearest rank."""
    assert percentile(values, share) == expected


def test_five_measurements_stand_alone() -> None:
    """A host that is quicker than the shipped figure is believed then."""
    assert Durations({"Set-ZdmDnsTtl": (1, 2, 3, 4, 5)}).of("Set-ZdmDnsTtl") == 5


def test_fewer_measurements_only_raise_the_shipped_figure() -> None:
    """One quick call proves nothing; one slow call does."""
    assert Durations({"Set-ZdmDnsTtl": (1,)}).of("Set-ZdmDnsTtl") == SHIPPED["Set-ZdmDnsTtl"]
    assert Durations({"Set-ZdmDnsTtl": (100,)}).of("Set-ZdmDnsTtl") == 100


def learned(times: int, p50: float, p90: float) -> Lessons:
    return Lessons(verbs={"Set-ZdmDnsTtl": Learned(times=times, p50=p50, p90=p90)})


def test_other_projects_stand_for_the_shipped_figure() -> None:
    """Where they measured often enough, else they only raise it. What was seen here raises both; five stand alone."""
    shipped = SHIPPED["Set-ZdmDnsTtl"]

    assert Durations({}, learned(40, 2, 6)).of("Set-ZdmDnsTtl") == 6
    assert Durations({}, learned(4, 2, 6)).of("Set-ZdmDnsTtl") == shipped
    assert Durations({}, learned(4, 2, 600)).of("Set-ZdmDnsTtl") == 600
    assert Durations({"Set-ZdmDnsTtl": (9,)}, learned(40, 2, 6)).of("Set-ZdmDnsTtl") == 9
    assert Durations({"Set-ZdmDnsTtl": (1,) * 5}, learned(40, 2, 6)).of("Set-ZdmDnsTtl") == 1


def test_the_usual_time_is_the_middle_one() -> None:
    """Of here, else of other projects; where nobody knows a middle, the careful figure."""
    changes = [change("Set-ZdmDnsTtl")]

    assert Durations({"Set-ZdmDnsTtl": (1, 2, 3, 8, 9)}, learned(40, 5, 6)).usual(changes) == 3
    assert Durations({}, learned(40, 5, 6)).usual(changes) == 5
    assert Durations({}, learned(4, 5, 6)).usual(changes) == SHIPPED["Set-ZdmDnsTtl"]


def test_only_changes_that_happened_are_measured() -> None:
    """Neither failed nor already so, nor settled by reading after the answer was lost."""
    found = measured([line("A", 1), line("A", 9, result="failed"), line("A", 9, result="already"), line("A", 9, settled=True)])

    assert found.measured == {"A": (1.0,)}


def test_the_way_back_is_that_of_the_inverse_or_of_the_class() -> None:
    """A change without a scripted inverse counts by its class; what has no way back takes none."""
    changes = [change("Set-ZdmDnsTtl", "Set-ZdmDnsTtl"), change("Import-ZdmDhcp"), change("X", rollback=Rollback.RX)]

    assert Durations().back(changes) == 15 + 300 + 0
    assert Durations().ahead(changes[:2]) == 15 + 180


def test_every_shipped_applier_has_a_figure() -> None:
    """And no figure is for a verb that does not exist."""
    library = Library.load(folders("ps_scripts", ()))
    appliers = {name for name, verb in library.items() if verb.kind == "applier"}

    assert appliers == set(SHIPPED)
