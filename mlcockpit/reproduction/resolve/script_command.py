"""A run of `python some/script.py …` finds its script in the commit and its flags in the logged parameters."""

import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import CAPTURE, Command, command_value, missing
from mlcockpit.reproduction.resolve.flag_values import FlagValues, match_flags
from mlcockpit.reproduction.resolve.hydra_overrides import overrides
from mlcockpit.reproduction.resolve.likeness import Likeness, flavors_of, likeness
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading, read_script

MOST_CANDIDATES = 40
"""Scripts of one name that are read and ranked."""
MOST_LISTED = 24
PICK = "name the right one with --command and --cwd, or capture the next run with `mlcockpit run -- …`"


@dataclass(frozen=True)
class Candidate:
    """One script that may be the one, from one working directory."""

    path: str
    cwd: str
    typed: str
    reading: Reading
    flags: FlagValues
    exact: bool
    data_found: int
    module: str = ""
    """What to type after -m; empty where the file is started itself."""
    overrides: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    like: Likeness = field(default_factory=lambda: Likeness(0, ()))

    @property
    def points(self) -> int:
        """Return how well it explains the run; higher is better."""
        known = self.flags.score + 2 * self.data_found + self.like.points
        return known + (2 if self.exact else 0) + (2 if self.reading.uses_mlflow else 0)

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        """Sort key, best first."""
        return (-self.points, 0 if self.exact else 1, self.path.count("/"), len(self.cwd), self.path)

    @property
    def words(self) -> list[str]:
        """Return the argument list."""
        start = ["-m", self.module] if self.module else [self.typed]
        shell = ["env", *self.flags.variables] if self.flags.variables else []
        return [*shell, "python", *start, *self.flags.arguments, *self.overrides]

    @property
    def shown(self) -> str:
        """Return it as a person would type it."""
        line = shlex.join(self.words)
        return line if self.cwd in {"", "."} else f"(in {self.cwd}) {line}"

    @property
    def evidence(self) -> str:
        """Return it with what speaks for and against it."""
        flags, found = self.flags, []
        if flags.params:
            found.append(f"values logged for {len(flags.params)} of its flags")
        found += [f"needs {', '.join(flags.gaps)}, which nothing recorded"] if flags.gaps else []
        found += [flags.contradictions[0]] if flags.contradictions else []
        found += self.like.why
        found += ["its data is there"] if self.data_found else []
        found += [] if self.reading.uses_mlflow else ["does not import mlflow"]
        found += ["lies where the record says"] if self.exact else []
        return f"{self.shown}: {'; '.join(found) or 'nothing speaks for it'}"


