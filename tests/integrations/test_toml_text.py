"""Any text survives the way into a TOML file and back, and shows nothing hidden in it."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.cleaning import clean, clean_lines
from mlcockpit.integrations.toml_text import toml_comment, toml_list, toml_string

TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


@given(TEXTS)
def test_a_string_reads_back_as_it_was(text: str) -> None:
    assert text == tomllib.loads(f"a = {toml_string(text)}")["a"]


@given(st.lists(TEXTS))
def test_a_list_reads_back_as_it_was(texts: list[str]) -> None:
    assert texts == tomllib.loads(f"a = {toml_list(texts)}")["a"]


@given(TEXTS)
def test_nothing_hidden_stands_in_the_file(text: str) -> None:
    shown = toml_string(text)
    assert clean(shown, 10**6) == shown


@given(st.text())
def test_a_comment_stays_one_line(text: str) -> None:
    comment = toml_comment(text)
    assert tomllib.loads(f"{comment}\na = 1") == {"a": 1}
    assert clean_lines(comment) == comment
