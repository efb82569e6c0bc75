"""Where several scripts fit a run equally well, a person picks one, or says that the best may be taken, or nothing is run."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mlcockpit.domain.cleaning import clean
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.recipe import Resolved, resolve

Choose = Callable[[str, Sequence[str]], int | None]
"""(question, candidates) → the place of the chosen one; None where a person chose none."""


@dataclass(frozen=True)
class Picked:
    """A recipe with one command, or why there is none."""

    resolved: Resolved
    refusal: str = ""
    """Why nothing can be run before somebody picks; empty where one command is known."""


def pick(facts: RunFacts, resolved: Resolved, *, best: bool, choose: Choose | None) -> Picked:
    """Return the recipe with the command that a person picked, or with the best one where `best` says so."""
    choices = resolved.command.choices
    if not choices:
        return Picked(resolved)
    recipe = resolved.recipe
    listed = recipe["command"].candidates[: len(choices)]
    if best:
        note = f"{len(choices)} commands fit equally well and --yes took the first: {shlex.join(choices[0][0])}"
        return Picked(replace(resolved, recipe=replace(recipe, notes=(*recipe.notes, clean(note, 300)))))
    place = choose(f"{len(choices)} commands fit run {recipe.run_id} equally well", listed) if choose else None
    if place is not None and 0 <= place < len(choices):
        words, cwd = choices[place]
        return Picked(resolve(replace(facts, command_given=words, cwd_given=cwd or ".")))
    words, cwd = choices[-1]
    example = f"--command {shlex.quote(shlex.join(words))} --cwd {shlex.quote(cwd or '.')}"
    refusal = f"{len(choices)} commands fit equally well: {' | '.join(listed[:3])}; "
    return Picked(resolved, f"{refusal}pick one, as in {example}, or take the first with --yes")
