"""The verdict on a rerun follows from its comparison alone: a pure function, in the order parameters, data, code, environment, metrics."""

from collections.abc import Mapping, Sequence

from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.reproduction_result import MetricComparison
from mlcockpit.domain.run_record import RunInput
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.compare import ParameterDifference
from mlcockpit.reproduction.data_bytes import DataFinding
from mlcockpit.reproduction.digest_coverage import not_covered
from mlcockpit.reproduction.noise import band_words
from mlcockpit.reproduction.outcome import Judgement as Judgement
from mlcockpit.reproduction.outcome import Outcome as Outcome

CONSTANTS = frozenset({0.0, 1.0, -1.0, 100.0, 0.5})
"""Values that many different models reach."""

HARMLESS = "installed besides those of the lock"
"""A deviation of environments that explains no other number: the packages of the lock are there as pinned."""


def judge(outcome: Outcome) -> Judgement:
    """Return the verdict on a rerun."""
    if outcome.timed_out:
        return Judgement(Verdict.FAILED, "the command did not end within the time limit and was killed", stage="run")
    if outcome.filled:
        return Judgement(Verdict.FAILED, f"the command was stopped: {outcome.filled}", stage="run")
    if outcome.rerun is None:
        return _without_run(outcome)
    crashed = outcome.exit_status != 0 and not _failed_before(outcome) and not _logged_all(outcome)
    if crashed:
        return _crashed(outcome)
    if outcome.parameters:
        return _other_parameters(outcome)
    if outcome.inputs:
        return _other_data(outcome)
    differing = [one for one in outcome.metrics if one.verdict in {"different", "only_original", "only_reproduced"}]
    if outcome.original.status in {"RUNNING", "KILLED"}:
        differing = [one for one in differing if one.verdict == "different" and one.first_step is None]
    if differing:
        return _diverged(outcome, differing)
    return _same(outcome)


def _without_run(outcome: Outcome) -> Judgement:
    if outcome.exit_status != 0:
        return _crashed(outcome)
    what = "the command ended well but logged no run to the private store"
    return Judgement(Verdict.FAILED, what, stage="run")


def _failed_before(outcome: Outcome) -> bool:
    if outcome.recorded_exit is not None:
        return outcome.recorded_exit != 0
    return outcome.original.status == "FAILED"


def _logged_all(outcome: Outcome) -> bool:
    """Tell whether the rerun logged everything the original did, so that it broke where the original may have broken too."""
    assert outcome.rerun is not None
    if outcome.recorded_exit == 0 or outcome.rerun.status != outcome.original.status:
        return False
    compared = [one for one in outcome.metrics if one.verdict != "excluded"]
    return (
        bool(compared)
        and all(one.verdict in {"equal", "within_tolerance"} for one in compared)
        and not outcome.parameters
    )


def _crashed(outcome: Outcome) -> Judgement:
    status = f"status {outcome.exit_status}" if outcome.exit_status >= 0 else f"signal {-outcome.exit_status}"
    said = f": {outcome.last_lines}" if outcome.last_lines else ""
    changed = [one for one in outcome.data if one.state in {"changed", "gone"}]
    if changed:
        return Judgement(Verdict.INCOMPLETE, f"{_data_words(changed)}; the command then ended with {status}", "data")
    if _failed_before(outcome):
        what = f"the original failed too, but had logged a run; the rerun ended with {status} before logging one{said}"
        return Judgement(Verdict.FAILED, what, stage="run")
    return Judgement(Verdict.FAILED, f"the command ended with {status} where the original did not{said}", stage="run")


def _other_parameters(outcome: Outcome) -> Judgement:
    shown = "; ".join(_parameter_words(one) for one in outcome.parameters[:4])
    more = f" and {len(outcome.parameters) - 4} more" if len(outcome.parameters) > 4 else ""
    if outcome.recipe["command"].standing is Standing.RECORDED:
        return Judgement(
            Verdict.DIVERGED, f"the captured command logs other parameters now: {shown}{more}", "parameters"
        )
    typed = set(_typed(outcome.recipe))
    of_code = [one for one in outcome.parameters if one.name not in typed and one.original is not None]
    if of_code and outcome.recipe["code"].standing is Standing.RECORDED and len(of_code) == len(outcome.parameters):
        what = "the code at the recorded commit logs other parameters, so the run had uncommitted changes or other arguments"
        return Judgement(Verdict.INCOMPLETE, f"{what}: {shown}{more}", "code")
    return Judgement(
        Verdict.INCOMPLETE, f"the recipe is wrong, not the result; parameters differ: {shown}{more}", "parameters"
    )


def _typed(recipe: Recipe) -> tuple[str, ...]:
    evidence = recipe["parameters"].evidence
    return tuple(name.strip() for name in evidence.partition("passed as flags: ")[2].split(","))


def _parameter_words(one: ParameterDifference) -> str:
    if one.original is None:
        return f"{one.name} is logged only now ({one.reproduced})"
    if one.reproduced is None:
        return f"{one.name} was {one.original} and is not logged now"
    return f"{one.name} was {one.original}, now {one.reproduced}"


