"""The whole story of GateWise is here as data: who, what, when; nothing in it is a result."""

import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime

MODEL = "gatewise"
CLOCK = datetime(2014, 1, 6, 9, tzinfo=UTC)
"""Today, for everyone in the story."""


def at(text: str) -> datetime:
    """Return "2013-03-25 14:10" as an instant in UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """Somebody of the team."""

    handle: str
    name: str
    discipline: str

    @property
    def email(self) -> str:
        """Return the address that their commits carry."""
        return f"{self.handle}@gatewise.example"


@dataclass(frozen=True)
class Commit:
    """One commit: its files come from history/<key>/, else from the sample's own folder, which holds the last state."""

    key: str
    at: datetime
    by: str
    message: str
    files: tuple[str, ...]
    branch: str = "main"
    reviewed_by: str = ""


@dataclass(frozen=True)
class Job:
    """One command that somebody typed in the repository."""

    key: str
    at: datetime
    by: str
    argv: tuple[str, ...]
    after: tuple[str, ...] = ()
    """Keys of jobs whose results it needs."""
    alone: bool = False
    """It works on a changed tree or changed data, so nothing that reads these runs beside it."""
    planted: str = ""
    """The fault that it is there to show; empty: honest work."""
    change: str = ""
    """What is different while it runs: a name in faults.CHANGES."""

    captured: bool = False
    """It was started with `mlcockpit run --`."""

    @property
    def trains(self) -> bool:
        """Tell whether it leaves runs in the tracking store."""
        return self.argv[0] in ("train.py", "yesterday.py")

    @property
    def reads(self) -> bool:
        """Tell whether it reads features.py and the data; release.py reads neither."""
        return self.argv[0] != "release.py"

    @property
    def registers(self) -> bool:
        """Tell whether it makes the next version of the model."""
        return "--register" in self.argv


@dataclass(frozen=True)
class Chapter:
    """Commits, then what was run on the last of them."""

    title: str
    commits: tuple[Commit, ...]
    jobs: tuple[Job, ...] = field(default=())


@dataclass(frozen=True)
class Typed:
    """One line that somebody typed after `mlcockpit`."""

    at: datetime
    by: str
    line: str
    """Words as a shell splits them."""

    @property
    def words(self) -> list[str]:
        """Return the words, with who and when in front."""
        return ["--quiet", "--as", self.by, "--at", f"{self.at:%Y-%m-%dT%H:%MZ}", *shlex.split(self.line)]


@dataclass(frozen=True)
class ByHand:
    """Something done to the files that nobody wrote down: a name in faults.BY_HAND_DONE."""

    at: datetime
    what: str


PEOPLE = (
    Person("mara", "Mara Lindqvist", "product"),
    Person("tomas", "Tomás Rey", "data"),
    Person("jonas", "Jonas Brandt", "ml"),
    Person("ines", "Ines Okafor", "ml"),
    Person("noor", "Noor Haddad", "ml"),
    Person("priya", "Priya Nair", "dev"),
    Person("sam", "Sam Adeyemi", "ops"),
)

LEFT = {"jonas": at("2013-08-30 17:00")}
JOINED = {"noor": at("2013-09-02 08:00")}
"""Everybody else has been there from the first commit on."""
