"""The verdict follows from the comparison alone, in the order parameters, data, code, environment, metrics."""

from dataclasses import replace

import pytest

from mlcockpit.domain.recipe import NAMES, Ingredient, Recipe
from mlcockpit.domain.reproduction_result import ArtifactComparison, MetricComparison
from mlcockpit.domain.run_record import RunInput, RunRecord
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.compare import ParameterDifference
from mlcockpit.reproduction.judge import judge
from mlcockpit.reproduction.outcome import Outcome

RECIPE = Recipe("r", tuple(Ingredient(name, Standing.RECORDED, {}, f"evidence of {name}") for name in NAMES))
RUN = RunRecord("r", status="FINISHED", metrics={"auc": 0.875})
EQUAL = MetricComparison("auc", 0.875, 0.875, "equal")
CLOSE = MetricComparison("auc", 0.875, 0.8750000001, "within_tolerance")
OTHER = MetricComparison("auc", 0.875, 0.75, "different")


def an_outcome(**changes: object) -> Outcome:
    """Return an outcome in which everything is equal, but for the changes."""
    return replace(Outcome(RECIPE, RUN, RUN, 0, metrics=(EQUAL,)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "verdict", "first"),
    [
        ({}, Verdict.IDENTICAL, None),
        ({"metrics": (CLOSE,)}, Verdict.EQUIVALENT, None),
        ({"metrics": (OTHER,)}, Verdict.DIVERGED, "metrics"),
        ({"metrics": (OTHER,), "environment": ("numpy 2 instead of 1",)}, Verdict.DIVERGED, "environment"),
        ({"metrics": (OTHER,), "dirty_hints": ("train.py differs",)}, Verdict.DIVERGED, "code"),
        ({"metrics": (OTHER,), "inputs": ((RunInput("d", "1"), RunInput("d", "2")),)}, Verdict.INCOMPLETE, "data"),
        ({"parameters": (ParameterDifference("depth", "3", "4"),)}, Verdict.DIVERGED, "parameters"),
        ({"artifacts": (ArtifactComparison("model", "different", model=True),)}, Verdict.EQUIVALENT, "artifacts"),
        ({"timed_out": True}, Verdict.FAILED, None),
        ({"rerun": None}, Verdict.FAILED, None),
        ({"rerun": None, "exit_status": 1}, Verdict.FAILED, None),
    ],
)
def test_what_differs_first_decides(changes: dict[str, object], verdict: Verdict, first: str | None) -> None:
    found = judge(an_outcome(**changes))
    assert (found.verdict, found.first_difference) == (verdict, first), found.reason


def test_repeats_that_differ_make_a_run_not_deterministic_and_say_where_the_original_lies() -> None:
    found = judge(an_outcome(metrics=(OTHER,), repeats=({"auc": 0.9},)))
    assert (found.verdict, found.deterministic) == (Verdict.DIVERGED, False)
    assert "ranges from 0.75 to 0.9 over 2 reruns, the original lies inside" in found.reason


def test_constants_are_weak_evidence() -> None:
    assert "weak evidence" in judge(an_outcome(metrics=(MetricComparison("auc", 1.0, 1.0, "equal"),))).reason


def test_equal_results_confirm_what_was_assumed() -> None:
    recipe = RECIPE.with_(data=Ingredient("data", Standing.ASSUMED, {}, "guess"))
    second = MetricComparison("f1", 0.625, 0.625, "equal")
    assert (
        "2 equal results confirm what was assumed: data"
        in judge(an_outcome(recipe=recipe, metrics=(EQUAL, second))).notes
    )


def test_a_clock_is_left_out_and_named() -> None:
    clock = MetricComparison("fit_time", 1.0, 2.0, "excluded")
    found = judge(an_outcome(metrics=(EQUAL, clock)))
    assert (found.verdict, found.notes[0]) == (Verdict.IDENTICAL, "left out because they measure the machine: fit_time")
