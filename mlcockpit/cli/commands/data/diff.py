"""`mlcockpit data diff A B`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Diff(Command):
    """Say what differs between two versions of a dataset: rows, bytes, and each column by name."""

    examples = ("mlcockpit data diff flights@v1 flights@v2",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the two versions."""
        parser.add_argument("one", help="such as flights@v1")
        parser.add_argument("other", help="such as flights@v2")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Compare."""
        from mlcockpit.services.data_list import diff_data

        return Answer(diff_data(cockpit, options.one, options.other))
