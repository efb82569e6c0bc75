"""A recipe is rebuilt away from the user's tree, run once, compared and judged: code, environment, data, run, compare."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient, Recipe
from mlcockpit.domain.reproduction_result import OtherRun, ReproductionResult
from mlcockpit.domain.run_record import MetricPoint, RunRecord
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.errors import CockpitError, EvidenceMissing
from mlcockpit.ports import BuiltEnvironment, CodeStore, EnvironmentBuilder, Finished, Progress, Runner
from mlcockpit.reproduction.compare import Tolerance, compare_inputs, compare_metrics, compare_parameters
from mlcockpit.reproduction.data_bytes import DataFinding, DataPlaces, place_data
from mlcockpit.reproduction.judge import Judgement, Outcome, data_sentence, judge
from mlcockpit.reproduction.pairing import pair
from mlcockpit.reproduction.surroundings import child_environment
from mlcockpit.reproduction.workspace import Attempt

STAGES = ("resolve", "code", "environment", "data", "run", "compare")
MOST_RETRIES = 3
"""How often a command is started again after a file that it asked for was placed."""
NOT_FOUND = re.compile(r"No such file or directory: '([^'\n]{1,400})'|(?:file|path) '?([^'\n\s]{1,400})'? (?:does not exist|not found)", re.IGNORECASE)


class RunStore(Protocol):
    """A tracking store that can be read."""

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the ids of its runs, oldest first."""

    def read(self, run_id: str) -> RunRecord:
        """Return one run."""

    def histories(self, run_id: str) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric."""


@dataclass(frozen=True)
class Tools:
    """What the engine works with."""

    code: CodeStore
    environments: EnvironmentBuilder
    runner: Runner
    open_store: Callable[[Path], RunStore]
    progress: Progress
    environ: Mapping[str, str]
    child_files: Callable[[Path], Sequence[str]]
    """Copies the guard into a folder and returns the folders to put on the child's path."""


@dataclass(frozen=True)
class Order:
    """What is to be reproduced, and how."""

    recipe: Recipe
    original: RunRecord
    original_histories: Mapping[str, tuple[MetricPoint, ...]]
    project: Path
    """The top of the user's repository."""
    places: Callable[[Path], DataPlaces]
    siblings: Sequence[RunRecord] = ()
    """Other runs of the same launch."""
    timeout_s: float | None = None
    memory_bytes: int | None = None
    repeat: int = 1
    """How often to run again where the results diverge."""
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)
    dirty_hints: tuple[str, ...] = ()
    recorded_exit: int | None = None
    roots: Sequence[str] = ()
    resolve_s: float = 0.0


@dataclass
class Course:
    """What happened so far."""

    attempt: Attempt
    seconds: dict[str, float]
    stage: str = ""
    environment: BuiltEnvironment | None = None
    data: tuple[DataFinding, ...] = ()
    notes: list[str] = field(default_factory=list)


def reproduce(order: Order, attempt: Attempt, tools: Tools) -> ReproductionResult:
    """Return the verdict; the attempt's worktree is gone afterwards, its logs stay."""
    course = Course(attempt, {"resolve": order.resolve_s} | dict.fromkeys(STAGES[1:], 0.0))
    attempt.done("resolve", {"trust_id": order.recipe.trust_id})
    try:
        return _stages(order, course, tools)
    except EvidenceMissing as missing:
        return _result(order, course, Judgement(Verdict.INCOMPLETE, str(missing), course.stage or None))
    except CockpitError as failed:
        if failed.exit_code != 4:
            raise
        return _result(order, course, Judgement(Verdict.FAILED, f"stage {course.stage}: {failed}", stage=course.stage))
    finally:
        tools.code.remove(attempt.code, attempt.branch)
        attempt.close()


def incomplete(order: Order, name: str) -> ReproductionResult | None:
    """Return the verdict on a recipe that cannot be run because an ingredient is missing; None where it can."""
    for one in order.recipe.ingredients:
        if one.standing is Standing.MISSING and one.name in {"code", "command", "data", "environment"}:
            first = one.name if one.name in {"code", "data", "environment"} else None
            reason = f"{one.name} is missing: {one.evidence}" + (f"; {one.raise_by}" if one.raise_by else "")
            return _bare(order, name, Judgement(Verdict.INCOMPLETE, reason, first))
    contradictions = order.recipe["parameters"].deviations
    if contradictions and order.recipe["code"].standing is not Standing.ASSUMED and order.recipe["command"].standing is not Standing.RECORDED:
        what = f"the run had uncommitted changes that nobody kept: {contradictions[0]}"
        return _bare(order, name, Judgement(Verdict.INCOMPLETE, what, "code"))
    return None


