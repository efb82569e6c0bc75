"""A filter is read the same way each time, and nonsense in it is answered with where and what to write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.analysis.run_fields import Field, Space, compared_field, field_of, instant_of, sort_keys, version_range
from mlcockpit.analysis.run_filter import Compare, Op, RunFilter, Term, Word, parse
from mlcockpit.errors import UsageError

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
TEXT = st.text(min_size=1, max_size=12)
COMPARE = st.builds(Compare, field=TEXT, op=st.sampled_from(Op), value=TEXT)
TERM = st.builds(Term, what=st.one_of(st.builds(Word, TEXT), COMPARE), negated=st.booleans())
FILTER = st.builds(RunFilter, st.lists(st.lists(TERM, min_size=1, max_size=4).map(tuple), max_size=3).map(tuple))


class Known:
    """What these runs have logged."""

    metrics = frozenset({"auc", "epochs", "val loss"})
    params = frozenset({"lr", "epochs", "a.b"})
    tags = frozenset({"note"})


def words(text: str) -> list[list[str]]:
    return [[str(term) for term in terms] for terms in parse(text).alternatives]


def test_words_phrases_fields_and_alternatives_are_told_apart() -> None:
    assert [["auc>0.9", "data:customers@v30..", "-status:FAILED"]] == words(
        "auc>0.9 data:customers@v30.. -status:FAILED"
    )
    assert [["train"], ['"two words"', "lr=1e-3"]] == words('train or "two words" lr=1e-3')
    assert [['"val loss"<0.2', "has:note", "mark:"]] == words('"val loss"<0.2 has:note mark:')


def test_an_empty_filter_means_every_run() -> None:
    assert RunFilter() == parse("  ")


def test_a_quoted_or_is_a_word() -> None:
    assert [['"or"']] == words('"or"')


@pytest.mark.parametrize("text", ['"open', "or x", "x or", "x or or y", "lr>", "lr= x"])
def test_what_cannot_be_read_says_where(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


@given(FILTER)
def test_a_filter_reads_back_as_it_was_written(filter_: RunFilter) -> None:
    assert filter_ == parse(str(filter_))


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_a_usage_error(text: str) -> None:
    try:
        once = parse(text)
    except UsageError:
        return
    assert once == parse(str(once))


def test_a_name_means_a_column_then_what_was_logged() -> None:
    assert Field(Space.TEXT, "name") == field_of("name", Known())
    assert Field(Space.METRIC, "epochs") == field_of("epochs", Known(), wants_number=True)
    assert Field(Space.PARAM, "epochs") == field_of("epochs", Known())
    assert Field(Space.PARAM, "epochs") == field_of("params.epochs", Known(), wants_number=True)
    assert Field(Space.PARAM, "a.b") == field_of("a.b", Known())
    assert Field(Space.TAG, "note") == field_of("note", Known())


def test_an_unknown_field_lists_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean epochs"):
        field_of("epoch", Known())


@pytest.mark.parametrize("text", ["auc:high", "auc>high", "name>3", "note>x", "since>3d", "data!=x"])
def test_a_comparison_that_means_nothing_is_refused(text: str) -> None:
    ((term,),) = parse(text).alternatives
    assert isinstance(term.what, Compare)
    with pytest.raises(UsageError):
        compared_field(term.what, Known())


def test_sort_keys_say_which_way() -> None:
    assert [("auc", True), ("name", False)] == [
        (str(key.field), key.descending) for key in sort_keys("-auc, name", Known())
    ]
    with pytest.raises(UsageError):
        sort_keys("mark", Known())


def test_ages_and_dates_are_instants() -> None:
    assert datetime(2026, 3, 1, 12, tzinfo=UTC) == instant_of("7d", NOW)
    assert datetime(2026, 3, 8, tzinfo=UTC) == instant_of("12h", NOW)
    assert datetime(2025, 12, 31, tzinfo=UTC) == instant_of("2025-12-31", NOW)
    for wrong in ("soon", "99999999y", "7"):
        with pytest.raises(UsageError):
            instant_of(wrong, NOW)


def test_version_ranges_are_read() -> None:
    assert ("a", 30, 30) == version_range("a@v30")
    assert ("a", 30, float("inf")) == version_range("a@v30..")
    assert ("a", 0, 31) == version_range("a@..v31")
    assert ("a", 30, 31) == version_range("a@v30..v31")
    assert version_range("a@6c1e") is None


def test_a_value_that_begins_like_an_operator_is_written_in_quotes() -> None:
    filter_ = parse('auc>"=0"')
    assert ('auc>"=0"', filter_) == (str(filter_), parse(str(filter_)))
