"""Every documented return code has its class, its sentence and what to do next."""

from __future__ import annotations

import pytest

from zdm_automate.usmt_codes import RETURNS, ROWS, Again, Kind, State, meaning

DOCUMENTED = (0, 1, 2, 3, 11, 12, 13, 14, 26, 27, 28, 29, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 61, 71, 72)


def test_all_documented_codes_are_there_and_no_other() -> None:
    """Twenty-seven, in order, each once."""
    assert tuple(row.code for row in ROWS) == DOCUMENTED
    assert tuple(RETURNS) == DOCUMENTED


@pytest.mark.parametrize("code", DOCUMENTED)
def test_a_code_says_what_happened_and_what_to_do(code: int) -> None:
    """Each has a documented name, a sentence and a next action, and each cause an action of its own."""
    row = meaning(code)

    assert row.name.startswith("USMT_")
    assert row.sentence.endswith(".")
    assert row.action.endswith(".")
    assert all(cause.text and cause.action.endswith(".") for cause in row.causes)
    assert len({cause.text.casefold() for cause in row.causes}) == len(row.causes)


def test_success_is_0_and_a_warning_is_3() -> None:
    """Everything else has failed."""
    states = {row.code: row.state for row in ROWS}

    assert [code for code, state in states.items() if state is State.SUCCEEDED] == [0]
    assert [code for code, state in states.items() if state is State.WARNINGS] == [3]


def test_nothing_fatal_is_tried_again() -> None:
    """Who was cut off while applying must not be started over by a program."""
    again = {row.code for row in ROWS if row.again is not Again.NO}

    assert again == {27, 29, 35, 61}
    assert not any(row.kind is Kind.FATAL for row in ROWS if row.code in again)


def test_the_log_picks_the_next_action() -> None:
    """Code 29 for want of space and code 29 for another migration under way are not the same thing to do."""
    row = meaning(29)

    assert row.next_action("A minimum of 250 MB of free space is required for temporary files").startswith("Free 250 MB")
    assert "wait for its end" in row.next_action("ONLY ONE MIGRATION TOOL CAN RUN at a time")
    assert row.next_action("nothing known") == row.action


@pytest.mark.parametrize("code", [-1073741819, 5, 30, 99, 3221225786])
def test_an_unknown_code_is_a_failure_that_says_so(code: int) -> None:
    """A crash leaves numbers that USMT does not document."""
    row = meaning(code)

    assert row.state is State.FAILED
    assert str(code) in row.sentence
    assert row.again is Again.NO
