"""`mlcockpit decide TITLE --choice TEXT`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Decide(Command):
    """Write down a decision with its reasons."""

    examples = (
        "mlcockpit decide 'Go back to version 1' --choice 'roll back' --context 'alerts at .33' --about deploy/2 metric/alerts",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the decision."""
        parser.add_argument("title", help="the question, in one line")
        parser.add_argument("--choice", required=True, help="what was chosen")
        parser.add_argument("--context", default="", help="why it came up, and what else was possible")
        parser.add_argument("--consequences", default="", help="what follows from it")
        parser.add_argument(
            "--about",
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME",
            help="what it is about, such as model/churn@2",
        )
        parser.add_argument("--by", nargs="+", action="extend", default=[], metavar="PERSON", help="who decided (you)")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Store it."""
        from mlcockpit.services.decide import Choice, decide

        choice = Choice(
            title=options.title,
            choice=options.choice,
            context=options.context,
            consequences=options.consequences,
            about=options.about,
            deciders=options.by,
        )
        decision = decide(cockpit, choice)
        return Answer(
            f"decision/{decision.id} {decision.title}: {decision.choice}",
            data={
                "schema": 1,
                "decision": f"decision/{decision.id}",
                "title": decision.title,
                "choice": decision.choice,
                "by": decision.deciders.split(),
                "about": decision.subjects.split(),
            },
        )
