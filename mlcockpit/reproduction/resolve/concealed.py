"""No credential is part of a recipe, wherever the tracker or the code had it from; the recipe says that one was left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient, Json, Recipe
from mlcockpit.domain.redaction import is_masked, is_secret_name, masked

MARK = "[redacted]"
RANDOM = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[^\s/\\]{8,}")
"""What a credential looks like: `pad_token=[PAD]` is none, whatever its name."""


def concealed(recipe: Recipe) -> Recipe:
    """Return the recipe with a mark in place of every credential."""
    return replace(
        recipe,
        ingredients=tuple(map(_ingredient, recipe.ingredients)),
        notes=tuple(masked(note) for note in recipe.notes),
    )


def _ingredient(one: Ingredient) -> Ingredient:
    found: list[str] = []
    value = _value(one.value, "", one.name, found)
    told = tuple(dict.fromkeys(found))
    what = f"values that look like secrets are left out: {', '.join(told)}"
    return replace(
        one,
        value=value,
        evidence=masked(one.evidence),
        deviations=(*map(masked, one.deviations), *([what] if told else [])),
        candidates=tuple(map(masked, one.candidates)),
        raise_by=masked(one.raise_by),
    )


def _value(value: Json, name: str, ingredient: str, found: list[str]) -> Json:
    if isinstance(value, str):
        return _text(value, name, ingredient, found)
    if isinstance(value, Mapping):
        return {key: _value(inner, key, ingredient, found) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return _list(value, name, ingredient, found)
    return value


def _list(values: Sequence[Json], name: str, ingredient: str, found: list[str]) -> list[Json]:
    kept: list[Json] = []
    for value in values:
        before = kept[-1] if kept else ""
        flag = before if isinstance(before, str) and before.startswith("-") and "=" not in before else name
        kept.append(_value(value, flag, ingredient, found))
    return kept


def _text(value: str, name: str, ingredient: str, found: list[str]) -> str:
    if ingredient == "environment" and "://" not in value:
        return value
    flag, equals, rest = value.partition("=")
    if equals and flag.startswith("-") and _is_secret(flag, rest):
        found.append(clean(flag, 60))
        return f"{flag}={MARK}"
    if _is_secret(name, value):
        found.append(clean(name, 60))
        return MARK
    shown = masked(value)
    if shown != value:
        found.append(clean(name, 60) or ingredient)
    return shown


def _is_secret(name: str, value: str) -> bool:
    return is_secret_name(name) and not is_masked(value) and RANDOM.fullmatch(value) is not None
