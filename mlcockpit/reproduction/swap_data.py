"""A recipe reads other data when its command names the new files, or when new bytes lie where the old ones lay."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlcockpit.domain.changed_result import Swap
from mlcockpit.domain.recipe import Ingredient, Json, Recipe
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.errors import UsageError
from mlcockpit.reproduction.newer_data import Replacement, label_of
from mlcockpit.reproduction.source.flags import Flag

SHORTEST_LABEL = 6
"""Characters of a month or day; a shorter number in a command line may mean anything."""


@dataclass(frozen=True)
class SwappedData:
    """A recipe with other data."""

    recipe: Recipe
    swaps: tuple[Swap, ...]
    """One for each input."""
    must_read: tuple[tuple[str, str], ...]
    """(path in the worktree, what it holds) of every input that the command has to read now."""
    old_paths: tuple[str, ...]
    """Paths that it must not read any more."""


@dataclass(frozen=True)
class _Edit:
    """One value of the command line that changes."""

    flag: str
    old: str
    new: str


def swap_data(recipe: Recipe, replacements: Sequence[Replacement], flags: Sequence[Flag] = ()) -> SwappedData:
    """Return the recipe with each replacement made: by the flag that names the file, else under the file's old name."""
    argv, edits = _edited(recipe, replacements, flags)
    values = [(edit, _covered(edit.old, replacements, recipe.cwd)) for edit in edits]
    items: list[Json] = []
    swaps, must_read = [], []
    for one in replacements:
        mine = [edit for edit, covered in values if one.old_path in covered]
        place = one.new_path if mine or one.old_path == one.new_path else one.old_path
        items.append(_item(one, place, recipe))
        swaps.append(Swap("data", one.old_path, one.old_name, one.new_name, _how(one, mine)))
        must_read.append((place, one.new_name))
    command = recipe["command"]
    assert isinstance(command.value, Mapping)
    gone = {one.old_path for one in replacements} - {place for place, _ in must_read}
    changed = recipe.with_(
        data=_data(recipe["data"], replacements, items),
        command=replace(command, value={**command.value, "argv": list(argv)}),
        parameters=_parameters(recipe["parameters"], edits),
    )
    return SwappedData(changed, tuple(swaps), tuple(must_read), tuple(sorted(gone)))


def _how(one: Replacement, edits: Sequence[_Edit]) -> str:
    said = [f"{edit.flag} {edit.old} → {edit.new}".strip() for edit in edits if edit.old != edit.new]
    if said:
        return "; ".join(said)
    if one.old_path == one.new_path:
        return f"new bytes at {one.old_path}"
    if posixpath.splitext(one.old_path)[1].lower() != posixpath.splitext(one.new_path)[1].lower():
        raise UsageError(
            f"the command reads {one.old_path} by that path, and {one.new_path} is another format",
            hint="name a file of the same format",
        )
    return f"the bytes of {one.new_path} placed at {one.old_path}, the path that the command reads"


def _item(one: Replacement, place: str, recipe: Recipe) -> Json:
    old = next((item for item in _items(recipe["data"]) if item.get("path") == one.old_path), {})
    item: dict[str, Json] = {"path": place, "sha256": one.new_sha256, "from": "folder", "known_by": "swapped"}
    item |= {"version": f"{one.dataset}@{one.new_version}"} if one.new_version else {}
    item |= {"owner": one.owner or str(old.get("owner") or "")}
    source = one.new_place or ("" if place == one.new_path else one.new_path)
    return item | ({"absolute": source} if source else {})


def _data(data: Ingredient, replacements: Sequence[Replacement], items: list[Json]) -> Ingredient:
    """Return the ingredient whose swapped inputs come last, so that no folder that is copied whole hides them."""
    old = {one.old_path for one in replacements}
    kept = [item for item in _items(data) if item.get("path") not in old]
    lost = any(item.get("from") == "nowhere" and item.get("required") for item in kept)
    standing = Standing.INFERRED if data.standing is Standing.MISSING and not lost else data.standing
    said = tuple(text for text in data.deviations if not any(path in text for path in old))
    names = ", ".join(dict.fromkeys(one.new_name for one in replacements))
    evidence = f"{len(items)} of {len(items) + len(kept)} inputs swapped: {names}"
    return replace(data, value=[*kept, *items], standing=standing, evidence=evidence, deviations=said, candidates=())


def _items(data: Ingredient) -> list[Mapping[str, Json]]:
    value = data.value if isinstance(data.value, list | tuple) else ()
    return [item for item in value if isinstance(item, Mapping)]


