"""`mlcockpit recipe RUN`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.services.cockpit import Cockpit


class ShowRecipe(Command):
    """Show what is needed to run a run again, and how well each part is known.

    Six ingredients: code, environment, data, command, parameters and seed, each with its standing (recorded, inferred,
    assumed or missing) and evidence; a completeness score; and the one step that would raise the weakest grade.
    Exit code 0: every ingredient is there; 3: one is missing, so that the run cannot be run again.
    """

    examples = ("mlcockpit recipe 9be0", "mlcockpit recipe run/9be0 --json", "mlcockpit recipe 9be0 -o recipe.json")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the run."""
        parser.add_argument("run", help="a run's id, the beginning of its id, or its name")
        parser.add_argument("--plan", action="store_true", help="the same: the recipe is shown and nothing is run")
        parser.add_argument(
            "-o", "--output", metavar="FILE", help="write the recipe down, for `reproduce FILE` on another machine"
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Resolve the recipe; nothing is executed."""
        from mlcockpit.services.recipe import recipe

        if options.output:
            from pathlib import Path

            from mlcockpit.services.recipe_files import write_recipe

            written = write_recipe(cockpit, options.run, Path(options.output))
            return _answer(written, f"written to {options.output}")
        return _answer(recipe(cockpit, options.run))


def _answer(recipe: Recipe, *notes: str) -> Answer:
    from mlcockpit.views.recipe_view import recipe_sections

    code = 3 if recipe.standing is Standing.MISSING else 0
    return Answer(recipe_sections(recipe), data=recipe.to_json(), notes=notes, exit_code=code)
