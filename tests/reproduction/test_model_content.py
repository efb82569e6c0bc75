"""Real models of each library, trained twice with one seed and once with another, are told apart by content and not by bytes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import mlcockpit.child
from tests.reproduction.model_libraries import python_with_model_libraries

COMPARE = Path(mlcockpit.child.__path__[0]) / "model_content.py"
KINDS = (
    *("catboost", "cloudpickle", "function", "grid", "lightgbm", "pyfunc", "skops", "xgboost-json", "xgboost-ubj"),
    *("seed-without-effect", "unknown"),
)
pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `first` and `again`, trained by one seed in two processes, and `other`, by another."""
    top = tmp_path_factory.mktemp("models")
    python, trainer = python_with_model_libraries(), Path(__file__).with_name("trainer.py")
    for told in (["first=1"], ["again=1", "other=2"]):
        done = subprocess.run([python, trainer, *told], cwd=top, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return top


@pytest.fixture(scope="module")
def answers(models: Path) -> dict[str, dict[str, str]]:
    """Return `again` and `other` → kind → what its comparison with `first` says."""
    asked = [[f"first/{kind}", f"{which}/{kind}"] for which in ("again", "other") for kind in KINDS]
    (models / "asked.json").write_text(json.dumps(asked))
    argv = [python_with_model_libraries(), COMPARE, "asked.json", "answers.json"]
    done = subprocess.run(argv, cwd=models, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = iter(json.loads((models / "answers.json").read_text()))
    return {which: {kind: next(found) for kind in KINDS} for which in ("again", "other")}


def test_the_same_training_has_equal_content_although_bytes_differ(models: Path, answers: dict[str, object]) -> None:
    expected = dict.fromkeys(KINDS, "equal_content") | {"unknown": "unknown"}
    assert expected == {kind: one["verdict"] for kind, one in answers["again"].items()}, answers["again"]
    differing = {
        path.parent.name
        for path in models.glob("first/*/*")
        if path.is_file() and path.read_bytes() != (models / "again" / path.parent.name / path.name).read_bytes()
    }
    assert differing >= {"skops", "grid", "catboost", "pyfunc"}


def test_another_seed_is_different_and_says_where(answers: dict[str, dict[str, dict[str, str]]]) -> None:
    other = answers["other"]
    expected = dict.fromkeys(KINDS, "different") | {"seed-without-effect": "equal_predictions", "unknown": "unknown"}
    assert expected == {kind: one["verdict"] for kind, one in other.items()}, other
    assert (
        "LogisticRegression.random_state was 1, now 2; predictions on the input example are equal"
        in (other["seed-without-effect"]["detail"])
    )
    assert "predictions: " in other["pyfunc"]["detail"]
    assert "weights.xyz" in other["unknown"]["detail"]


def test_a_model_that_cannot_be_loaded_is_unknown_and_not_different(models: Path) -> None:
    for which in ("first", "again"):
        folder = models / which / "broken"
        folder.mkdir()
        (folder / "model.pkl").write_bytes(b"\x80\x04no pickle" + os.urandom(4))
    (models / "asked.json").write_text(json.dumps([["first/broken", "again/broken"]]))
    argv = [python_with_model_libraries(), COMPARE, "asked.json", "answers.json"]
    subprocess.run(argv, cwd=models, capture_output=True, check=True)
    (answer,) = json.loads((models / "answers.json").read_text())
    assert "unknown" == answer["verdict"]
    assert "model.pkl cannot be loaded" in answer["detail"]
