"""`mlcockpit incident list`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class List(Command):
    """List the open incidents, worst first."""

    examples = (
        "mlcockpit incident list",
        "mlcockpit incident list --all --json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take whether the ended ones are wanted."""
        parser.add_argument("--all", action="store_true", help="closed, cancelled and merged ones too")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the incidents."""
        from mlcockpit.services.incident_list import list_incidents

        return Answer(list_incidents(cockpit, ended=options.all))
