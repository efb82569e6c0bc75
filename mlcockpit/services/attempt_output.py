"""The output of a running reproduction can be watched: the end of the newest log of its newest attempt."""

from pathlib import Path

from mlcockpit.domain.cleaning import clean_lines


def newest_output(home: Path, *run_ids: str, most: int = 6000) -> str:
    """Return the last lines that the newest attempt at one of `run_ids` wrote; empty where there are none yet."""
    logs = [log for log in (home / "attempts").glob("*/logs/*.log") if any(_is_of(log, run_id) for run_id in run_ids)]
    newest = max(logs, key=_changed_at, default=None)
    if newest is None:
        return ""
    try:
        with newest.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(file.tell() - most, 0))
            raw = file.read(most)
    except OSError:
        return ""
    last = raw.decode("utf-8", "replace").replace("\r\n", "\n").splitlines()
    return "\n".join(clean_lines(line.rpartition("\r")[2]) for line in last)


def _is_of(log: Path, run_id: str) -> bool:
    return log.parent.parent.name.startswith(run_id[:8])


def _changed_at(log: Path) -> float:
    try:
        return log.stat().st_mtime
    except OSError:
        return 0.0
