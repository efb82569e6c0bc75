"""`mlcockpit incident assign INC PERSON`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.vocabulary import IncidentDuty
from mlcockpit.services.cockpit import Cockpit


class Assign(Command):
    """Give a person a duty in an incident; a commander makes it active."""

    examples = (
        "mlcockpit incident assign INC-42 olu",
        "mlcockpit incident assign INC-42 ana --duty scribe",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the incident, the person and the duty."""
        parser.add_argument("incident", help="such as INC-42")
        parser.add_argument("person", help="a handle, such as olu")
        parser.add_argument(
            "--duty", choices=[each.value for each in IncidentDuty], default=IncidentDuty.COMMANDER.value
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Assign."""
        from mlcockpit.services.incident_assign import assign_duty
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.incident, "inc")
        role = assign_duty(cockpit, number, options.person, duty=IncidentDuty(options.duty))
        return Answer(
            f"{role.person} is {role.duty} of inc/{number}",
            data={"schema": 1, "incident": f"inc/{number}", "person": role.person, "duty": role.duty.value},
        )
