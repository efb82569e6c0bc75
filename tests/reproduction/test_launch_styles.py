"""However a run was started, a small real project that was started so is reproduced end to end from plain MLflow records."""

from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.world import World

LOG = """
import mlflow
def log(power, scale, path="data/numbers.csv"):
    with open(path) as source:
        values = [float(line) ** power for line in source]
    with mlflow.start_run(nested=bool(mlflow.active_run())):
        mlflow.log_params({"power": power, "scale": scale})
        mlflow.log_metric("mean", scale * sum(values) / len(values))
        mlflow.log_metric("largest", max(values) + 0.125)
"""
CLICK = """
import click
from ours.record import log
@click.command()
@click.option("--power", type=int, default=1)
@click.option("--scale", type=float, default=1.0)
def main(power, scale):
    log(power, scale)
main()
"""
ARGV = (
    "import sys\nfrom ours.record import log\nlog(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)\n"
)
CONFIG = "import json\nfrom ours.record import log\nlog(**json.load(open('config.json')))\n"
MODULE = "from .record import log\nimport argparse\np = argparse.ArgumentParser()\n"
MODULE += "p.add_argument('--power', type=int)\np.add_argument('--scale', type=float)\n"
MODULE += "def main():\n    a = p.parse_args()\n    log(a.power, a.scale)\nif __name__ == '__main__':\n    main()\n"
GRID = """
import argparse, mlflow
from ours.record import log
p = argparse.ArgumentParser()
p.add_argument("--most", type=int, default=2)
a = p.parse_args()
with mlflow.start_run():
    mlflow.log_param("most", a.most)
    for power in range(1, a.most + 1):
        log(power, 1.5)
    mlflow.log_metric("tried", a.most + 0.25)
"""
PROJECT = """
name: numbers
entry_points:
  main:
    parameters:
      power: {type: float, default: 1}
      scale: {type: float, default: 1.0}
    command: "python by_argv.py {power} {scale}"
"""
STAGES = """
stages:
  fit:
    cmd: python by_argv.py ${fit.power} ${fit.scale}
    deps: [../data/numbers.csv]
"""
HYDRA = """
import hydra
from ours.record import log
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    log(cfg.model.power, cfg.model.scale)
main()
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return one project with a script for each way of launching."""
    world = World(tmp_path_factory.mktemp("styles"))
    world.write(
        ours____init___dot_py="", ours__record_dot_py=LOG, ours__fit_dot_py=MODULE, by_click_dot_py=CLICK, by_argv_dot_py=ARGV,
        by_config_dot_py=CONFIG, config_dot_json='{"power": 2, "scale": 0.5}', grid_dot_py=GRID, requirements_dot_txt="mlflow\n",
    )  # fmt: skip
    world.put("ours/__init__.py", "")
    world.put(
        "setup.py",
        "from setuptools import setup\nsetup(entry_points={'console_scripts': ['numbers-fit=ours.fit:main']})\n",
    )
    world.put("data/numbers.csv", "".join(f"{n * 1.5}\n" for n in range(1, 30)))
    world.put("sub/MLproject", PROJECT)
    below = ARGV.replace("from ours", "sys.path.insert(0, '..')\nfrom ours").replace(
        "1.0)\n", "1.0, '../data/numbers.csv')\n"
    )
    world.put("sub/by_argv.py", below)
    world.put("stages/dvc.yaml", STAGES)
    world.put("stages/params.yaml", "fit: {power: 3, scale: 0.25}\n")
    world.put("stages/by_argv.py", below)
    world.commit("First")
    return world


def identical(world: World, run: str) -> list[str]:
    """Return the command with which a run was reproduced."""
    result = world.reproduce(run)
    assert result.verdict == Verdict.IDENTICAL, result.reason
    return list(result.command)


@pytest.mark.ci
def test_click(world: World) -> None:
    assert identical(world, world.train("by_click.py", "--power", "3")) == ["python", "by_click.py", "--power", "3"]


@pytest.mark.ci
def test_bare_argv(world: World) -> None:
    assert identical(world, world.train("by_argv.py", "3", "0.5")) == ["python", "by_argv.py", "3", "0.5"]


def test_a_config_file_without_arguments(world: World) -> None:
    assert identical(world, world.train("by_config.py")) == ["python", "by_config.py"]


def test_a_module_of_a_package(world: World) -> None:
    run = world.train("-m", "ours.fit", "--power", "3", "--scale", "0.5")
    assert identical(world, run) == ["python", "-m", "ours.fit", "--power", "3", "--scale", "0.5"]


@pytest.mark.ci
def test_a_child_of_a_grid_search_reruns_the_whole_launch(world: World) -> None:
    world.train("grid.py", "--most", "3")
    run = world.runs()[-2]
    result = world.reproduce(run)
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert result.command == ("python", "grid.py", "--most", "3")
    assert [Verdict.IDENTICAL] * 3 == [one.verdict for one in result.other_runs]


@pytest.mark.ci
def test_an_mlproject_in_a_folder_below(world: World) -> None:
    world.launch("mlflow", "run", "sub", "-P", "power=3", "--env-manager", "local")
    assert identical(world, world.runs()[-1]) == ["mlflow", "run", ".", "-P", "power=3", "--env-manager", "local"]


@pytest.mark.ci
def test_a_dvc_stage(world: World) -> None:
    run = world.train("by_argv.py", "3", "0.25", cwd="stages")
    assert identical(world, run) == ["python", "by_argv.py", "3", "0.25"]


@pytest.mark.ci
def test_a_console_script(world: World) -> None:
    start = "import sys; from ours.fit import main; sys.argv[0] = 'numbers-fit'; sys.exit(main())"
    run = world.launch("python", "-c", start, "--power", "3", "--scale", "0.5")
    assert identical(world, run)[-4:] == ["--power", "3", "--scale", "0.5"]


@pytest.mark.ci
def test_hydra_overrides(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put("train.py", HYDRA.replace("import hydra\n", "").replace("@hydra.main", "import hydra\n@hydra.main"))
    world.put("conf/config.yaml", "defaults:\n- model: small\n- _self_\nseed: 1\n")
    world.put("conf/model/small.yaml", "power: 1\nscale: 1.0\n")
    world.put("conf/model/large.yaml", "power: 3\nscale: 2.0\n")
    world.put("ours/__init__.py", "")
    world.put("ours/record.py", LOG)
    world.commit("First")
    recipe = world.recipe(world.pretend("train.py", power="3", scale="0.5"))
    assert recipe.command == ("python", "train.py", "model=large", "model.scale=0.5")