def _parameters(ingredient: Ingredient, edits: Sequence[_Edit]) -> Ingredient:
    """Return the parameters with those that were typed otherwise."""
    if not isinstance(ingredient.value, Mapping):
        return ingredient
    new = {edit.old: edit.new for edit in edits}
    named = {edit.flag.lstrip("-").replace("-", "_") for edit in edits}
    value = {
        name: new.get(str(text), text) if name.replace("-", "_") in named else text
        for name, text in ingredient.value.items()
    }
    return replace(ingredient, value=value)


def _edited(
    recipe: Recipe, replacements: Sequence[Replacement], flags: Sequence[Flag]
) -> tuple[list[str], list[_Edit]]:
    """Return the argument list that names the new files, and what changed in it."""
    edits: list[_Edit] = []
    argv: list[str] = []
    before = ""
    for place, word in enumerate(recipe.command):
        name, equals, value = word.partition("=")
        if not equals or "/" in name:
            name, value = ("" if word.startswith("-") else before), word
        new = value if place == 0 or word.endswith(".py") else _value(value, replacements, recipe.cwd)
        if new != value:
            edits.append(_Edit(name, value, new))
        elif value and _covered(value, replacements, recipe.cwd):
            edits.append(_Edit(name, value, value))
        argv.append(f"{name}={new}" if equals and value != word else new)
        before = word if word.startswith("-") else ""
    for flag in flags:
        default = flag.default
        typed = any(word.partition("=")[0] in flag.options for word in argv)
        if isinstance(default, str) and flag.spelling and flag.takes_value and not typed:
            new = _value(default, replacements, recipe.cwd)
            if new != default:
                edits.append(_Edit(flag.spelling, default, new))
                argv[_end(argv, flag, flags) : _end(argv, flag, flags)] = [flag.spelling, new]
    return argv, edits


def _end(argv: Sequence[str], flag: Flag, flags: Sequence[Flag]) -> int:
    """Return where a flag may be typed: a main parser's before the subcommand."""
    commands = {one.command for one in flags if one.command}
    return next((i for i, word in enumerate(argv) if word in commands and not flag.command), len(argv))


def _value(value: str, replacements: Sequence[Replacement], cwd: str) -> str:
    """Return a value of the command line that names the new files; the value itself where it names none of the old."""
    path = _inside(value, cwd)
    for one in replacements:
        if path == one.old_path and one.old_path != one.new_path:
            away = one.new_place or (one.new_path if one.new_path.startswith("/") else "")
            return away or posixpath.relpath(one.new_path, cwd or ".")
    found = _labels(value, replacements)
    if not found:
        return value
    for label, one in found.items():
        value = re.sub(_standing_alone(label), f"\0{label_of(one.new_path)}\0", value)
    return value.replace("\0", "")


def _labels(value: str, replacements: Sequence[Replacement]) -> dict[str, Replacement]:
    """Return the months (or days) in a value that all move, and by one distance; nothing where one of them cannot."""
    moving = {label_of(one.old_path): one for one in replacements if len(label_of(one.old_path)) >= SHORTEST_LABEL}
    found = {label: one for label, one in moving.items() if re.search(_standing_alone(label), value)}
    if any(label_of(one.new_path) == "" or one.new_place for one in found.values()):
        return {}
    between = _between(found, moving)
    if any(not _alike(one, other) for one in between for other in between):
        return {}
    return found


def _between(found: Mapping[str, Replacement], moving: Mapping[str, Replacement]) -> list[Replacement]:
    """Return everything from the first to the last of the labels that a value holds."""
    if not found:
        return []
    return [one for label, one in moving.items() if min(found) <= label <= max(found)]


def _alike(one: Replacement, other: Replacement) -> bool:
    """Tell whether two replacements keep their order: a range stays a range."""
    a, b = label_of(one.old_path), label_of(other.old_path)
    x, y = label_of(one.new_path), label_of(other.new_path)
    return (a < b) == (x < y) and (a == b) == (x == y)


def _covered(value: str, replacements: Sequence[Replacement], cwd: str) -> set[str]:
    """Return the old paths that a value of the old command line stands for."""
    path = _inside(value, cwd)
    named = {one.old_path for one in replacements if one.old_path == path}
    moving = {label_of(one.old_path): one for one in replacements if len(label_of(one.old_path)) >= SHORTEST_LABEL}
    found = _labels(value, replacements)
    return named | {one.old_path for one in _between(found, moving)}


def _standing_alone(label: str) -> str:
    return rf"(?<![\w\0-]){re.escape(label)}(?![\w\0-])"


def _inside(value: str, cwd: str) -> str:
    return posixpath.normpath(posixpath.join(cwd or ".", value)) if value and not value.startswith("/") else value
