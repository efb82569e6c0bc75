"""The newest reproduction of a run is read back as its result, so that screens and cards show what was compared."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.store.beside import newest_result
from mlcockpit.views.recipe_view import result_sections
from mlcockpit.views.table import Section, Text

if TYPE_CHECKING:
    from mlcockpit.services.cockpit import Cockpit


@dataclass(frozen=True)
class Tried:
    """One reproduction that was recorded."""

    on: str
    """When it ended, to the minute."""
    result: ReproductionResult


def newest_verdict(cockpit: "Cockpit", run_id: str) -> Tried | None:
    """Return the newest recorded reproduction of a run; None where it was never tried, or no comparison was kept."""
    found: tuple[str, Mapping[str, Any]] | None
    if os.environ.get("MLCOCKPIT_DATABASE"):
        from mlcockpit.services.run_beside import result_anywhere

        found = result_anywhere(cockpit, run_id)
    else:
        found = newest_result(cockpit.state / "cockpit.db", run_id)
    return None if found is None or not found[1] else Tried(found[0][:16], ReproductionResult.from_json(found[1]))


def verdict_sections(tried: Tried) -> Sequence[Section]:
    """Return the verdict with its comparison; the reason stands in full under a short title."""
    first, *rest = result_sections(tried.result)
    assert isinstance(first, Text)
    result = tried.result
    title = f"Verdict of {tried.on}: {result.verdict.value}"
    return (replace(first, title=title, lines=(result.reason, *first.lines[1:])), *rest)
