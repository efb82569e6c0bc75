"""The command line that led to logged parameters is put together again by reading the script."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlcockpit.domain.run_record import RunInput, RunRecord
from mlcockpit.reproduction.resolve.flag_values import FlagValues, match_flags
from mlcockpit.reproduction.source.reading import read_script

HEAD = (
    "import argparse\nimport sys\nimport mlflow\n"
    "from sklearn.ensemble import RandomForestClassifier\np = argparse.ArgumentParser()\n"
)


@dataclass(frozen=True)
class Files:
    """A commit's files held in memory."""

    held: dict[str, str]

    def files(self) -> Sequence[str]:
        """Return every path."""
        return sorted(self.held)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes."""
        return self.held[path].encode() if path in self.held else None


def matched(
    script: str, run: RunRecord | None = None, *, others: dict[str, str] | None = None, **params: str
) -> FlagValues:
    """Return what is put together for a script at train.py and a run with these parameters."""
    files = Files({"train.py": script, **(others or {})})
    reading = read_script(files, "train.py")
    assert reading is not None
    return match_flags(reading, run or RunRecord("r", params=params), files)


def test_a_parameter_logged_under_another_name_gives_the_flag_its_value() -> None:
    script = HEAD + "p.add_argument('--learning-rate', type=float, default=0.1)\na = p.parse_args()\n"
    script += "mlflow.log_param('lr', a.learning_rate)\n"
    assert matched(script, lr="0.5").arguments == ("--learning-rate", "0.5")


def test_a_value_equal_to_the_default_is_not_typed() -> None:
    script = HEAD + "p.add_argument('--lr', type=float, default=0.10)\na = p.parse_args()\nmlflow.log_params(vars(a))\n"
    assert matched(script, lr="0.1").arguments == ()


def test_parameters_of_autologging_are_no_flags_unless_a_flag_feeds_them() -> None:
    script = (
        HEAD
        + "p.add_argument('--trees', type=int, default=10)\na = p.parse_args()\nRandomForestClassifier(n_estimators=a.trees)\n"
    )
    found = matched(script, n_estimators="50", bootstrap="True", max_depth="None")
    assert found.arguments == ("--trees", "50")
    assert dict(found.params) == {"n_estimators": "trees"}


def test_a_value_is_followed_through_functions_and_modules() -> None:
    script = "import cli, mlflow\ndef train(rate):\n    mlflow.log_param('rate', rate)\nargs = cli.parse()\ntrain(args.eta)\n"
    other = (
        "import argparse\ndef parse():\n    p = argparse.ArgumentParser()\n    p.add_argument('--eta', type=float)\n"
    )
    other += "    return p.parse_args()\n"
    assert matched(script, others={"cli.py": other}, rate="0.3").arguments == ("--eta", "0.3")


def test_a_switch_is_typed_only_where_it_was_on() -> None:
    script = (
        HEAD
        + "p.add_argument('--shuffle', action='store_true')\np.add_argument('--no-bias', dest='bias', action='store_false')\n"
    )
    script += "mlflow.log_params(vars(p.parse_args()))\n"
    assert matched(script, shuffle="True", bias="True").arguments == ("--shuffle",)
    assert matched(script, shuffle="False", bias="False").arguments == ("--no-bias",)


def test_lists_are_typed_word_by_word_and_negative_numbers_with_an_equals_sign() -> None:
    script = HEAD + "p.add_argument('--layers', nargs='+', type=int)\np.add_argument('--shift', type=float)\n"
    script += "mlflow.log_params(vars(p.parse_args()))\n"
    assert matched(script, layers="[64, 32]", shift="-1.5").arguments == ("--layers", "64", "32", "--shift=-1.5")


def test_positions_of_argv_are_filled_in_their_order() -> None:
    script = "import sys, mlflow\nalpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5\n"
    script += "ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5\n"
    script += "mlflow.log_param('l1_ratio', ratio)\nmlflow.log_param('alpha', alpha)\n"
    assert matched(script, alpha="0.7", l1_ratio="0.5").arguments == ("0.7", "0.5")
    assert matched(script, alpha="0.5", l1_ratio="0.5").arguments == ()


def test_a_required_flag_takes_the_file_that_the_run_logged_as_its_input() -> None:
    script = (
        HEAD
        + "import pandas as pd\np.add_argument('--train-csv', required=True)\na = p.parse_args()\npd.read_csv(a.train_csv)\n"
    )
    run = RunRecord("r", inputs=(RunInput("d", "1", '{"uri": "data/a.csv"}', "local"),))
    assert matched(script, run).arguments == ("--train-csv", "data/a.csv")


def test_a_required_flag_that_nothing_recorded_is_a_gap() -> None:
    script = HEAD + "p.add_argument('--fold', type=int, required=True)\np.parse_args()\n"
    assert matched(script).gaps == ("--fold",)


def test_the_experiment_and_run_name_give_flags_their_values() -> None:
    script = HEAD + "p.add_argument('--experiment')\np.add_argument('--name')\na = p.parse_args()\n"
    script += "mlflow.set_experiment(a.experiment)\nmlflow.start_run(run_name=a.name)\n"
    found = matched(script, RunRecord("r", name="try 7", experiment="churn"))
    assert found.arguments == ("--experiment", "churn", "--name", "try 7")


def test_a_subcommand_and_its_flags_stand_after_the_main_ones() -> None:
    script = HEAD + "p.add_argument('--seed', type=int, default=0)\ns = p.add_subparsers(dest='what')\n"
    script += "t = s.add_parser('train')\nt.add_argument('--depth', type=int)\n"
    script += "e = s.add_parser('score')\ne.add_argument('--rows', type=int)\nmlflow.log_params(vars(p.parse_args()))\n"
    assert matched(script, seed="3", depth="5", what="train").arguments == ("--seed", "3", "train", "--depth", "5")


def test_a_constant_that_the_commit_logs_otherwise_is_a_contradiction() -> None:
    script = "import mlflow\nDEPTH = 4\nmlflow.log_param('depth', DEPTH)\n"
    assert matched(script, depth="9").contradictions == ("depth was logged as 9, but train.py:3 at this commit logs 4",)
    assert matched(script, depth="4").contradictions == ()


TRAINER = (
    "import click, mlflow\nimport pandas as pd\nfrom predict import predict\n"
    "class Trainer:\n"
    "    def __init__(self, data_path, depth):\n        self.data_path = data_path\n        self.depth = depth\n"
    "    def fit(self):\n        mlflow.set_tag('data', self.data_path)\n        mlflow.log_param('max_depth', self.depth)\n"
    "        mlflow.log_input(mlflow.data.from_pandas(pd.read_csv(self.data_path), source=self.data_path))\n"
    "@click.command()\n@click.option('--data-path', default='https://example.org/wine.csv')\n@click.option('--depth', type=int)\n"
    "def main(data_path, depth):\n    trainer = Trainer(data_path, depth)\n    trainer.fit()\n    predict()\n"
    "if __name__ == '__main__':\n    main()\n"
)
OTHER_SCRIPT = (
    "import click\ndef predict():\n    pass\n"
    "@click.command()\n@click.option('--model-uri', required=True)\ndef main(model_uri):\n    predict()\n"
    "if __name__ == '__main__':\n    main()\n"
)


def test_a_value_is_followed_through_an_object_that_keeps_it() -> None:
    run = RunRecord("r", params={"max_depth": "5"}, tags={"data": "../data/wine.csv"})
    found = matched(TRAINER, run, others={"predict.py": OTHER_SCRIPT})
    assert found.arguments == ("--data-path", "../data/wine.csv", "--depth", "5")


def test_flags_of_another_script_that_is_only_imported_are_not_asked_for() -> None:
    run = RunRecord("r", params={"max_depth": "5"})
    assert matched(TRAINER, run, others={"predict.py": OTHER_SCRIPT}).gaps == ()
    parser = "import argparse\ndef parse():\n    p = argparse.ArgumentParser()\n    p.add_argument('--model', required=True)\n"
    parser += "    return p.parse_args()\ndef predict():\n    pass\nif __name__ == '__main__':\n    parse()\n"
    assert matched(TRAINER, run, others={"predict.py": parser}).gaps == ()


def test_flags_of_an_imported_module_that_the_script_calls_stay() -> None:
    script = "import mlflow, options as o\na = o.parse()\nmlflow.log_param('depth', a.depth)\n"
    options = (
        "import argparse\ndef parse():\n    p = argparse.ArgumentParser()\n    p.add_argument('--depth', type=int)\n"
    )
    options += "    return p.parse_args()\nif __name__ == '__main__':\n    print(parse())\n"
    assert matched(script, others={"options.py": options}, depth="7").arguments == ("--depth", "7")


def test_fields_of_a_dataclass_are_followed_to_their_flags() -> None:
    script = (
        HEAD
        + "from dataclasses import dataclass\np.add_argument('--lr', type=float)\np.add_argument('--n', type=int)\n"
    )
    script += "@dataclass\nclass Config:\n    rate: float\n    rounds: int = 10\na = p.parse_args()\n"
    script += "c = Config(a.lr, rounds=a.n)\nmlflow.log_params({'learning_rate': c.rate, 'boosting': c.rounds})\n"
    assert matched(script, learning_rate="0.5", boosting="20").arguments == ("--lr", "0.5", "--n", "20")


def test_names_that_the_tracker_chose_are_not_typed() -> None:
    script = HEAD + "p.add_argument('--experiment')\np.add_argument('--name')\na = p.parse_args()\n"
    script += "mlflow.set_experiment(a.experiment)\nmlflow.start_run(run_name=a.name)\n"
    assert () == matched(script, RunRecord("r", name="dashing-crane-376", experiment="Default")).arguments
    mine = RunRecord("r", name="night-run", experiment="wine")
    assert ("--experiment", "wine", "--name", "night-run") == matched(script, mine).arguments


def test_an_absolute_path_of_the_file_that_the_source_names_is_no_contradiction() -> None:
    script = HEAD + "import os\nmlflow.log_param('data', os.path.abspath('data/a.csv'))\n"
    assert () == matched(script, data="/home/ana/project/data/a.csv").contradictions
    assert 1 == len(matched(script, data="/home/ana/project/data/b.csv").contradictions)
