"""`mlcockpit verify-log`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Text


class VerifyLog(Command):
    """Recompute every hash of the journal: tamper-evident, not tamper-proof."""

    examples = ("mlcockpit verify-log", "mlcockpit verify-log --against 812:6c1e…")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take a head that was printed earlier."""
        parser.add_argument("--against", metavar="SEQ:HASH", help="a head printed earlier, which must still be there")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Check the chain; exit 1 where it does not hold."""
        from mlcockpit.services.log import verify_log

        found = verify_log(cockpit, options.against)
        words = found.faults or (f"{found.events:,} events hold together",)
        return Answer(
            Text("", (*words, f"head {found.head}"), found.tone),
            data={"schema": 1, "events": found.events, "head": str(found.head), "faults": list(found.faults)},
            exit_code=1 if found.faults else 0,
        )
