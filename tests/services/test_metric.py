"""`metric`: values of product metrics come with source and n, and the same one is never stored twice."""

from pathlib import Path

import pytest

from tests.team import a_team, done, events, everything, refused

WEEKS = "week,numerator,denominator\n2026-W05,40,100\n2026-W06,55,100\n2026-W07,60,120\n"


def a_feed(folder: Path, text: str = WEEKS) -> Path:
    place = folder / "metrics" / "useful.csv"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


def counts(folder: Path, place: str) -> tuple[int, int, int]:
    found = done(folder, "metric", "import", "useful", place, "--json").json
    return found["new"], found["corrected"], found["known"]


def test_a_file_is_imported_once_however_it_is_named(tmp_path: Path) -> None:
    folder, place = a_team(tmp_path), a_feed(tmp_path)
    assert (3, 0, 0) == counts(folder, "metrics/useful.csv")
    before = everything(folder)
    assert (0, 0, 3) == counts(folder, "./metrics/useful.csv")
    assert (0, 0, 3) == counts(folder, str(place))
    assert before == everything(folder)
    assert ["declared", "observations imported", "owner assigned"] == sorted(events(folder, "metric/useful"))


def test_a_value_that_changed_is_corrected_and_the_log_has_both(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    a_feed(tmp_path)
    counts(folder, "metrics/useful.csv")
    a_feed(tmp_path, WEEKS.replace("2026-W06,55", "2026-W06,50") + "2026-W08,70,100\n")
    assert (1, 1, 2) == counts(folder, "metrics/useful.csv")
    assert {"observation corrected", "observation recorded"} < set(events(folder, "metric/useful"))
    assert '"value":0.55' in done(folder, "log", "metric/useful", "--json").out.replace("\\", "")


def test_counts_become_shares_with_an_interval(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    a_feed(tmp_path)
    counts(folder, "metrics/useful.csv")
    table, chart = done(folder, "metric", "trend", "useful", "--json").json["sections"]
    assert [(0.4, 100, "0.309 to 0.498"), (0.55, 100, "0.452 to 0.644")] == [
        (row["value"], row["n"], row["interval"]) for row in table["rows"][:2]
    ]
    assert (0.5, [0.4, 0.55, 0.5]) == (chart["target"], [point["value"] for point in chart["points"]])


def test_a_value_is_recorded_for_the_day_it_belongs_to(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "metric", "record", "metric/useful", "0.2", "--n", "80", "--at", "2026-02-23", "--as", "ida")
    (row,) = done(folder, "metric", "trend", "useful", "--json").json["sections"][0]["rows"]
    assert (0.2, 80, "person/ida") == (row["value"], row["n"], row["source"])
    assert row["at"].startswith("2026-02-23")
    assert "! 0.2" in done(folder, "metric", "list").out


def test_a_chart_marks_the_deployments_and_incidents_that_came_by(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    a_feed(tmp_path)
    counts(folder, "metrics/useful.csv")
    done(folder, "deploy", "churn@1", "lab", "--at", "2026-02-03")
    done(folder, "incident", "declare", "calls fail", "--severity", "3", "--at", "2026-02-05")
    done(folder, "deploy", "churn@1", "prod", "--at", "2025-02-03")
    marks = done(folder, "metric", "trend", "useful", "--json").json["sections"][1]["marks"]
    assert [("D", "churn@1 in lab"), ("I", "inc/1 calls fail")] == [(mark["kind"], mark["text"]) for mark in marks]


def test_a_metric_that_nobody_observed_is_unknown(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    assert "? unknown" in done(folder, "metric", "list").out
    assert "nothing observed yet" in done(folder, "metric", "trend", "useful").out


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("record", "usefull", "1"), "there is no metric/usefull: nearest: metric/useful", 2),
        (("record", "useful", "nan"), "is no observation", 2),
        (("record", "useful", "0.4", "--n", "0"), "is no observation", 2),
        (("record", "useful", "much"), "argument value", 2),
        (("import", "useful", "nowhere.csv"), "nowhere.csv is gone", 4),
        (("import", "useful", "bad.csv"), "bad.csv:3", 4),
        (("trend", "model/churn"), "'model/churn' names no metric", 2),
    ],
)
def test_what_cannot_be_read_is_refused_whole(tmp_path: Path, words: tuple[str, ...], said: str, code: int) -> None:
    folder = a_team(tmp_path)
    (tmp_path / "bad.csv").write_text("at,value\n2026-01-01,0.4\n2026-01-08,many\n", encoding="utf-8")
    assert said in refused(folder, "metric", *words, code=code)
