"""A command is one class in one file under commands/; its name is the file's name, its help the class's docstring."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from mlcockpit.services.cockpit import Cockpit
    from mlcockpit.views.table import Section, View


@dataclass(frozen=True)
class Answer:
    """What a command found: sections or a view for eyes, `data` for --json, and the exit code that sums it up."""

    shown: "View | Section | Sequence[Section] | str" = ""
    """Drawn as text, CSV or JSON; a string is printed as it is, cleaned line by line."""
    data: object = None
    """What --json prints instead of `shown`; None: `shown` itself."""
    exit_code: int = 0
    notes: Sequence[str] = field(default=())
    """Lines for stderr, such as what to type next."""


class Command:
    """Say in one sentence what the command does; further paragraphs become the long help."""

    examples: ClassVar[Sequence[str]] = ()
    """Whole command lines for --help, most usual first."""
    needs_project: ClassVar[bool] = True
    """Whether the nearest mlcockpit.toml must be there; without it `run` gets a Cockpit with no project file."""
    reads_project_file: ClassVar[bool] = True
    """Whether mlcockpit.toml is read and checked first; otherwise when `cockpit.maybe_file` is first asked for."""
    rest: ClassVar[bool] = False
    """Whether everything after the first `--` belongs to somebody else's command line (options.rest)."""

    opens_later: ClassVar[bool] = False
    """Whether it opens the project itself, after it has shown something: `start` is called instead of `run`."""

    def arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments; the common ones are already there."""

    def words(self, words: list[str]) -> list[str]:
        """Return the command line as argparse must see it; for commands whose values may begin with a dash."""
        return words

    def run(self, cockpit: "Cockpit", options: Namespace) -> Answer:
        """Do it; raise a CockpitError where it cannot be done."""
        raise AssertionError(f"{type(self).__name__} has no run")

    def start(self, options: Namespace) -> int:
        """Do it without an open project and return the exit code; only where `opens_later`."""
        raise AssertionError(f"{type(self).__name__} has no start")

    def afterwards(self, options: Namespace, status: int) -> int:
        """Do what comes after the answer was printed and return the exit code; most commands do nothing."""
        return status