def _stages(order: Order, course: Course, tools: Tools) -> ReproductionResult:
    recipe, attempt = order.recipe, course.attempt
    with _stage("code", course, tools):
        code = recipe["code"]
        tools.code.check_out(code.text("commit"), attempt.code, attempt.branch, store=code.text("snapshot_store"))
        attempt.done("code", {"commit": code.text("commit")})
    with _stage("environment", course, tools):
        wanted = recipe["environment"].value
        assert isinstance(wanted, Mapping)
        course.environment = tools.environments.build(wanted, code=attempt.code, log=attempt.log("environment"))
        course.notes.append(f"environment: {course.environment.note}")
        attempt.done("environment", {"python": course.environment.python, "deviations": course.environment.deviations})
    with _stage("data", course, tools):
        course.data = place_data(recipe["data"], order.places(attempt.code))
        attempt.done("data", {"found": [f"{one.path}: {one.state}" for one in course.data]})
    wrong = [one for one in course.data if one.state in {"changed", "gone"}]
    if wrong:
        return _result(order, course, Judgement(Verdict.INCOMPLETE, "; ".join(map(data_sentence, wrong)), "data"))
    with _stage("run", course, tools):
        finished = _run(order, course, tools, "run", attempt.store)
        attempt.done("run", {"exit_status": finished.exit_status})
    with _stage("compare", course, tools):
        result = _compared(order, course, tools, finished)
        attempt.done("compare", {"verdict": result.verdict.value})
    return replace(result, seconds=dict(course.seconds))


def _run(order: Order, course: Course, tools: Tools, log: str, store: Path) -> Finished:
    """Run the command; place a file that it misses and the project has, and run again."""
    attempt = course.attempt
    recipe = order.recipe
    assert course.environment is not None
    guard = tools.child_files(attempt.place("guard"))
    env = child_environment(recipe, attempt, course.environment, tools.environ, store, guard)
    argv = [course.environment.python, *recipe.command[1:]] if recipe.command[0].startswith("python") else list(recipe.command)
    cwd = attempt.code / recipe.cwd
    for _ in range(MOST_RETRIES):
        tools.progress.step("run", " ".join(recipe.command))
        done = tools.runner.run(
            argv, cwd=cwd, env=env, log=attempt.log(log), timeout_s=order.timeout_s, memory_bytes=order.memory_bytes
        )
        placed = "" if done.exit_status == 0 or done.timed_out else _place_missing(order, course, attempt.log(log), cwd)
        if not placed:
            return done
        course.notes.append(f"{placed} was placed because the command asked for it")
        attempt.log(log).unlink()
        for one in store.parent.glob(f"{store.name}*"):
            one.unlink()
    return done


def _place_missing(order: Order, course: Course, log: Path, cwd: Path) -> str:
    """Bring a file or folder that the command did not find and the user's tree has; return its path, empty where none."""
    for match in reversed(list(NOT_FOUND.finditer(_tail(log, 20_000)))):
        asked = Path(os.path.normpath(cwd / (match[1] or match[2])))
        if not asked.is_relative_to(course.attempt.code) or asked.exists():
            continue
        inside = asked.relative_to(course.attempt.code)
        source = order.project / inside
        if source.exists() and not source.is_symlink():
            asked.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, asked)
            course.data = (*course.data, DataFinding(str(inside), "unchecked", detail="bytes of today: nothing recorded their digest"))
            return str(inside)
    return ""


def _compared(order: Order, course: Course, tools: Tools, finished: Finished) -> ReproductionResult:
    store = tools.open_store(course.attempt.store) if course.attempt.store.exists() else None
    reruns = [store.read(one) for one in store.run_ids()] if store else []
    originals = sorted([order.original, *order.siblings], key=lambda one: (one.start_ms, one.run_id))
    pairs = pair(originals, reruns)
    outcome = _outcome(order, course, finished, order.original, pairs.get(order.original.run_id), store)
    judgement = judge(outcome)
    if judgement.verdict is Verdict.DIVERGED and judgement.first_difference != "parameters" and order.repeat:
        outcome = replace(outcome, repeats=_repeats(order, course, tools, outcome))
        judgement = judge(outcome)
    others = tuple(
        OtherRun(one.run_id, judge(_outcome(order, course, finished, one, pairs[one.run_id], store)).verdict if one.run_id in pairs else None)
        for one in order.siblings
    )
    return replace(_result(order, course, judgement), metrics=outcome.metrics, artifacts=outcome.artifacts, other_runs=others)


