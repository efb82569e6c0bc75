"""A shift around a deployment is only called clear when it is larger than the weeks' own spread."""

import pytest

from mlcockpit.analysis.before_after import shift
from mlcockpit.domain.product import Observation
from tests.builders import an_observation, days_ago


def around(before: list[float], after: list[float]) -> list[Observation]:
    values = before + after
    return [an_observation("m", value, age_days=7 * (len(values) - place)) for place, value in enumerate(values)]


def test_a_jump_beyond_the_noise_is_clear() -> None:
    found = shift(around([0.38, 0.40, 0.39, 0.41], [0.64, 0.66, 0.65, 0.67]), days_ago(29))
    assert found is not None
    assert (found.n_before, found.n_after, found.is_clear) == (4, 4, True)
    assert pytest.approx(found.difference) == 0.26


def test_a_difference_within_the_spread_is_not_clear() -> None:
    found = shift(around([0.3, 0.5, 0.4, 0.45], [0.35, 0.55, 0.42, 0.5]), days_ago(29))
    assert found is not None
    assert not found.is_clear


def test_fewer_than_three_values_on_a_side_say_nothing() -> None:
    assert shift(around([0.3, 0.5, 0.4], [0.35, 0.55]), days_ago(15)) is None  # two values after
