"""`mlcockpit people depart HANDLE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Depart(Command):
    """Let a person leave, with an H6 handoff for everything they answer for.

    The handoffs go to --to, else to the deputy; without either the departure is refused.
    What they answered for stays theirs until each handoff is accepted.
    """

    examples = (
        "mlcockpit people depart kai --dry-run",
        "mlcockpit people depart kai --to ana",
        "mlcockpit people depart kai --at 2013-08-30 --reason 'moved on'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the person, who takes over, and whether to look only."""
        parser.add_argument("handle", help="who leaves, such as kai")
        parser.add_argument("--to", metavar="PERSON", help="who takes over (the deputy)")
        parser.add_argument("--reason", default="", help="why")
        parser.add_argument("--dry-run", action="store_true", help="list everything at risk and write nothing")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Look, or let them go."""
        from mlcockpit.services.people_depart import depart, preview_departure

        if options.dry_run:
            return Answer(preview_departure(cockpit, options.handle, to=options.to).table())
        left = depart(cockpit, options.handle, to=options.to, reason=options.reason)
        opened = f", {len(left.handoffs)} handoffs opened: {', '.join(left.handoffs)}" if left.handoffs else ""
        return Answer(
            f"person/{left.person} has left{opened}",
            data={
                "schema": 1,
                "person": left.person,
                "handoffs": list(left.handoffs),
                "at_risk": [{"what": each.what, "why": each.why, "to": each.to} for each in left.at_risk],
            },
        )
