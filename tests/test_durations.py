"""How long changes take: measured where there is enough of it, shipped figures else, never less than what was seen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.durations import SHIPPED, Durations, measured, p90
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
    found = p90(values)

    assert found in values
    assert sum(value <= found for value in values) >= 0.9 * len(values)


def test_five_measurements_stand_alone() -> None:
    """A host that is quicker than the shipped figure is believed then."""
    assert Durations({"Set-ZdmDnsTtl": (1, 2, 3, 4, 5)}).of("Set-ZdmDnsTtl") == 5


def test_fewer_measurements_only_raise_the_shipped_figure() -> None:
    """One quick call proves nothing; one slow call does."""
    assert Durations({"Set-ZdmDnsTtl": (1,)}).of("Set-ZdmDnsTtl") == SHIPPED["Set-ZdmDnsTtl"]
    assert Durations({"Set-ZdmDnsTtl": (100,)}).of("Set-ZdmDnsTtl") == 100


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