def _other_data(outcome: Outcome) -> Judgement:
    words = "; ".join(_input_words(outcome, old, new) for old, new in outcome.inputs[:3])
    where = [one.path for one in outcome.data if one.state == "unchecked"]
    place = f" (read from {', '.join(where[:3])})" if where else ""
    changed = [one for one in outcome.metrics if one.verdict == "different"]
    effect = f"; {len(changed)} of {len(outcome.metrics)} metrics differ" if changed else "; the metrics do not show it"
    if outcome.environment and not where:
        what = f"logged data differs: {words}, and so does the environment: {outcome.environment[0]}"
        return Judgement(Verdict.DIVERGED, what, "data")
    return Judgement(Verdict.INCOMPLETE, f"data changed: {words}{place}{effect}", "data")


def _input_words(outcome: Outcome, old: RunInput, new: RunInput) -> str:
    value = outcome.recipe["data"].value
    items = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
    owner = next((one["owner"] for one in items if one.get("name") == old.name and one.get("owner")), "")
    return f"{old.name} had digest {old.digest}, now {new.digest}" + (f"; {owner} owns it" if owner else "")


def _data_words(findings: Sequence[DataFinding]) -> str:
    return "; ".join(data_sentence(one) for one in findings)


def data_sentence(one: DataFinding) -> str:
    """Return what to say of an input whose bytes are not the recorded ones."""
    owner = f"; {one.detail}" if one.detail else ""
    if one.state == "gone":
        return f"data gone: {one.path}{owner}"
    kind = {64: "sha256", 32: "md5", 36: "md5"}.get(len(one.recorded), "MLflow digest")
    return f"data changed: {one.path} had {kind} {_short(one.recorded)}, now {_short(one.found)}{owner}"


def _short(digest: str) -> str:
    return f"{digest[:12]}…" if len(digest) > 12 else digest or "none"


def _diverged(outcome: Outcome, differing: Sequence[MetricComparison]) -> Judgement:
    layer, why = _suspect(outcome)
    worst = max(differing, key=lambda one: abs(one.difference or 0.0))
    compared = [one for one in outcome.metrics if one.verdict != "excluded"]
    facts = f"{len(differing)} of {len(compared)} metrics differ, most {_metric_words(worst)}"
    stable = _stable(outcome)
    if stable is False:
        what = f"not deterministic: {_range_words(outcome, worst)}; {facts}"
        return Judgement(Verdict.DIVERGED, what, "metrics", deterministic=False)
    if outcome.original.status == "FAILED" and outcome.exit_status == 0:
        facts += "; the original had FAILED, the rerun did not"
    band = band_words(worst, outcome.spreads)
    facts += f"; {band}" if band else ""
    measured = "; repeats agree with each other" if stable else ""
    weak = outcome.recipe.weakest
    doubt = (
        f"; the {weak.name} is only {weak.standing.value}, so the recipe may be wrong"
        if weak.standing is Standing.ASSUMED
        else ""
    )
    return Judgement(Verdict.DIVERGED, f"{facts}; {why}{measured}{doubt}", layer, deterministic=stable)


def _metric_words(one: MetricComparison) -> str:
    if one.original is None or one.reproduced is None:
        return f"{one.name}, which only {'the rerun' if one.original is None else 'the original'} logged"
    step = f" from step {one.first_step}" if one.first_step is not None else ""
    return f"{one.name} {one.original:.6g} → {one.reproduced:.6g}{step}"


def _suspect(outcome: Outcome) -> tuple[str, str]:
    """Return the likely ingredient and the sentence that says why."""
    recipe = outcome.recipe
    proven = tuple(f"{one.path} was modified" for one in outcome.data if one.state == "same")
    late = [text for text in recipe["data"].deviations if "modified after" in text and not text.startswith(proven)]
    if late:
        return "data", f"the likely cause is data: {late[0]}"
    if outcome.dirty_hints:
        return "code", f"the likely cause is code: {outcome.dirty_hints[0]}"
    if recipe["code"].standing is not Standing.RECORDED:
        return "code", f"the likely cause is code: {recipe['code'].evidence}"
    other = [text for text in outcome.environment if HARMLESS not in text]
    if other:
        return "environment", f"the likely cause is the environment: {other[0]}"
    if recipe["seed"].standing is Standing.ASSUMED and not outcome.repeats:
        return "metrics", "the likely cause is chance: no seed is set in the source or logged"
    unsure = [one.path for one in outcome.data if one.state == "unchecked"]
    if unsure and not outcome.original.inputs:
        return "data", f"the likely cause is data: nothing recorded what {unsure[0]} held"
    blind = [
        (one.name, left) for one in outcome.original.inputs if (left := not_covered(one)) and _is_unsure(one, outcome)
    ]
    if "does not record uncommitted" in recipe["code"].evidence:
        known = "parameters, data and environment are the recorded ones, and MLflow does not record uncommitted changes"
        also = f", or data: the recorded digest of {blind[0][0]} does not cover {blind[0][1]}" if blind else ""
        return "code", f"the likely cause is code: {known}{also}"
    if blind:
        return "data", f"the likely cause is data: the recorded digest of {blind[0][0]} does not cover {blind[0][1]}"
    return "metrics", "parameters, data, code and environment are the recorded ones"


