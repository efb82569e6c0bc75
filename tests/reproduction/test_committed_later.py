"""A run whose configuration was committed after it is recognised by what it logged, and the commit that came next is taken."""

from pathlib import Path

import pytest

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.resolve.config_contradictions import config_contradictions
from mlcockpit.reproduction.source.reading import read_script
from tests.reproduction.test_flag_values import Files
from tests.reproduction.world import World

SCRIPT = """
import argparse, json, mlflow

def settings(path):
    with open(path) as source:
        return json.load(source)

parser = argparse.ArgumentParser()
parser.add_argument("--config", default="params.json")
chosen = settings(parser.parse_args().config)["model"]
with mlflow.start_run():
    mlflow.log_param("alpha", chosen["alpha"])
    mlflow.log_param("rounds", chosen["rounds"])
    mlflow.log_metric("score", chosen["alpha"] * chosen["rounds"] / 7)
    mlflow.log_metric("size", chosen["alpha"] + 3 * chosen["rounds"])
"""
PARAMS = '{"model": {"alpha": %s, "rounds": 10}}'


def a_project(top: Path) -> World:
    world = World(top)
    world.write(train_dot_py=SCRIPT, requirements_dot_txt="mlflow\n")
    world.put("params.json", PARAMS % 0.9)
    world.commit("First")
    return world


def test_the_commit_that_came_next_is_assumed_and_equal_results_confirm_it(tmp_path: Path) -> None:
    world = a_project(tmp_path)
    world.put("params.json", PARAMS % 0.2)
    run = world.train("train.py")
    dirty = world.recipe(run)
    said = ("alpha was logged as 0.2, but params.json at this commit says 0.9",)
    assert (Standing.RECORDED, said) == (dirty["code"].standing, dirty["parameters"].deviations)
    assert world.reproduce(run).verdict is Verdict.INCOMPLETE
    later = world.commit("Lower alpha")
    found = world.recipe(run)["code"]
    assert (Standing.ASSUMED, later, said) == (found.standing, found.text("commit"), found.deviations)
    result = world.reproduce(run)
    assert result.verdict is Verdict.IDENTICAL, result.reason
    assert "2 equal results confirm what was assumed: code" in " ".join(result.notes)


def test_a_run_that_agrees_with_its_commit_stays_with_it(tmp_path: Path) -> None:
    world = a_project(tmp_path)
    first = world.git("rev-parse", "HEAD")
    run = world.train("train.py")
    world.put("params.json", PARAMS % 0.2)
    world.commit("Lower alpha")
    code = world.recipe(run)["code"]
    assert (Standing.RECORDED, first) == (code.standing, code.text("commit"))


@pytest.mark.parametrize(
    ("params", "config"),
    [
        ({"alpha": "0.2"}, PARAMS % 0.9),  # nothing agrees: the program may log what stands elsewhere
        ({"alpha": "0.9", "rounds": "10"}, PARAMS % 0.9),
        ({"alpha": "0.2", "rounds": "10"}, '{"a": {"alpha": 1}, "b": {"alpha": 2}, "rounds": 10}'),  # which alpha?
        ({"alpha": "0.2", "rounds": "10"}, "not json"),
    ],
)
def test_what_a_configuration_does_not_surely_say_is_no_contradiction(params: dict[str, str], config: str) -> None:
    files = Files({"train.py": SCRIPT, "params.json": config})
    reading = read_script(files, "train.py")
    assert reading is not None
    assert () == config_contradictions(reading, RunRecord("r", params=params), files, ".", ["python", "train.py"], {})


def test_the_file_that_the_command_names_counts_and_not_the_default() -> None:
    files = Files({"train.py": SCRIPT, "params.json": PARAMS % 0.9, "other.json": PARAMS % 0.2})
    reading = read_script(files, "train.py")
    assert reading is not None
    argv = ["python", "train.py", "--config=other.json"]
    run = RunRecord("r", params={"alpha": "0.9", "rounds": "10"})
    found = config_contradictions(reading, run, files, ".", argv, {})
    assert ("alpha was logged as 0.9, but other.json at this commit says 0.2",) == found
