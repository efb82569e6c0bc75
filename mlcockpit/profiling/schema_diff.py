"""Two versions of a dataset are compared column by column: names, types, and whether the values are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Digested(Protocol):
    """A version whose columns have digests and types, such as ports.FileDigest."""

    @property
    def columns(self) -> Mapping[str, str] | None:
        """Return column name → digest of its values."""

    @property
    def types(self) -> Mapping[str, str] | None:
        """Return column name → type as stored."""


@dataclass(frozen=True)
class Retyped:
    """A column that is stored as another type."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class SchemaDiff:
    """What became of the columns from one version to the next."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    changed: tuple[str, ...] = ()
    """Columns of both versions whose values, or whose order, differ."""
    same: tuple[str, ...] = ()

    @property
    def breaks(self) -> bool:
        """Tell whether code that read the version before may fail on this one."""
        return bool(self.removed or self.retyped)

    def words(self) -> str:
        """Return the difference in one sentence, such as `added pressure; changed delay and temp; 5 the same`."""
        parts = [
            _part("added", self.added),
            _part("removed", self.removed),
            _part("retyped", tuple(f"{each.column} ({each.before} → {each.after})" for each in self.retyped)),
            _part("changed", self.changed),
            f"{len(self.same)} the same" if self.same else "",
        ]
        return "; ".join(part for part in parts if part) or "no columns"


def schema_diff(before: Digested, after: Digested) -> SchemaDiff:
    """Return what became of the columns; a version that is no table has none."""
    old, new = before.columns or {}, after.columns or {}
    old_types, new_types = before.types or {}, after.types or {}
    both = sorted(old.keys() & new.keys())
    return SchemaDiff(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        retyped=tuple(
            Retyped(name, old_types[name], new_types[name])
            for name in both
            if old_types.get(name) != new_types.get(name) and name in old_types and name in new_types
        ),
        changed=tuple(name for name in both if old[name] != new[name]),
        same=tuple(name for name in both if old[name] == new[name]),
    )


def _part(word: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return f"{word} {listed}"
