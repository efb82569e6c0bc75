"""A command that a person named is taken as it was typed."""

import posixpath
from itertools import pairwise

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.launcher import launcher_of
from mlcockpit.reproduction.resolve.command import Command, command_value
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import read_script


def given(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command that was named with --command; None where none was."""
    words = facts.command_given
    if not words:
        return None
    cwd = facts.cwd_given or facts.prefix or "."
    script = next((word for word in words if word.endswith((".py", ".ipynb"))), "")
    module = next((after.replace(".", "/") for word, after in pairwise(words) if word == "-m"), "")
    paths = [script] if script else [f"{module}.py", f"{module}/__main__.py"] if module else []
    readings = (read_script(tree, posixpath.normpath(posixpath.join(cwd, path)), cwd) for path in paths)
    reading = next((one for one in readings if one is not None), None)
    value = command_value(words, cwd, launcher_of(words).value, reading.script if reading else "")
    return Command(Ingredient("command", Standing.INFERRED, value, "named with --command"), reading)
