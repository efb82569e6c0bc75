"""Every refusal of mlcockpit has a class, an exit code and a hint.

CockpitError                 1   the answer is bad news
├── UsageError               2   the request was wrong
│   ├── UnknownName          2   nothing, or more than one thing, has that name
│   ├── NoProject            2   there is no mlcockpit.toml here or above
│   ├── BadProjectFile       2   mlcockpit.toml cannot be read or does not hold
│   ├── Refused              2   a law of the domain says no (a state machine, four eyes, an open ownership)
│   └── Conflict             2   somebody else changed the record meanwhile
├── EvidenceMissing          3   an ingredient or a source is not there
├── StageFailed              4   a stage of a long job failed
│   └── SourceFailed         4   git, MLflow, a file or the database could not be read or written
│       └── GitFailed        4   a git process ended badly; `status` says how
├── NotTrusted               5   a recorded command was not approved; nothing was run
└── Interrupted            130   a person pressed ctrl+c
"""

from collections.abc import Sequence


class CockpitError(Exception):
    """Say what happened, to which subject, and what to type next."""

    exit_code = 1

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}: {self.hint}" if self.hint else self.what

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what a person reads: one line for one fault."""
        return (str(self),)


class UsageError(CockpitError):
    """The request was wrong."""

    exit_code = 2


class UnknownName(UsageError):
    """Nothing, or more than one thing, has that name."""


class NoProject(UsageError):
    """There is no mlcockpit.toml here or above."""


class BadProjectFile(UsageError):
    """mlcockpit.toml cannot be read or does not hold."""

    faults: tuple[str, ...] = ()
    """Every fault with its line, such as `mlcockpit.toml:14: people.ana.disciplin: unknown key`; empty: `what` says it."""

    @classmethod
    def of(cls, faults: Sequence[str], *, most: int = 10) -> "BadProjectFile":
        """Return the error that tells the first `most` of `faults`, and how many more there are."""
        error = cls(faults[0])
        more = [f"and {len(faults) - most} more"] if len(faults) > most else []
        error.faults = (*faults[:most], *more)
        return error

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the faults one by one."""
        return self.faults or (str(self),)


class Refused(UsageError):
    """A law of the domain says no."""


class Conflict(UsageError):
    """Somebody else changed the record meanwhile."""


class EvidenceMissing(CockpitError):
    """An ingredient or a source is not there."""

    exit_code = 3


class StageFailed(CockpitError):
    """A stage of a long job failed."""

    exit_code = 4


class SourceFailed(StageFailed):
    """Git, MLflow, a file or the database could not be read or written."""


class GitFailed(SourceFailed):
    """A git process ended badly."""

    def __init__(self, what: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(what, hint=hint)
        self.status = status
        """The exit status of git; None where it did not start or was killed at its time limit."""


class NotTrusted(CockpitError):
    """A recorded command was not approved; nothing was run."""

    exit_code = 5


class Interrupted(CockpitError):
    """A person pressed ctrl+c."""

    exit_code = 130
