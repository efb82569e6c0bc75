"""Which bytes a dataset held at which time is read from the project's database with as little as one open file."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from mlcockpit.domain.ingredients import KnownData

QUERY = """
SELECT v.dataset, v.number, v.path, v.sha256, v.content_sha256, v.mlflow_digests, v.published_at, o.person, v.state
FROM dataset_version v
LEFT JOIN ownership o ON o.subject = 'data/' || v.dataset AND o.duty = 'accountable' AND o.until IS NULL
WHERE v.published_at IS NOT NULL ORDER BY v.published_at, v.dataset, v.number
"""
"""Published states only; a draft says nothing about what others read."""


def known_data_in(path: Path) -> tuple[KnownData, ...]:
    """Return every published dataset version in an embedded database; nothing where there is none or it is too old."""
    if not path.is_file():
        return ()
    try:
        with sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5) as database:
            rows = database.execute(QUERY).fetchall()
    except sqlite3.DatabaseError:
        return ()
    finally:
        if "database" in locals():
            database.close()
    return tuple(_known(*row) for row in rows)


def _known(
    dataset: str,
    number: int,
    path: str,
    sha256: str,
    content: str | None,
    digests: str,
    published: str | int,
    owner: str | None,
    state: str,
) -> KnownData:
    return KnownData(
        name=dataset,
        path=path,
        sha256=sha256,
        content_sha256=content or "",
        mlflow_digests=tuple(json.loads(digests or "[]")),
        version=f"v{number}",
        published_ms=_milliseconds(published),
        owner=owner or "",
        state=state,
    )


def _milliseconds(stored: str | int) -> int:
    if isinstance(stored, int):
        return stored // 1000
    instant = datetime.fromisoformat(stored)
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)
