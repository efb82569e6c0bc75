"""A run that a notebook's kernel logged names no notebook: one of the commit that logs the same is assumed, or the step is named."""

import posixpath
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import Command, command_value, missing
from mlcockpit.reproduction.resolve.flag_values import FlagValues, match_flags
from mlcockpit.reproduction.resolve.likeness import Likeness, flavors_of, likeness
from mlcockpit.reproduction.resolve.values import same
from mlcockpit.reproduction.source.notebook import ENDING, read_notebook
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading, read_script

KERNELS = frozenset({"ipykernel_launcher.py", "colab_kernel_launcher.py", "xpython", "kernel_launcher.py"})
TOOLS = {
    "papermill": ("papermill", "ipykernel"),
    "nbconvert": ("nbconvert", "ipykernel"),
    "execute": ("nbclient", "ipykernel"),
}
"""What executes a notebook → the distributions that it needs."""
MOST = 60
STEP = "execute it with capture: `mlcockpit run -- papermill NOTEBOOK out.ipynb`"
NAME_IT = "name it with --command 'jupyter nbconvert --to notebook --execute --inplace NOTEBOOK'"


@dataclass(frozen=True)
class Sheet:
    """One notebook that may be the one."""

    path: str
    reading: Reading
    like: Likeness
    flags: FlagValues
    typed: tuple[str, ...]
    """Parameters for papermill; empty where its cells say all."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return the argument list, to be started in the notebook's folder."""
        name = posixpath.basename(self.path)
        if self.typed:
            return ("papermill", name, name.removesuffix(ENDING) + ".executed" + ENDING, *self.typed)
        return ("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", name)

    @property
    def rank(self) -> tuple[int, str]:
        """Sort key, best first."""
        return 5 * len(self.flags.contradictions) - self.like.points, self.path


def notebook(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command of a run that a notebook logged; None where no notebook did."""
    source = facts.run.tag("mlflow.source.name").strip().replace("\\", "/")
    told = facts.run.tag("mlflow.source.type") == "NOTEBOOK" or source.endswith(ENDING)
    if not told and posixpath.basename(source) not in KERNELS:
        return None
    sheets = sorted(_sheets(facts, tree, source), key=lambda one: one.rank)
    what = (
        f"{posixpath.basename(source) or 'a notebook'} is a notebook's kernel, which records neither notebook nor cells"
    )
    what = (
        f"{source} is a notebook, and its cells at the commit are all that is known"
        if source.endswith(ENDING)
        else what
    )
    named = [one for one in sheets if source.endswith(ENDING)]
    fitting = named or [one for one in sheets if one.like.points > 0 and _covers(one, facts)]
    if not fitting:
        return missing(f"{what}; no notebook of the commit logs the same parameters", f"{STEP}, or {NAME_IT}")
    best = fitting[0]
    tied = [one for one in fitting if one.rank[0] == best.rank[0]]
    listed = tuple(
        f"(in {posixpath.dirname(one.path) or '.'}) {shlex.join(one.words)}: {'; '.join(one.like.why)}"
        for one in fitting
    )
    ingredient = Ingredient(
        "command",
        Standing.ASSUMED,
        command_value(best.words, posixpath.dirname(best.path) or ".", "notebook", best.path),
        f"{what}; {best.path} {'; '.join(best.like.why)}",
        candidates=listed if len(listed) > 1 else (),
        deviations=("cells are run from top to bottom, whatever the order was then",),
        raise_by=STEP,
    )
    choices = tuple((one.words, posixpath.dirname(one.path)) for one in tied) if len(tied) > 1 else ()
    return Command(ingredient, best.reading, best.flags, choices)


def _sheets(facts: RunFacts, tree: CodeTree, source: str) -> list[Sheet]:
    paths = [path for path in tree.files() if path.endswith(ENDING) and ".ipynb_checkpoints" not in path]
    exact = [path for path in paths if source.endswith(ENDING) and (path == source or source.endswith("/" + path))]
    by_name = [path for path in paths if posixpath.basename(path) == posixpath.basename(source)]
    flavors, found = flavors_of(facts), []
    for path in (exact or by_name or ([] if source.endswith(ENDING) else paths))[:MOST]:
        reading = read_script(tree, path, posixpath.dirname(path))
        sheet = read_notebook(tree.read(path))
        if reading is not None and sheet is not None:
            like = likeness(reading, facts.run, flavors)
            flags = match_flags(reading, facts.run, tree, posixpath.dirname(path))
            typed = _typed(sheet.parameters, facts.run.params)
            given = set(typed[1::3])
            left = tuple(text for text in flags.contradictions if text.split(" ")[0] not in given)
            found.append(Sheet(path, reading, like, replace(flags, contradictions=left), typed))
    return found


def _typed(parameters: Mapping[str, object], logged: Mapping[str, str]) -> tuple[str, ...]:
    changed = [name for name, value in parameters.items() if name in logged and not same(value, logged[name])]
    return tuple(word for name in changed for word in ("-p", name, logged[name]))


def _covers(sheet: Sheet, facts: RunFacts) -> bool:
    """Tell whether a notebook logs every parameter that the run has, by name, or all of them at once."""
    keys = {sink.key for sink in sheet.reading.sinks.of("param", "keyword")}
    return not facts.run.params or bool(keys & set(facts.run.params))


def with_tools(environment: Ingredient, command: Ingredient) -> Ingredient:
    """Return the environment with what executes notebooks, where the run's own packages lack it."""
    value = environment.value
    if command.text("launcher") != "notebook" or not isinstance(value, Mapping):
        return environment
    words = command.texts("argv")
    needed = next(
        (tools for name, tools in TOOLS.items() if any(name in posixpath.basename(word) for word in words[:4])), ()
    )
    names = {line.partition("=")[0].partition("[")[0].strip().lower() for line in environment.texts("requirements")}
    absent = [name for name in needed if name not in names]
    if not absent:
        return environment
    kept: dict[str, Json] = {key: one for key, one in value.items() if key not in {"existing", "existing_label"}}
    kind = "captured" if kept.get("kind") == "existing" else kept.get("kind")
    said = f"{', '.join(absent)} executes the notebook and is added: nothing recorded its version"
    return replace(
        environment,
        value={**kept, "kind": kind, "tools": absent},
        deviations=(*environment.deviations, said),
    )
