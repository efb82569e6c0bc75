"""What changed and when, from every record that has a date, so that a fall can be laid beside what came just before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mlcockpit.domain.snapshot import Snapshot

BEFORE = timedelta(days=30)
"""How far back from the first bad value a change is still worth naming."""


@dataclass(frozen=True)
class Change:
    """One dated change: D a deployment, S a dataset version, I an incident, C a decision."""

    at: datetime
    letter: str
    subject: str
    text: str
    actor: str


def changes(project: Snapshot, since: datetime, until: datetime) -> list[Change]:
    """Return every change between two instants, newest first."""
    found = [
        Change(
            each.started_at,
            "D",
            f"deploy/{each.id}",
            f"{each.environment} {each.model} v{each.number}{' back' if not each.planned else ''}",
            each.actor,
        )
        for each in project.deployments
    ]
    found += [
        Change(
            version.published_at,
            "S",
            f"data/{version.dataset}@v{version.number}",
            f"{version.dataset} v{version.number}{column_changes(project, version.dataset, version.number)}",
            version.created_by,
        )
        for version in project.dataset_versions
        if version.published_at is not None
    ]
    found += [
        Change(
            each.started_at or each.detected_at, "I", f"inc/{each.id}", f"INC-{each.id} {each.title}", each.created_by
        )
        for each in project.incidents
    ]
    found += [
        Change(each.decided_at, "C", f"decision/{each.id}", each.title, each.deciders) for each in project.decisions
    ]
    return sorted((each for each in found if since <= each.at <= until), key=lambda each: each.at, reverse=True)


def suspects(project: Snapshot, onset: datetime, related: Sequence[str] = ()) -> list[Change]:
    """Return deployments and dataset versions of the thirty days before `onset`, related ones first, then the nearest."""
    before = [each for each in changes(project, onset - BEFORE, onset) if each.letter in "DS"]
    return sorted(before, key=lambda each: (each.subject not in related, onset - each.at))


def column_changes(project: Snapshot, dataset: str, number: int) -> str:
    """Return how the columns differ from the version before, such as ` +1 -0 columns`; empty where they do not."""
    versions = list(project.versions_of.get(dataset, ()))
    place = next((i for i, version in enumerate(versions) if version.number == number), 0)
    if place == 0:
        return ""
    before, after = set(versions[place - 1].columns), set(versions[place].columns)
    if before == after or not before:
        return ""
    return f" +{len(after - before)} -{len(before - after)} columns"
