"""`mlcockpit handoff waive HO-17 N --why TEXT`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Waive(Command):
    """Waive a criterion of a handoff in your own name."""

    examples = ("mlcockpit handoff waive HO-17 5 --why 'one batch a week, no canary possible'",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handoff, the criterion's number and why."""
        parser.add_argument("handoff", help="such as HO-17")
        parser.add_argument("number", type=int, help="which criterion, from 1")
        parser.add_argument("--why", required=True, help="the reason")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Waive."""
        from mlcockpit.services.handoff_waive import waive_criterion
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.handoff, "ho")
        criterion = waive_criterion(cockpit, number, options.number, why=options.why)
        return Answer(
            f"criterion {options.number} of ho/{number} ({criterion.text}) is waived by {criterion.waived_by}",
            data={
                "schema": 1,
                "handoff": f"ho/{number}",
                "criterion": options.number,
                "text": criterion.text,
                "waived_by": criterion.waived_by,
                "why": criterion.waived_why,
            },
        )
