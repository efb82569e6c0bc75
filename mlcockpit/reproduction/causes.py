"""What differs between the recipes of two runs is said ingredient by ingredient; what follows from another one is no cause."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.explanation import CAUSES, CauseComparison
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.reproduction.carried import Side, differing
from mlcockpit.reproduction.mixed_tree import FileChange
from mlcockpit.reproduction.resolve.environment import OURS
from mlcockpit.reproduction.resolve.requirement_lines import normal
from mlcockpit.reproduction.source.reading import DATA_LIKE
from mlcockpit.reproduction.surroundings import CAPTURED

SEED = re.compile(r"(^|[_./-])(random_?)?(seeds?|random_?state|rng)$", re.IGNORECASE)
"""Names of settings that begin chance."""
MOST = 4
"""Things that differ which are named one by one."""

Item = Mapping[str, Json]


@dataclass(frozen=True)
class Differences:
    """In what two recipes differ, and what carries it."""

    causes: tuple[CauseComparison, ...]
    settings: Mapping[str, str]
    """Setting of the command line → data, parameters or seed."""
    files: tuple[FileChange, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ingredients that differ."""
        return tuple(one.name for one in self.causes if not one.is_equal)


def compare_causes(a: Side, b: Side, files: Sequence[FileChange]) -> Differences:
    """Return what differs between two runs; `files` are the paths that differ between their commits."""
    settings = {name: _cause_of_setting(name, a, b) for name in differing(a, b)}
    said = {
        "code": [*_files(files, "code"), *_script(a, b)],
        "environment": list(_environment(a, b)),
        "data": [*_files(files, "data"), *_settings(settings, "data", a, b), *_data(a, b, files, settings)],
        "parameters": [*_files(files, "parameters"), *_settings(settings, "parameters", a, b)],
        "seed": [*_settings(settings, "seed", a, b), *_seed_variables(a, b)],
    }
    causes = tuple(
        CauseComparison(name, not said[name], tuple(said[name]) or _why_equal(name, a, b)) for name in CAUSES
    )
    return Differences(causes, settings, tuple(files))


def inputs_of(side: Side) -> list[str]:
    """Return the files and folders that a run is known to have read."""
    return [str(item["path"]) for item in items_of(side["data"]) if item.get("path")]


def items_of(data: Ingredient) -> list[Item]:
    """Return the inputs of a data ingredient."""
    value = data.value if isinstance(data.value, list | tuple) else ()
    return [item for item in value if isinstance(item, Mapping)]


def is_exact(side: Side) -> bool:
    """Tell whether the capture saw every file that the run read."""
    return side.facts.launch is not None and side.facts.launch.is_finished


def key_of(item: Item) -> str:
    """Return by what an input is known."""
    return str(item.get("path") or item.get("uri") or item.get("name"))


def _cause_of_setting(name: str, a: Side, b: Side) -> str:
    if SEED.search(name):
        return "seed"
    values = [(side, value) for side in (a, b) if (value := side.value(name)) is not None]
    return "data" if values and all(_names_data(value, side) for side, value in values) else "parameters"


def _names_data(value: str, side: Side) -> bool:
    cwd = side.resolved.recipe.cwd
    path = value if value.startswith("/") else posixpath.normpath(posixpath.join(cwd, value))
    known = [key_of(item) for item in items_of(side["data"])]
    if path in known or value in known or any(path.endswith(f"/{one}") for one in known):
        return True
    return bool(DATA_LIKE.search(value)) and not value.endswith((".json", ".yaml", ".yml"))


def _files(files: Sequence[FileChange], cause: str) -> Iterator[str]:
    paths = [clean(one.path, 80) for one in files if one.cause == cause]
    if paths:
        more = f" and {len(paths) - MOST} more" if len(paths) > MOST else ""
        yield f"{', '.join(paths[:MOST])}{more} differ{'s' if len(paths) == 1 else ''} between the commits"


