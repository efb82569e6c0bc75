"""`incident`: from triage to closed, with a commander, a cause and, where it was severe, an accepted postmortem."""

from pathlib import Path

import pytest

from tests.team import a_team, done, events, refused

POSTMORTEM = """# Calls failed
## Actions
- [ ] alert on empty files @ana 2026-04-01
- [x] back-fill week 8 @olu 2026-03-05
"""


def declared(folder: Path, severity: int = 2, *more: str) -> str:
    words = ("incident", "declare", "calls fail", "--severity", str(severity), "--as", "olu", "--at", "2026-02-20")
    return str(done(folder, *words, *more, "--json").json["incident"])


def resolved(folder: Path, severity: int = 2) -> str:
    name = declared(folder, severity)
    done(folder, "incident", "assign", name, "olu")
    done(folder, "incident", "resolve", name, "--cause", "data")
    return name


def test_an_incident_goes_its_whole_way_with_an_event_for_each_step(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder, 2, "--about", "metric/useful", "env/prod", "--started", "2026-02-19", "--impact", "a third")
    done(folder, "incident", "assign", name, "olu")
    done(folder, "incident", "update", name, "week 8 is empty", "--as", "ana")
    done(folder, "incident", "update", name, "--severity", "1")
    done(folder, "incident", "mitigate", name, "--note", "yesterday's model")
    done(folder, "incident", "resolve", name, "--cause", "upstream")
    (tmp_path / "pm.md").write_text(POSTMORTEM, encoding="utf-8")
    done(folder, "incident", "postmortem", name, "--file", str(tmp_path / "pm.md"), "--as", "olu")
    done(folder, "incident", "postmortem", name, "--accept", "--as", "ida")
    assert "closed" == done(folder, "incident", "close", name, "--json").json["state"]
    assert [
        "incident declared",
        "incident assigned",
        "incident noted",
        "incident updated",
        "incident mitigated",
        "incident resolved",
        "postmortem written",
        "postmortem accepted",
        "incident closed",
    ] == events(folder, name)


def test_a_commander_makes_it_active(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder)
    done(folder, "incident", "assign", name, "ana", "--duty", "scribe")
    assert "triage" in done(folder, "incident", "list").out
    done(folder, "incident", "assign", name, "olu")
    (row,) = done(folder, "incident", "list", "--json").json["sections"][0]["rows"]
    assert ("active", "olu", 2) == (row["state"], row["commander"], row["severity"])


def test_a_new_commander_takes_over_from_the_old_one(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder)
    done(folder, "incident", "assign", name, "olu")
    done(folder, "incident", "assign", name, "cy")
    (row,) = done(folder, "incident", "list", "--json").json["sections"][0]["rows"]
    assert "cy" == row["commander"]


def test_an_incident_that_comes_back_is_active_and_no_longer_mitigated(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder, 3)
    done(folder, "incident", "assign", name, "olu")
    done(folder, "incident", "mitigate", name)
    assert "active" == done(folder, "incident", "update", name, "again", "--state", "active", "--json").json["state"]
    done(folder, "incident", "resolve", name, "--cause", "code")
    done(folder, "incident", "close", name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("declare", "x", "--severity", "9"), "argument --severity"),
        (
            ("declare", "x", "--severity", "2", "--about", "metric/usefull"),
            "there is no metric/usefull: nearest: metric/useful",
        ),
        (("declare", "x", "--severity", "2", "--suspect", "deploy/1"), "there is no deploy/1"),
        (
            ("declare", "x", "--severity", "2", "--started", "2027-01-01"),
            "an incident cannot start after it was detected",
        ),
        (("assign", "INC-1", "zoe"), "there is no person 'zoe'"),
        (("assign", "INC-2", "olu"), "there is no inc/2: nearest: inc/1"),
        (("mitigate", "INC-1"), "inc/1 is triage and cannot become mitigated"),
        (("resolve", "INC-1", "--cause", "data"), "inc/1 is triage and cannot become resolved"),
        (("close", "INC-1"), "inc/1 is triage and cannot become closed"),
        (("update", "INC-1"), "nothing new about inc/1"),
        (("update", "INC-1", "--state", "active"), "inc/1 has no commander: `mlcockpit incident assign inc/1 PERSON`"),
        (("update", "INC-1", "--suspect", "deploy/4"), "there is no deploy/4"),
        (("postmortem", "INC-1", "--accept"), "inc/1 has no postmortem"),
        (("postmortem", "INC-1"), "one of the arguments --file --accept is required"),
    ],
)
def test_what_is_not_lawful_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    folder = a_team(tmp_path)
    declared(folder)
    assert said in refused(folder, "incident", *words)


