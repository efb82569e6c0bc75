"""A recipe is rebuilt away from the user's tree, run once, compared and judged: code, environment, data, run, compare."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.reproduction_result import ArtifactComparison, OtherRun, ReproductionResult
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.errors import CockpitError, EvidenceMissing
from mlcockpit.ports import Finished
from mlcockpit.reproduction.artifacts import ModelPairs, compare_artifacts
from mlcockpit.reproduction.child_script import ask
from mlcockpit.reproduction.compare import compare_inputs, compare_metrics, compare_parameters
from mlcockpit.reproduction.data_bytes import lost_data, place_data
from mlcockpit.reproduction.judge import data_sentence, judge
from mlcockpit.reproduction.order import STAGES, Course, Order, RunStore, Tools
from mlcockpit.reproduction.outcome import Judgement, Outcome
from mlcockpit.reproduction.pairing import pair
from mlcockpit.reproduction.recorded_digest import Digests, check_digests
from mlcockpit.reproduction.rerun import last_line, repeat, run
from mlcockpit.reproduction.workspace import Attempt

MODELS_S = 300.0
"""What comparing the models may take."""


def reproduce(order: Order, attempt: Attempt, tools: Tools) -> ReproductionResult:
    """Return the verdict; the attempt's worktree is gone afterwards, its logs stay."""
    course = Course(attempt, {"resolve": order.resolve_s} | dict.fromkeys(STAGES[1:], 0.0))
    try:
        attempt.done("resolve", {"trust_id": order.recipe.trust_id})
        return _stages(order, course, tools)
    except EvidenceMissing as missing:
        return _result(order, course, Judgement(Verdict.INCOMPLETE, str(missing), course.stage or None))
    except CockpitError as failed:
        if failed.exit_code != 4:
            raise
        return _result(order, course, Judgement(Verdict.FAILED, f"stage {course.stage}: {failed}", stage=course.stage))
    except OSError as failed:
        where = f"{clean(failed.filename2 or failed.filename or attempt.folder)} ({failed.strerror or clean(failed)})"
        reason = (
            f"stage {course.stage or 'resolve'}: cannot use {where}: is the disk full, or MLCOCKPIT_HOME elsewhere?"
        )
        return _result(order, course, Judgement(Verdict.FAILED, reason, stage=course.stage or "resolve"))
    finally:
        tools.code.remove(attempt.code, attempt.branch)
        attempt.close()


def incomplete(order: Order, name: str) -> ReproductionResult | None:
    """Return the verdict on a recipe that cannot be run because an ingredient is missing; None where it can."""
    if order.open_choice:
        return _bare(order, name, Judgement(Verdict.INCOMPLETE, order.open_choice))
    for one in order.recipe.ingredients:
        if one.standing is Standing.MISSING and one.name in {"code", "command", "data", "environment"}:
            first = one.name if one.name in {"code", "data", "environment"} else None
            reason = f"{one.name} is missing: {one.evidence}" + (f"; {one.raise_by}" if one.raise_by else "")
            return _bare(order, name, Judgement(Verdict.INCOMPLETE, reason, first))
    contradictions = order.recipe["parameters"].deviations
    captured = order.recipe["command"].standing is Standing.RECORDED
    if contradictions and not captured and order.recipe["code"].standing is not Standing.ASSUMED:
        what = f"the run had uncommitted changes that nobody kept: {contradictions[0]}"
        return _bare(order, name, Judgement(Verdict.INCOMPLETE, what, "code"))
    lost = lost_data(order.recipe["data"], order.places(order.project))
    if lost:
        return _bare(order, name, Judgement(Verdict.INCOMPLETE, "; ".join(map(data_sentence, lost)), "data"))
    return None


def _stages(order: Order, course: Course, tools: Tools) -> ReproductionResult:
    recipe, attempt = order.recipe, course.attempt
    with _stage("code", course, tools):
        code = recipe["code"]
        tools.code.check_out(code.text("commit"), attempt.code, attempt.branch, store=code.text("snapshot_store"))
        course.note(*tools.code.fill(attempt.code, code.text("commit"), store=code.text("snapshot_store")))
        if code.text("patch"):
            tools.code.apply(attempt.code, code.text("patch"))
        attempt.done("code", {"commit": code.text("commit")})
    with _stage("environment", course, tools):
        wanted = recipe["environment"].value
        assert isinstance(wanted, Mapping)
        course.environment = tools.environments.build(wanted, code=attempt.code, log=attempt.log("environment"))
        course.notes.append(f"environment: {course.environment.note}")
        own = recipe["environment"].texts("own")
        if own:
            place, log = attempt.place("own"), attempt.log("own")
            course.notes += tools.environments.install_own(
                course.environment, own, code=attempt.code, into=place, log=log
            )
        attempt.done("environment", {"python": course.environment.python, "deviations": course.environment.deviations})
    with _stage("data", course, tools):
        placed = place_data(recipe["data"], order.places(attempt.code))
        course.data = check_digests(recipe["data"], order.original.inputs, placed, _digests(order, course, tools))
        attempt.done("data", {"found": [f"{one.path}: {one.state}" for one in course.data]})
    wrong = [one for one in course.data if one.state in {"changed", "gone"}]
    if wrong:
        return _result(order, course, Judgement(Verdict.INCOMPLETE, "; ".join(map(data_sentence, wrong)), "data"))
    with _stage("run", course, tools):
        finished = run(order, course, tools, log="run", store=attempt.store)
        attempt.done("run", {"exit_status": finished.exit_status})
    with _stage("compare", course, tools):
        result = _compared(order, course, tools, finished)
        attempt.done("compare", {"verdict": result.verdict.value})
    return replace(result, seconds=dict(course.seconds))


