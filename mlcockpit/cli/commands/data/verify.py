"""`mlcockpit data verify [DATASET]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Verify(Command):
    """Read published files again: do they still hold the bytes that were published?

    Exit code 1 where one changed, 3 where one is gone.
    """

    examples = (
        "mlcockpit data verify",
        "mlcockpit data verify flights",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the dataset."""
        parser.add_argument("dataset", nargs="?", help="one dataset or version; none: all")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Look."""
        from mlcockpit.services.data_verify import verify_data

        found = verify_data(cockpit, options.dataset)
        return Answer(found.table(), exit_code=found.exit_code)
