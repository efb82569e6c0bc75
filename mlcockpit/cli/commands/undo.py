"""`mlcockpit undo`."""

from argparse import Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Undo(Command):
    """Take back the last thing you did, where that is lawful.

    Assignments, notes, handoff and incident states can be taken back while nothing followed them;
    the log keeps both the event and its reverse.
    """

    examples = ("mlcockpit undo", "mlcockpit undo --as ana")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Write the reverse."""
        from mlcockpit.services.undo import undo

        event = undo(cockpit)
        return Answer(
            f"taken back: {event.kind.replace('_', ' ')} {event.subject} (event {event.seq})",
            data={"schema": 1, "undone": event.seq, "kind": event.kind, "subject": event.subject},
        )
