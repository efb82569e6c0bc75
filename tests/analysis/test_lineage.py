"""Everything that is live can be followed to its data and code, both ways, and a missing link has a name."""

from mlcockpit.analysis.lineage import dataset_version_of, lineage_of
from mlcockpit.domain.run import RunInput
from mlcockpit.domain.run_facts import CodeEvidence
from tests.builders import a_dataset_version, a_deployment, a_file, a_model_version, a_project, a_run, days_ago
from tests.views.story import a_story

RUN = "9be0" + "1" * 28


def test_a_metric_comes_from_data_and_code_through_deployment_version_and_run() -> None:
    names = [node.name for node in lineage_of(a_story()).origins("metric/recall")]
    expected = ["deploy/9", "model/churn@13", f"run/{RUN}", "data/customers@v29", f"commit/{'a' * 40}"]
    assert expected == [name for name in names if name in expected]


def test_the_blast_radius_of_a_dataset_version_reaches_metrics_and_incidents() -> None:
    names = {node.name for node in lineage_of(a_story()).reach("data/customers@v29")}
    assert {f"run/{RUN}", "model/churn@13", "deploy/9", "metric/recall", "metric/offer_cost", "inc/42"} == names


def test_a_run_without_data_and_with_lost_changes_has_two_gaps() -> None:
    gaps = {node.label: node.gap for node in lineage_of(a_story()).origins("deploy/10") if node.gap}
    assert gaps["no data"] == "the run logged no dataset"
    assert gaps["commit bbbbbbb"] == "the tree was dirty and nothing kept it"


def test_a_captured_dirty_run_has_no_gap_in_its_code() -> None:
    kept = a_run("r", code=CodeEvidence(True, True, snapshot="c" * 40, dirty=True))
    project = a_project(model_versions=[a_model_version(1, "r")], runs={"r": kept})
    assert lineage_of(project).nodes[f"commit/{'a' * 40}"].gap == ""


def test_a_version_that_names_no_run_is_a_gap_and_no_crash() -> None:
    project = a_project(model_versions=[a_model_version(1, None)], deployments=[a_deployment(1)])
    assert [n.gap for n in lineage_of(project).origins("deploy/1") if n.gap] == ["the registry names no run"]


def test_a_declared_metric_that_no_live_model_moves_is_a_gap() -> None:
    project = a_project(a_file(metrics={"useful": {}}))
    assert [n.gap for n in lineage_of(project).origins("metric/useful")] == ["no live deployment moves this metric"]


def test_an_input_is_found_by_digest_first_and_else_by_the_newest_version_at_its_path_before_the_run() -> None:
    versions = [
        a_dataset_version("t", 1, path="data/t.csv", published_at=days_ago(30), mlflow_digests=["d1"]),
        a_dataset_version("t", 2, path="data/t.csv", published_at=days_ago(20)),
        a_dataset_version("t", 3, path="data/t.csv", published_at=days_ago(5)),
    ]
    project, run = a_project(dataset_versions=versions), a_run("r", started_at=days_ago(10))
    found = [
        dataset_version_of(project, RunInput("t", digest, "local", "/home/x/data/t.csv", ""), run)
        for digest in ("d1", "unheard")
    ]
    assert [version.number for version in found if version] == [1, 2]
    assert dataset_version_of(project, RunInput("u", "x", "local", "elsewhere.csv", ""), run) is None
