"""Every pair of state and step of the three transition tables, written out a second time."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import pytest

from harness.errors import HarnessError
from harness.graph.states import (
    CALL_STEPS,
    INVITATION_STEPS,
    OPERATION_STEPS,
    CallStep,
    IllegalStep,
    InvitationStep,
    OperationStep,
    after,
    can,
)
from harness.graph.types import CallState, InvitationState, OperationStatus

# Per step: from which states it leads where. What stands in no row is illegal.
CALL: Final[Mapping[str, Mapping[str, str]]] = {
    "establish": {"establishing": "established"},
    "invite": {"established": "established"},
    "admit": {"established": "established"},
    "act": {"established": "established"},
    "answer": {"incoming": "establishing"},
    "reject": {"incoming": "terminated"},
    "redirect": {"incoming": "redirecting"},
    "transfer": {"established": "transferring"},
    "accept": {"transferring": "transferAccepted"},
    "return": {"transferring": "established"},
    "hang-up": {
        "incoming": "terminating",
        "establishing": "terminating",
        "established": "terminating",
        "hold": "terminating",
        "transferring": "terminating",
        "transferAccepted": "terminating",
        "redirecting": "terminating",
    },
    "end": {
        "incoming": "terminated",
        "establishing": "terminated",
        "established": "terminated",
        "hold": "terminated",
        "transferring": "terminated",
        "transferAccepted": "terminated",
        "redirecting": "terminated",
        "terminating": "terminated",
    },
}
OPERATION: Final[Mapping[str, Mapping[str, str]]] = {
    "begin": {"NotStarted": "Running"},
    "complete": {"NotStarted": "Completed", "Running": "Completed"},
    "fail": {"NotStarted": "Failed", "Running": "Failed"},
}
INVITATION: Final[Mapping[str, Mapping[str, str]]] = {
    "join": {"ringing": "joined"},
    "fail": {"ringing": "failed"},
}

Steps = Mapping[tuple[Any, Any], Any]
Wanted = Mapping[str, Mapping[str, str]]

TABLES: Final[tuple[tuple[Steps, Wanted, type[StrEnum], type[StrEnum]], ...]] = (
    (CALL_STEPS, CALL, CallState, CallStep),
    (OPERATION_STEPS, OPERATION, OperationStatus, OperationStep),
    (INVITATION_STEPS, INVITATION, InvitationState, InvitationStep),
)
PAIRS: Final = [
    (steps, wanted, state, step)
    for steps, wanted, states, all_steps in TABLES
    for state in states
    for step in all_steps
]
LEGAL: Final = [
    pytest.param(steps, state, step, wanted[step][state], id=f"{type(state).__name__}-{state}-{step}")
    for steps, wanted, state, step in PAIRS
    if state in wanted[step]
]
ILLEGAL: Final = [
    pytest.param(steps, state, step, list(wanted[step]), id=f"{type(state).__name__}-{state}-{step}")
    for steps, wanted, state, step in PAIRS
    if state not in wanted[step]
]


@pytest.mark.parametrize(("steps", "state", "step", "leads_to"), LEGAL)
def test_legal_step_leads_to_its_state(steps: Steps, state: StrEnum, step: StrEnum, leads_to: str) -> None:
    assert can(steps, state, step)
    assert after(steps, state, step) == leads_to


@pytest.mark.parametrize(("steps", "state", "step", "possible_in"), ILLEGAL)
def test_illegal_step_is_refused_and_says_where_it_is_possible(
    steps: Steps, state: StrEnum, step: StrEnum, possible_in: list[str]
) -> None:
    assert not can(steps, state, step)
    with pytest.raises(IllegalStep) as caught:
        after(steps, state, step)

    names = ", ".join(f"'{name}'" for name in possible_in)
    assert str(caught.value) == f"state is '{state}': '{step}' is possible only in {names}"
    assert (caught.value.state, caught.value.step, list(caught.value.possible_in)) == (
        state,
        step,
        possible_in,
    )
    assert isinstance(caught.value, HarnessError)


def test_tables_hold_no_step_that_is_not_written_out_here() -> None:
    wanted = {(step, state) for table in (CALL, OPERATION, INVITATION) for step, row in table.items() for state in row}

    found = {(str(step), str(state)) for steps, *_ in TABLES for state, step in steps}

    assert found == wanted
