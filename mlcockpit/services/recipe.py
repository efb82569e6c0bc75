"""`recipe` says what is needed to run a run again, how well each part is known, and what would raise it."""

from collections.abc import Sequence

from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.recipe import Recipe
from mlcockpit.reproduction.recipe import resolve
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import NOTHING, Given, gather_run


def recipe(
    cockpit: Cockpit, name: str, *, known_data: Sequence[KnownData] | None = None, given: Given = NOTHING
) -> Recipe:
    """Return the recipe of the run called `name`; raises UnknownName."""
    return resolve(gather_run(cockpit, name, known_data=known_data, given=given).facts).recipe
