"""`mlcockpit init`."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Table, columns, row

if TYPE_CHECKING:
    from mlcockpit.services.init.init import FirstFile

_SHOWN = 8


class Init(Command):
    """Write a first mlcockpit.toml from git, CODEOWNERS, the MLflow store and data files.

    Nothing is asked and nothing is overwritten. Every line says what it rests on; guesses are marked as guesses.
    """

    examples = ("mlcockpit init", "mlcockpit init --dry-run", "mlcockpit -C ../churn init --json")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take whether to write, and whether over a file that is there."""
        parser.add_argument("--dry-run", action="store_true", help="print the file instead of writing it")
        parser.add_argument(
            "--force", action="store_true", help="write although there is one; the old one is kept beside it"
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Look, compose, write."""
        from mlcockpit.services.init.init import init

        root = Path(options.directory or os.getcwd()).resolve()
        first = init(cockpit, root, force=options.force, dry_run=options.dry_run)
        if options.dry_run:
            return Answer(first.text.rstrip("\n"), data=first.as_json())
        notes = [f"not found: {line}" for line in first.evidence.missing]
        if first.kept is not None:
            notes.append(f"the file that was there is {first.kept.name} now")
        return Answer(_found(first), data=first.as_json(), notes=(*notes, "next: look it over, then mlcockpit sync"))


def _found(first: "FirstFile") -> Table:
    file = first.file
    listed = (
        ("people", list(file.people)),
        ("experiments", list(file.sources.experiments)),
        ("models", list(file.models)),
        ("environments", list(file.environments)),
        ("datasets", list(file.datasets)),
    )
    rows = [row("mlflow", "MLflow store", file.sources.mlflow or "none")]
    rows += [row(name, name, _some(keys)) for name, keys in listed]
    return Table(f"{first.path.name} written", columns("what", "found"), tuple(rows))


def _some(keys: Sequence[str]) -> str:
    more = ", …" if len(keys) > _SHOWN else ""
    return f"{len(keys)}: {', '.join(keys[:_SHOWN])}{more}" if keys else "none"
