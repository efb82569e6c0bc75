"""`mlcockpit incident resolve INC --cause CAUSE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.vocabulary import Cause
from mlcockpit.services.cockpit import Cockpit


class Resolve(Command):
    """Say that the cause is gone."""

    examples = ("mlcockpit incident resolve INC-42 --cause data --note 'feed repaired and back-filled'",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the incident, its cause and a note."""
        parser.add_argument("incident", help="such as INC-42")
        parser.add_argument("--cause", choices=[each.value for each in Cause], help="where it came from")
        parser.add_argument("--note", default="", help="what was done")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Write it down."""
        from mlcockpit.services.incident_update import resolve_incident
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.incident, "inc")
        cause = Cause(options.cause) if options.cause else None
        incident = resolve_incident(cockpit, number, cause=cause, note=options.note)
        return Answer(
            f"inc/{number} is resolved: the cause ({incident.cause}) is gone",
            data={
                "schema": 1,
                "incident": f"inc/{incident.id}",
                "state": incident.state.value,
                "severity": incident.severity,
            },
        )