def _outcome(
    order: Order, course: Course, finished: Finished, original: RunRecord, rerun: RunRecord | None, store: RunStore | None
) -> Outcome:
    assert course.environment is not None
    roots = [(root, str(course.attempt.code)) for root in order.roots]
    same = original.run_id == order.original.run_id
    histories = (order.original_histories if same else {}, store.histories(rerun.run_id) if store and rerun and same else {})
    return Outcome(
        recipe=order.recipe,
        original=original,
        rerun=rerun,
        exit_status=finished.exit_status,
        timed_out=finished.timed_out,
        last_lines=_last_line(finished.log),
        parameters=compare_parameters(original, rerun, roots) if rerun else (),
        inputs=compare_inputs(original, rerun) if rerun else (),
        metrics=compare_metrics(original, rerun, histories, order.tolerances) if rerun else (),
        data=course.data,
        environment=(*order.recipe["environment"].deviations, *course.environment.deviations),
        dirty_hints=order.dirty_hints,
        recorded_exit=order.recorded_exit,
    )


def _repeats(order: Order, course: Course, tools: Tools, outcome: Outcome) -> tuple[Mapping[str, float], ...]:
    """Run again and return the metrics of the run that pairs with the original, once for each repeat."""
    found = []
    for number in range(1, order.repeat + 1):
        store = course.attempt.folder / f"repeat-{number}.db"
        _run(order, course, tools, f"repeat-{number}", store)
        if store.exists():
            opened = tools.open_store(store)
            paired = pair([order.original, *order.siblings], [opened.read(one) for one in opened.run_ids()])
            if order.original.run_id in paired:
                found.append(paired[order.original.run_id].metrics)
    return tuple(found)


@contextmanager
def _stage(name: str, course: Course, tools: Tools) -> Iterator[None]:
    course.stage = name
    tools.progress.step(name, "", STAGES.index(name), len(STAGES))
    started = time.monotonic()
    try:
        yield
    finally:
        course.seconds[name] = time.monotonic() - started


def _result(order: Order, course: Course, judgement: Judgement) -> ReproductionResult:
    bare = _bare(order, course.attempt.name, judgement)
    ingredients = tuple(_with_findings(one, course) for one in order.recipe.ingredients)
    notes = (*judgement.notes, *course.notes, *order.recipe.notes)
    return replace(bare, ingredients=ingredients, seconds=dict(course.seconds), notes=notes, log=str(course.attempt.logs))


def _bare(order: Order, name: str, judgement: Judgement) -> ReproductionResult:
    return ReproductionResult(
        run_id=order.recipe.run_id,
        reproduction_id=name,
        verdict=judgement.verdict,
        reason=clean(judgement.reason, 1000),
        first_difference=judgement.first_difference,
        standing=order.recipe.standing,
        ingredients=order.recipe.ingredients,
        deterministic=judgement.deterministic,
        seconds={"resolve": order.resolve_s} | dict.fromkeys(STAGES[1:], 0.0),
        notes=judgement.notes,
        trust_id=order.recipe.trust_id,
        completeness=order.recipe.completeness,
        stage=judgement.stage,
        command=order.recipe.command,
        cwd=order.recipe.cwd,
    )


def _with_findings(one: Ingredient, course: Course) -> Ingredient:
    """Return an ingredient with the deviations that showed while it was rebuilt."""
    if one.name == "environment" and course.environment is not None:
        return replace(one, deviations=tuple(dict.fromkeys((*one.deviations, *course.environment.deviations))))
    if one.name == "data":
        odd = tuple(f"{found.path}: {found.detail}" for found in course.data if found.state in {"same_rows", "unchecked"})
        return replace(one, deviations=tuple(dict.fromkeys((*one.deviations, *odd))))
    return one


def _tail(path: Path, size: int) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - size))
        return source.read().decode("utf-8", "replace")


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in _tail(log, 4000).splitlines() if line.strip()]
    return clean(lines[-1], 300) if lines else ""
