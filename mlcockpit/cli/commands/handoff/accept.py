"""`mlcockpit handoff accept HO-17`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Accept(Command):
    """Take a handoff over; refused while a must-criterion is neither met nor waived by name."""

    examples = ("mlcockpit handoff accept HO-17", "mlcockpit handoff accept ho/17 --evidence 3='runbook.md read'")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handoff and what is met by now."""
        parser.add_argument("handoff", help="such as HO-17")
        parser.add_argument("--met", action="append", default=[], type=int, metavar="N", help="criterion N is met")
        parser.add_argument(
            "--evidence", action="append", default=[], metavar="N=TEXT", help="criterion N is met, by this"
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Accept."""
        from mlcockpit.cli.evidence import parse_evidence
        from mlcockpit.services.handoff_answer import accept_handoff
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.handoff, "ho")
        handoff = accept_handoff(cockpit, number, met=options.met, evidence=parse_evidence(options.evidence))
        return Answer(
            f"ho/{number} is accepted by {handoff.to_person}",
            data={"schema": 1, "handoff": f"ho/{number}", "state": handoff.state.value, "subject": handoff.subject},
        )
