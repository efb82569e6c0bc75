"""Any past day can be asked for: who answered for what, what was live, which alias stood where, what was being worked on."""

from collections.abc import Iterator
from datetime import datetime

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import DeploymentState
from mlcockpit.views.look import source_lines
from mlcockpit.views.phrases import day, minute, ticket
from mlcockpit.views.table import Cell, Column, Row, Table, View

_NEVER_SERVED = (DeploymentState.PLANNED, DeploymentState.SHADOW, DeploymentState.FAILED)


def asof(project: Snapshot, at: datetime, name: str = "") -> View:
    """Return the state at `at` from every interval that holds it; `name` keeps only lines about one entity."""
    sections = tuple(
        Table(
            title, _COLUMNS, tuple(row for row in rows if not name or name in row.key.split(" ")), empty=empty, key=key
        )
        for title, key, rows, empty in (
            ("Live", "live", list(_live(project, at)), "nothing was live"),
            ("Aliases", "aliases", list(_aliases(project, at)), "no alias was seen"),
            ("Accountable", "accountable", list(_owners(project, at)), "nobody answered for anything"),
            ("Data", "data", list(_data(project, at)), "no dataset version was published"),
            ("Open incidents", "incidents", list(_incidents(project, at)), "no incident was open"),
            ("Latest values", "metrics", list(_metrics(project, at)), "no metric had a value"),
        )
    )
    about = f" of {name}" if name else ""
    return View("asof", f"The state{about} on {minute(at)} UTC", project.as_of, source_lines(project), sections)


_COLUMNS = (Column("what", "what"), Column("state", "state", most=70), Column("since", "since"), Column("until", "until"),
            Column("evidence", "how it is known", most=60))  # fmt: skip


def _holds(at: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= at and (until is None or at < until)


def _line(key: str, what: str, state: str, since: datetime, until: datetime | None, evidence: str) -> Row:
    return Row(
        key,
        (
            Cell(what, link=key.split(" ")[0]),
            Cell(state),
            Cell(day(since), since),
            Cell("open" if until is None else day(until), until),
            Cell(evidence),
        ),
    )


def _live(project: Snapshot, at: datetime) -> Iterator[Row]:
    for each in project.deployments:
        if each.state not in _NEVER_SERVED and _holds(at, each.started_at, each.ended_at):
            key = f"deploy/{each.id} env/{each.environment} model/{each.model} model/{each.model}@{each.number}"
            evidence = f"recorded by {each.actor}" + (f": {each.reason}" if each.reason else "")
            state = f"{each.model} v{each.number}, {each.traffic_pct} %"
            yield _line(key, each.environment, state, each.started_at, each.ended_at, evidence)


def _aliases(project: Snapshot, at: datetime) -> Iterator[Row]:
    for each in project.aliases:
        if _holds(at, each.since, each.until):
            key = f"model/{each.model} model/{each.model}@{each.number}"
            seen = f"set between two looks, {minute(each.observed_after)} and {minute(each.since)}"
            evidence = seen if each.observed_after else f"there at the first look, {minute(each.since)}"
            yield _line(key, f"{each.model} {each.alias}", f"v{each.number}", each.since, each.until, evidence)


def _owners(project: Snapshot, at: datetime) -> Iterator[Row]:
    for each in sorted(project.ownerships, key=lambda duty: duty.subject):
        if _holds(at, each.since, each.until):
            key = f"{each.subject} person/{each.person}"
            yield _line(key, each.subject, f"{each.person}, {each.duty.value}", each.since, each.until, each.reason)


def _data(project: Snapshot, at: datetime) -> Iterator[Row]:
    for key, versions in sorted(project.versions_of.items()):
        there = [each for each in versions if each.published_at is not None and each.published_at <= at]
        if there:
            newest = there[-1]
            names = f"data/{key} data/{key}@v{newest.number}"
            rows = "" if newest.rows is None else f", {newest.rows:,} rows"
            after = next((each.published_at for each in versions if each.number > newest.number), None)
            yield _line(
                names, key, f"v{newest.number}{rows}", newest.published_at or at, after, f"sha-256 {newest.sha256[:12]}"
            )


def _incidents(project: Snapshot, at: datetime) -> Iterator[Row]:
    for each in project.incidents:
        if _holds(at, each.detected_at, each.resolved_at or each.closed_at):
            key = " ".join([f"inc/{each.id}", *each.subjects.split()])
            state = f"{each.title}, severity {each.severity}"
            yield _line(
                key,
                ticket(f"inc/{each.id}"),
                state,
                each.detected_at,
                each.resolved_at or each.closed_at,
                each.detected_via,
            )


def _metrics(project: Snapshot, at: datetime) -> Iterator[Row]:
    for key, seen in sorted(project.observations_of.items()):
        before = [each for each in seen if each.at <= at]
        if before:
            last = before[-1]
            n = "n unknown" if last.n is None else f"n {last.n:,}"
            after = next((each.at for each in seen if each.at > at), None)
            yield _line(f"metric/{key}", key, f"{last.value:.3g}, {n}", last.at, after, last.source)
