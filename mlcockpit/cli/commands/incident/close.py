"""`mlcockpit incident close INC`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Close(Command):
    """Close a resolved incident; SEV1 and SEV2 need an accepted postmortem."""

    examples = ("mlcockpit incident close INC-42",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the incident."""
        parser.add_argument("incident", help="such as INC-42")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Close it."""
        from mlcockpit.services.incident_close import close_incident
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.incident, "inc")
        incident = close_incident(cockpit, number)
        return Answer(
            f"inc/{number} is closed",
            data={
                "schema": 1,
                "incident": f"inc/{incident.id}",
                "state": incident.state.value,
                "severity": incident.severity,
            },
        )
