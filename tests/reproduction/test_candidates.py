"""Where many scripts have one name, they are ranked by what speaks for each, and nothing is run on a guess that nobody allowed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.resolve.likeness import likeness
from mlcockpit.reproduction.source.reading import read_script
from mlcockpit.services.reproduce import Wishes, reproduce
from tests.reproduction.test_flag_values import Files
from tests.reproduction.world import World

TRAIN = """
import argparse
import mlflow
p = argparse.ArgumentParser()
p.add_argument("--{flag}", type=int, default=1)
a = p.parse_args()
with mlflow.start_run():
    mlflow.log_param("{flag}", a.{flag})
    mlflow.log_metric("{metric}", {number} + a.{flag} / 8)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a project in which 24 scripts are called train.py."""
    world = World(tmp_path_factory.mktemp("many"))
    for number in range(24):
        flag, metric = ("depth", "loss") if number < 2 else (f"rate{number}", "loss" if number % 2 else "score")
        world.put(f"models/m{number:02}/train.py", TRAIN.format(flag=flag, metric=metric, number=number))
    world.put("requirements.txt", "mlflow\n")
    world.commit("First")
    return world


def test_twenty_four_scripts_of_one_name_are_ranked_with_their_evidence(world: World) -> None:
    recipe = world.recipe(world.pretend("train.py", rate7="5"))
    assert ("python", "train.py", "--rate7", "5") == recipe.command
    assert "models/m07" == recipe.cwd
    assert Standing.INFERRED is recipe["command"].standing
    listed = recipe["command"].candidates
    assert 24 == len(listed)
    assert (
        "(in models/m07) python train.py --rate7 5: values logged for 1 of its flags; logs 1 of 1 parameters"
        == listed[0]
    )
    assert "logs depth, which the run has not" in " ".join(listed[1:])


def test_scripts_that_fit_equally_well_are_not_run_before_one_is_picked(world: World) -> None:
    run = world.train("train.py", "--depth", "4", cwd="models/m01")
    result = world.reproduce(run)
    assert (Verdict.INCOMPLETE, 3) == (result.verdict, result.exit_code)
    assert "2 commands fit equally well" in result.reason
    assert "--command 'python train.py --depth 4' --cwd models/m01, or take the first with --yes" in result.reason


@pytest.mark.ci
def test_the_best_is_taken_where_it_is_allowed_and_the_verdict_says_so(world: World) -> None:
    run = world.train("train.py", "--depth", "4", cwd="models/m00")
    result = world.reproduce(run, yes=True)
    assert Verdict.IDENTICAL == result.verdict, result.reason
    assert "2 commands fit equally well and --yes took the first: python train.py --depth 4" in result.notes


@pytest.mark.ci
def test_a_person_picks_one_of_the_listed(world: World) -> None:
    run = world.train("train.py", "--depth", "4", cwd="models/m01")
    asked: list[tuple[str, Sequence[str]]] = []

    def second(question: str, candidates: Sequence[str]) -> int:
        asked.append((question, candidates))
        return 1

    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    result = reproduce(cockpit, run, Wishes(trust=""), choose=second)
    cockpit.close()
    assert (Verdict.IDENTICAL, "models/m01") == (result.verdict, result.cwd), result.reason
    assert [(f"2 commands fit run {run} equally well", 2)] == [(question, len(listed)) for question, listed in asked]


def test_the_flavor_of_the_model_and_its_experiment_tell_scripts_apart(tmp_path: Path) -> None:
    files = Files(
        {
            "a.py": "import mlflow, xgboost\nmlflow.set_experiment('churn')\nmlflow.log_metric('auc', 1)\n",
            "b.py": "import mlflow, sklearn\nmlflow.set_experiment('other')\nmlflow.log_param('x', 1)\n",
        }
    )
    run = RunRecord("r", experiment="churn", metrics={"auc": 0.5})
    first, second = (read_script(files, name) for name in ("a.py", "b.py"))
    assert first is not None
    assert second is not None
    assert ("names 1 of 1 metrics", "imports xgboost, the flavor of the model", "logs to experiment churn") == likeness(
        first, run, ("xgboost",)
    ).why
    assert likeness(second, run, ("xgboost",)).points < 0
