"""How old something is, in the fewest words that are still true."""

from collections.abc import Sequence
from datetime import datetime

from mlcockpit.domain.vocabulary import SourceState
from mlcockpit.views.table import SourceLine


def age(seconds: float) -> str:
    """Return an age: `now`, 4 min, 3 h, 12 d; it changes at most once a minute."""
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 86_400)} d"


def freshness(sources: Sequence[SourceLine], as_of: datetime, since: float) -> tuple[str, str]:
    """Return the oldest source's age in words and an ink; `since` is how many seconds ago the view was made."""
    failed = [source.name for source in sources if source.state is SourceState.FAILED]
    stale = [source.name for source in sources if source.state is SourceState.STALE]
    read = [source for source in sources if source.fresh_at is not None]
    if not read:
        return "never synced", "doubtful"
    oldest = min(source.fresh_at for source in read if source.fresh_at is not None)
    seconds = (as_of - oldest).total_seconds() + since
    words = "data now" if seconds < 60 else f"data {age(seconds)} old"
    if failed:
        return f"{words}, {failed[0]} failed", "bad"
    if stale:
        return f"{words}, {stale[0]} stale", "doubtful"
    return words, "plain"
