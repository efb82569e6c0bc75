"""`mlcockpit approve PROMO`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Approve(Command):
    """Say yes to a promotion, in your own name.

    Never by who asked for it, never by who trained the run.
    """

    examples = (
        "mlcockpit approve promo/3",
        "mlcockpit approve PR-3 --comment 'guardrail checked' --as cy",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the promotion and a comment."""
        parser.add_argument("promotion", help="such as promo/3 or PR-3")
        parser.add_argument("--comment", default="", help="what you looked at")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Vote."""
        from mlcockpit.services.resolve_name import resolve_number
        from mlcockpit.services.vote import approve

        number = resolve_number(cockpit, options.promotion, "promo")
        request = approve(cockpit, number, comment=options.comment)
        return Answer(
            f"promo/{number} ({request.model}@{request.number} to {request.environment}) is {request.state} by {cockpit.actor}",
            data={"schema": 1, "promotion": f"promo/{number}", "state": request.state.value, "by": cockpit.actor},
        )
