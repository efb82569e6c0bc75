"""State machines: what may follow what, for every state and any order of wishes."""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.transitions import may_follow, step
from mlcockpit.domain.vocabulary import (
    DatasetState,
    DeploymentState,
    HandoffState,
    IncidentState,
    ModelState,
    PersonStatus,
    PromotionState,
)
from mlcockpit.errors import Refused

MACHINES: tuple[type[StrEnum], ...] = (
    DatasetState,
    DeploymentState,
    HandoffState,
    IncidentState,
    ModelState,
    PersonStatus,
    PromotionState,
)
STARTS: dict[type[StrEnum], StrEnum] = {
    DatasetState: DatasetState.DRAFT,
    DeploymentState: DeploymentState.PLANNED,
    HandoffState: HandoffState.DRAFT,
    IncidentState: IncidentState.TRIAGE,
    ModelState: ModelState.CANDIDATE,
    PersonStatus: PersonStatus.ACTIVE,
    PromotionState: PromotionState.PENDING,
}

a_machine = st.sampled_from(MACHINES)


@st.composite
def walks(draw: st.DrawFn) -> tuple[type[StrEnum], list[StrEnum]]:
    machine = draw(a_machine)
    return machine, draw(st.lists(st.sampled_from(list(machine)), max_size=12))


@given(walks())
def test_any_row_of_wishes_stays_within_one_machine(walk: tuple[type[StrEnum], list[StrEnum]]) -> None:
    machine, wishes = walk
    state = STARTS[machine]
    for wish in wishes:
        try:
            step("it", state, wish)
        except Refused:
            assert wish not in may_follow(state)
            continue
        assert wish in may_follow(state)
        state = wish
    assert type(state) is machine


@given(a_machine.flatmap(lambda machine: st.sampled_from(list(machine))))
def test_what_may_follow_is_of_the_same_machine_and_never_the_state_itself(state: StrEnum) -> None:
    after = may_follow(state)
    assert {type(each) for each in after} <= {type(state)}
    assert state not in after


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
def test_every_state_can_be_reached_from_the_start(machine: type[StrEnum]) -> None:
    reached, waiting = set(), [STARTS[machine]]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += may_follow(state)
    assert set(machine) == reached


@given(a_machine, a_machine)
def test_equal_words_of_two_machines_are_not_the_same_state(one: type[StrEnum], other: type[StrEnum]) -> None:
    for state in one:
        for wish in other:
            if one is not other:
                with pytest.raises(Refused):
                    step("it", state, wish)


def test_a_refusal_names_what_may_come_next() -> None:
    with pytest.raises(Refused) as refusal:
        step("inc/1", IncidentState.TRIAGE, IncidentState.RESOLVED)
    assert "inc/1 is triage and cannot become resolved: next may come active or cancelled or merged" == str(
        refusal.value
    )


def test_a_person_and_an_incident_that_are_both_active_go_different_ways() -> None:
    assert {PersonStatus.LEAVE, PersonStatus.DEPARTED} == may_follow(PersonStatus.ACTIVE)
    assert IncidentState.MITIGATED in may_follow(IncidentState.ACTIVE)
