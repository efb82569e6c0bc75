from mlcockpit.rules.operations.ghost_deployment import GhostDeployment
from tests.builders import a_deployment, a_file, a_project, an_alias, days_ago
from tests.rules.found import found

FILE = a_file(models={"churn": {}}, environments={"prod": {"model": "churn", "alias": "champion"}})


def test_is_silent_when_the_move_was_recorded() -> None:
    project = a_project(FILE, aliases=[an_alias("champion", 2)], deployments=[a_deployment(2)])
    assert found(GhostDeployment, project) == []


def test_fires_when_nobody_recorded_the_move() -> None:
    moved = an_alias("champion", 3, observed_after=days_ago(4), since=days_ago(3))
    project = a_project(FILE, aliases=[moved], deployments=[a_deployment(2)])
    assert found(GhostDeployment, project) == [
        "O02 model/churn@3: alias champion moved to version 3 between 2026-02-26 09:00 and 2026-02-27 09:00 "
        "and no deployment to prod says so"
    ]


def test_fires_when_the_alias_went_back_to_a_version_that_had_ended() -> None:
    back = an_alias("champion", 1, observed_after=days_ago(4), since=days_ago(3))
    old = a_deployment(1, started_at=days_ago(60), ended_at=days_ago(30))
    assert len(found(GhostDeployment, a_project(FILE, aliases=[back], deployments=[old, a_deployment(2)]))) == 1


def test_does_not_care_about_an_alias_that_no_environment_follows() -> None:
    assert found(GhostDeployment, a_project(FILE, aliases=[an_alias("bobs_favourite", 9)])) == []
