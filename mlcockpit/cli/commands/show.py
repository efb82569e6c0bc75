"""`mlcockpit show SCREEN|NAME`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Show(Command):
    """Print a screen of the app, or the card of one entity, as text or JSON."""

    examples = ("mlcockpit show overview --lens ops", "mlcockpit show model/gatewise@1", "mlcockpit show inc/1 --json")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the screen or entity, the lens and the focus."""
        parser.add_argument("name", help="overview, product, data, runs, lineage, deploy, …, or a name such as inc/1")
        parser.add_argument("--lens", default="all", metavar="ROLE", help="product, data, ml, dev, ops or all")
        parser.add_argument("--of", default="", metavar="NAME", help="the entity that the screen is about")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Build the view."""
        from mlcockpit.services.show import show

        return Answer(show(cockpit, options.name, lens=options.lens, focus=options.of))