def test_it_is_not_resolved_before_its_cause_is_known(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder)
    done(folder, "incident", "assign", name, "olu")
    assert "inc/1 has no cause yet" in refused(folder, "incident", "resolve", name)
    done(folder, "incident", "update", name, "--cause", "infra")
    assert "cause (infra)" in done(folder, "incident", "resolve", name).out


def test_nothing_is_dated_before_what_it_follows(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder)
    done(folder, "incident", "assign", name, "olu")
    said = refused(folder, "incident", "mitigate", name, "--at", "2026-02-01")
    assert "inc/1 was last changed at 2026-02-20 00:00: give a later --at" == said


def test_a_severe_incident_is_not_closed_without_an_accepted_postmortem(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = resolved(folder)
    assert "inc/1 is SEV2 and has no postmortem" in refused(folder, "incident", "close", name)
    (tmp_path / "pm.md").write_text(POSTMORTEM, encoding="utf-8")
    done(folder, "incident", "postmortem", name, "--file", str(tmp_path / "pm.md"), "--as", "olu")
    assert "the postmortem of inc/1 is not accepted: somebody other than olu" in refused(
        folder, "incident", "close", name
    )
    assert "olu wrote the postmortem of inc/1" in refused(
        folder, "incident", "postmortem", name, "--accept", "--as", "olu"
    )


def test_a_mild_incident_is_closed_without_one(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    assert "closed" == done(folder, "incident", "close", resolved(folder, 3), "--json").json["state"]
    assert [] == done(folder, "incident", "list", "--json").json["sections"][0]["rows"]
    assert 1 == len(done(folder, "incident", "list", "--all", "--json").json["sections"][0]["rows"])


@pytest.mark.parametrize(
    "action",
    ["- [ ] alert 2026-04-01", "- [ ] alert @ana", "- [ ] alert @zoe 2026-04-01", "* [ ] alert @ana 2026-13-01"],
)
def test_a_postmortem_is_not_accepted_while_an_action_has_no_owner_or_date(tmp_path: Path, action: str) -> None:
    folder = a_team(tmp_path)
    name = resolved(folder)
    (tmp_path / "pm.md").write_text(f"{POSTMORTEM}{action}\n", encoding="utf-8")
    done(folder, "incident", "postmortem", name, "--file", str(tmp_path / "pm.md"), "--as", "olu")
    said = refused(folder, "incident", "postmortem", name, "--accept", "--as", "ida")
    assert f"the postmortem of inc/1 has 1 actions without owner or date ({action[6:]})" in said


def test_a_postmortem_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = resolved(folder)
    (tmp_path / "empty.md").write_text(" \n", encoding="utf-8")
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04\xff")
    assert "holds 2 characters" in refused(folder, "incident", "postmortem", name, "--file", str(tmp_path / "empty.md"))
    for place in ("model.pkl", "nowhere.md"):
        said = refused(folder, "incident", "postmortem", name, "--file", str(tmp_path / place), code=4)
        assert f"{place} cannot be read as text" in said


def test_an_incident_that_ended_takes_no_more_news(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder)
    done(folder, "incident", "update", name, "false alarm", "--state", "cancelled")
    assert "inc/1 is cancelled: declare a new one" in refused(folder, "incident", "update", name, "more")
    assert "inc/1 is cancelled: nobody works on it" in refused(folder, "incident", "assign", name, "olu")


def test_a_duty_is_not_given_twice_or_to_who_left(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = declared(folder)
    done(folder, "incident", "assign", name, "olu")
    assert "olu is commander of inc/1 already" in refused(folder, "incident", "assign", name, "olu")
    done(folder, "people", "depart", "ana")
    assert "person/ana has left" in refused(folder, "incident", "assign", name, "ana", "--duty", "scribe")
