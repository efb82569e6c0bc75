"""`mlcockpit demo`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit

FOLDER = "gatewise-demo"
PLAN = (
    ("train", "a year of an ML product is made: a git history, and 28 runs trained on real flights"),
    (
        "record",
        "its team's year is recorded with mlcockpit's own commands: people, data, releases, incidents, handoffs",
    ),
    ("sync", "every source is read"),
    ("reproduce", "the run behind the live model is run again and compared"),
    ("report", "the status is written"),
)


class Demo(Command):
    """Build a sample product with a real past in DIR, reproduce its live model, write its status, and open the app.

    Takes about a minute and writes only into DIR. Started again it finishes what is missing and is quick.
    """

    examples = ("mlcockpit demo", "mlcockpit demo /tmp/gatewise --no-app")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take where, and whether to open the app."""
        parser.add_argument("folder", nargs="?", metavar="DIR", default=FOLDER, help=f"where to build it (./{FOLDER})")
        parser.add_argument("--no-app", action="store_true", help="do not open the app at the end")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Do what is still to do, and sum it up."""
        from mlcockpit.services.demo import demo

        folder = Path(options.directory or os.getcwd()) / options.folder
        if options.quiet or options.json or os.environ.get("MLCOCKPIT_PROGRESS") == "json":
            done = demo(cockpit, folder)
        else:
            from mlcockpit.cli.stages import stages

            telling = stages(PLAN)
            try:
                done = demo(replace(cockpit, progress=telling), folder)
            finally:
                telling.close()
        there = (f"{folder} was there and is up to date",) if done.was_there else ()
        return Answer(
            done.sections(), data=done.as_json() if options.json else None, exit_code=done.exit_code, notes=there
        )

    def afterwards(self, options: Namespace, status: int) -> int:
        """Open the app on what was built, where there is a terminal to draw on."""
        if options.no_app or options.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return status
        from mlcockpit.tui.app import Start, run_app

        return run_app(Start(Path(options.directory or os.getcwd()) / options.folder))
