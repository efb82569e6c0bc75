"""`mlcockpit handoff decline HO-17 --why TEXT`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Decline(Command):
    """Say no to a handoff, with the reason."""

    examples = ("mlcockpit handoff decline HO-17 --why 'not ours since March'",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handoff and the words."""
        parser.add_argument("handoff", help="such as HO-17")
        parser.add_argument("--why", required=True, help="the reason")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Answer."""
        from mlcockpit.services.handoff_answer import decline_handoff
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.handoff, "ho")
        handoff = decline_handoff(cockpit, number, options.why)
        return Answer(
            f"ho/{number} is {handoff.state}",
            data={"schema": 1, "handoff": f"ho/{number}", "state": handoff.state.value, "subject": handoff.subject},
        )
