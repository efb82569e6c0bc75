"""`mlcockpit log [NAME]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Log(Command):
    """List what happened, newest first."""

    examples = ("mlcockpit log", "mlcockpit log model/gatewise --limit 5", "mlcockpit log inc/1 --json")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the subject and how many."""
        parser.add_argument("name", nargs="?", help="an entity, such as inc/1; none: everything")
        parser.add_argument("--limit", type=int, default=50, help="how many events at most (50)")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the journal."""
        from mlcockpit.domain.names import canonical
        from mlcockpit.services.log import log

        return Answer(log(cockpit, canonical(options.name) if options.name else None, limit=options.limit))
