"""The verdict follows from the comparison alone, in the order parameters, data, code, environment, metrics."""

from dataclasses import replace

import pytest

from mlcockpit.analysis.spread import Spread
from mlcockpit.domain.recipe import NAMES, Ingredient, Recipe
from mlcockpit.domain.reproduction_result import ArtifactComparison, MetricComparison
from mlcockpit.domain.run_record import RunInput, RunRecord
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.compare import ParameterDifference
from mlcockpit.reproduction.data_bytes import DataFinding
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


@pytest.mark.parametrize(("difference", "where"), [(0.02, "inside"), (0.2, "outside")])
def test_a_difference_is_held_against_what_other_seeds_differ_by(difference: float, where: str) -> None:
    apart = MetricComparison("auc", 0.875, 0.875 - difference, "different")
    found = judge(an_outcome(metrics=(apart,), spreads={"auc": Spread(0.87, 0.01, 6)}))
    assert (
        f"lies {where} the 0.028 by which honest runs of this recipe with other seeds differ (auc 0.87 ± 0.01 (n 6))"
        in (found.reason)
    )


def test_without_other_seeds_nothing_is_said_of_chance() -> None:
    assert "honest runs" not in judge(an_outcome(metrics=(OTHER,))).reason


def test_an_input_of_old_date_that_its_digest_does_not_cover_is_a_suspect() -> None:
    long = RunInput(
        "flights", "d1", schema='{"mlflow_colspec": [{"type": "long", "name": "x"}]}', profile='{"num_rows": 20000}'
    )
    item = {"path": "f.csv", "name": "flights", "mlflow_digest": "d1"}
    recipe = RECIPE.with_(data=Ingredient("data", Standing.INFERRED, [item], ""))
    unsure = an_outcome(
        recipe=recipe,
        original=replace(RUN, inputs=(long,)),
        metrics=(OTHER,),
        data=(DataFinding("f.csv", "unchecked"),),
    )
    assert "data" == judge(unsure).first_difference
    assert "the recorded digest of flights does not cover all but the first 10,000 rows" in judge(unsure).reason
    sure = replace(unsure, data=(DataFinding("f.csv", "same"),))
    assert ("metrics", False) == (judge(sure).first_difference, "digest" in judge(sure).reason)


def test_a_model_equal_by_its_predictions_is_equivalent_and_one_that_cannot_be_read_is_noted() -> None:
    near = ArtifactComparison(
        "model", "equal_content", "predictions on the input example are equal", model=True, close=True
    )
    found = judge(an_outcome(artifacts=(near,)))
    assert Verdict.EQUIVALENT == found.verdict
    assert "model: predictions on the input example are equal" in found.reason
    unknown = ArtifactComparison("model", "excluded", "unknown: no library can load it", model=True)
    found = judge(an_outcome(artifacts=(unknown,)))
    assert (Verdict.IDENTICAL, ("model: unknown: no library can load it",)) == (found.verdict, found.notes)


def test_a_run_without_metrics_is_equal_by_weak_evidence() -> None:
    found = judge(an_outcome(metrics=()))
    assert Verdict.IDENTICAL == found.verdict
    assert "weak evidence: the run logged no metric that can be compared" in found.reason


def test_a_failed_run_that_now_ends_well_is_not_identical() -> None:
    found = judge(an_outcome(original=replace(RUN, status="FAILED")))
    assert Verdict.EQUIVALENT == found.verdict
    assert "the original ended FAILED, the rerun did not" in found.reason


def test_a_failed_run_that_fails_again_is_identical_in_that_sense() -> None:
    failed = replace(RUN, status="FAILED")
    found = judge(an_outcome(original=failed, rerun=failed, exit_status=1))
    assert Verdict.IDENTICAL == found.verdict
    assert "it failed again in the same way" in found.reason


def test_finished_after_an_exception_is_said_and_judged_by_what_was_logged() -> None:
    found = judge(an_outcome(exit_status=1))
    assert Verdict.IDENTICAL == found.verdict
    assert "the command ends with status 1 after logging, as the original may have" in found.reason
    captured = judge(an_outcome(exit_status=1, recorded_exit=0))
    assert Verdict.FAILED == captured.verdict
