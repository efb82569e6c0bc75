"""`mlcockpit trace NAME`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Trace(Command):
    """Follow one entity up to the data and code it came from, and down to the metrics and incidents it reaches."""

    examples = (
        "mlcockpit trace metric/warned",
        "mlcockpit trace data/flights@v3 --down",
        "mlcockpit trace deploy/1 --json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the entity and the direction."""
        parser.add_argument("name", help="metric/warned, deploy/1, model/gatewise@1, run/9be0, data/flights@v3, inc/1")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--up", action="store_true", help="only where it comes from")
        way.add_argument("--down", action="store_true", help="only what hangs on it")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Walk the chain."""
        from mlcockpit.services.trace import trace

        return Answer(trace(cockpit, options.name, up=not options.down, down=not options.up))
