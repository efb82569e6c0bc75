"""A recipe is resolved from gathered facts alone: one ingredient after the other, each with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlcockpit.domain.recipe import Ingredient, Recipe
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.dirty import dirty_hints
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.noise import spread_notes
from mlcockpit.reproduction.resolve.captured_command import captured
from mlcockpit.reproduction.resolve.code import CAPTURE, resolve_code
from mlcockpit.reproduction.resolve.command import Command, LaunchStyle, resolve_command
from mlcockpit.reproduction.resolve.concealed import concealed
from mlcockpit.reproduction.resolve.config_contradictions import config_contradictions
from mlcockpit.reproduction.resolve.console_command import console
from mlcockpit.reproduction.resolve.data import resolve_data
from mlcockpit.reproduction.resolve.environment import resolve_environment
from mlcockpit.reproduction.resolve.given_command import given
from mlcockpit.reproduction.resolve.notebook_command import notebook, with_tools
from mlcockpit.reproduction.resolve.parameters import resolve_parameters
from mlcockpit.reproduction.resolve.project_command import mlflow_project
from mlcockpit.reproduction.resolve.python_path import python_path
from mlcockpit.reproduction.resolve.script_command import script
from mlcockpit.reproduction.resolve.seed import resolve_seed
from mlcockpit.reproduction.resolve.stage_command import dvc_stage

STYLES: tuple[LaunchStyle, ...] = (given, captured, mlflow_project, dvc_stage, notebook, script, console)
"""Ways of launching that are recognised, best evidence first."""


@dataclass(frozen=True)
class Resolved:
    """A recipe with what was read of the script on the way."""

    recipe: Recipe
    command: Command
    dirty_hints: tuple[str, ...] = ()
    """Evidence that the run used uncommitted code."""


def resolve(facts: RunFacts) -> Resolved:
    """Return the recipe of a run; where the commit it names cannot have logged it, one of the next commits may have."""
    first = _resolve(facts)
    if facts.launch is not None or facts.commit_given or not _contradicted(first) or facts.repository is None:
        return first
    commit = first.recipe["code"].text("commit")
    for later in facts.repository.after(commit):
        other = _resolve(replace(facts, commit_given=later))
        if not _contradicted(other) and other.recipe["command"].standing is not Standing.MISSING:
            return replace(other, recipe=other.recipe.with_(code=_committed_later(first.recipe, other.recipe)))
    return first


def _contradicted(resolved: Resolved) -> bool:
    return bool(resolved.recipe["parameters"].deviations)


def _committed_later(first: Recipe, other: Recipe) -> Ingredient:
    """Return the code of a later commit as what most likely ran, because it holds what was logged."""
    named, later = first["code"].text("commit"), other["code"].text("commit")
    return replace(
        other["code"],
        standing=Standing.ASSUMED,
        evidence=f"the run names {named[:12]}, but what it logged stands first in {later[:12]}: committed after the run",
        deviations=(*first["parameters"].deviations, *other["code"].deviations),
        raise_by=CAPTURE,
    )


def _resolve(facts: RunFacts) -> Resolved:
    code = resolve_code(facts)
    commit = code.text("commit")
    repository = facts.repository
    tree = repository.at(commit) if repository is not None and commit and repository.exists(commit) else None
    command = resolve_command(facts, tree, STYLES)
    cwd = command.ingredient.text("cwd")
    argv = command.ingredient.texts("argv")
    reading = command.reading
    more: tuple[str, ...] = ()
    if facts.launch is None and reading is not None and tree is not None:
        typed = command.flags.params if command.flags else {}
        more = config_contradictions(reading, facts.run, tree, cwd, argv, typed)
    command = _on_path(command, python_path(reading, tree, cwd, module=_is_module(command, argv)))
    recipe = Recipe(
        run_id=facts.run.run_id,
        ingredients=(
            code,
            with_tools(resolve_environment(facts, tree, reading, cwd), command.ingredient),
            resolve_data(facts, tree, reading, cwd, argv),
            command.ingredient,
            resolve_parameters(facts, command.flags, more),
            resolve_seed(facts, reading),
        ),
        notes=(*(reading.stores if reading else ()), *spread_notes(facts.siblings)),
    )
    hints: tuple[str, ...] = ()
    if facts.launch is None and reading is not None:
        hints = dirty_hints(reading.program, tree, facts.folder, facts.run.start_ms)
    return Resolved(concealed(recipe), command, hints)


def _is_module(command: Command, argv: Sequence[str]) -> bool:
    return command.ingredient.text("launcher") == "module" or "-m" in argv[:2]


def _on_path(command: Command, folders: tuple[str, ...]) -> Command:
    """Return the command with the folders that must be on python's path."""
    value = command.ingredient.value
    if not folders or not isinstance(value, Mapping):
        return command
    paths = list(dict.fromkeys([*command.ingredient.texts("python_path"), *folders]))
    return replace(command, ingredient=replace(command.ingredient, value={**value, "python_path": paths}))
