"""Where MLflow says that a logged dataset came from."""

import json

from mlcockpit.domain.run_record import RunInput


def source_path(one: RunInput) -> str:
    """Return the path or URL that MLflow recorded for an input; empty where the source is code."""
    try:
        source = json.loads(one.source) if one.source else {}
    except ValueError:
        return ""
    if not isinstance(source, dict):
        return ""
    found = source.get("uri") or source.get("url") or source.get("path")
    return found if isinstance(found, str) else ""
