"""`mlcockpit handoff done HO-17`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Done(Command):
    """Say that what was taken over is done."""

    examples = ("mlcockpit handoff done HO-17",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handoff and the words."""
        parser.add_argument("handoff", help="such as HO-17")
        parser.add_argument("--note", default="", help="what came of it")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Answer."""
        from mlcockpit.services.handoff_answer import finish_handoff
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.handoff, "ho")
        handoff = finish_handoff(cockpit, number, note=options.note)
        return Answer(
            f"ho/{number} is {handoff.state}",
            data={"schema": 1, "handoff": f"ho/{number}", "state": handoff.state.value, "subject": handoff.subject},
        )
