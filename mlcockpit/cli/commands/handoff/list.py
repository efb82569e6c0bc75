"""`mlcockpit handoff list`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class List(Command):
    """List the handoffs that are open, overdue ones first."""

    examples = ("mlcockpit handoff list", "mlcockpit handoff list --all --json")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take whether the ended ones are wanted."""
        parser.add_argument("--all", action="store_true", help="declined and finished ones too")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the handoffs."""
        from mlcockpit.services.handoff_list import list_handoffs

        return Answer(list_handoffs(cockpit, ended=options.all))
