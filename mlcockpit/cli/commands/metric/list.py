"""`mlcockpit metric list`."""

from argparse import Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class List(Command):
    """List the product metrics with their newest value, target and age."""

    examples = ("mlcockpit metric list",)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the metrics."""
        from mlcockpit.services.metric_list import list_metrics

        return Answer(list_metrics(cockpit))
