"""Projects of every command-line framework are trained by an older MLflow and reproduced end to end from its records alone."""

import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.machine import Elsewhere, machine

pytestmark = pytest.mark.ci

FRAMEWORKS = ("typer", "hydra-core", "absl-py", "fire", "click", "pyyaml")

FIT = """
import mlflow

def fit(power, scale, **more):
    values = [float(line) ** power for line in open("data/numbers.csv")]
    with mlflow.start_run():
        mlflow.log_params({"power": power, "scale": scale, **more})
        mlflow.log_metric("mean", scale * sum(values) / len(values))
        mlflow.log_metric("largest", max(values) + 0.125)
"""
TYPER = """
import typer
from typing import Annotated
from fit import fit
app = typer.Typer()

@app.command()
def train(power: Annotated[int, typer.Option("--power", "-p")] = 1, scale: float = typer.Option(1.0), fast: bool = False):
    fit(power, scale, fast=fast)

@app.command()
def describe(path: str = "data/numbers.csv"):
    print(len(open(path).readlines()))

if __name__ == "__main__":
    app()
"""
CLICK = """
import click
from fit import fit

@click.group()
@click.option("--seed", type=int, default=1)
@click.pass_context
def cli(context, seed):
    context.obj = seed

@cli.command()
@click.option("--power", type=int, required=True)
@click.option("--scale", type=float, default=1.0)
@click.pass_obj
def train(seed, power, scale):
    fit(power, scale, seed=seed)

@cli.command()
@click.option("--path", default="x")
def score(path):
    print(path)

if __name__ == "__main__":
    cli()
"""
ARGPARSE = """
import argparse
from fit import fit

def train(args):
    fit(args.power, args.scale, seed=args.seed)

def score(args):
    print(args.path)

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
commands = parser.add_subparsers(required=True)
one = commands.add_parser("train")
one.add_argument("--power", type=int, default=1)
one.add_argument("--scale", type=float, default=1.0)
one.set_defaults(run=train)
other = commands.add_parser("score")
other.add_argument("--path", default="x")
other.set_defaults(run=score)
args = parser.parse_args()
args.run(args)
"""
ABSL = """
from absl import app, flags
from fit import fit
FLAGS = flags.FLAGS
POWER = flags.DEFINE_integer("power", 1, "the power")
flags.DEFINE_float("scale", 1.0, "the scale")
flags.DEFINE_bool("fast", True, "")

def main(argv):
    fit(POWER.value, FLAGS.scale, fast=FLAGS.fast)

if __name__ == "__main__":
    app.run(main)
"""
FIRE = """
import fire
from fit import fit

class Trainer:
    def train(self, power=1, scale=1.0):
        fit(power, scale)

if __name__ == "__main__":
    fire.Fire(Trainer)
"""
VARIABLES = """
import os
from fit import fit
POWER = int(os.environ["POWER"])
fit(POWER, float(os.getenv("SCALE", "1.0")), mode=os.environ.get("TRAIN_MODE", "plain"))
"""
HYDRA = """
import os
import hydra
from hydra.utils import to_absolute_path
from omegaconf import DictConfig, OmegaConf
import mlflow

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    values = [float(line) ** cfg.model.power for line in open(to_absolute_path("data/numbers.csv"))]
    with mlflow.start_run():
        mlflow.log_params({"model.name": cfg.model.name, "model.power": cfg.model.power, "scale": cfg.scale, "seed": cfg.seed})
        mlflow.log_metric("mean", cfg.scale * sum(values) / len(values))
        mlflow.log_metric("largest", max(values) + 0.125)
    open("note.txt", "w").write(os.getcwd())

if __name__ == "__main__":
    main()
"""
FILES = """
import tomllib
from pathlib import Path
import yaml
from fit import fit
with open("config/train.yaml") as source:
    train = yaml.safe_load(source)["train"]
fit(**train, seed=tomllib.loads(Path("settings.toml").read_text())["seed"])
"""
WITH_CONFIG = """
import argparse, yaml
from fit import fit
p = argparse.ArgumentParser()
p.add_argument("--config", required=True)
args = p.parse_args()
fit(**yaml.safe_load(open(args.config)))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """Return one project with a program of each framework, its packages locked beside it."""
    world = Elsewhere(tmp_path_factory.mktemp("frameworks"), machine=machine("2.16.2", *FRAMEWORKS))
    programs = {
        "by_typer.py": TYPER, "by_click.py": CLICK, "by_argparse.py": ARGPARSE, "by_absl.py": ABSL, "by_fire.py": FIRE,
        "by_variables.py": VARIABLES, "by_hydra.py": HYDRA, "by_files.py": FILES, "with_config.py": WITH_CONFIG,
        "fit.py": FIT, "requirements.lock": world.machine.freeze(), "config/train.yaml": "train: {power: 2, scale: 0.5}\n",
        "settings.toml": "seed = 3\n",
        "config/small.yaml": "power: 1\nscale: 4.0\n", "config/large.yaml": "power: 3\nscale: 4.0\n",
        "conf/config.yaml": "defaults:\n- model: small\n- _self_\nseed: 1\nscale: 1.0\nhydra:\n  job:\n    chdir: true\n",
        "conf/model/small.yaml": "name: small\npower: 1\n", "conf/model/large.yaml": "name: large\npower: 3\n",
    }  # fmt: skip
    for name, text in programs.items():
        world.put(name, text)
    world.put("data/numbers.csv", "".join(f"{n * 1.5}\n" for n in range(1, 30)))
    world.commit("First")
    return world


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        (["by_typer.py", "train", "-p", "3", "--fast"], ["by_typer.py", "train", "--power", "3", "--fast"]),
        (["by_click.py", "--seed", "7", "train", "--power", "3"], ["by_click.py", "--seed", "7", "train", "--power", "3"]),
        (["by_argparse.py", "--seed", "7", "train", "--scale", "0.5"], ["by_argparse.py", "--seed", "7", "train", "--scale", "0.5"]),
        (["by_absl.py", "--power=3", "--nofast"], ["by_absl.py", "--power", "3", "--nofast"]),
        (["by_fire.py", "train", "--power=3"], ["by_fire.py", "train", "--power", "3"]),
        (["by_hydra.py", "model=large", "scale=0.5"], ["by_hydra.py", "model=large", "scale=0.5"]),
        (["by_files.py"], ["by_files.py"]),
        (["with_config.py", "--config", "config/large.yaml"], ["with_config.py", "--config", "config/large.yaml"]),
    ],
    ids=lambda words: words[0].removesuffix(".py"),
)  # fmt: skip
def test_a_program_is_started_again_as_it_was(world: Elsewhere, typed: list[str], again: list[str]) -> None:
    result = world.reproduce(world.train(*typed))
    assert (["python", *again], Verdict.IDENTICAL) == (list(result.command), result.verdict), result.reason
    assert "2.16.2" in str(result.ingredients)


def test_variables_of_the_shell_come_back_from_what_was_logged(world: Elsewhere) -> None:
    world.environ = {"POWER": "3", "SCALE": "0.5"}
    run = world.train("by_variables.py")
    world.environ = {}
    result = world.reproduce(run)
    assert Verdict.IDENTICAL == result.verdict, result.reason
    assert ("env", "POWER=3", "SCALE=0.5", "python", "by_variables.py") == result.command
