"""A recipe travels to another machine as one JSON file: its ingredients, the original's record, and the uncommitted patch."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from mlcockpit.domain.recipe import NAMES, Ingredient, Json, Recipe
from mlcockpit.domain.run_record import MetricPoint, RunInput, RunRecord
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.errors import UsageError

KIND = "mlcockpit recipe"
LOCAL = ("existing", "existing_label", "snapshot_store")
"""Entries of a value that only mean something on the machine that wrote them."""
Histories = Mapping[str, tuple[MetricPoint, ...]]


@dataclass(frozen=True)
class Portable:
    """A recipe with what it is compared with."""

    recipe: Recipe
    run: RunRecord
    histories: Histories


def write_portable(recipe: Recipe, run: RunRecord, histories: Histories, *, patch: str = "") -> str:
    """Return the file's text; `patch` holds what a snapshot commit adds to its base, which then is the commit."""
    found: dict[str, object] = {
        "kind": KIND,
        "schema": 1,
        "recipe": {**recipe.to_json(), "ingredients": [_ingredient(one, patch) for one in recipe.ingredients]},
        "run": {**asdict(run), "artifact_uri": "", "models": []},
        "histories": {
            name: [[one.step, one.value, one.timestamp_ms] for one in points] for name, points in histories.items()
        },
    }
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
    found["sha256"] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return json.dumps(found, ensure_ascii=True, indent=1, sort_keys=True, default=str) + "\n"


def read_portable(text: str, name: str) -> Portable:
    """Return what a recipe file holds; raises UsageError where it is none or was changed."""
    try:
        found = json.loads(text)
        assert isinstance(found, dict)
        if found.get("kind") != KIND or found.get("schema") != 1:
            raise UsageError(f"{name} is no recipe file", hint="`mlcockpit recipe RUN -o recipe.json` writes one")
        digest = found.pop("sha256", "")
        plain = json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
        if digest != hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest():
            raise UsageError(
                f"{name} was changed after it was written", hint="write it again with `mlcockpit recipe RUN -o`"
            )
        ingredients = tuple(_read_ingredient(one) for one in found["recipe"]["ingredients"])
        if tuple(one.name for one in ingredients) != NAMES:
            raise UsageError(f"{name} does not hold the six ingredients")
        run = found["run"]
        record = RunRecord(**{**run, "inputs": tuple(RunInput(**one) for one in run["inputs"]), "models": ()})
        points = {
            key: tuple(MetricPoint(int(s), float(v), int(t)) for s, v, t in one)
            for key, one in found["histories"].items()
        }
        return Portable(Recipe(str(found["recipe"]["run_id"]), ingredients), record, points)
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise UsageError(f"{name} cannot be read as a recipe file: {type(error).__name__}") from error


def _ingredient(one: Ingredient, patch: str) -> dict[str, Json]:
    value = one.value
    if isinstance(value, Mapping):
        value = {key: entry for key, entry in value.items() if key not in LOCAL}
        if one.name == "code" and "base" in value:
            value = {**value, "commit": value["base"], "patch": patch}
    return {**one.to_json(), "value": value, "raise_by": one.raise_by}


def _read_ingredient(one: Mapping[str, object]) -> Ingredient:
    def texts(name: str) -> tuple[str, ...]:
        found = one.get(name)
        return tuple(str(text) for text in found) if isinstance(found, list) else ()

    value = one["value"]
    return Ingredient(
        str(one["name"]),
        Standing(str(one["standing"])),
        value,  # type: ignore[arg-type]
        str(one["evidence"]),
        deviations=texts("deviations"),
        candidates=texts("candidates"),
        raise_by=str(one.get("raise_by") or ""),
    )
