"""`mlcockpit` alone or `mlcockpit NAME`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from mlcockpit.cli.command import Command
from mlcockpit.errors import UsageError


class Open(Command):
    """Open the app, at a screen or at a thing; without a terminal print that page as text."""

    examples = ("mlcockpit", "mlcockpit run/9be0", "mlcockpit open runs")
    opens_later = True

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the place."""
        parser.add_argument("place", nargs="*", help="a screen (runs) or a name (run/9be0, inc/42)")

    def start(self, options: Namespace) -> int:
        """Open the app, or print the page where there is no terminal to draw on."""
        place = " ".join(options.place)
        if options.json or not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
            return _print(place, options)
        from mlcockpit.tui.app import Start, run_app

        folder = Path(options.directory or os.getcwd())
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder", hint="name the project's folder with -C DIR")
        return run_app(Start(folder, place, options.actor, options.at))


def _print(place: str, options: Namespace) -> int:
    from mlcockpit.cli.main import main

    common = [flag for flag in ("json", "csv", "quiet", "verbose") if getattr(options, flag)]
    words = [f"--{flag}" for flag in common] + (["--no-color"] if options.no_color else [])
    for flag, value in (("-C", options.directory), ("--as", options.actor), ("--at", options.at)):
        words += [flag, str(value)] if value else []
    return main(["show", *(place.split() or ["overview"]), *words])
