"""A command that a person named is taken as it was typed."""

import posixpath

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import Command, command_value
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import read_script


def given(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command that was named with --command; None where none was."""
    words = facts.command_given
    if not words:
        return None
    cwd = facts.cwd_given or facts.prefix or "."
    script = next((word for word in words if word.endswith(".py")), "")
    path = posixpath.normpath(posixpath.join(cwd, script))
    reading = read_script(tree, path, cwd) if script else None
    value = command_value(words, cwd, "script", path if reading else "")
    return Command(Ingredient("command", Standing.INFERRED, value, "named with --command"), reading)
