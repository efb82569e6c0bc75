"""`mlcockpit asof DATE [NAME]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class AsOf(Command):
    """Say what was live, who answered for what and what was known on a past day."""

    examples = (
        "mlcockpit asof 2013-07-01",
        "mlcockpit asof 2013-09-16T12:00 model/gatewise",
        "mlcockpit asof 2013-07-01 --json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the day and, where only one thing matters, its name."""
        parser.add_argument("date", help="2013-07-01, or with a time 2013-07-01T09:00")
        parser.add_argument("name", nargs="?", default="", help="only what is about this entity")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Look into every interval."""
        from mlcockpit.domain.instants import parse_time
        from mlcockpit.services.asof import asof

        return Answer(asof(cockpit, parse_time(options.date), options.name))
