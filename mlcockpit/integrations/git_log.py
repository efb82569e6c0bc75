"""A whole history is one stream of `git log`: names by .mailmap, dates in UTC, touched paths, whatever characters they hold."""

from collections.abc import Iterator
from datetime import UTC, datetime

from mlcockpit.ports import Commit

_FIELDS = ("%H", "%P", "%aN", "%aE", "%at", "%ct", "%s")

LOG = (
    "-z",
    "--date-order",
    "--no-color",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-diff-merges",
    "--no-notes",
    "--encoding=UTF-8",
    "--format=%x00" + "".join(f"{field}%x00" for field in _FIELDS),
)
"""Arguments of `git log` whose output `commits_in` reads; none of them lets a repository start a program."""


def commits_in(log: bytes) -> Iterator[Commit]:
    """Yield the commits in the output of `git log`; a merge has no paths of its own."""
    tokens = log.split(b"\0")
    at, end = 0, len(tokens)
    while at < end:
        if not tokens[at]:
            at += 1
            continue
        fields = [token.decode("utf-8", "replace") for token in tokens[at : at + len(_FIELDS)]]
        at = _skip(tokens, at + len(_FIELDS))
        paths: list[str] = []
        if at < end and tokens[at].startswith(b"\n"):
            tokens[at] = tokens[at][1:]
            while at < end and tokens[at]:
                paths.append(tokens[at].decode("utf-8", "replace"))
                at += 1
        yield _commit(fields, tuple(paths))


def _skip(tokens: list[bytes], at: int) -> int:
    while at < len(tokens) and not tokens[at]:
        at += 1
    return at


def _commit(fields: list[str], paths: tuple[str, ...]) -> Commit:
    sha, parents, name, email, authored, committed, subject = fields
    return Commit(sha, name, email, _instant(authored), _instant(committed), subject, tuple(parents.split()), paths)


def _instant(seconds: str) -> datetime:
    """Return the instant in UTC; a date that no calendar holds becomes 1970."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
