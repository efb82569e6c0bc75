"""The words of a command line tell how it starts its program and which Python runs it."""

import sys
from pathlib import Path

import pytest

from mlcockpit.reproduction.launcher import interpreter_of, launcher_of


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("python train.py --depth 5", "script"),
        ("/opt/env/bin/python3.11 -u -W ignore train.py", "script"),
        ("./train.py", "script"),
        ("python -m package.train", "module"),
        ("python -m mlflow run . -e main", "mlflow"),
        ("mlflow run .", "mlflow"),
        ("mlflow ui", "console"),
        ("uv run --frozen python train.py", "script"),
        ("poetry run train-model", "console"),
        ("env A=1 B=2 python train.py", "script"),
        ("time python -m package.train", "module"),
        ("dvc repro train", "dvc"),
        ("dvc exp run", "dvc"),
        ("jupyter nbconvert --execute a.ipynb", "notebook"),
        ("python -m papermill a.ipynb b.ipynb", "notebook"),
        ("train-model --fast", "console"),
        ("python -c pass", "other"),
        ("bash train.sh", "other"),
        ("uv run", "other"),
    ],
)
def test_every_usual_way_to_start_is_known(line: str, kind: str) -> None:
    assert launcher_of(line.split()) == kind


def test_the_interpreter_is_the_one_named_or_the_one_of_the_script(tmp_path: Path) -> None:
    script = tmp_path / "train-model"
    script.write_text(f"#!{sys.executable}\n")
    script.chmod(0o755)
    shell = tmp_path / "tool"
    shell.write_text("#!/bin/sh\n")
    shell.chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert interpreter_of([sys.executable, "train.py"], {}) == Path(sys.executable)
    assert interpreter_of(["train-model"], path) == Path(sys.executable)
    assert interpreter_of(["tool"], path) is None
    assert interpreter_of(["missing"], path) is None
