"""`mlcockpit reject PROMO --why TEXT`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Reject(Command):
    """Say no to a promotion, with the reason."""

    examples = ("mlcockpit reject promo/3 --why 'alerts over the guardrail'",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the promotion and the reason."""
        parser.add_argument("promotion", help="such as promo/3 or PR-3")
        parser.add_argument("--why", required=True, help="the reason")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Vote."""
        from mlcockpit.services.resolve_name import resolve_number
        from mlcockpit.services.vote import reject

        number = resolve_number(cockpit, options.promotion, "promo")
        request = reject(cockpit, number, why=options.why)
        return Answer(
            f"promo/{number} ({request.model}@{request.number} to {request.environment}) is {request.state} by {cockpit.actor}",
            data={"schema": 1, "promotion": f"promo/{number}", "state": request.state.value, "by": cockpit.actor},
        )
