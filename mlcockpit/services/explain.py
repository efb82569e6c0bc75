"""`explain` says why two runs differ: it runs the mixtures of their recipes and shares the change among what differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mlcockpit.analysis.shapley import Attribution, Mixture, attribute
from mlcockpit.domain.explanation import CauseComparison, Explanation, MixtureResult, Share
from mlcockpit.errors import NotTrusted
from mlcockpit.integrations.mixture_results import KeptResult, MixtureResults
from mlcockpit.reproduction.order import Tools
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.explain_plan import ExplainPlan, Step, plan_explanation, recorded
from mlcockpit.services.explain_run import run_mixture, value_of
from mlcockpit.services.reproduce import tools_of
from mlcockpit.views.phrases import count
from mlcockpit.views.recipe_view import command_line

Done = Mapping[str, KeptResult]
"""Trust id → what came of a mixture that was run just now."""


@dataclass(frozen=True)
class ExplainWishes:
    """How a person wants two runs explained."""

    metric: str = ""
    """Empty: the one that changed most."""
    trust: str | None = None
    """None: not approved on the command line; empty: as planned now; else exactly this id."""
    timeout_s: float | None = None
    memory_bytes: int | None = None
    fresh: bool = False
    """Whether mixtures that were run before are run again."""


def plan_of(cockpit: Cockpit, a: str, b: str, wishes: ExplainWishes) -> Explanation:
    """Return what differs and which mixtures would be run; runs nothing. Raises UnknownName and EvidenceMissing."""
    return _Telling(_made(cockpit, a, b, wishes), {}).explanation()


def explain(
    cockpit: Cockpit, a: str, b: str, wishes: ExplainWishes, *, ask: Callable[[Explanation], bool] | None = None
) -> Explanation:
    """Return why the runs called `a` and `b` differ in a metric.

    Raises UnknownName, EvidenceMissing, and NotTrusted where nobody approved the mixtures. What came of each is kept as
    soon as it is there, so that an explanation that was stopped goes on where it was.
    """
    made = _made(cockpit, a, b, wishes)
    _approve(cockpit, made, wishes, ask)
    if not made.waiting:
        return _Telling(made, {}).explanation()
    for step in made.waiting:
        MixtureResults(cockpit.home).forget(step.trust_id)
    tools = tools_of(cockpit, made.first)
    done = _run(cockpit, made, tools, made.steps[:2], {})
    made = _one_environment(made.again())
    if all(_end_value(made, step, done)[0] is not None for step in made.steps[:2]):
        done = _run(cockpit, made, tools, made.steps[2:], done)
    return _Telling(made, done).explanation()


def _made(cockpit: Cockpit, a: str, b: str, wishes: ExplainWishes) -> ExplainPlan:
    made = plan_explanation(
        cockpit, a, b, metric=wishes.metric, timeout_s=wishes.timeout_s, memory_bytes=wishes.memory_bytes
    )
    if wishes.fresh:
        return replace(made, steps=tuple(replace(step, kept=None) for step in made.steps))
    return _one_environment(made)


def _run(cockpit: Cockpit, made: ExplainPlan, tools: Tools, steps: tuple[Step, ...], done: Done) -> Done:
    found = dict(done)
    for step in steps:
        if step.order is None or step.kept is not None or step.trust_id in found:
            continue
        number = made.steps.index(step) + 1
        label = f"mixture {number} of {len(made.steps)}: {_Telling(made, done).label(step)}"
        place = (number, len(made.steps))
        found[step.trust_id] = kept = run_mixture(cockpit, step, tools, made.digest, label=label, place=place)
        value, reason = value_of(kept, made.metric.name)
        cockpit.progress.step(label, reason if value is None else f"{made.metric.name} {value:.10g}", *place)
    return found


def _one_environment(made: ExplainPlan) -> ExplainPlan:
    """Return the plan without the environment where both runs' own turned out to be one and the same."""
    pythons = [step.kept.python for step in made.steps[:2] if step.kept is not None]
    if "environment" not in made.differences.names or len(pythons) < 2 or not pythons[0] or pythons[0] != pythons[1]:
        return made
    same = CauseComparison(
        "environment", is_equal=True, what=("recorded otherwise, but both resolve to the same packages",)
    )
    return made.again(tuple(same if one.name == "environment" else one for one in made.differences.causes))


