"""`mlcockpit metric trend METRIC`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Trend(Command):
    """Show a product metric over time, with the deployments and incidents that came by."""

    examples = (
        "mlcockpit metric trend useful",
        "mlcockpit metric trend useful --limit 12 --json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the metric and how many values."""
        parser.add_argument("metric", help="a product metric, such as useful or metric/useful")
        parser.add_argument("--limit", type=int, default=52, help="newest values at most (52)")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the observations."""
        from mlcockpit.services.metric_list import metric_trend

        return Answer(metric_trend(cockpit, options.metric, limit=max(options.limit, 1)))
