"""`mlcockpit incident mitigate INC`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Mitigate(Command):
    """Say that users are fine again; the cause may still be there."""

    examples = ("mlcockpit incident mitigate INC-42 --note 'rolled back'",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the incident and a note."""
        parser.add_argument("incident", help="such as INC-42")
        parser.add_argument("--note", default="", help="what helped")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Write it down."""
        from mlcockpit.services.incident_update import mitigate_incident
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.incident, "inc")
        incident = mitigate_incident(cockpit, number, note=options.note)
        return Answer(
            f"inc/{number} is mitigated: users are fine",
            data={
                "schema": 1,
                "incident": f"inc/{incident.id}",
                "state": incident.state.value,
                "severity": incident.severity,
            },
        )
