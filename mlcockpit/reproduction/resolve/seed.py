"""The seed ingredient: which seeds, thread counts and hash seeds made the run repeatable."""

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.source.reading import Reading

NAMES = ("random_state", "seed", "random_seed", "np_seed", "torch_seed")


def resolve_seed(facts: RunFacts, reading: Reading | None) -> Ingredient:
    """Return the seeds that were captured, logged or are set in the source."""
    captured: dict[str, Json] = {}
    if facts.launch is not None:
        captured |= facts.launch.threads
        if facts.launch.seeds.python_hash_seed is not None:
            captured["PYTHONHASHSEED"] = facts.launch.seeds.python_hash_seed
    logged: dict[str, Json] = {
        name: facts.run.params[name] for name in NAMES if facts.run.params.get(name, "None") != "None"
    }
    in_source = reading.seeds if reading else ()
    if captured or (facts.launch is not None and facts.launch.seeds.calls):
        captured |= {"calls": list(facts.launch.seeds.calls)} if facts.launch is not None else {}
        return Ingredient("seed", Standing.RECORDED, {"environment": captured} | logged, "captured launch")
    if logged:
        shown = ", ".join(f"{name}={value}" for name, value in logged.items())
        return Ingredient("seed", Standing.RECORDED, logged, f"logged parameters {shown}")
    if in_source:
        where = f"set in the source in {len(in_source)} places"
        return Ingredient(
            "seed", Standing.INFERRED, list(in_source[:10]), where, raise_by="log the seed as a parameter"
        )
    return Ingredient(
        "seed",
        Standing.ASSUMED,
        None,
        "no seed is logged, and none is set in the source",
        raise_by="set and log a seed in the script",
    )
