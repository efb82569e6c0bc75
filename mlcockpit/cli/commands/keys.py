"""`mlcockpit keys`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Table, columns, row


class Keys(Command):
    """List every key of the app, what it does, and the command line that does the same."""

    examples = ("mlcockpit keys", "mlcockpit keys --screen runs")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the screen."""
        parser.add_argument("--screen", default="", metavar="NAME", help="only what this screen offers, such as runs")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Print the registry."""
        from mlcockpit.action import Selection
        from mlcockpit.actions import ACTIONS, MOVES, shown_key

        rows = tuple(
            row(
                action.id,
                " ".join(shown_key(key) for key in action.keys),
                action.title,
                _where(action.scope),
                action.help,
                action.command_line(Selection()),
                action.id,
            )
            for action in (*ACTIONS, *MOVES)
            if not options.screen or action.offered_on(options.screen)
        )
        table = Table("Keys", columns("key", "does", "where", "help", "command line", "action"), rows, key="keys")
        return Answer(table)


def _where(scope: frozenset[str]) -> str:
    if not scope:
        return "everywhere"
    return ", ".join(sorted(scope)) if len(scope) < 4 else "lists and pages"
