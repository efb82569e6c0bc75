"""What uv complains about at length becomes one line that a person can act on."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.redaction import masked
from mlcockpit.errors import StageFailed

MOST = 240
NOISE = re.compile(r"^(?:hint|help|warning|info)\b", re.IGNORECASE)
CAUSE = re.compile(r"^\s*(?:cause:|[×├╰]─?▶?|error:)\s*(.*)$")
RAISED = re.compile(r"^\s*((?:[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt)|(?:fatal )?error)\b.*)$")
CONCLUSION = re.compile(r",? we can conclude that .*$")


def said(log: Path) -> str:
    """Return the end of what uv said, from its last command on."""
    return log.read_text("utf-8", "replace").rpartition("$ uv ")[2][-20_000:]


def reason(text: str) -> str:
    """Return why uv failed, in one line; empty where it did not say."""
    causes = [CONCLUSION.sub("", one) for one in _causes(text)]
    raised = [match[1] for line in text.splitlines() if (match := RAISED.match(line)) and not CAUSE.match(line)]
    words = [*causes[:1], *([raised[-1]] if raised else causes[1:2])]
    return clean(masked(": ".join(one.rstrip(".:") for one in words)), MOST)


def failed(what: str, log: Path) -> StageFailed:
    """Return the error that says what could not be done, why, and where the rest stands."""
    why = reason(said(log))
    return StageFailed(f"{what}: {why}" if why else what, hint=f"see {log}")


def until(wanted: Mapping[str, object]) -> datetime:
    """Return the day as of which an environment is wanted; far ahead where none is named."""
    try:
        return datetime.fromisoformat(str(wanted.get("as_of") or "").replace("Z", "+00:00"))
    except ValueError:
        return datetime(2035, 1, 1, tzinfo=UTC)


def _causes(text: str) -> list[str]:
    """Return the sentences behind `error:` and `cause:` (or the arrows of older versions), wrapped lines joined."""
    found: list[str] = []
    is_open = False
    for line in text.splitlines():
        match = CAUSE.match(line)
        if match:
            found.append(match[1].strip())
            is_open = True
        elif is_open and line.strip() and line.startswith(" ") and not NOISE.match(line.strip()):
            if line.strip().startswith("["):
                is_open = False
            else:
                found[-1] += f" {line.strip()}"
        else:
            is_open = False
    return [one for one in found if one]
