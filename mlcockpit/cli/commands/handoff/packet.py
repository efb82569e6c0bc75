"""`mlcockpit handoff packet HO-17`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Packet(Command):
    """Write what is handed over as one page of markdown."""

    examples = ("mlcockpit handoff packet HO-17", "mlcockpit handoff packet HO-17 -o packet.md")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handoff and the file."""
        parser.add_argument("handoff", help="such as HO-17")
        parser.add_argument("-o", dest="out", metavar="FILE", help="write there instead of printing")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Write the page."""
        from pathlib import Path

        from mlcockpit.services.handoff_packet import packet, write_packet

        if options.out is None:
            text = packet(cockpit, options.handoff)
            return Answer(text.rstrip("\n"), data={"schema": 1, "markdown": text})
        place = write_packet(cockpit, options.handoff, Path(options.out))
        return Answer(f"written to {place}", data={"schema": 1, "path": str(place)})
