"""`undo`: the last own step is taken back by a new event where its reverse is lawful, and by nothing otherwise."""

from pathlib import Path

import pytest

from tests.team import a_team, done, events, refused


def test_an_owner_goes_back_to_who_had_the_duty(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "own", "model/churn", "bo", "--as", "ida")
    assert "owner_assigned" == done(folder, "undo", "--as", "ida", "--json").json["kind"]
    assert {"kai": 1, "bo": 0} == {
        row["person"]: row["answers_for"]
        for row in done(folder, "people", "list", "--json").json["sections"][0]["rows"]
        if row["person"] in ("kai", "bo")
    }


def test_an_owner_where_there_was_none_is_none_again(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "own", "data/customers", "ana", "--as", "ida")
    done(folder, "undo", "--as", "ida")
    assert ["declared", "owner assigned", "undone"] == events(folder, "data/customers")
    assert "ida has nothing to take back" in refused(folder, "undo", "--as", "ida")


def test_steps_are_taken_back_one_after_the_other(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    for handle in ("bo", "cy"):
        done(folder, "own", "model/churn", handle, "--as", "ida")
    first = done(folder, "undo", "--as", "ida", "--json").json["undone"]
    assert first - 1 == done(folder, "undo", "--as", "ida", "--json").json["undone"]
    assert "ida has nothing to take back" in refused(folder, "undo", "--as", "ida")
    assert "! 0" not in done(folder, "people", "list").out


def test_an_incident_is_active_again(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "incident", "declare", "calls fail", "--severity", "3")
    done(folder, "incident", "assign", "inc/1", "olu")
    done(folder, "incident", "mitigate", "inc/1", "--as", "olu")
    done(folder, "undo", "--as", "olu")
    (row,) = done(folder, "incident", "list", "--json").json["sections"][0]["rows"]
    assert "active" == row["state"]
    done(folder, "incident", "mitigate", "inc/1", "--as", "olu")


def test_a_duty_goes_back_to_who_had_it(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "incident", "declare", "calls fail", "--severity", "3")
    done(folder, "incident", "assign", "inc/1", "olu")
    done(folder, "incident", "assign", "inc/1", "cy", "--as", "ida")
    done(folder, "undo", "--as", "ida")
    (row,) = done(folder, "incident", "list", "--json").json["sections"][0]["rows"]
    assert "olu" == row["commander"]


def test_a_note_is_marked_as_taken_back(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "incident", "declare", "calls fail", "--severity", "3")
    done(folder, "incident", "update", "inc/1", "week 8", "--as", "ana")
    done(folder, "undo", "--as", "ana")
    assert ["incident declared", "incident noted", "undone"] == events(folder, "inc/1")


def test_a_returned_handoff_is_offered_again(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "handoff", "offer", "H3", "model/churn", "cy", "--as", "bo")
    done(folder, "handoff", "return", "ho/1", "which?", "--as", "cy")
    done(folder, "undo", "--as", "cy")
    (row,) = done(folder, "handoff", "list", "--json").json["sections"][0]["rows"]
    assert "offered" == row["state"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("handoff", "decline", "ho/1", "--why", "no", "--as", "cy"), "ho/1 is declined and cannot go back to offered"),
        (("deploy", "churn@1", "lab", "--as", "cy"), "(deployed deploy/1) cannot be taken back"),
        (("decide", "x", "--choice", "y", "--as", "cy"), "(decided decision/1) cannot be taken back"),
        (
            ("metric", "record", "useful", "0.4", "--as", "cy"),
            "(observation recorded metric/useful) cannot be taken back",
        ),
        (("incident", "assign", "inc/1", "olu", "--as", "cy"), "inc/1 became active with its commander"),
        (("handoff", "offer", "H3", "model/churn", "olu", "--as", "cy"), "was opened by event"),
    ],
)
def test_what_cannot_lawfully_be_reversed_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    folder = a_team(tmp_path)
    done(folder, "handoff", "offer", "H3", "model/churn", "cy", "--as", "bo")
    done(folder, "incident", "declare", "calls fail", "--severity", "3", "--as", "olu")
    done(folder, *words)
    assert said in refused(folder, "undo", "--as", "cy")


def test_nothing_is_taken_back_that_somebody_built_on(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "own", "model/churn", "bo", "--as", "ida")
    done(folder, "own", "model/churn", "cy", "--as", "olu")
    assert "model/churn was changed since, by event" in refused(folder, "undo", "--as", "ida")
