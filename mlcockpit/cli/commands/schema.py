"""`mlcockpit schema [NAME]`."""

import json
from argparse import ArgumentParser, Namespace
from difflib import get_close_matches
from importlib.resources import files

from mlcockpit.cli.command import Answer, Command
from mlcockpit.errors import UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Table, columns, row

_ENDING = ".schema.json"


class Schema(Command):
    """Print the JSON Schema of what a command prints with --json, or list the schemas.

    `view` is the shape of status, show and report; `answer` that of every command without a schema of its own.
    """

    examples = ("mlcockpit schema", "mlcockpit schema reproduce > reproduce.schema.json")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the name."""
        parser.add_argument("name", nargs="?", help="such as reproduce, runs or view; none: list them")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read the files that the package carries."""
        if options.name is None:
            rows = tuple(row(name, name, str(schema(name)["description"])) for name in schema_names())
            return Answer(Table("Schemas", columns("schema", "describes"), rows, key="schemas"))
        found = schema(options.name)
        return Answer(json.dumps(found, indent=2), data=found)


def schema_names() -> list[str]:
    """Return the names of the schemas."""
    entries = (files("mlcockpit.cli") / "schemas").iterdir()
    return sorted(entry.name.removesuffix(_ENDING) for entry in entries if entry.name.endswith(_ENDING))


def schema(name: str) -> dict[str, object]:
    """Return one schema; raises UnknownName with the nearest."""
    known = schema_names()
    if name not in known:
        close = get_close_matches(name, known, n=2, cutoff=0.5)
        raise UnknownName(
            f"there is no schema {name!r}",
            hint=f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}",
        )
    found: dict[str, object] = json.loads((files("mlcockpit.cli") / "schemas" / f"{name}{_ENDING}").read_text("utf-8"))
    return found
