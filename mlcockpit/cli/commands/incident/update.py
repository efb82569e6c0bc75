"""`mlcockpit incident update INC [NOTE]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.vocabulary import Cause, IncidentState
from mlcockpit.services.cockpit import Cockpit


class Update(Command):
    """Write a note on the timeline, or what is known by now."""

    examples = (
        "mlcockpit incident update INC-42 'rows of week 38 have no pressure'",
        "mlcockpit incident update INC-42 --severity 1 --suspect deploy/9",
        "mlcockpit incident update INC-42 --state active 'it is back'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the incident and the news."""
        parser.add_argument("incident", help="such as INC-42")
        parser.add_argument("note", nargs="?", default="", help="a line for the timeline")
        parser.add_argument("--severity", type=int, choices=range(1, 6))
        parser.add_argument("--impact", help="who is hurt, and how much")
        parser.add_argument("--cause", choices=[each.value for each in Cause])
        parser.add_argument("--suspect", metavar="DEPLOYMENT", help="the deployment under suspicion")
        parser.add_argument("--started", metavar="TIME", help="when it began to hurt")
        parser.add_argument("--state", choices=["active", "cancelled", "merged"])

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Write it down."""
        from mlcockpit.domain.instants import parse_time
        from mlcockpit.services.incident_update import News, update_incident
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.incident, "inc")
        news = News(
            note=options.note,
            severity=options.severity,
            impact=options.impact,
            cause=Cause(options.cause) if options.cause else None,
            suspect=options.suspect,
            started_at=parse_time(options.started) if options.started else None,
            state=IncidentState(options.state) if options.state else None,
        )
        incident = update_incident(cockpit, number, news)
        return Answer(
            f"inc/{number} SEV{incident.severity} is {incident.state}",
            data={
                "schema": 1,
                "incident": f"inc/{incident.id}",
                "state": incident.state.value,
                "severity": incident.severity,
            },
        )
