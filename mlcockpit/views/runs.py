"""Runs as every front lists them: one column a field, one row a run, the same cells for eyes, JSON and CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from mlcockpit.analysis.run_fields import Field, Space
from mlcockpit.domain.run import RunRow
from mlcockpit.domain.vocabulary import Tone, Verdict
from mlcockpit.views.name_list import short_names
from mlcockpit.views.phrases import age_cell, number, short_run, span
from mlcockpit.views.table import Cell, Column, Row, Value
from mlcockpit.views.verdict import verdict_tone

_STATUS = {
    "FINISHED": ("ok", Tone.PLAIN),
    "FAILED": ("failed", Tone.BAD),
    "KILLED": ("killed", Tone.BAD),
    "RUNNING": ("running", Tone.DOUBTFUL),
    "SCHEDULED": ("waiting", Tone.FAINT),
}


@dataclass(frozen=True)
class RunContext:
    """What the project knows of runs beside the tracker, as cells need it."""

    now: datetime
    owners: Mapping[str, str] = field(default_factory=dict)
    """Tracker account → handle of the person."""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """Run id → verdict of its newest reproduction."""
    data_versions: Mapping[str, str] = field(default_factory=dict)
    """The tracker's digest → name of the published version, such as customers@v29."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Run id → the registered version that came from it, such as churn@14."""


def run_columns(fields: Sequence[Field]) -> tuple[Column, ...]:
    """Return the columns of a list of runs; numbers align right."""
    numeric = (Space.METRIC, Space.NUMBER)
    return tuple(
        Column(each.key, _TITLES.get(each.key, each.key) if each.space not in numeric else each.key,
               right=each.space in numeric or each.key == "started", most=28)
        for each in fields
    )  # fmt: skip


def run_row(run: RunRow, fields: Sequence[Field], context: RunContext) -> Row:
    """Return one run as a row."""
    return Row(f"run/{run.run_id}", tuple(_cell(run, each, context) for each in fields))


def run_json(run: RunRow, context: RunContext) -> dict[str, object]:
    """Return one run as `runs --json` prints it."""
    return {
        "run_id": run.run_id,
        "name": run.name,
        "experiment": run.experiment,
        "status": run.status,
        "started_at": None if run.started_at is None else run.started_at.isoformat(),
        "owner": context.owners.get(run.user, run.user) or None,
        "metrics": {key: value if isfinite(value) else str(value) for key, value in sorted(run.metrics.items())},
        "params": {key: str(words) for key, words in sorted(run.params.items())},
        "data": [data_name(each, context) for each in run.data],
        "reproduction": context.verdicts.get(run.run_id),
    }


def data_name(recorded: str, context: RunContext) -> str:
    """Return name@vN of a recorded input where its version was published, else name@digest."""
    return context.data_versions.get(recorded.rpartition("@")[2], recorded)


def status_cell(run: RunRow) -> Cell:
    """Return the status in one word; a deleted run says so first."""
    word, tone = _STATUS.get(run.status, (run.status.lower() or "unknown", Tone.UNKNOWN))
    return Cell(f"deleted, {word}" if run.is_deleted else word, run.status, Tone.FAINT if run.is_deleted else tone)


def owner_cell(run: RunRow, context: RunContext) -> Cell:
    """Return the person behind the tracker's account; an account that belongs to nobody is doubtful."""
    if not run.user:
        return Cell("nobody", None, Tone.UNKNOWN)
    handle = context.owners.get(run.user)
    return Cell(run.user, tone=Tone.DOUBTFUL) if handle is None else Cell(handle, link=f"person/{handle}")


def data_cell(run: RunRow, context: RunContext) -> Cell:
    """Return the recorded inputs; none is worth knowing."""
    named = [data_name(each, context) for each in run.data]
    return Cell(short_names(named) or "none", None if not named else ", ".join(named), _missing(named))


def verdict_cell(run: RunRow, context: RunContext) -> Cell:
    """Return the verdict of the newest reproduction."""
    verdict = context.verdicts.get(run.run_id)
    if verdict is None:
        return Cell("", None)
    return Cell(verdict, verdict, verdict_tone(Verdict(verdict)) if verdict in set(Verdict) else Tone.UNKNOWN)


def _missing(found: Sequence[str]) -> Tone:
    return Tone.PLAIN if found else Tone.UNKNOWN


def _cell(run: RunRow, wanted: Field, context: RunContext) -> Cell:
    if wanted.space is Space.METRIC:
        value = run.metrics.get(wanted.key)
        return Cell(number(value), value, Tone.PLAIN if value is None or isfinite(value) else Tone.DOUBTFUL)
    if wanted.space in (Space.PARAM, Space.TAG):
        words = (run.params if wanted.space is Space.PARAM else run.tags).get(wanted.key)
        return Cell("" if words is None else str(words))
    if wanted.space is Space.SPECIAL:
        return _special(run, wanted.key, context)
    if wanted.space is Space.INSTANT:
        return age_cell(context.now, run.started_at if wanted.key == "started" else run.ended_at)
    return _own(run, wanted.key)


def _special(run: RunRow, key: str, context: RunContext) -> Cell:
    if key == "owner":
        return owner_cell(run, context)
    if key == "data":
        return data_cell(run, context)
    if key == "model":
        version = context.models.get(run.run_id, "")
        return Cell(version, link=f"model/{version}" if version else "")
    return verdict_cell(run, context) if key == "repro" else Cell("")


def _own(run: RunRow, key: str) -> Cell:
    if key == "run":
        return Cell(short_run(run.run_id), run.run_id, link=f"run/{run.run_id}")
    if key == "status":
        return status_cell(run)
    if key == "seconds":
        return Cell(length_of(run), run.seconds)
    if key == "commit":
        return Cell(run.commit[:8], run.commit or None, _missing([run.commit] if run.commit else []))
    texts: Mapping[str, Value] = {
        "name": run.name,
        "experiment": run.experiment,
        "user": run.user,
        "source": run.source,
    }
    return Cell(str(texts.get(key, "")))


def length_of(run: RunRow) -> str:
    """Return how long a run took; nothing where it has not ended."""
    if run.seconds is None or run.ended_at is None or run.started_at is None:
        return ""
    return f"{run.seconds:.3g} s" if run.seconds < 120 else span(run.ended_at - run.started_at)


_TITLES = {"started": "age", "repro": "reproduction"}
