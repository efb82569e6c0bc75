"""The command ingredient: what to type, where, for each way of launching that we know."""

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.flag_values import FlagValues
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading

CAPTURE = "start the next run with `mlcockpit run -- …`, which captures the whole command"


@dataclass(frozen=True)
class Command:
    """The command of a run, with what was read of its script on the way."""

    ingredient: Ingredient
    reading: Reading | None = None
    """None where there is no script that can be read."""
    flags: FlagValues | None = None
    choices: tuple[tuple[tuple[str, ...], str], ...] = ()
    """(argument list, working directory) of those that fit equally well; empty where one is best."""


LaunchStyle = Callable[[RunFacts, CodeTree], Command | None]
"""Recognises one way of launching; None where the run was not launched so."""


def resolve_command(facts: RunFacts, tree: CodeTree | None, styles: Sequence[LaunchStyle]) -> Command:
    """Return the first launch style's command that fits the run."""
    if tree is None:
        return missing("without the code the command cannot be derived", "supply the code first")
    for style in styles:
        found = style(facts, tree)
        if found is not None:
            return found
    name = facts.run.tag("mlflow.source.name")
    what = (
        f"mlflow.source.name is {name!r}, which no file of the commit matches"
        if name
        else "the tracker has no tag mlflow.source.name"
    )
    return missing(what, "name the script with --command")


def missing(why: str, step: str, candidates: Sequence[str] = ()) -> Command:
    """Return a command that is not known."""
    return Command(Ingredient("command", Standing.MISSING, None, why, candidates=tuple(candidates), raise_by=step))


def command_value(argv: Sequence[str], cwd: str, launcher: str, script: str = "") -> dict[str, Json]:
    """Return the value of a command ingredient."""
    value: dict[str, Json] = {"argv": list(argv), "cwd": posixpath.normpath(cwd or "."), "launcher": launcher}
    return value | {"script": script} if script else value
