"""A report as the JSON that the command line contract names: the view it draws, with role, verdict and head."""

import json

from mlcockpit.domain.cleaning import escaped
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.reports.report import Report
from mlcockpit.views.plain import Json, view_json


def report_json(report: Report) -> dict[str, Json]:
    """Return the report as plain values."""
    return {
        **view_json(report.as_view()),
        "role": report.role,
        "project": report.project,
        "question": report.question,
        "since": report.since.isoformat(),
        "counts": {
            "red": report.counts.get(Tone.BAD, 0),
            "doubtful": report.counts.get(Tone.DOUBTFUL, 0),
            "unknown": report.counts.get(Tone.UNKNOWN, 0),
        },
        "content_sha256": report.content_sha256,
        "head": report.head,
    }


def json_report(report: Report) -> str:
    """Return one JSON document; NaN and infinity are words."""
    return escaped(json.dumps(report_json(report), indent=2, ensure_ascii=False, allow_nan=False)) + "\n"
