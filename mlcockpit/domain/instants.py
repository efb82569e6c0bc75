"""An instant as people write it becomes one in UTC."""

from datetime import UTC, datetime

from mlcockpit.errors import UsageError


def parse_time(text: str) -> datetime:
    """Return an instant in UTC from 2026-03-01, 2026-03-01T09:30 or with a zone; raises UsageError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time", hint="write 2026-03-01 or 2026-03-01T09:30Z") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
