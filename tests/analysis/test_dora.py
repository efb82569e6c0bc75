"""Speed and safety of deployments come from records, and each number says how many cases it rests on."""

from datetime import timedelta

from mlcockpit.analysis.dora import dora, has_failed
from mlcockpit.domain.vocabulary import DeploymentState
from tests.builders import a_deployment, a_model_version, a_project, a_run, an_incident, days_ago

QUARTER = timedelta(days=91)


def measured(project: object) -> dict[str, tuple[float | None, int]]:
    return {each.name: (each.value, each.n) for each in dora(project, QUARTER)}  # type: ignore[arg-type]


def test_without_deployments_rates_are_unknown_and_not_zero() -> None:
    found = measured(a_project())
    assert found["change-fail rate"] == (None, 0)
    assert found["rework rate"] == (None, 0)
    assert found["deployments"] == (0.0, 0)


def test_frequency_lead_time_failure_and_rework_are_counted() -> None:
    project = a_project(
        deployments=[
            a_deployment(1, started_at=days_ago(60), ended_at=days_ago(55), state=DeploymentState.ROLLED_BACK),
            a_deployment(2, started_at=days_ago(55), planned=False),
            a_deployment(3, started_at=days_ago(200)),
        ],
        model_versions=[a_model_version(1, "r1"), a_model_version(2, "r2")],
        runs={"r1": a_run("r1", ended_at=days_ago(64)), "r2": a_run("r2", ended_at=days_ago(65))},
        incidents=[an_incident(1, started_at=days_ago(58), detected_at=days_ago(57), mitigated_at=days_ago(55))],
    )
    found = measured(project)
    assert found["deployments"] == (2 / 13, 2)
    assert found["lead time of a model"] == (7.0, 2)
    assert found["change-fail rate"] == (50.0, 2)
    assert found["rework rate"] == (50.0, 2)
    assert found["time to detect"] == (1.0, 1)
    assert found["time to mitigate"] == (2.0, 1)


def test_a_deployment_fails_when_a_severe_incident_names_it_within_two_weeks() -> None:
    deployment = a_deployment(1, started_at=days_ago(30))
    named = an_incident(1, suspect_deployment=1, started_at=days_ago(20))
    late = an_incident(2, suspect_deployment=1, started_at=days_ago(2))
    mild = an_incident(3, suspect_deployment=1, started_at=days_ago(20), severity=4)
    assert has_failed(a_project(incidents=[named]), deployment)
    assert not has_failed(a_project(incidents=[late, mild]), deployment)
