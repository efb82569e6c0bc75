"""`mlcockpit handoff offer KIND SUBJECT PERSON` and `mlcockpit handoff offer HO-17`."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from mlcockpit.cli.command import Answer, Command
from mlcockpit.errors import UsageError
from mlcockpit.services.cockpit import Cockpit

if TYPE_CHECKING:
    from mlcockpit.domain.handoff import Handoff


class Offer(Command):
    """Offer a package of work, or offer one again that came back.

    KIND is H1 requirement, H2 training data, H3 model, H4 operation, H5 back-flow or H6 departure;
    each brings its own must-criteria. --met and --evidence number the criteria from 1.
    """

    examples = (
        "mlcockpit handoff offer H3 model/churn@2 cy --due 2026-03-10 --evidence 2='run/9be0 identical'",
        "mlcockpit handoff offer H5 inc/1 bo --criterion 'rows of week 38 labelled'",
        "mlcockpit handoff offer HO-3 --evidence 4='card filled'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take what, about what, to whom, and the criteria."""
        parser.add_argument("kind", help="H1 to H6, or the handoff to offer again, such as HO-3")
        parser.add_argument("subject", nargs="?", help="what it is about, such as model/churn@2")
        parser.add_argument("person", nargs="?", help="who is to take it over")
        parser.add_argument("--from", dest="sender", metavar="PERSON", help="who hands over (you)")
        parser.add_argument("--title", default="", help="one line that says what it is")
        parser.add_argument("--due", metavar="TIME", help="until when it should be accepted")
        parser.add_argument("--criterion", action="append", default=[], metavar="TEXT", help="a further must-criterion")
        parser.add_argument(
            "--wish", action="append", default=[], metavar="TEXT", help="a criterion that may stay open"
        )
        parser.add_argument("--met", action="append", default=[], type=int, metavar="N", help="criterion N is met")
        parser.add_argument(
            "--evidence", action="append", default=[], metavar="N=TEXT", help="criterion N is met, by this"
        )
        parser.add_argument("--draft", action="store_true", help="keep it as a draft")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Store the offer."""
        from mlcockpit.cli.evidence import parse_evidence
        from mlcockpit.domain.instants import parse_time
        from mlcockpit.domain.vocabulary import HandoffKind
        from mlcockpit.services.handoff_offer import Package, offer_again, offer_handoff
        from mlcockpit.services.resolve_name import resolve_number

        package = Package(
            title=options.title,
            due=parse_time(options.due) if options.due else None,
            criteria=options.criterion,
            wishes=options.wish,
            met=options.met,
            evidence=parse_evidence(options.evidence),
            draft=options.draft,
        )
        kinds = [kind.value for kind in HandoffKind]
        if options.kind.upper() in kinds and options.subject and options.person:
            handoff = offer_handoff(
                cockpit,
                HandoffKind(options.kind.upper()),
                options.subject,
                receiver=options.person,
                sender=options.sender,
                package=package,
            )
        elif options.kind.upper() in kinds or options.subject:
            raise UsageError(
                "an offer needs a kind, a subject and a person", hint="mlcockpit handoff offer H3 model/churn@2 cy"
            )
        else:
            handoff = offer_again(cockpit, resolve_number(cockpit, options.kind, "ho"), package)
        return _answer(handoff)


def _answer(handoff: "Handoff") -> Answer:
    return Answer(
        f"ho/{handoff.id} {handoff.kind} {handoff.subject}: {handoff.from_person} → {handoff.to_person}, {handoff.state}",
        data={
            "schema": 1,
            "handoff": f"ho/{handoff.id}",
            "kind": handoff.kind.value,
            "subject": handoff.subject,
            "from": handoff.from_person,
            "to": handoff.to_person,
            "state": handoff.state.value,
            "due": None if handoff.due is None else handoff.due.isoformat(),
        },
    )
