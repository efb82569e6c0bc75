"""`mlcockpit data withdraw DATASET@vN --why TEXT`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Text


class Withdraw(Command):
    """Withdraw a version; what rests on it is listed first.

    Where something does, nothing is written without --yes.
    """

    examples = ("mlcockpit data withdraw flights@v3 --why 'October was preliminary' --yes",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the version and why."""
        parser.add_argument("version", help="such as flights@v3")
        parser.add_argument("--why", required=True, help="the reason")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Withdraw."""
        from mlcockpit.services.data_withdraw import withdraw

        reach = withdraw(cockpit, options.version, why=options.why, sure=options.yes)
        return Answer(
            [Text("", (f"{reach.name} is withdrawn",)), reach.table()],
            data={
                "schema": 1,
                "version": reach.name,
                "state": "withdrawn",
                "runs_known": reach.runs_known,
                "reaches": [{"what": what, "why": why} for what, why in reach.items],
            },
        )
