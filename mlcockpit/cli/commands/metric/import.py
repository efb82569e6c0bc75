"""`mlcockpit metric import METRIC FILE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Import(Command):
    """Read the dated values of a product metric from a CSV or parquet file.

    Columns: at (or date, week) and value, or numerator and denominator; perhaps n, ci_low, ci_high.
    Reading a file again changes nothing; a value that changed is corrected, with an event.
    """

    examples = ("mlcockpit metric import useful metrics/useful.csv",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the metric and the file."""
        parser.add_argument("metric", help="a product metric, such as useful or metric/useful")
        parser.add_argument("file", help="a CSV or parquet file, from the project's folder")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read and store."""
        from mlcockpit.services.metric_import import import_metric

        key, done = import_metric(cockpit, options.metric, options.file)
        return Answer(
            f"metric/{key}: {done.new} new, {done.corrected} corrected, {done.known} known already",
            data={"schema": 1, "metric": key, "new": done.new, "corrected": done.corrected, "known": done.known},
        )
