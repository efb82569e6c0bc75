"""`mlcockpit data list`."""

from argparse import Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class List(Command):
    """List every version of every dataset."""

    examples = ("mlcockpit data list",)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the versions."""
        from mlcockpit.services.data_list import list_data

        return Answer(list_data(cockpit))
