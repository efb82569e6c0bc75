"""`retrain` runs the recipe of a run with newer data, and compares what comes out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mlcockpit.domain.changed_result import ChangedResult
from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.recipe import Json, Recipe
from mlcockpit.errors import UnknownName, UsageError
from mlcockpit.reproduction.data_bytes import sha256_of
from mlcockpit.reproduction.newer_data import Replacement, Shelf, datasets_read, newest, version
from mlcockpit.reproduction.recipe import Resolved, resolve
from mlcockpit.reproduction.swap_data import swap_data
from mlcockpit.services.changed_recipe import Changed, run_changed
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import Gathered, gather_run
from mlcockpit.services.reproduce import Wishes
from mlcockpit.services.run_behind import run_behind


@dataclass(frozen=True)
class RetrainPlan:
    """What a retraining would run."""

    changed: Changed
    nothing_newer: str = ""
    """Why there is nothing to retrain on; empty where there is."""


def plan_retrain(cockpit: Cockpit, name: str, data: Sequence[str], wishes: Wishes) -> RetrainPlan:
    """Return the swapped recipe of the run that `name` means; raises UnknownName, UsageError or Refused."""
    behind = run_behind(cockpit, name)
    gathered = gather_run(cockpit, behind.run, given=wishes.given)
    resolved = resolve(gathered.facts)
    facts = gathered.facts
    shelf = Shelf(facts.known_data, facts.prefix)
    items = _items(resolved.recipe)
    found = [one for word in data for one in _named(cockpit, gathered, word, items, shelf)]
    found = list({one.old_path: one for one in (found if data else newest(items, shelf))}.values())
    plan = f"mlcockpit retrain {name} --plan"
    changed = Changed("retrain", gathered, resolved, (), plan, behind.why)
    if not found:
        return RetrainPlan(changed, _nothing(items, shelf, data))
    if resolved.recipe["command"].value is None:
        return RetrainPlan(changed)
    reading = resolved.command.reading
    swapped = swap_data(resolved.recipe, found, reading.flags if reading else ())
    changed = replace(
        changed,
        resolved=Resolved(swapped.recipe, resolved.command),
        swaps=swapped.swaps,
        must_read=swapped.must_read,
        old_paths=swapped.old_paths,
    )
    return RetrainPlan(changed)


def retrain(
    cockpit: Cockpit,
    name: str,
    data: Sequence[str],
    wishes: Wishes,
    *,
    log: bool = False,
    ask: Callable[[Recipe], bool] | None = None,
) -> ChangedResult:
    """Return what training on newer data gives; nothing is run where no newer data is there."""
    plan = plan_retrain(cockpit, name, data, wishes)
    if plan.nothing_newer:
        return plan.changed.result("nothing_newer", plan.nothing_newer)
    return run_changed(cockpit, plan.changed, wishes, log=log, ask=ask)


def _items(recipe: Recipe) -> list[dict[str, Json]]:
    value = recipe["data"].value
    items = value if isinstance(value, list | tuple) else ()
    return [dict(item) for item in items if isinstance(item, dict)]


def _nothing(items: Sequence[dict[str, Json]], shelf: Shelf, data: Sequence[str]) -> str:
    read = datasets_read(items, shelf)
    if data:
        return f"the run read exactly {', '.join(data)}"
    if not read:
        return "nothing newer: the run reads no dataset of which a version was published"
    last = {name: max((one.version for one in shelf.newest(name).values()), key=_number, default="") for name in read}
    shown = ", ".join(f"data/{name} is at {last[name] or 'no version'}" for name in sorted(read))
    return f"nothing newer than what the run read: {shown}"


def _number(version: str) -> int:
    return int(version.removeprefix("v")) if version.removeprefix("v").isdigit() else 0


def _named(
    cockpit: Cockpit, gathered: Gathered, word: str, items: Sequence[dict[str, Json]], shelf: Shelf
) -> Sequence[Replacement]:
    """Return the replacements for NAME, NAME@VERSION or PATH=NEWPATH."""
    old, equals, new = word.partition("=")
    if equals:
        return [_file(cockpit, gathered, old, new, items)]
    name, _, wanted = word.removeprefix("data/").partition("@")
    versions = [one for one in shelf.known if one.name == name]
    if not versions:
        known = ", ".join(sorted({one.name for one in shelf.known})) or "none is published"
        raise UnknownName(f"no version of data/{name} is published", hint=f"datasets: {known}")
    if not wanted:
        return newest(items, shelf, only=name)
    return version(items, shelf, _version(versions, wanted))


def _version(versions: Sequence[KnownData], wanted: str) -> KnownData:
    for one in versions:
        if one.version.removeprefix("v") == wanted.removeprefix("v"):
            return one
    last = ", ".join(one.version for one in versions[-5:])
    raise UnknownName(f"data/{versions[0].name} has no version {wanted}", hint=f"it has {last}")


def _file(cockpit: Cockpit, gathered: Gathered, old: str, new: str, items: Sequence[dict[str, Json]]) -> Replacement:
    """Return the replacement of one file by another that nobody published."""
    known = [str(item["path"]) for item in items if item.get("path")]
    top = gathered.repository.root if gathered.repository else cockpit.root
    inside = [path for path in known if path in {old, f"{gathered.facts.prefix}/{old}".lstrip("/")}]
    if not inside:
        raise UsageError(f"the run does not read {old}", hint=f"it reads {', '.join(known) or 'no file'}")
    place = (cockpit.root / new).absolute()
    if not place.exists():
        raise UsageError(f"there is no {new}", hint="write --data PATH=NEWPATH with a file that is there")
    item = next(item for item in items if item.get("path") == inside[0])
    version = str(item.get("version") or "")
    below = place.is_relative_to(top)
    path = place.relative_to(top).as_posix() if below else str(place)
    return Replacement(
        inside[0], path, sha256_of(place), version.partition("@")[0], version.partition("@")[2],
        new_place="" if below else str(place),
    )  # fmt: skip
