"""`mlcockpit decision list`."""

from argparse import Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class List(Command):
    """List what was decided, newest first."""

    examples = ("mlcockpit decision list",)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the decisions."""
        from mlcockpit.services.decide import list_decisions

        return Answer(list_decisions(cockpit))