def _compared(order: Order, course: Course, tools: Tools, finished: Finished) -> ReproductionResult:
    store = tools.open_store(course.attempt.store) if course.attempt.store.exists() else None
    reruns = [store.read(one) for one in store.run_ids()] if store else []
    originals = sorted([order.original, *order.siblings], key=lambda one: (one.start_ms, one.run_id))
    pairs = pair(originals, reruns)
    outcome = _outcome(order, course, finished, order.original, pairs.get(order.original.run_id), store)
    say = order.change.judge if order.change else judge
    if outcome.rerun is not None and order.change is None:
        outcome = replace(outcome, artifacts=_artifacts(order, course, tools, outcome.rerun))
    judgement = say(outcome)
    if judgement.verdict is Verdict.DIVERGED and judgement.first_difference != "parameters" and order.repeat:
        outcome = replace(outcome, repeats=repeat(order, course, tools))
        judgement = say(outcome)
    others = []
    for one in order.siblings:
        paired = pairs.get(one.run_id)
        verdict = say(_outcome(order, course, finished, one, paired, store)).verdict if paired else None
        others.append(OtherRun(one.run_id, verdict))
    if order.change is not None:
        order.change.keep(course, outcome)
    result = _result(order, course, judgement)
    return replace(result, metrics=outcome.metrics, artifacts=outcome.artifacts, other_runs=tuple(others))


def _outcome(
    order: Order,
    course: Course,
    finished: Finished,
    original: RunRecord,
    rerun: RunRecord | None,
    store: RunStore | None,
) -> Outcome:
    assert course.environment is not None
    roots = [(root, str(course.attempt.code)) for root in order.roots]
    same = original.run_id == order.original.run_id
    histories = (
        order.original_histories if same else {},
        store.histories(rerun.run_id) if store and rerun and same else {},
    )
    return Outcome(
        recipe=order.recipe,
        original=original,
        rerun=rerun,
        exit_status=finished.exit_status,
        timed_out=finished.timed_out,
        filled=finished.filled,
        last_lines=last_line(finished.log),
        parameters=compare_parameters(original, rerun, roots) if rerun else (),
        inputs=compare_inputs(original, rerun) if rerun else (),
        metrics=compare_metrics(original, rerun, histories, order.tolerances) if rerun else (),
        data=course.data,
        environment=(*order.recipe["environment"].deviations, *course.environment.deviations),
        dirty_hints=order.dirty_hints,
        recorded_exit=order.recorded_exit,
        spreads=order.spreads,
    )


def _artifacts(order: Order, course: Course, tools: Tools, rerun: RunRecord) -> tuple[ArtifactComparison, ...]:
    def compared(pairs: ModelPairs) -> Sequence[Mapping[str, object]]:
        question = [[str(a), str(b)] for a, b in pairs]
        readable = [path for pair in pairs for path in pair]
        found, said = ask(order, course, tools, tools.compare_models, question, readable, timeout_s=MODELS_S)
        if not isinstance(found, list):
            return [{"verdict": "unknown", "detail": f"could not be compared: {said}"} for _ in pairs]
        return found

    return compare_artifacts(tools.artifacts(order.original), tools.artifacts(rerun), compared)


def _digests(order: Order, course: Course, tools: Tools) -> Digests:
    def digests(asked: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object] | None]:
        question = [{**one, "path": str(course.attempt.code / str(one["path"]))} for one in asked]
        script = tools.compare_models.with_name("dataset_digest.py")
        found, _ = ask(order, course, tools, script, question, (), timeout_s=MODELS_S)
        return found if isinstance(found, list) else []

    return digests


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
    return replace(
        bare,
        ingredients=ingredients,
        seconds=dict(course.seconds),
        notes=notes,
        log=str(course.attempt.logs),
        wall=course.wall,
    )


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
        odd = tuple(
            f"{found.path}: {found.detail}" for found in course.data if found.state in {"same_rows", "unchecked"}
        )
        return replace(one, deviations=tuple(dict.fromkeys((*one.deviations, *odd))))
    return one