def script(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command of a run whose source name is a python file; None where it is not."""
    name = facts.run.tag("mlflow.source.name").strip().replace("\\", "/")
    if not name.endswith(".py") or facts.run.tag("mlflow.source.type") == "PROJECT":
        return None
    ranked = sorted(_candidates(name, facts, tree), key=lambda one: one.rank)
    if not ranked:
        return missing(f"{name} is not in the commit", "was it committed? name the right commit with --commit")
    best = ranked[0]
    if best.flags.gaps:
        return _with_gaps(best, ranked)
    tied = [one for one in ranked if one.points == best.points and not best.exact]
    choices = tuple((tuple(one.words), one.cwd) for one in tied) if len(tied) > 1 else ()
    return Command(_ingredient(best, ranked, name, len(tied)), best.reading, best.flags, choices)


def _candidates(name: str, facts: RunFacts, tree: CodeTree) -> list[Candidate]:
    files = tree.files()
    found: list[Candidate] = []
    flavors = flavors_of(facts)
    run = replace(facts.run, params={**facts.run.params, **facts.parent.params}) if facts.parent else facts.run
    for path, cwd, typed, exact in _places(name, facts, files)[:MOST_CANDIDATES]:
        reading = read_script(tree, path, cwd)
        if reading is not None:
            flags = match_flags(reading, run, tree, cwd)
            words, why = overrides(reading, run, tree) or ([], [])
            there, like = _data_found(reading, cwd, files), likeness(reading, facts.run, flavors)
            one = Candidate(
                path, cwd, typed, reading, flags, exact, there, "", tuple(words), tuple(why), like
            )
            found.append(one)
            if posixpath.isabs(name) and (inside := _module(one, frozenset(files))):
                found[-1] = replace(one, cwd=inside[1], module=inside[0], exact=True)
    return list({(tuple(one.words), one.cwd): one for one in reversed(found)}.values())


def _module(one: Candidate, files: frozenset[str]) -> tuple[str, str] | None:
    """Return (module, working directory) of a file that python started with -m, as the absolute name shows; None where not.

    A file of a package, or one that imports its neighbours by the package's name, was hardly started by its path.
    """
    folder = posixpath.dirname(one.path)
    while folder and posixpath.join(folder, "__init__.py") in files:
        folder = posixpath.dirname(folder)
    relative = any(name.startswith(".") for name in one.reading.program.script.imported)
    package = posixpath.dirname(one.path)
    if not relative and (folder == package or not package):
        return None
    root = folder if folder != package else posixpath.dirname(package)
    stem = one.path.removesuffix(".py").removesuffix("/__main__")
    dotted = stem[len(root) :].strip("/").replace("/", ".")
    return dotted, root.removesuffix("src").rstrip("/")


def _places(name: str, facts: RunFacts, files: Sequence[str]) -> list[tuple[str, str, str, bool]]:
    """Return (path in the tree, working directory, name to type, whether it is where the record says)."""
    known = frozenset(files)
    if re.match(r"^(/|[A-Za-z]:/)", name):
        return _absolute(name, facts, known)
    plain = posixpath.normpath(name)
    ups = plain.count("../") if plain.startswith("../") else 0
    stem = plain.replace("../", "")
    matches = sorted(
        (path for path in known if path == stem or path.endswith("/" + stem)), key=lambda path: (path.count("/"), path)
    )
    home = posixpath.join(facts.prefix, stem) if facts.prefix else stem
    places: list[tuple[str, str, str, bool]] = []
    for path in matches:
        folder = path[: -len(stem)].strip("/")
        if ups:
            places.extend((path, cwd, name, path == home) for cwd in _folders_below(folder, ups, known))
        else:
            places.append((path, folder, name, path == home))
    return places


def _absolute(name: str, facts: RunFacts, known: frozenset[str]) -> list[tuple[str, str, str, bool]]:
    parts = name.split("/")
    inside = next((name[len(root) :].strip("/") for root in facts.roots if name.startswith(root.rstrip("/") + "/")), "")
    path = (
        inside
        if inside in known
        else next(("/".join(parts[i:]) for i in range(1, len(parts)) if "/".join(parts[i:]) in known), "")
    )
    if not path:
        return []
    folders = dict.fromkeys([facts.prefix, posixpath.dirname(path), ""])
    return [(path, cwd, posixpath.relpath(path, cwd or "."), cwd == facts.prefix) for cwd in folders]


def _folders_below(folder: str, depth: int, known: frozenset[str]) -> list[str]:
    base = folder + "/" if folder else ""
    below = {posixpath.dirname(path) for path in known if path.startswith(base)}
    return sorted(one for one in below if one[len(base) :].count("/") == depth - 1 and one != folder)[:5]


def _data_found(reading: Reading, cwd: str, files: Sequence[str]) -> int:
    known = frozenset(files)
    folders = {posixpath.dirname(path) for path in known}
    places = [
        use.path if use.anchored else posixpath.normpath(posixpath.join(cwd, use.path))
        for use in reading.paths
        if use.read
    ]
    return min(3, sum(1 for place in places if place in known or place in folders))


def _ingredient(best: Candidate, ranked: list[Candidate], name: str, tied: int) -> Ingredient:
    parts = [f"mlflow.source.name {name}"]
    if best.module:
        parts.append("its absolute name and its package show that it was started with -m")
    parts += best.why
    if best.flags.evidence:
        parts.append("; ".join(best.flags.evidence))
    elif not best.reading.flags and not best.why:
        parts.append("the script takes no arguments")
    if best.flags.defaults:
        parts.append(f"not recorded, so left at their defaults: {', '.join(best.flags.defaults)}")
    if best.flags.guesses:
        parts.append(f"likely: {'; '.join(best.flags.guesses)}")
    if len(ranked) > 1:
        parts.append(f"best of {len(ranked)} scripts or folders that fit: {'; '.join(best.like.why)}".rstrip(": "))
    parts += [f"{tied} fit equally well"] if tied > 1 else []
    return Ingredient(
        "command",
        Standing.ASSUMED if tied > 1 or best.flags.guesses else Standing.INFERRED,
        command_value(best.words, best.cwd, "module" if best.module else "script", best.path),
        "; ".join(parts),
        candidates=_listed(ranked),
        raise_by=PICK if tied > 1 else CAPTURE,
    )


def _listed(ranked: list[Candidate]) -> tuple[str, ...]:
    return tuple(one.evidence for one in ranked[:MOST_LISTED]) if len(ranked) > 1 else ()


def _with_gaps(best: Candidate, ranked: list[Candidate]) -> Command:
    ingredient = Ingredient(
        "command",
        Standing.MISSING,
        command_value(best.words, best.cwd, "module" if best.module else "script", best.path),
        f"{best.path} needs {', '.join(best.flags.gaps)}, and no logged parameter says what it was",
        candidates=_listed(ranked),
        raise_by="give the whole command with --command, or capture the next run with `mlcockpit run -- …`",
    )
    return Command(ingredient, best.reading, best.flags)
