"""`mlcockpit handoff return HO-17 QUESTION`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Return(Command):
    """Give a handoff back with a question; it waits for the sender then."""

    examples = ("mlcockpit handoff return HO-17 'which weeks are labelled?'",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handoff and the words."""
        parser.add_argument("handoff", help="such as HO-17")
        parser.add_argument("question", help="what is missing")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Answer."""
        from mlcockpit.services.handoff_answer import return_handoff
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.handoff, "ho")
        handoff = return_handoff(cockpit, number, options.question)
        return Answer(
            f"ho/{number} is {handoff.state}",
            data={"schema": 1, "handoff": f"ho/{number}", "state": handoff.state.value, "subject": handoff.subject},
        )
