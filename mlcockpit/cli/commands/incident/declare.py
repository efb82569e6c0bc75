"""`mlcockpit incident declare TITLE --severity N`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Declare(Command):
    """Say that something hurts users or the goal; it starts in triage."""

    examples = (
        "mlcockpit incident declare 'warned share halved' --severity 2 --about metric/warned --suspect deploy/1",
        "mlcockpit incident declare 'no weather since midnight' --severity 3 --detected-via monitor --started 2013-12-31",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take what is known."""
        parser.add_argument("title", help="what users or the goal suffer, in one line")
        parser.add_argument("--severity", type=int, required=True, choices=range(1, 6), help="1 is worst, 5 mildest")
        parser.add_argument("--impact", default="", help="who is hurt, and how much")
        parser.add_argument("--detected-via", default="", help="how it was noticed: a monitor, a user, a person")
        parser.add_argument(
            "--about",
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME",
            help="what is wrong, such as metric/warned",
        )
        parser.add_argument("--started", metavar="TIME", help="when it began to hurt, where that is known")
        parser.add_argument("--suspect", metavar="DEPLOYMENT", help="the deployment under suspicion, such as deploy/9")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Open the incident."""
        from mlcockpit.domain.instants import parse_time
        from mlcockpit.services.incident_declare import Report, declare_incident

        report = Report(
            title=options.title,
            severity=options.severity,
            impact=options.impact,
            detected_via=options.detected_via,
            about=options.about,
            started_at=parse_time(options.started) if options.started else None,
            suspect=options.suspect,
        )
        incident = declare_incident(cockpit, report)
        return Answer(
            f"inc/{incident.id} SEV{incident.severity} {incident.title}: {incident.state}",
            data={
                "schema": 1,
                "incident": f"inc/{incident.id}",
                "state": incident.state.value,
                "severity": incident.severity,
            },
            notes=[f"next: mlcockpit incident assign inc/{incident.id} PERSON"],
        )
