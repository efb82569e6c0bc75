"""`mlcockpit card MODEL`."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Card(Command):
    """Write a model card: what can be computed is made anew, what people wrote between the human marks stays."""

    examples = ("mlcockpit card gatewise", "mlcockpit card gatewise@1 -o MODEL_CARD.md")

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the model and where to."""
        parser.add_argument("model", help="a model or one version of it, such as gatewise@1")
        parser.add_argument("-o", dest="file", metavar="FILE", help="write there; its human sections are kept")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Make it."""
        from mlcockpit.services.card import card

        made = card(cockpit, options.model, Path(options.file) if options.file else None)
        data = {
            "schema": 1,
            "model": made.name,
            "file": options.file,
            "human_sections_written": made.written,
            "text": made.text,
        }
        if options.file:
            return Answer(
                f"{options.file} holds the card of {made.name}; people have written {made.written} of 5 sections",
                data=data,
            )
        return Answer(made.text.rstrip("\n"), data=data if options.json else None)