def _script(a: Side, b: Side) -> Iterator[str]:
    for key, word in (("script", "the script is"), ("cwd", "the working directory is"), ("launcher", "started as")):
        one, other = a["command"].text(key), b["command"].text(key)
        if one != other and one and other:
            yield f"{word} {clean(one, 60)} → {clean(other, 60)}"
    if a["code"].text("patch") != b["code"].text("patch"):
        yield "uncommitted changes differ"
    one, other = a["code"].text("commit"), b["code"].text("commit")
    if bool(one) != bool(other):
        yield f"the commit is {one[:12] or 'unknown'} → {other[:12] or 'unknown'}"


def _environment(a: Side, b: Side) -> Iterator[str]:
    one, other = packages_of(a), packages_of(b)
    if one == other:
        return
    changed = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
    for name in changed[:MOST]:
        yield f"{clean(name, 60)} {clean(one.get(name, 'absent'), 60)} → {clean(other.get(name, 'absent'), 60)}"
    if len(changed) > MOST:
        yield f"and {len(changed) - MOST} more packages"


def packages_of(side: Side) -> dict[str, str]:
    """Return what an environment is to hold: package → version or requirement, python, and the day of what is not pinned."""
    environment = side["environment"]
    found = {"python": environment.text("python")} if environment.text("python") else {}
    launch = side.facts.launch
    if launch is not None and launch.environment.packages:
        return found | {
            normal(name): text for name, text in launch.environment.packages.items() if normal(name) != OURS
        }
    for line in environment.texts("requirements"):
        name, pinned, version = line.partition("==")
        found |= {normal(name.strip()): version} if pinned else {line: "as asked for"}
    if environment.text("kind") == "as-of":
        found["packages as of"] = environment.text("as_of")[:10]
    if environment.text("path").endswith("uv.lock"):
        found[environment.text("path")] = environment.text("lock_sha256")[:12]
    return found


def _data(a: Side, b: Side, files: Sequence[FileChange], settings: Mapping[str, str]) -> Iterator[str]:
    in_git = {one.path for one in files}
    one = {key_of(item): item for item in items_of(a["data"])}
    other = {key_of(item): item for item in items_of(b["data"])}
    for key in sorted(set(one) & set(other)):
        for digest in ("sha256", "mlflow_digest"):
            old, new = str(one[key].get(digest) or ""), str(other[key].get(digest) or "")
            if old and new:
                if old != new and key not in in_git:
                    yield f"{clean(key, 80)} had {digest.replace('_', ' ')} {old[:12]} → {new[:12]}"
                break
    if not (is_exact(a) and is_exact(b)) or "data" in settings.values():
        return
    for key in sorted(set(one) ^ set(other)):
        folder = posixpath.dirname(key)
        beside = any(posixpath.dirname(each) == folder for each in set(one) & set(other))
        if key not in in_git and (beside or not any(each.cause == "code" for each in files)):
            yield f"{clean(key, 80)} was read by run {(a if key in one else b).run_id[:7]} only"


def _settings(settings: Mapping[str, str], cause: str, a: Side, b: Side) -> Iterator[str]:
    for name in (name for name, found in settings.items() if found == cause):
        yield f"{clean(name, 60)} {_shown(a.value(name))} → {_shown(b.value(name))}"


def _shown(value: str | None) -> str:
    return "not given" if value is None else clean(value, 60)


def _seed_variables(a: Side, b: Side) -> Iterator[str]:
    one, other = a["seed"].field("environment"), b["seed"].field("environment")
    if not (is_exact(a) and is_exact(b)):
        return
    old = one if isinstance(one, Mapping) else {}
    new = other if isinstance(other, Mapping) else {}
    for name in sorted({*old, *new}):
        if CAPTURED.match(name) and old.get(name) != new.get(name):
            yield f"{name} {clean(old.get(name, 'not set'), 40)} → {clean(new.get(name, 'not set'), 40)}"


def _why_equal(name: str, a: Side, b: Side) -> tuple[str, ...]:
    if name == "code":
        commits = a["code"].text("commit"), b["code"].text("commit")
        if commits[0] == commits[1]:
            return (f"both at commit {commits[0][:12]}",)
        return (f"commits {commits[0][:12]} and {commits[1][:12]} differ in no file of the code",)
    if name == "environment":
        return ("the same python and packages",)
    if name == "data":
        return ("the same inputs" if items_of(a["data"]) else "no file is read",)
    return ("the same on the command line" if name == "parameters" else "the same, or set in the code",)
