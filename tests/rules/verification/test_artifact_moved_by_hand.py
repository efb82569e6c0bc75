from typing import Any

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.rules.verification.artifact_moved_by_hand import ArtifactMovedByHand
from tests.builders import a_deployment, a_file, a_model_version, a_project
from tests.rules.found import found, outcomes

FILE = a_file(models={"churn": {}}, environments={"prod": {"model": "churn", "artifact": "serving/model.pkl"}})
GOOD, OTHER, STRANGE = "a" * 64, "b" * 64, "c" * 64


def served(digest: str | None, **parts: Any) -> Snapshot:
    versions = [a_model_version(1, "r0", artifact_sha256=OTHER), a_model_version(2, "r1", artifact_sha256=GOOD)]
    return a_project(FILE, model_versions=versions, deployments=[a_deployment(2, artifact_sha256=digest, **parts)])


def test_is_silent_when_the_served_file_is_the_registered_one() -> None:
    assert found(ArtifactMovedByHand, served(GOOD)) == []


def test_names_the_version_that_is_served_instead() -> None:
    assert found(ArtifactMovedByHand, served(OTHER)) == [
        "V02 deploy/2: prod serves serving/model.pkl, which is not churn@2 but churn@1"
    ]


def test_fires_when_the_file_changed_after_the_deployment() -> None:
    assert found(ArtifactMovedByHand, served(GOOD, extra={"seen_sha256": STRANGE})) == [
        "V02 deploy/2: prod serves serving/model.pkl, which is not churn@2 nor any registered version"
    ]


def test_says_unknown_when_the_served_file_cannot_be_read() -> None:
    assert outcomes(ArtifactMovedByHand, served(None)) == ["unknown"]


def test_is_silent_where_no_served_file_is_declared() -> None:
    assert found(ArtifactMovedByHand, a_project(deployments=[a_deployment(2)])) == []
