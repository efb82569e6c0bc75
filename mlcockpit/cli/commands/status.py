"""`mlcockpit status`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Status(Command):
    """Say on one screenful what must be decided, what is red, what changed, where it goes and what to do next."""

    examples = ("mlcockpit status", "mlcockpit status --lens product", "mlcockpit status --strict --json")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the lens and whether red is a failure."""
        parser.add_argument("--lens", default="all", metavar="ROLE", help="product, data, ml, dev, ops or all")
        parser.add_argument("--strict", action="store_true", help="exit 1 where something is red")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Build the view."""
        from mlcockpit.services.status import status
        from mlcockpit.views.table import Table

        view = status(cockpit, lens=options.lens)
        red = any(isinstance(section, Table) and section.key == "red" and section.rows for section in view.sections)
        return Answer(view, exit_code=1 if options.strict and red else 0)