def _end_value(made: ExplainPlan, step: Step, done: Done) -> tuple[float | None, str]:
    kept = done.get(step.trust_id) or step.kept
    return (None, step.reason) if kept is None else value_of(kept, made.metric.name)


def _approve(
    cockpit: Cockpit, made: ExplainPlan, wishes: ExplainWishes, ask: Callable[[Explanation], bool] | None
) -> None:
    """Ask once for every mixture that is to be run; what is approved are exactly their recipes."""
    open_ = [step for step in made.waiting if not step.is_ours and not cockpit.trust.is_trusted(step.trust_id)]
    if not open_:
        return
    named = (wishes.trust or "").removeprefix("sha256:")
    if named and named != made.trust_id:
        raise NotTrusted(
            f"the plan is not {named[:16]}… but {made.trust_id}", hint="look at it with --plan, then --trust"
        )
    telling = _Telling(made, {})
    if wishes.trust is None and (ask is None or not ask(telling.explanation())):
        a, b = recorded(made)
        raise NotTrusted(
            f"nobody approved running {count(len(open_), 'mixture')} of these runs (trust id {made.trust_id})",
            hint=f"look at them with `mlcockpit explain {a.run_id[:12]} {b.run_id[:12]} --plan`, then add --trust",
        )
    for step in open_:
        assert step.order is not None
        recipe = step.order.recipe
        line = command_line(recipe.command, recipe.cwd)
        cockpit.trust.approve(step.trust_id, f"explain, {telling.label(step)}: {line}")