def _is_unsure(one: RunInput, outcome: Outcome) -> bool:
    """Tell whether a logged input was read from a file whose bytes nobody recorded."""
    value = outcome.recipe["data"].value
    items = [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
    paths = {item.get("path") for item in items if item.get("mlflow_digest") == one.digest}
    return any(found.path in paths and found.state == "unchecked" for found in outcome.data)


def _stable(outcome: Outcome) -> bool | None:
    """Tell whether repeats agreed with the rerun; None where there were none."""
    if not outcome.repeats or outcome.rerun is None:
        return None
    judged = {one.name for one in outcome.metrics if one.verdict != "excluded" and one.reproduced is not None}
    return all(repeat.get(name) == outcome.rerun.metrics.get(name) for repeat in outcome.repeats for name in judged)


def _range_words(outcome: Outcome, worst: MetricComparison) -> str:
    values = [repeat[worst.name] for repeat in outcome.repeats if worst.name in repeat]
    values += [worst.reproduced] if worst.reproduced is not None else []
    if not values or worst.original is None:
        return f"{len(outcome.repeats) + 1} reruns differ among themselves"
    inside = min(values) <= worst.original <= max(values)
    return (
        f"{worst.name} ranges from {min(values):.6g} to {max(values):.6g} over {len(values)} reruns, "
        f"the original lies {'inside' if inside else 'outside'}"
    )


def _same(outcome: Outcome) -> Judgement:
    compared = [one for one in outcome.metrics if one.verdict != "excluded"]
    close = [one for one in compared if one.verdict == "within_tolerance"]
    models = [one for one in outcome.artifacts if one.verdict in {"different", "only_original"}]
    notes = list(_notes(outcome, compared))
    ended = ""
    if outcome.original.status == "FAILED":
        again = outcome.exit_status != 0 or (outcome.rerun is not None and outcome.rerun.status == "FAILED")
        ended = "it failed again in the same way; " if again else "the original ended FAILED, the rerun did not; "
        if not again:
            close = close or compared
    elif outcome.exit_status != 0:
        ended = f"the command ends with status {outcome.exit_status} after logging, as the original may have; "
    weak = " (weak evidence: " + _weakness(compared) + ")" if _weakness(compared) else ""
    if models:
        shown = ", ".join(f"{one.path}: {one.detail or 'content differs'}" for one in models[:3])
        what = f"{ended}{_count(compared)} within tolerance, but artifacts differ: {shown}{weak}"
        return Judgement(Verdict.EQUIVALENT, what, "artifacts", notes=tuple(notes))
    nearly = [one for one in outcome.artifacts if one.close]
    if nearly and not close:
        shown = ", ".join(f"{one.path}: {one.detail}" for one in nearly[:3])
        what = f"{ended}{_count(compared)} are equal, models within tolerance or by their predictions: {shown}{weak}"
        return Judgement(Verdict.EQUIVALENT, what, notes=tuple(notes))
    if close:
        gap = max((abs(one.difference or 0.0) for one in close), default=0.0)
        what = f"{ended}{_count(compared)} within tolerance, at most {gap:.3g} apart{weak}"
        return Judgement(Verdict.EQUIVALENT, what, notes=tuple(notes))
    equal = [one for one in outcome.artifacts if one.verdict in {"equal", "equal_content"}]
    also = f" and {len(equal)} artifacts" if equal else ""
    return Judgement(Verdict.IDENTICAL, f"{ended}{_count(compared)}{also} are equal{weak}", notes=tuple(notes))


def _count(compared: Sequence[MetricComparison]) -> str:
    return f"all {len(compared)} metrics" if len(compared) != 1 else "the only metric"


def _weakness(compared: Sequence[MetricComparison]) -> str:
    if not compared:
        return "the run logged no metric that can be compared"
    if all(one.original in CONSTANTS for one in compared):
        return "the metrics are constants such as 0 or 1"
    return ""


def _notes(outcome: Outcome, compared: Sequence[MetricComparison]) -> list[str]:
    notes = []
    left = [one.name for one in outcome.metrics if one.verdict == "excluded"]
    if left:
        notes.append(f"left out because they measure the machine: {', '.join(left)}")
    notes += [f"{one.path}: {one.detail}" for one in outcome.artifacts if one.model and one.verdict == "excluded"]
    strong = {one.original for one in compared} - CONSTANTS
    assumed = [one.name for one in outcome.recipe.ingredients if one.standing is Standing.ASSUMED]
    if len(strong) > 1 and assumed:
        notes.append(f"{len(strong)} equal results confirm what was assumed: {', '.join(assumed)}")
    return notes
