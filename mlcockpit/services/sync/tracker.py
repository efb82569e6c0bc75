"""Sync mirrors MLflow and writes down the changes that matter before the mirror forgets them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mlcockpit.domain.observed import ChangeKind, MirrorChanges, ObservedChange
from mlcockpit.domain.training import AliasAssignment, ModelVersion
from mlcockpit.domain.vocabulary import SourceState
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.model_files import local_path, weights_digest
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.sync.read import Read
from mlcockpit.store.load import all_of
from mlcockpit.store.mirror.places import version_places
from mlcockpit.store.transaction import Happening, Transaction

_ALIASES = (ChangeKind.ALIAS_SET, ChangeKind.ALIAS_MOVED, ChangeKind.ALIAS_REMOVED)
_TRIES = 5
"""How often a sync looks again when another sync finished first."""


def sync_tracker(cockpit: Cockpit) -> Read:
    """Mirror the store; dated events for aliases, versions, deletions and changed tags."""
    tracker = cockpit.tracker
    if tracker is None:
        return Read("the project file names no MLflow store", state=SourceState.ABSENT)
    for _ in range(_TRIES):
        changes = cockpit.mirror.prepare(
            tracker, now=cockpit.now(), progress=lambda done, total: cockpit.progress.step("sync", "runs", done, total)
        )
        lines = _write_down(cockpit, changes)
        if cockpit.mirror.commit(changes):
            return Read(f"{changes.total_runs:,} runs", (*_counts(changes), *lines, *read_artifacts(cockpit)))
    raise SourceFailed("another sync of this project does not come to an end", hint="wait for it, then repeat")


def _counts(changes: MirrorChanges) -> list[str]:
    named = (
        (changes.new_experiments, "new experiments"),
        (changes.new_runs, "new runs"),
        (changes.changed_runs, "changed runs"),
        (changes.deleted_runs, "deleted runs"),
        (changes.restored_runs, "restored runs"),
        (changes.new_versions, "new model versions"),
    )
    return [f"{count:,} {what}" for count, what in named if count]


def _write_down(cockpit: Cockpit, changes: MirrorChanges) -> list[str]:
    if not changes.observed and not changes.is_first:
        return []
    keys = {item.registered or key: key for key, item in cockpit.file.models.items()}
    lines = []
    with cockpit.store.write("sync", cockpit.at) as tx:
        for change in _unknown(tx, changes, keys):
            if tx.happened(_happening(changes.source, change)) is None:
                continue
            model, number = _model_and_number(change)
            key = keys.get(model, model)
            if change.kind in _ALIASES:
                _move_alias(tx, key, change)
                lines.append(f"alias {change.name} of {key}: {change.old or 'none'} → {change.new or 'none'}")
            elif change.kind is ChangeKind.VERSION_CREATED:
                _add_version(tx, key, number, change)
            elif change.kind in (
                ChangeKind.RUN_DELETED,
                ChangeKind.RUN_RESTORED,
                ChangeKind.RUN_PURGED,
                ChangeKind.VERSION_DELETED,
            ):
                lines.append(f"{change.subject} {change.kind.value.partition('_')[2]}")
    return lines


def _unknown(tx: Transaction, changes: MirrorChanges, keys: Mapping[str, str]) -> Iterator[ObservedChange]:
    """Yield what the project does not know yet: a mirror that was copied anew tells versions and aliases again."""
    aliases = {(each.model, each.alias): each.number for each in tx.all(AliasAssignment) if each.until is None}
    versions = {(each.model, each.number): each.run_id for each in tx.all(ModelVersion)}
    told = set()
    for change in changes.observed:
        model, number = _model_and_number(change)
        key = keys.get(model, model)
        if change.kind is ChangeKind.VERSION_CREATED:
            if (key, number) in versions and versions[key, number] in (None, change.new or None):
                continue
        elif change.kind in _ALIASES:
            told.add((key, change.name))
            known = str(aliases.get((key, change.name), ""))
            if known == change.new:
                continue
            if known and change.kind is ChangeKind.ALIAS_SET:
                yield replace(change, kind=ChangeKind.ALIAS_MOVED, old=known)
                continue
        yield change
    if changes.is_first:
        yield from _gone_meanwhile(
            changes, {place: number for place, number in aliases.items() if place not in told}, keys
        )


def _model_and_number(change: ObservedChange) -> tuple[str, int]:
    """Return the registered name, which may hold an @ of its own, and the version; 0 for the model as a whole."""
    name = change.subject.removeprefix("model/")
    model, _, number = name.rpartition("@")
    return (name, 0) if change.kind in _ALIASES or not number.isdecimal() else (model, int(number))


def _gone_meanwhile(
    changes: MirrorChanges, aliases: Mapping[tuple[str, str], int], keys: Mapping[str, str]
) -> Iterator[ObservedChange]:
    """Yield the removal of aliases that the project knows and a mirror copied anew did not find."""
    registered = {key: name for name, key in keys.items()}
    for (model, alias), number in aliases.items():
        subject, position = f"model/{registered.get(model, model)}", f"{alias}#{changes.token}"
        yield ObservedChange(
            ChangeKind.ALIAS_REMOVED,
            subject,
            alias,
            position,
            str(number),
            "",
            None,
            changes.synced_at,
            happened_at=None,
        )


def _happening(source: str, change: ObservedChange) -> Happening:
    after = None if change.observed_after is None else change.observed_after.isoformat()
    return Happening(
        subject=change.subject,
        kind=change.kind.value,
        old={"value": change.old} if change.old else None,
        new={"value": change.new, "name": change.name, "observed_after": after},
        at=change.happened_at or change.observed_before,
        key=f"{source}|{change.kind}|{change.subject}|{change.name}|{change.position}",
    )


def _move_alias(tx: Transaction, model: str, change: ObservedChange) -> None:
    for assignment in tx.all(AliasAssignment, model=model, alias=change.name):
        if assignment.until is None:
            assignment.until = change.observed_before
            tx.save(assignment)
    if change.kind is not ChangeKind.ALIAS_REMOVED:
        tx.save(
            AliasAssignment(
                model=model,
                alias=change.name,
                number=int(change.new),
                observed_after=change.observed_after,
                since=change.observed_before,
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )


def _add_version(tx: Transaction, model: str, number: int, change: ObservedChange) -> None:
    if tx.one(ModelVersion, model=model, number=number) is not None:
        return
    tx.save(
        ModelVersion(
            model=model,
            number=number,
            run_id=change.new or None,
            registered_at=change.happened_at or change.observed_before,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )


def read_artifacts(cockpit: Cockpit) -> list[str]:
    """Give each version whose model file lies on this machine the digest of its weights."""
    places = version_places(cockpit.mirror_path)
    names = {key: item.registered or key for key, item in cockpit.file.models.items()}
    with cockpit.store.read() as session:
        waiting = [version for version in all_of(session, ModelVersion) if version.artifact_sha256 is None]
    found = {}
    for version in waiting:
        place = local_path(places.get((names.get(version.model, version.model), version.number), ""))
        digest = None if place is None else weights_digest(place)
        if digest is not None:
            found[version.id] = (str(place), digest)
    if found:
        with cockpit.store.write("sync", cockpit.at) as tx:
            for version in tx.all(ModelVersion):
                if version.id in found and version.artifact_sha256 is None:
                    version.source, version.artifact_sha256 = found[version.id]
                    tx.save(version)
                    subject = f"model/{version.model}@{version.number}"
                    tx.happened(
                        Happening(
                            subject,
                            "artifact_read",
                            None,
                            {"sha256": version.artifact_sha256, "source": version.source},
                        )
                    )
    return [f"{len(found)} model files read"] if found else []