@dataclass(frozen=True)
class _Telling:
    """A plan and what was run of it, in the order in which the person named the runs."""

    made: ExplainPlan
    done: Done

    def from_b(self, chosen: Mixture) -> Mixture:
        names = frozenset(self.made.differences.names)
        return names - chosen if self.made.is_swapped else chosen

    def label(self, step: Step) -> str:
        """Return a mixture in words."""
        a, b = recorded(self.made)
        taken = self.from_b(step.mixed.chosen)
        if len(taken) == len(self.made.differences.names) or not taken:
            return f"run {(b if taken else a).run_id[:7]} itself"
        listed = " and ".join(name for name in self.made.differences.names if name in taken)
        return f"run {a.run_id[:7]} with {listed} of {b.run_id[:7]}"

    def explanation(self) -> Explanation:
        """Return everything that is known."""
        made, metric = self.made, self.made.metric
        a, b = recorded(made)
        names = made.differences.names
        mixtures = [self._mixture(step) for step in made.steps]
        mixtures.sort(key=lambda one: (len(one.from_b), [names.index(name) for name in one.from_b]))
        values = {frozenset(one.from_b): one.value for one in mixtures if one.value is not None}
        ends = values.get(frozenset()), values.get(frozenset(names))
        whole = all(one.state != "planned" for one in mixtures)
        found = attribute(names, values) if names and whole else None
        told = Explanation(
            a.run_id, b.run_id, metric.name, metric.why, metric.a, metric.b, made.trust_id, made.differences.causes,
            tuple(mixtures), rerun_a=ends[0] if names else None, rerun_b=ends[1] if names else None,
        )  # fmt: skip
        told = replace(told, faults=self._faults(told), notes=self._notes(told, found))
        if found is not None:
            told = replace(told, shares=self._shares(told, found), orderings=found.orderings, possible=found.possible)
        return replace(told, exit_code=self._exit_code(told))

    def _mixture(self, step: Step) -> MixtureResult:
        taken = self.from_b(step.mixed.chosen)
        from_b = tuple(name for name in self.made.differences.names if name in taken)
        recipe = step.order.recipe if step.order else step.mixed.recipe
        line = command_line(recipe.command, recipe.cwd) if recipe else ""
        kept = self.done.get(step.trust_id) or step.kept
        if step.order is None:
            return MixtureResult(from_b, "cannot", reason=step.reason, command=line)
        if kept is None:
            return MixtureResult(from_b, "planned", command=line, trust_id=step.trust_id)
        value, reason = value_of(kept, self.made.metric.name)
        state = "cannot" if value is None else "ran" if step.trust_id in self.done else "cached"
        return MixtureResult(from_b, state, value, reason, line, step.trust_id, kept.log)

    def _faults(self, told: Explanation) -> tuple[str, ...]:
        """Return in which end the rerun does not give what was recorded."""
        limit = self.made.metric.tolerance
        rows = ((told.run_a, told.value_a, told.rerun_a), (told.run_b, told.value_b, told.rerun_b))
        faults = []
        for (run, value, rerun), end in zip(rows, (told.mixtures[:1], told.mixtures[-1:]), strict=True):
            if rerun is not None and not limit.holds(value, rerun):
                faults.append(f"run {run[:7]} logged {told.metric} {value:.10g}, but its rerun gives {rerun:.10g}")
            elif end and end[0].state == "cannot":
                faults.append(f"run {run[:7]} itself cannot be run again: {end[0].reason}")
        return tuple(faults)

    def _notes(self, told: Explanation, found: Attribution | None) -> tuple[str, ...]:
        notes = []
        if not self.made.differences.names:
            notes.append("no ingredient differs between the recipes, so nothing needs to be run")
            if self.made.metric.is_changed:
                notes.append("what is left is chance, or something that neither run recorded")
        lost = [one for one in told.mixtures[1:-1] if one.state == "cannot"]
        if lost:
            notes.append(f"{len(lost)} of {count(len(told.mixtures), 'mixture')} cannot be run")
        old = [step for step in self.made.steps if step.kept and step.kept.reason and step.trust_id not in self.done]
        if old:
            notes.append(
                f"{count(len(old), 'mixture')} failed earlier and ran no second time; --fresh runs everything again"
            )
        if found is not None and found.orderings < found.possible:
            what = (
                f"the shares are averages over {found.orderings} of {found.possible} orderings, those that can be run"
            )
            notes.append(what)
        for part in found.parts if found is not None else ():
            if len(part.names) > 1:
                notes.append(
                    f"{' and '.join(part.names)} cannot be told apart: no mixture that has one of them without the others leads on"
                )
        loose = sorted({path for step in self.made.steps for path in self._loose(step)})
        if loose:
            notes.append(f"read as they are today, because nothing recorded their bytes: {', '.join(loose[:4])}")
        return tuple(notes)

    def _loose(self, step: Step) -> tuple[str, ...]:
        kept = self.done.get(step.trust_id) or step.kept
        return tuple(kept.rests_on) if kept is not None else ()

    def _shares(self, told: Explanation, found: Attribution) -> tuple[Share, ...]:
        assert told.rerun_a is not None
        assert told.rerun_b is not None
        change = told.rerun_b - told.rerun_a
        same = self.made.metric.tolerance.holds(told.rerun_a, told.rerun_b)
        shares = [
            Share(part.names, part.change, None if same else part.change / change, part.low, part.high)
            for part in found.parts
        ]
        return tuple(sorted(shares, key=lambda one: -abs(one.change)))

    def _exit_code(self, told: Explanation) -> int:
        """Return 0: each ingredient has its share; 1: of another change; 3: one has none; 4: a run itself fails again."""
        if not self.made.differences.names:
            return 1 if self.made.metric.is_changed else 0
        if any(one.state == "planned" for one in told.mixtures) and not told.faults:
            return 0
        ends = (*told.mixtures[:1], *told.mixtures[-1:])
        if any(one.state == "cannot" and one.trust_id for one in ends):
            return 4
        if not told.shares or any(len(one.ingredients) > 1 for one in told.shares):
            return 3
        return 1 if told.faults else 0
