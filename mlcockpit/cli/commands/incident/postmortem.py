"""`mlcockpit incident postmortem INC --file FILE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Postmortem(Command):
    """Hand in what was learned from an incident, or accept what somebody else handed in.

    Actions are lines such as `- [ ] alert on empty weather @dee 2014-02-01`; each needs a person and a date.
    """

    examples = (
        "mlcockpit incident postmortem INC-42 --file postmortem.md",
        "mlcockpit incident postmortem INC-42 --accept --as ida",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the incident and the file."""
        parser.add_argument("incident", help="such as INC-42")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--file", metavar="FILE", help="markdown to store")
        what.add_argument("--accept", action="store_true", help="accept the last one; never by who wrote it")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Store or accept."""
        from pathlib import Path

        from mlcockpit.services.incident_postmortem import accept_postmortem, write_postmortem
        from mlcockpit.services.resolve_name import resolve_number

        number = resolve_number(cockpit, options.incident, "inc")
        if options.accept:
            accept_postmortem(cockpit, number)
        else:
            write_postmortem(cockpit, number, Path(options.file))
        state = "accepted" if options.accept else "in_review"
        return Answer(
            f"the postmortem of inc/{number} is {state.replace('_', ' ')}",
            data={"schema": 1, "incident": f"inc/{number}", "postmortem": state},
        )
