"""`mlcockpit waive PROMO --check N --why TEXT --until DATE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Waive(Command):
    """Waive a check of the gate for one promotion, in your own name, until a day."""

    examples = ("mlcockpit waive promo/3 --check 2 --why 'GPU nodes are down' --until 2026-03-20",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the promotion, the check and why."""
        parser.add_argument("promotion", help="such as promo/3 or PR-3")
        parser.add_argument(
            "--check", type=int, required=True, metavar="N", help="which check, from 1, as `promote` prints them"
        )
        parser.add_argument("--why", required=True, help="the reason")
        parser.add_argument("--until", required=True, metavar="TIME", help="when the waiver ends")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Waive."""
        from mlcockpit.domain.instants import parse_time
        from mlcockpit.services.resolve_name import resolve_number
        from mlcockpit.services.waive import waive

        number = resolve_number(cockpit, options.promotion, "promo")
        waived = waive(cockpit, number, options.check, why=options.why, until=parse_time(options.until))
        return Answer(
            f"check {options.check} of promo/{number} ({waived.check_text}) is {waived.detail}",
            data={
                "schema": 1,
                "promotion": f"promo/{number}",
                "check": options.check,
                "text": waived.check_text,
                "waived_by": waived.waived_by,
                "until": parse_time(options.until).isoformat(),
            },
        )
