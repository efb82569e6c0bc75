from mlcockpit.domain.run_facts import DuplicateGroup
from mlcockpit.rules.training.duplicate_work import DuplicateWork
from tests.builders import a_project
from tests.rules.found import found


def test_names_the_newest_run_and_the_one_it_repeats() -> None:
    group = DuplicateGroup(("old", "new"), ("bo", "cy"), "commit, parameters, data and seed are equal")
    assert found(DuplicateWork, a_project(duplicates=[group])) == [
        "M05 run/new: repeats run/old by bo and cy: commit, parameters, data and seed are equal"
    ]


def test_counts_when_the_same_was_done_three_times() -> None:
    group = DuplicateGroup(("a", "b", "c"), ("bo",), "everything is equal")
    assert found(DuplicateWork, a_project(duplicates=[group])) == [
        "M05 run/c: repeats run/a, 3 times in all: everything is equal"
    ]


def test_is_silent_when_no_work_was_repeated() -> None:
    assert found(DuplicateWork, a_project()) == []
