from typing import Any

from mlcockpit.domain.run import RunInput
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.rules.data.unknown_training_data import UnknownTrainingData
from tests.builders import a_dataset_version, a_deployment, a_model_version, a_project, a_run
from tests.rules.found import found, outcomes


def live(inputs: tuple[RunInput, ...], **parts: Any) -> Snapshot:
    run = a_run("r1", inputs=inputs)
    return a_project(
        runs={"r1": run}, model_versions=[a_model_version(2, "r1")], deployments=[a_deployment(2)], **parts
    )


def test_fires_when_the_live_model_logged_no_data() -> None:
    assert found(UnknownTrainingData, live(())) == [
        "D02 deploy/2: churn@2 in prod was trained by run/r1, which logged no data"
    ]


def test_fires_when_nobody_published_what_it_read() -> None:
    seen = live((RunInput("customers", "6c1e", "local", "file:///elsewhere/customers.csv", "training"),))
    assert found(UnknownTrainingData, seen) == [
        "D02 deploy/2: churn@2 in prod was trained by run/r1 on data that nobody published: customers (6c1e)"
    ]


def test_is_silent_when_the_digest_is_an_alias_of_a_published_version() -> None:
    version = a_dataset_version("customers", mlflow_digests=["6c1e"])
    assert (
        found(
            UnknownTrainingData,
            live((RunInput("customers", "6c1e", "local", "x.csv", "training"),), dataset_versions=[version]),
        )
        == []
    )


def test_says_unknown_when_the_registry_names_no_run() -> None:
    project = a_project(model_versions=[a_model_version(2, None)], deployments=[a_deployment(2)])
    assert outcomes(UnknownTrainingData, project) == ["unknown"]


def test_does_not_speak_of_a_closed_deployment() -> None:
    from tests.builders import days_ago

    project = a_project(model_versions=[a_model_version(2, None)], deployments=[a_deployment(2, ended_at=days_ago(1))])
    assert found(UnknownTrainingData, project) == []
