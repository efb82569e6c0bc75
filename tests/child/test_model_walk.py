"""Two objects are equal only where every part was read and is equal; what cannot be read is named, never guessed."""

import copy
import datetime
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.child.model_walk import Different, Walk, lightgbm_lines

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5) | st.binary(max_size=5)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


class Holder:
    """An object with parts."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


def walked(a: object, b: object) -> Walk:
    walk = Walk()
    walk.same(a, b, "model")
    return walk


@given(VALUES)
def test_a_copy_is_equal_and_wholly_read(value: object) -> None:
    walk = walked(Holder(part=value), Holder(part=copy.deepcopy(value)))
    assert ([], 0.0) == (walk.unread, walk.largest)


@given(st.lists(VALUES, max_size=4), st.integers())
def test_a_part_that_changed_is_found_wherever_it_is(around: list[object], number: int) -> None:
    was = Holder(deep=[*around, {"leaf": (number, np.arange(3))}])
    now = copy.deepcopy(was)
    now.deep[-1]["leaf"] = (number, np.array([0, 1, 3]))
    with pytest.raises(Different, match=r"1 of 3 values differ"):
        walked(was, now)


def test_numbers_within_tolerance_are_counted_and_not_different() -> None:
    assert walked(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9])).largest == pytest.approx(1e-9)


@pytest.mark.parametrize("make", [threading.Lock, lambda: iter_of("ab"), lambda: socket.socket()])
def test_what_cannot_be_told_is_unread_and_not_equal(make: Callable[[], object]) -> None:
    one, other = make(), make()
    assert [f"model:Holder.part:{type(one).__name__}"] == walked(Holder(part=one), Holder(part=other)).unread


def iter_of(text: str) -> Iterator[str]:
    yield from text


def test_the_day_and_how_long_it_took_do_not_count() -> None:
    was = Holder(trained_at=datetime.datetime(2026, 1, 1), refit_time_=0.1, results={"mean_fit_time": [1.0]}, c=1)
    now = Holder(trained_at=datetime.datetime(2026, 1, 2), refit_time_=0.2, results={"mean_fit_time": [2.0]}, c=1)
    assert [] == walked(was, now).unread


def test_code_pickled_by_value_is_compared_with_its_constants_defaults_and_closures() -> None:
    def made(source: str) -> object:
        names: dict[str, object] = {"__name__": "__main__"}
        exec(compile(source, f"/{id(names)}/train.py", "exec"), names)
        return names["made"]

    kept = "class made:\n  rate = 2\n  def predict(self, x, more=1):\n    return [y * 3 for y in x]\n"
    walked(made(kept)(), made("\n\n" + kept)())  # type: ignore[operator]
    for old, new in (("rate = 2", "rate = 4"), ("y * 3", "y * 4"), ("more=1", "more=2"), ("y * 3", "y + 3")):
        with pytest.raises(Different):
            walked(made(kept)(), made(kept.replace(old, new))())  # type: ignore[operator]


def test_an_object_that_holds_itself_ends() -> None:
    was, now = Holder(n=1), Holder(n=1)
    was.me, now.me = was, now
    assert [] == walked(was, now).unread


def test_keys_of_other_names_are_different() -> None:
    with pytest.raises(Different, match="other entries: 'b'"):
        walked({"a": 1}, {"a": 1, "b": 2})


def test_a_lightgbm_text_is_read_as_numbers_without_its_machine() -> None:
    text = "tree\nleaf_value=0.5 1e-3\nname=a b\n[num_threads: 4]\n[seed: 3]\n\npandas_categorical:null\n"
    assert ["tree", ["leaf_value", [0.5, 0.001]], "name=a b", "[seed: 3]"] == lightgbm_lines(text)
