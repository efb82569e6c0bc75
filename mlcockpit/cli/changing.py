"""The commands that run a changed recipe share their options and their question."""

import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlcockpit.cli.command import Answer
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Recipe

if TYPE_CHECKING:
    from mlcockpit.domain.changed_result import ChangedResult
    from mlcockpit.services.changed_recipe import Changed
    from mlcockpit.services.reproduce import Wishes


def add_arguments(parser: ArgumentParser) -> None:
    """Take what every run of a changed recipe takes."""
    parser.add_argument("--plan", action="store_true", help="show the changed recipe; run nothing")
    parser.add_argument("--trust", nargs="?", const="", metavar="ID", help="approve the changed recipe, or exactly ID")
    parser.add_argument(
        "--log", action="store_true", help="add the rerun to your own experiment; else your store stays"
    )
    parser.add_argument("--timeout", type=float, metavar="S", help="kill the command after S seconds")
    parser.add_argument("--memory", type=float, metavar="GB", help="the most memory that the command may take")
    parser.add_argument("--command", default="", metavar="LINE", help="the command line, where nothing recorded it")
    parser.add_argument("--cwd", default="", metavar="DIR", help="its working directory below the top of the code")
    parser.add_argument("--commit", default="", metavar="SHA", help="the commit, where nothing recorded it")


def wishes(options: Namespace) -> "Wishes":
    """Return how the rerun is wanted."""
    from mlcockpit.services.gather_run import Given
    from mlcockpit.services.reproduce import Wishes

    words = shlex.split(options.command) if options.command else []
    memory = int(options.memory * 2**30) if options.memory else None
    given = Given(words, options.cwd, options.commit)
    return Wishes(trust=options.trust, timeout_s=options.timeout, memory_bytes=memory, repeat=0, given=given)


def planned(changed: "Changed") -> Answer:
    """Return the answer to --plan."""
    from mlcockpit.domain.vocabulary import Standing
    from mlcockpit.views.changed_view import plan_sections

    recipe = changed.recipe
    data = recipe.to_json() | {
        "kind": changed.kind, "trust_id": recipe.trust_id, "swapped": [one.to_json() for one in changed.swaps],
    }  # fmt: skip
    code = 3 if recipe.standing is Standing.MISSING else 0
    notes = [f"nothing was run; trust id {recipe.trust_id}"]
    return Answer(plan_sections(recipe, changed.swaps, changed.why), data=data, notes=notes, exit_code=code)


def answered(result: "ChangedResult") -> Answer:
    """Return the answer to a run."""
    from mlcockpit.views.changed_view import changed_sections

    return Answer(changed_sections(result), data=result.to_json(), exit_code=result.exit_code)


def asking(options: Namespace) -> Callable[[Recipe], bool] | None:
    """Return the question that a person at a terminal is asked; None where nobody can answer."""
    if options.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return _ask


def _ask(recipe: Recipe) -> bool:
    from mlcockpit.views.recipe_view import command_line

    sys.stderr.write(f"\nrun {recipe.run_id} with a change would execute, away from your tree and credentials:\n")
    sys.stderr.write(f"  {clean(command_line(recipe.command, recipe.cwd))}\n")
    for one in recipe.ingredients:
        sys.stderr.write(f"  {one.name:<12} {one.standing.value:<9} {clean(one.evidence, 150)}\n")
    sys.stderr.write("run it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
