"""The parameters ingredient: what the run logged, and which of it was typed as flags."""

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.flag_values import FlagValues

LONGEST = 500
"""Characters of one value that a recipe shows."""


def resolve_parameters(facts: RunFacts, flags: FlagValues | None, contradictions: tuple[str, ...] = ()) -> Ingredient:
    """Return the logged parameters; those that are passed back as flags are named."""
    params = facts.run.params
    if not params:
        return Ingredient("parameters", Standing.RECORDED, {}, "the run logged no parameters")
    typed = dict(flags.params) if flags else {}
    value: dict[str, Json] = {name: params[name][:LONGEST] for name in sorted(params)}
    passed = f"{len(typed)} of them passed as flags: {', '.join(sorted(typed))}" if typed else "none of them a flag"
    contradictions = (*(flags.contradictions if flags else ()), *contradictions)
    return Ingredient(
        "parameters", Standing.RECORDED, value, f"{len(params)} logged parameters, {passed}", deviations=contradictions
    )
