"""A sync says what it saw change, with keys under which saying it twice is saying it once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChangeKind(StrEnum):
    """The changes in a tracker that belong into the project's history."""

    ALIAS_SET = "alias_set"
    ALIAS_MOVED = "alias_moved"
    ALIAS_REMOVED = "alias_removed"
    VERSION_CREATED = "version_created"
    VERSION_DELETED = "version_deleted"
    STAGE_MOVED = "stage_moved"
    RUN_DELETED = "run_deleted"
    RUN_RESTORED = "run_restored"
    RUN_PURGED = "run_purged"
    TAG_CHANGED = "tag_changed"
    TAG_DELETED = "tag_deleted"


@dataclass(frozen=True)
class ObservedChange:
    """One change that lies between two looks at the tracker."""

    kind: ChangeKind
    subject: str
    """The entity as screens name it: model/churn, model/churn@14, run/9be0… with its full id."""
    name: str
    """The alias or the tag's key; empty for a whole run or version."""
    position: str
    """With source, kind and subject, the unique key: the same change seen again has the same position."""
    old: str
    new: str
    observed_after: datetime | None
    """The look before, when it was not yet so; None at the first look."""
    observed_before: datetime
    happened_at: datetime | None = None
    """The tracker's own instant, where it keeps one (a version's creation)."""


@dataclass(frozen=True)
class MirrorChanges:
    """What one look at the tracker found; nothing of it moves the mirror's cursor before `commit`."""

    source: str
    synced_at: datetime
    is_first: bool
    """Nothing was mirrored before: aliases and versions are told as set and created, with no earlier look."""
    is_nothing_new: bool
    """The store was not written to since the last look, or nothing in it differs."""
    new_runs: int
    changed_runs: int
    deleted_runs: int
    """Newly marked as deleted, or gone from the store."""
    restored_runs: int
    total_runs: int
    new_experiments: int
    new_versions: int
    observed: tuple[ObservedChange, ...]
    token: str
    """What `commit` compares: another sync that finished meanwhile makes it stale."""


@dataclass(frozen=True)
class MirrorFreshness:
    """How old the mirror is, and of what."""

    source: str
    synced_at: datetime
    """When the last sync that finished had begun to look."""
    runs: int


SyncProgress = Callable[[int, int], None]
"""Told after each small commit: runs copied so far, runs to copy."""
