"""The command line of a click, typer, fire or absl program is put together again by reading it."""

from tests.reproduction.test_flag_values import matched

CLICK = """
import click, mlflow
@click.command()
@click.option("--learning-rate", "-l", type=float, default=0.1)
@click.option("--depth", default=3)
@click.option("--shuffle/--keep-order", default=True)
@click.option("--fast", is_flag=True)
@click.option("--tag", multiple=True)
@click.argument("kind")
def main(learning_rate, depth, shuffle, fast, tag, kind):
    with mlflow.start_run():
        mlflow.log_params({"lr": learning_rate, "shuffle": shuffle, "kind": kind, "fast": fast})
        fit(depth)
def fit(d):
    mlflow.log_param("max_depth", d)
main()
"""
GROUP = """
import click, mlflow
@click.group()
def cli():
    pass
@cli.command()
@click.option("--rate", type=float)
def train_model(**kwargs):
    mlflow.log_params(kwargs)
@cli.command("score")
@click.option("--path")
def score(path):
    mlflow.log_param("path", path)
cli()
"""
TYPER = """
import typer, mlflow
from typing_extensions import Annotated
app = typer.Typer()
@app.command()
def main(kind: str, depth: int = 3, rate: float = typer.Option(0.1, "--lr"),
         fast: bool = False, n: Annotated[int, typer.Option("--count")] = 5):
    mlflow.log_params({"kind": kind, "depth": depth, "rate": rate, "fast": fast, "n": n})
app()
"""


def test_click_options_arguments_and_switches_come_back() -> None:
    found = matched(CLICK, lr="0.5", shuffle="False", kind="trees", fast="True", max_depth="7")
    assert found.arguments == ("trees", "--learning-rate", "0.5", "--depth", "7", "--keep-order", "--fast") or set(found.arguments) == {
        "trees", "--learning-rate", "0.5", "--depth", "7", "--keep-order", "--fast",
    }  # fmt: skip
    assert found.gaps == ()


def test_the_subcommand_of_a_click_group_is_the_one_whose_options_were_logged() -> None:
    assert matched(GROUP, rate="0.5").arguments == ("train-model", "--rate", "0.5")
    assert matched(GROUP, path="x.csv").arguments == ("score", "--path", "x.csv")


def test_typer_parameters_come_back() -> None:
    found = matched(TYPER, kind="trees", depth="7", rate="0.5", fast="True", n="9")
    assert found.arguments == ("trees", "--depth", "7", "--lr", "0.5", "--fast", "--count", "9")


def test_typer_run_and_fire_take_the_parameters_of_one_function() -> None:
    typer = (
        "import typer, mlflow\ndef main(max_depth: int = 3):\n    mlflow.log_param('d', max_depth)\ntyper.run(main)\n"
    )
    assert matched(typer, d="7").arguments == ("--max-depth", "7")
    fire = "import fire, mlflow\ndef main(max_depth=3):\n    mlflow.log_param('d', max_depth)\nfire.Fire(main)\n"
    assert matched(fire, d="7").arguments == ("--max_depth", "7")


def test_absl_flags_come_back() -> None:
    script = "from absl import flags\nimport mlflow\nFLAGS = flags.FLAGS\nflags.DEFINE_integer('depth', 3, 'x')\n"
    script += "flags.DEFINE_boolean('fast', True, 'x')\nmlflow.log_param('d', FLAGS.depth)\nmlflow.log_param('fast', FLAGS.fast)\n"
    assert matched(script, d="7", fast="False").arguments == ("--depth", "7", "--nofast")
