"""Now comes from here: the machine's clock, or the story's instant where the project file sets as_of."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class StoryClock:
    """A clock that stands still, for samples, tests and past days."""

    instant: datetime

    def now(self) -> datetime:
        """Return the story's instant in UTC."""
        return self.instant.astimezone(UTC)
