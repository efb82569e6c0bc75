"""The status fits one terminal screen: decision needed, red, changed, trend, next; an empty one is one line."""

from collections.abc import Sequence

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.source import DECLARE
from mlcockpit.domain.vocabulary import Source, SourceState, Tone
from mlcockpit.views.health import COURSE_TONES, assessments, statements
from mlcockpit.views.history import stories
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.phrases import ARROWS, day, measured, number, sparkline
from mlcockpit.views.queue import Ask, asks, is_mine, when
from mlcockpit.views.table import Cell, Column, Row, Section, Table, Text, View

ASKS_MOST = 3
RED_MOST = 3
CHANGED_MOST = 2
TREND_MOST = 3


def status(project: Snapshot, look: Look) -> View:
    """Return at most 23 lines at 80 columns, in the order in which they matter."""
    waiting = [ask for ask in asks(project, look) if is_mine(ask, look) and ask.tone in (Tone.BAD, Tone.DOUBTFUL)]
    sections = [
        _decide(project, waiting),
        _red(project, look),
        _changed(project, look),
        _trend(project),
        _next(project, look, waiting),
    ]
    shown: tuple[Section, ...] = tuple(section for section in sections if section is not None)
    if not shown:
        shown = (Text("", ("nothing needs you, nothing is red, nothing changed",), key="quiet"),)
    name = project.file.project.name or project.file.project.key
    lens = "" if look.role is None else f" for {look.role.value}"
    return View("status", f"{name}{lens}", project.as_of, source_lines(project), shown)


def _decide(project: Snapshot, waiting: Sequence[Ask]) -> Section | None:
    rows = tuple(
        Row(
            ask.subject,
            (
                Cell(ask.text, tone=ask.tone, link=ask.subject),
                Cell(ask.owner or f"{ask.role.value}?", ask.owner or None),
                Cell(when(ask, project.as_of), ask.due or ask.since),
            ),
        )
        for ask in waiting[:ASKS_MOST]
    )
    title = _titled("Decide", len(rows), len(waiting))
    return Table(title, _bare("what", "who", "when"), rows, key="decide") if rows else None


def _red(project: Snapshot, look: Look) -> Section | None:
    red = [each for each in statements(project, look) if each.tone is Tone.BAD]
    doubt = sum(each.tone is Tone.DOUBTFUL for each in statements(project, look))
    unknown = sum(each.tone is Tone.UNKNOWN for each in statements(project, look))
    rows = tuple(
        Row(each.subject, (Cell(each.text, tone=each.tone, link=each.link), Cell(day(each.since), each.since)))
        for each in red[:RED_MOST]
    )
    title = f"{_titled('Red', len(rows), len(red))}  ·  {doubt} doubtful, {unknown} unknown"
    return Table(title, _bare("what", "since"), rows, empty="nothing", key="red") if red or doubt or unknown else None


def _changed(project: Snapshot, look: Look) -> Section | None:
    start = look.start(project)
    told = stories([event for event in project.events if start < event.at <= project.as_of])
    rows = tuple(
        Row(
            story.subject,
            (Cell(f"{story.at:%m-%d}", story.at), Cell(story.actor), Cell(story.text, link=story.subject)),
        )
        for story in told[:CHANGED_MOST]
    )
    title = _titled(f"Changed {look.start_in_words(project)}", len(rows), len(told))
    return Table(title, _bare("at", "who", "what"), rows, key="changed") if rows else None


def _trend(project: Snapshot) -> Section | None:
    found = sorted(assessments(project).items(), key=lambda pair: list(COURSE_TONES).index(pair[1].course))
    rows = []
    for key, assessed in found[:TREND_MOST]:
        value = number(assessed.latest.value, project.file.metrics[key].unit) if assessed.latest else "never measured"
        line = sparkline([seen.value for seen in project.observations_of.get(key, ())])
        rows.append(
            Row(
                f"metric/{key}",
                (
                    Cell(f"{key} {value}", tone=COURSE_TONES[assessed.course], link=f"metric/{key}"),
                    Cell(assessed.bound),
                    Cell(f"{line} {ARROWS[assessed.trend]}".strip()),
                    Cell(measured(assessed.latest, project.as_of) if assessed.latest else ""),
                ),
            )
        )
    title = _titled("Trend", len(rows), len(found))
    return Table(title, _bare("metric", "bound", "trend", "measured"), tuple(rows), key="trend") if rows else None


def _next(project: Snapshot, look: Look, waiting: Sequence[Ask]) -> Section | None:
    first = waiting[0] if waiting else next(iter(asks(project, look)), None)
    if first is not None:
        return Text("Next", (first.action,), key="next")
    step = _step(project)
    return Text("Next", (step,), key="next") if step else None


def _step(project: Snapshot) -> str:
    """Return what to type where nobody waits: read what was not read, see what could be run again, say what it is for."""
    states = {source: project.sources[source].state for source in Source if source in project.sources}
    sources = [source for source in Source if source is not Source.COCKPIT]
    if any(states.get(source) not in (SourceState.FRESH, SourceState.ABSENT) for source in sources):
        return "mlcockpit sync"
    if project.run_counts.total and not project.reproductions:
        return "mlcockpit reproduce --audit    says which runs could be run again today"
    if states.get(Source.MLFLOW) is SourceState.ABSENT:
        return DECLARE[Source.MLFLOW]
    if states.get(Source.METRICS) is SourceState.ABSENT:
        return DECLARE[Source.METRICS]
    return ""


def _titled(word: str, shown: int, total: int) -> str:
    return f"{word} ({shown} of {total})" if total > shown else word


def _bare(*keys: str) -> tuple[Column, ...]:
    """Return columns without titles, so that a table has no head line."""
    return tuple(Column(key, "", most=66 if place == 0 else 60) for place, key in enumerate(keys))
