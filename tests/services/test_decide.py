"""`decide`: a choice is kept with its reasons and with what it is about."""

from pathlib import Path

import pytest

from tests.team import a_team, done, events, refused


def test_a_decision_is_kept_with_who_when_and_about_what(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    words = (
        "decide",
        "Go back?",
        "--choice",
        "yes",
        "--context",
        "alerts doubled",
        "--about",
        "metric/useful",
        "env/prod",
    )
    made = done(folder, *words, "--by", "ida", "olu", "--at", "2026-02-01", "--json").json
    assert ("decision/1", ["ida", "olu"], ["metric/useful", "env/prod"]) == (
        made["decision"],
        made["by"],
        made["about"],
    )
    (row,) = done(folder, "decision", "list", "--json").json["sections"][0]["rows"]
    assert ("Go back?", "yes") == (row["title"], row["choice"])
    assert row["at"].startswith("2026-02-01")
    assert ["decided"] == events(folder, "DEC-1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Go back?",), "the following arguments are required: --choice"),
        (("Go back?", "--choice", " "), "a decision needs a title and a choice"),
        (("Go back?", "--choice", "yes", "--about", "metric/usefull"), "there is no metric/usefull"),
        (("Go back?", "--choice", "yes", "--by", "zoe"), "there is no person 'zoe'"),
    ],
)
def test_half_a_decision_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused(a_team(tmp_path), "decide", *words)
