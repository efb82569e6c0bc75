"""`mlcockpit own SUBJECT PERSON`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Own(Command):
    """Make one person accountable for a subject."""

    examples = ("mlcockpit own model/gatewise bo", "mlcockpit own data/flights ana --reason 'took over from Kai'")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the subject, the person and why."""
        parser.add_argument("subject", help="what is owned, such as model/gatewise or data/flights")
        parser.add_argument("person", help="a handle, such as ana")
        parser.add_argument("--reason", default="", help="why")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Write the duty down."""
        from mlcockpit.services.own import line_to_change, own

        duty = own(cockpit, options.subject, options.person, reason=options.reason)
        change = line_to_change(cockpit, duty)
        return Answer(
            f"{duty.person} answers for {duty.subject} since {duty.since:%Y-%m-%d}",
            data={"schema": 1, "subject": duty.subject, "person": duty.person, "since": duty.since.isoformat()},
            notes=[change] if change else [],
        )
