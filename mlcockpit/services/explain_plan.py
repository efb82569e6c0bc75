"""Before anything runs it is known what differs between two runs, which mixtures there are, and which cannot be run."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path

from mlcockpit.analysis.shapley import Mixture
from mlcockpit.domain.explanation import CauseComparison
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import EvidenceMissing, UsageError
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.mixture_results import KeptResult, MixtureResults
from mlcockpit.integrations.project_repository import open_project_repository
from mlcockpit.reproduction.carried import Side
from mlcockpit.reproduction.causes import Differences, compare_causes, inputs_of
from mlcockpit.reproduction.changed_metric import ChosenMetric, choose_metric
from mlcockpit.reproduction.compare import Tolerance
from mlcockpit.reproduction.data_bytes import sha256_of
from mlcockpit.reproduction.engine import incomplete
from mlcockpit.reproduction.mixed_tree import MixedTrees
from mlcockpit.reproduction.mixture import Mixed, Trees, mixture
from mlcockpit.reproduction.order import Order
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import Gathered, gather_run
from mlcockpit.services.reproduce import places_of


@dataclass(frozen=True)
class Step:
    """One mixture of the plan."""

    mixed: Mixed
    order: Order | None
    """None where it cannot be run."""
    reason: str = ""
    kept: KeptResult | None = None
    """What came of it at an earlier time."""
    is_end: bool = False
    """Whether it is one of the runs itself."""
    is_ours: bool = False
    """Whether it is one of the runs itself, captured on this machine by this person."""

    @property
    def trust_id(self) -> str:
        """Return the digest of all that decides what is executed; empty where nothing is."""
        return self.order.recipe.trust_id if self.order else ""


@dataclass(frozen=True)
class ExplainPlan:
    """Two runs, the sides in an order of their own, so that exchanging the runs runs nothing twice."""

    first: Gathered
    second: Gathered
    is_swapped: bool
    """Whether the person named the second one first."""
    differences: Differences
    metric: ChosenMetric
    steps: tuple[Step, ...]
    """Both runs themselves first."""
    digest: Callable[[Path], str]
    steps_of: Callable[[Differences], tuple[Step, ...]]
    """Makes the steps anew, with what was kept meanwhile."""

    def again(self, causes: tuple[CauseComparison, ...] | None = None) -> "ExplainPlan":
        """Return the plan with what was kept meanwhile, and with other findings about the causes."""
        differences = self.differences if causes is None else replace(self.differences, causes=causes)
        return replace(self, differences=differences, steps=self.steps_of(differences))

    @property
    def waiting(self) -> tuple[Step, ...]:
        """Return what must be run."""
        return tuple(step for step in self.steps if step.order is not None and step.kept is None)

    @cached_property
    def trust_id(self) -> str:
        """Return the digest of everything that would be executed; empty where nothing is."""
        listed = sorted({step.trust_id for step in self.steps if step.order is not None})
        return hashlib.sha256("\n".join(listed).encode()).hexdigest() if listed else ""


def plan_explanation(
    cockpit: Cockpit,
    a: str,
    b: str,
    *,
    metric: str = "",
    timeout_s: float | None = None,
    memory_bytes: int | None = None,
) -> ExplainPlan:
    """Return what explaining two runs takes; runs nothing. Raises UnknownName, UsageError, EvidenceMissing."""
    named = [gather_run(cockpit, name) for name in (a, b)]
    first, second = sorted(named, key=lambda one: one.facts.run.run_id)
    if first.facts.run.run_id == second.facts.run.run_id:
        raise UsageError(f"both names are run {first.facts.run.run_id[:12]}", hint="name two different runs")
    chosen = choose_metric(
        named[0].facts.run, named[1].facts.run, metric, named=_metrics_of(cockpit), tolerances=tolerances_of(cockpit)
    )
    x, y = Side.of(first.facts), Side.of(second.facts)
    trees = _trees(cockpit, first, x, y)
    commits = [one["code"].text("commit") for one in (x, y)]
    there = all(trees.repository.exists(commit) for commit in commits if commit) and all(commits)
    files = trees.mixed.changes(commits[0], commits[1], [*inputs_of(x), *inputs_of(y)]) if there else ()
    differences = compare_causes(x, y, files)
    is_swapped = named[0] is second
    if is_swapped:
        differences = replace(differences, causes=compare_causes(y, x, files).causes)
    digest, results = _remembering(sha256_of), MixtureResults(cockpit.home)

    def steps_of(found: Differences) -> tuple[Step, ...]:
        steps = []
        for one in _subsets(found.names):
            mixed = mixture(x, y, found, one, trees)
            base = second if mixed.facts.run.run_id == second.facts.run.run_id else first
            step = _step(cockpit, mixed, base, (timeout_s, memory_bytes), digest)
            is_end = mixed.original in (first.facts.run, second.facts.run)
            kept = results.get(step.trust_id, digest) if step.order is not None else None
            steps.append(replace(step, kept=kept, is_end=is_end, is_ours=is_end and base.launch_is_ours))
        return tuple(steps)

    return ExplainPlan(first, second, is_swapped, differences, chosen, steps_of(differences), digest, steps_of)


def tolerances_of(cockpit: Cockpit) -> dict[str, Tolerance]:
    """Return the tolerances that the project declares."""
    declared = cockpit.maybe_file.tolerances if cockpit.maybe_file else {}
    return {key: Tolerance(one.relative, one.absolute) for key, one in declared.items()}


def _subsets(names: tuple[str, ...]) -> list[Mixture]:
    """Return every mixture, both ends first, then the smaller ones; none where nothing differs."""
    if not names:
        return []
    every = [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    return [every[0], every[-1], *every[1:-1]]


def _step(
    cockpit: Cockpit,
    mixed: Mixed,
    base: Gathered,
    limits: tuple[float | None, int | None],
    digest: Callable[[Path], str],
) -> Step:
    if mixed.recipe is None:
        return Step(mixed, None, mixed.reason)
    assert base.repository is not None
    top = base.repository.root
    order = Order(
        recipe=mixed.recipe,
        original=mixed.original,
        original_histories={},
        project=top,
        places=lambda code: replace(places_of(cockpit, top, code), digest=digest),
        siblings=[base.runs.read(one) for one in base.runs.launch_of(base.facts.run)],
        timeout_s=limits[0],
        memory_bytes=limits[1],
        repeat=0,
        roots=base.facts.roots,
    )
    refused = incomplete(order, mixed.original.run_id[:8])
    return Step(mixed, order) if refused is None else Step(mixed, None, refused.reason)


def _trees(cockpit: Cockpit, gathered: Gathered, x: Side, y: Side) -> Trees:
    if gathered.repository is None:
        raise EvidenceMissing(
            "the project is not in a git repository, so no run's code can be had",
            hint="put the project under git and commit before training",
        )
    root = gathered.repository.root
    name = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:20]
    store = cockpit.home / "explain" / f"{name}.git"
    objects = root / run_git(["rev-parse", "--git-path", "objects"], cwd=root).decode().strip()
    places = [objects, *(Path(kept) / "objects" for one in (x, y) if (kept := one["code"].text("snapshot_store")))]
    trees = MixedTrees(run_git, store)
    trees.see([place for place in dict.fromkeys(places) if place.is_dir()])
    repository = open_project_repository(cockpit.root, store)
    assert repository is not None
    return Trees(trees, repository)


def _metrics_of(cockpit: Cockpit) -> list[str]:
    """Return the metrics that goals, gates and models of the project name."""
    file = cockpit.maybe_file
    if file is None:
        return []
    names = [name for goal in file.goals.values() for name in goal.metrics]
    names += [check.metric for gate in file.gates.values() for check in gate.checks if check.metric]
    names += [model.primary_metric for model in file.models.values() if model.primary_metric]
    return list(dict.fromkeys([*names, *file.metrics]))


def _remembering(digest: Callable[[Path], str]) -> Callable[[Path], str]:
    """Return the same function, which reads each file once while the plan is made and run."""
    known: dict[tuple[Path, int], str] = {}

    def remembered(path: Path) -> str:
        key = (path, path.stat().st_mtime_ns)
        if path.is_dir() or key not in known:
            known[key] = digest(path)
        return known[key]

    return remembered


def recorded(plan: ExplainPlan) -> tuple[RunRecord, RunRecord]:
    """Return the two runs in the order in which the person named them."""
    runs = plan.first.facts.run, plan.second.facts.run
    return (runs[1], runs[0]) if plan.is_swapped else runs
