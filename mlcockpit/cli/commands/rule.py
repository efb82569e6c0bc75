"""`mlcockpit rule [ID]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class RuleCommand(Command):
    """Print the manual of a rule, or the list of all rules."""

    examples = ("mlcockpit rule", "mlcockpit rule O02", "mlcockpit rule departed-owner")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take a code or slug."""
        parser.add_argument("id", nargs="?", help="a code such as O02, or a slug")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the rule's docstring."""
        from mlcockpit.services.check import rule_manual, rules_table

        return Answer(rules_table() if options.id is None else rule_manual(options.id))
