import re

from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.cleaning import MOST, clean, clean_lines

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\ud800-\udfff]"
)


@given(st.text(st.characters(exclude_categories=())))
def test_no_control_bidi_or_hidden_character_survives(text: str) -> None:
    assert FORBIDDEN.search(clean(text)) is None
    assert FORBIDDEN.search(clean_lines(text).replace("\n", "")) is None


@given(st.text(st.characters(exclude_categories=())))
def test_a_cleaned_text_is_short_and_encodes(text: str) -> None:
    assert len(clean(text, 40)) <= 40 or "‹U+" in clean(text, 40)
    assert clean(text) == clean(text).encode().decode()


@given(st.text(st.characters(categories=("L", "N", "P")), max_size=MOST))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


def test_an_escape_code_and_a_direction_override_are_made_visible() -> None:
    assert "␛]52;c;aGk=␇ ‹U+202E›dorp" == clean("\x1b]52;c;aGk=\x07 \u202edorp")


def test_an_emoji_of_several_parts_stays_whole() -> None:
    assert "👩\u200d🔬" == clean("👩\u200d🔬")


def test_lines_keep_their_ends_and_nothing_else() -> None:
    assert "a\nb    c␍d" == clean_lines("a\r\nb\tc\rd")
