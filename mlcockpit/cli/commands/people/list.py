"""`mlcockpit people list`."""

from argparse import Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class List(Command):
    """List who works on the product and what each answers for."""

    examples = ("mlcockpit people list", "mlcockpit people list --json")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the people."""
        from mlcockpit.services.people_list import list_people

        return Answer(list_people(cockpit))
