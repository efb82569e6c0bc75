"""`mlcockpit metric record METRIC VALUE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Record(Command):
    """Write down one value of a product metric, dated now or --at."""

    examples = (
        "mlcockpit metric record useful 0.47 --n 812",
        "mlcockpit metric record useful 0.47 --at 2026-02-23",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the metric, its value and n."""
        parser.add_argument("metric", help="a product metric, such as useful or metric/useful")
        parser.add_argument("value", type=float, help="the value, such as 0.47")
        parser.add_argument("--n", type=int, help="how many cases were counted")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Store it."""
        from mlcockpit.services.metric_record import record_metric

        key, done = record_metric(cockpit, options.metric, options.value, n=options.n)
        return Answer(
            f"metric/{key}: {done.new} new, {done.corrected} corrected, {done.known} known already",
            data={"schema": 1, "metric": key, "new": done.new, "corrected": done.corrected, "known": done.known},
        )
