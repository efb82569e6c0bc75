"""Shares of a change sum to it, treat causes alike that are alike, and never come from a mixture that was not run."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.analysis.shapley import Attribution, Mixture, attribute

NAMES = ("code", "environment", "data", "parameters", "seed")
VALUE = st.floats(-1e6, 1e6)


def mixtures(names: Sequence[str]) -> list[Mixture]:
    return [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]


@st.composite
def games(draw: st.DrawFn, least: int = 1) -> tuple[tuple[str, ...], dict[Mixture, float]]:
    names = NAMES[: draw(st.integers(least, 4))]
    return names, {mixture: draw(VALUE) for mixture in mixtures(names)}


def changes(found: Attribution | None) -> dict[str, float]:
    assert found is not None
    return {name: part.change for part in found.parts for name in part.names if len(part.names) == 1}


def some_missing(
    values: Mapping[Mixture, float], lost: Sequence[Mixture], names: Sequence[str]
) -> dict[Mixture, float]:
    ends = (frozenset(), frozenset(names))
    return {mixture: value for mixture, value in values.items() if mixture in ends or mixture not in lost}


@given(games(), st.data())
def test_the_parts_sum_to_the_change_whichever_mixtures_are_missing(
    game: tuple[tuple[str, ...], dict[Mixture, float]], data: st.DataObject
) -> None:
    names, values = game
    known = some_missing(values, data.draw(st.lists(st.sampled_from(mixtures(names)))), names)
    found = attribute(names, known)
    assert found is not None
    whole = values[frozenset(names)] - values[frozenset()]
    assert whole == pytest.approx(sum(part.change for part in found.parts), abs=1e-6)
    assert sorted(names) == sorted(name for part in found.parts for name in part.names)
    assert 1 <= found.orderings <= found.possible
    assert all(part.low <= part.change + 1e-6 and part.change <= part.high + 1e-6 for part in found.parts)


@given(games())
def test_with_every_mixture_every_ordering_counts(game: tuple[tuple[str, ...], dict[Mixture, float]]) -> None:
    found = attribute(*game)
    assert found is not None
    assert found.is_exact


@given(games(2))
def test_what_never_matters_gets_nothing(game: tuple[tuple[str, ...], dict[Mixture, float]]) -> None:
    names, values = game
    idle = names[0]
    flat = {mixture: values[mixture - {idle}] for mixture in values}
    assert 0.0 == changes(attribute(names, flat))[idle]


@given(games(2))
def test_two_that_do_the_same_get_the_same(game: tuple[tuple[str, ...], dict[Mixture, float]]) -> None:
    names, values = game
    one, other = names[0], names[1]
    alike = {
        mixture: values[mixture - {other} | {one}] if other in mixture and one not in mixture else values[mixture]
        for mixture in values
    }
    found = changes(attribute(names, alike))
    assert found[one] == pytest.approx(found[other], abs=1e-6)


@given(games(), st.data())
def test_exchanging_the_runs_negates_every_part(
    game: tuple[tuple[str, ...], dict[Mixture, float]], data: st.DataObject
) -> None:
    names, values = game
    known = some_missing(values, data.draw(st.lists(st.sampled_from(mixtures(names)))), names)
    there = attribute(names, known)
    back = attribute(names, {frozenset(names) - mixture: value for mixture, value in known.items()})
    assert there is not None
    assert back is not None
    assert [part.names for part in there.parts] == [part.names for part in back.parts]
    assert [-part.change for part in there.parts] == pytest.approx([part.change for part in back.parts], abs=1e-6)


def test_an_interaction_is_shared_by_halves() -> None:
    values = {frozenset(): 1.0, frozenset({"data"}): 3.0, frozenset({"code"}): 2.0, frozenset({"data", "code"}): 12.0}
    assert {"code": 5.0, "data": 6.0} == changes(attribute(("code", "data"), values))


def test_orderings_through_a_missing_mixture_are_left_out() -> None:
    values = {frozenset(): 1.0, frozenset({"code"}): 2.0, frozenset({"data", "code"}): 12.0}
    found = attribute(("code", "data"), values)
    assert found is not None
    assert (1, 2, False) == (found.orderings, found.possible, found.is_exact)
    assert {"code": 1.0, "data": 10.0} == changes(found)


def test_causes_that_no_mixture_parts_share_one_part() -> None:
    joint = frozenset({"code", "parameters"})
    values = {frozenset(): 0.0, frozenset({"data"}): 1.0, joint: 5.0, joint | {"data"}: 8.0}
    found = attribute(("code", "data", "parameters"), values)
    assert found is not None
    assert [(("code", "parameters"), 6.0), (("data",), 2.0)] == [(part.names, part.change) for part in found.parts]
    assert (2, 2, False) == (found.orderings, found.possible, found.is_exact)


@pytest.mark.parametrize("lost", [frozenset(), frozenset({"data", "code"})])
def test_without_both_ends_there_is_nothing_to_share(lost: Mixture) -> None:
    values = {mixture: 1.0 for mixture in mixtures(("code", "data")) if mixture != lost}
    assert attribute(("code", "data"), values) is None
