"""However a program builds its subcommands with argparse, what is typed before and after them is put together again."""

import pytest

from tests.reproduction.test_flag_values import matched

HEAD = "import argparse, mlflow\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int)\n"
HEAD += "sub = p.add_subparsers(dest='command')\n"
TAIL = "a = p.parse_args()\nmlflow.log_params(vars(a))\n"
BODIES = {
    "one variable for all": "q = sub.add_parser('train')\nq.add_argument('--lr')\nq = sub.add_parser('score')\nq.add_argument('--path')\n",
    "parents": "common = argparse.ArgumentParser(add_help=False)\ncommon.add_argument('--lr')\n"
    "sub.add_parser('score')\nsub.add_parser('train', parents=[common])\n",
    "a function that takes the parser": "def options(q):\n    g = q.add_argument_group('x')\n    g.add_argument('--lr')\n"
    "t = sub.add_parser('train')\noptions(t)\ns = sub.add_parser('score')\ns.add_argument('--path')\n",
    "a function for each": "def train(sub):\n    q = sub.add_parser('train')\n    q.add_argument('--lr')\n"
    "def score(sub):\n    q = sub.add_parser('score')\n    q.add_argument('--path', required=True)\nscore(sub)\ntrain(sub)\n",
    "chained": "sub.add_parser('train').add_argument('--lr')\nsub.add_parser('score')\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_options_stand_after_the_command_that_declares_them(name: str) -> None:
    assert ("--seed", "7", "train", "--lr", "0.5") == matched(HEAD + BODIES[name] + TAIL, seed="7", lr="0.5").arguments


def test_a_group_of_a_parser_belongs_to_it() -> None:
    script = "import argparse, mlflow\np = argparse.ArgumentParser()\ng = p.add_mutually_exclusive_group()\n"
    script += "g.add_argument('--fast', action='store_true')\na = p.parse_args()\nmlflow.log_params(vars(a))\n"
    assert ("--fast",) == matched(script, fast="True").arguments


def test_nested_groups_of_click_and_typer_are_typed_in_their_order() -> None:
    click = "import click, mlflow\n@click.group()\n@click.option('--seed')\ndef cli(seed): pass\n@cli.group('model')\n"
    click += "def model_(): pass\n"
    click += "@model_.command('fit')\n@click.option('--lr')\ndef fit(lr):\n    mlflow.log_param('lr', lr)\n"
    click += "@click.command()\n@click.option('--path')\ndef score(path): pass\ncli.add_command(score, 'rate')\ncli()\n"
    assert ("--seed", "3", "model", "fit", "--lr", "0.5") == matched(click, lr="0.5", seed="3").arguments
    typer = "import typer, mlflow\napp = typer.Typer()\nsub = typer.Typer()\napp.add_typer(sub, name='model')\n"
    typer += "@app.callback()\ndef main(seed: int = 1):\n    pass\n"
    typer += "@sub.command()\ndef fit(lr: float = 0.1):\n    mlflow.log_param('lr', lr)\napp()\n"
    assert ("--seed", "3", "model", "fit", "--lr", "0.5") == matched(typer, lr="0.5", seed="3").arguments


def test_fire_takes_functions_by_name_and_a_class_with_its_own_parameters() -> None:
    table = "import fire, mlflow\ndef fit(lr=0.1):\n    mlflow.log_param('lr', lr)\n"
    table += "def other(x=1): pass\nfire.Fire({'train': fit, 'other': other})\n"
    assert ("train", "--lr", "0.5") == matched(table, lr="0.5").arguments
    trainer = "import fire, mlflow\nclass T:\n    def __init__(self, seed=1):\n        self.seed = seed\n    def fit(self, lr=0.1):\n"
    trainer += "        mlflow.log_params({'lr': lr, 'seed': self.seed})\nfire.Fire(T)\n"
    assert ("--seed", "3", "fit", "--lr", "0.5") == matched(trainer, lr="0.5", seed="3").arguments


def test_variables_of_the_shell_are_found_and_the_machines_own_are_left_alone() -> None:
    script = "import os, mlflow\nK = 'DEPTH'\n"
    script += (
        "mlflow.log_params({'d': int(os.environ[K]), 'lr': os.getenv('LR', '0.1'), 'h': os.environ.get('HOME')})\n"
    )
    found = matched(script, d="5", lr="0.1", h="/root")
    assert (("DEPTH=5",), ()) == (found.variables, found.arguments)


def test_the_configuration_file_is_the_one_that_holds_what_was_logged() -> None:
    script = "import argparse, yaml, mlflow\np = argparse.ArgumentParser()\np.add_argument('--config', default='conf/a.yaml')\n"
    script += "c = yaml.safe_load(open(p.parse_args().config))\nmlflow.log_params(c['model'])\n"
    others = {
        "conf/a.yaml": "model: {depth: 3, lr: 0.1}\n",
        "conf/b.yaml": "model: {depth: 5, lr: 0.10}\n",
        "pyproject.toml": "depth = 5\n",
    }
    assert ("--config", "conf/b.yaml") == matched(script, others=others, depth="5", lr="0.1").arguments
    assert () == matched(script, others=others, depth="3", lr="0.1").arguments
    placed = "import sys, json, mlflow\nmlflow.log_params(json.load(open(sys.argv[1])))\n"
    assert ("conf/b.yaml",) == matched(placed, others=others, depth="5", lr="0.1").arguments
