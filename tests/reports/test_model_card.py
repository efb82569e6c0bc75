"""A model card keeps what people wrote and makes the rest anew."""

from mlcockpit.reports.model_card import HUMAN, NOT_WRITTEN, make_card
from tests.views.story import a_story


def test_what_the_project_file_says_stands_in_the_first_card() -> None:
    card = make_card(a_story(), "model/churn@13")
    assert (card.name, card.written) == ("model/churn@13", 1)
    assert "rank customers for a call" in card.text
    assert card.text.count(NOT_WRITTEN) == len(HUMAN) - 1


def test_words_between_the_marks_survive_and_generated_ones_do_not() -> None:
    first = make_card(a_story(), "model/churn@13").text
    edited = first.replace(
        f"<!-- human:fairness -->\n{NOT_WRITTEN}", "<!-- human:fairness -->\nWe looked at *age*.\n\nTwo lines."
    ).replace("## Versions", "## Versions by hand")
    second = make_card(a_story(), "model/churn@13", edited)
    assert "We looked at *age*.\n\nTwo lines.\n<!-- /human -->" in second.text
    assert "by hand" not in second.text
    assert second.written == 2


def test_a_card_made_twice_is_the_same() -> None:
    first = make_card(a_story(), "model/churn@13").text
    assert make_card(a_story(), "model/churn@13", first).text == first
