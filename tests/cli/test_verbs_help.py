"""Every command explains itself: a sentence, its options, and whole command lines to begin with."""

import shlex

import pytest

from mlcockpit.cli import catalogue
from mlcockpit.cli.main import main

COMMANDS = [
    (name, *((member,) if member else ()))
    for name in catalogue.names()
    for member in (catalogue.names(name) if catalogue.is_group(name) else [""])
]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_shows_examples_of_the_command_itself(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([*path, "--help"])
    assert 0 == done.value.code
    shown = capsys.readouterr().out
    examples = catalogue.load(path).examples
    assert [line for line in examples if line not in shown] == []
    assert [line for line in examples if shlex.split(line)[0] != "mlcockpit"] == []
    assert examples
