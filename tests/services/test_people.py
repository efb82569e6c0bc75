"""`people`, `own`: who is there, who answers for what, and how somebody leaves."""

from pathlib import Path

from tests.team import a_team, done, events, everything, refused


def test_people_are_listed_with_what_they_answer_for(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    rows = done(folder, "people", "list", "--json").json["sections"][0]["rows"]
    assert {"ana": 0, "bo": 0, "cy": 0, "ida": 1, "kai": 1, "olu": 0} == {
        row["person"]: row["answers_for"] for row in rows
    }


def test_a_person_without_duties_leaves(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    left = done(folder, "people", "depart", "ana", "--at", "2026-02-01", "--reason", "moved on", "--json").json
    assert {"schema": 1, "person": "ana", "handoffs": [], "at_risk": []} == left
    assert ["person_added", "declared", "person_departed"] == [
        kind.replace(" ", "_") for kind in events(folder, "person/ana")
    ]
    assert "departed 2026-02-01" in done(folder, "people", "list").out


def test_somebody_who_answers_for_a_model_leaves_it_to_the_deputy_by_an_h6_handoff(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    assert ["ho/1"] == done(folder, "people", "depart", "kai", "--json").json["handoffs"]
    (handoff,) = done(folder, "handoff", "list", "--json").json["sections"][0]["rows"]
    assert ("H6", "model/churn", "ml/kai", "ml/bo", "offered") == tuple(
        handoff[field] for field in ("kind", "subject", "from", "to", "state")
    )


def test_the_subject_stays_with_who_left_until_the_handoff_is_accepted(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "people", "depart", "kai")
    assert "! 1" in done(folder, "people", "list").out
    done(folder, "handoff", "accept", "HO-1", "--as", "bo", "--met", "1", "--met", "2", "--evidence", "3=run/9be0")
    assert "! 1" not in done(folder, "people", "list").out
    assert "owner assigned" in events(folder, "model/churn")


def test_nobody_leaves_duties_behind_without_somebody_to_take_them(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    said = refused(folder, "people", "depart", "ida")
    assert (
        "person/ida answers for metric/useful and has no deputy who is there: "
        "name who takes over with --to PERSON; --dry-run lists everything at risk"
    ) == said
    assert ["ho/1"] == done(folder, "people", "depart", "ida", "--to", "olu", "--json").json["handoffs"]


def test_who_takes_over_is_there_and_somebody_else(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    assert "person/kai cannot take over" in refused(folder, "people", "depart", "kai", "--to", "kai")
    done(folder, "people", "depart", "ana")
    assert "person/ana cannot take over" in refused(folder, "people", "depart", "kai", "--to", "ana")
    assert "there is no person 'zoe'" in refused(folder, "people", "depart", "kai", "--to", "zoe")


def test_nobody_leaves_twice(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "people", "depart", "ana")
    assert "person/ana is departed and cannot become departed" in refused(folder, "people", "depart", "ana")


def test_a_dry_run_lists_everything_at_risk_and_writes_nothing(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "handoff", "offer", "H5", "model/churn", "kai", "--as", "olu")
    done(folder, "incident", "declare", "calls fail", "--severity", "3", "--as", "kai")
    done(folder, "promote", "churn@1", "lab", "--as", "kai")
    done(folder, "decide", "threshold", "--choice", "0.4", "--as", "kai")
    before = everything(folder)
    rows = done(folder, "people", "depart", "kai", "--dry-run", "--json").json["sections"][0]["rows"]
    assert before == everything(folder)
    assert [
        ("model/churn", "accountable: an H6 handoff is needed", "bo"),
        ("ho/1", "receives model/churn, offered", ""),
        ("inc/1", "reporter, triage", ""),
        ("promo/1", "asked for churn@1, pending", ""),
        ("decision/1", "decided alone", ""),
    ] == [(row["what"], row["why"], row["goes_to"]) for row in rows]


def test_an_owner_is_given_only_to_something_that_is_there(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    assert "there is no model/chrun: nearest: model/churn" == refused(folder, "own", "model/chrun", "bo")
    assert "'inc/1' names no" in refused(folder, "own", "inc/1", "bo")
    done(folder, "people", "depart", "ana")
    assert "person/ana has left: name somebody who is there" == refused(folder, "own", "model/churn", "ana")


def test_own_says_which_line_of_the_project_file_disagrees(tmp_path: Path) -> None:
    ran = done(a_team(tmp_path), "own", "model/churn", "bo")
    assert 'mlcockpit.toml names kai: write owner = "bo" under [models.churn]\n' == ran.err


def test_an_owner_cannot_end_before_the_day_they_began(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    said = refused(folder, "own", "model/churn", "bo", "--at", "2025-01-01")
    assert "kai answers for model/churn since 2026-03-02 09:00, later than this: give a later --at" == said


def test_giving_a_thing_to_who_has_it_writes_nothing(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    before = everything(folder)
    done(folder, "own", "model/churn", "kai")
    assert before == everything(folder)


def test_a_handle_is_a_word_that_can_be_typed(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    for handle in ("Ana Ruiz", "../ana", "\x1b[31m", ""):
        assert "is no handle" in refused(folder, "people", "add", handle, "--name", "Ana", "--discipline", "data")
    assert "person/ana is there already" in refused(
        folder, "people", "add", "ana", "--name", "Ana", "--discipline", "data"
    )


def test_names_from_outside_reach_no_terminal_with_control_codes(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "people", "add", "eve", "--name", "\x1b[2J\u202eEve", "--discipline", "ops", "--at", "2026-01-01")
    out = done(folder, "people", "list").out
    assert ("\x1b" in out, "\u202e" in out, "␛[2J‹U+202E›Eve" in out) == (False, False, True)
