from mlcockpit.rules.product.unmeasurable_metric import UnmeasurableMetric
from tests.builders import a_file, a_project, an_observation
from tests.rules.found import found

PEOPLE = {"ida": {"name": "Ida", "discipline": "product"}}


def metric(**parts: object) -> object:
    return a_file(people=PEOPLE, metrics={"recall": {"owner": "ida", "target": 0.8, "cadence_days": 7, **parts}})


def test_is_silent_when_it_is_owned_targeted_and_fresh() -> None:
    assert (
        found(UnmeasurableMetric, a_project(metric(), observations=[an_observation("recall", 0.7, age_days=13)])) == []
    )


def test_fires_when_the_newest_value_is_older_than_two_cadences() -> None:
    project = a_project(metric(), observations=[an_observation("recall", 0.7, age_days=15)])
    assert found(UnmeasurableMetric, project) == [
        "P02 metric/recall: cannot be missed: its newest value is 15 days old, of a limit of 14"
    ]


def test_gives_labels_the_time_they_take() -> None:
    project = a_project(metric(label_lag_days=7), observations=[an_observation("recall", 0.7, age_days=15)])
    assert found(UnmeasurableMetric, project) == []


def test_names_everything_that_is_missing() -> None:
    file = a_file(metrics={"recall": {}})
    assert found(UnmeasurableMetric, a_project(file)) == [
        "P02 metric/recall: cannot be missed: it has no owner, it has no target, it was never measured"
    ]


def test_a_guardrail_needs_a_limit_and_no_target() -> None:
    project = a_project(metric(kind="guardrail", target=None), observations=[an_observation("recall", 0.7)])
    assert found(UnmeasurableMetric, project) == ["P02 metric/recall: cannot be missed: it has no floor or ceiling"]
