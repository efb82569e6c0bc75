"""Where everything comes from: metric or incident ← deployment ← model version ← run ← data, code, environment."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.run import RunInput
from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import IncidentState, Source

ENDED = (IncidentState.RESOLVED, IncidentState.CLOSED, IncidentState.CANCELLED, IncidentState.MERGED)
"""An incident in another state is open."""


class Stage(StrEnum):
    """One column of the chain, from users to sources."""

    OUTCOME = "metric / incident"
    DEPLOYMENT = "deployment"
    VERSION = "model version"
    RUN = "run"
    SOURCE = "data / code / env"


@dataclass(frozen=True)
class Node:
    """One thing in the chain; a gap is a link that should be there and is not."""

    name: str
    stage: Stage
    label: str
    gap: str = ""
    """Why the link is missing; empty for a thing that is there."""


@dataclass(frozen=True)
class Edge:
    """`child` comes from `parent`, and what says so."""

    child: str
    parent: str
    evidence: str


@dataclass(frozen=True)
class Lineage:
    """Every node and edge of the project's live chains."""

    nodes: Mapping[str, Node]
    edges: Sequence[Edge] = ()
    parents: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def children(self) -> Mapping[str, Sequence[str]]:
        """Return parent → what comes from it."""
        found: dict[str, list[str]] = {}
        for edge in self.edges:
            found.setdefault(edge.parent, []).append(edge.child)
        return found

    @cached_property
    def evidence(self) -> Mapping[tuple[str, str], str]:
        """Return (child, parent) → what says that one comes from the other."""
        return {(edge.child, edge.parent): edge.evidence for edge in self.edges}

    def origins(self, name: str) -> list[Node]:
        """Return what `name` comes from, nearest first."""
        return [node for node, _ in self.sourced(name)]

    def reach(self, name: str) -> list[Node]:
        """Return what comes from `name`: its blast radius, nearest first."""
        return [self.nodes[each] for each, _ in self._walk(name, self.children)]

    def sourced(self, name: str) -> list[tuple[Node, str]]:
        """Return what `name` comes from, nearest first, each with what says so."""
        return [(self.nodes[each], self.evidence[child, each]) for each, child in self._walk(name, self.parents)]

    def _walk(self, start: str, links: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Return every name that can be reached, with the one it was reached from."""
        seen, queue, found = {start}, deque([start]), []
        while queue:
            here = queue.popleft()
            for name in links.get(here, ()):
                if name not in seen:
                    seen.add(name)
                    queue.append(name)
                    found.append((name, here))
        return found


def lineage_of(project: Snapshot) -> Lineage:
    """Return the chains of everything that is live, in an open incident, or registered."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], Edge] = {}
    for node, links in _links(project):
        nodes.setdefault(node.name, node)
        for parent, evidence in links:
            nodes.setdefault(parent.name, parent)
            edges.setdefault((node.name, parent.name), Edge(node.name, parent.name, evidence))
    parents: dict[str, list[str]] = {}
    for edge in edges.values():
        parents.setdefault(edge.child, []).append(edge.parent)
    return Lineage(nodes, tuple(edges.values()), parents)


def dataset_version_of(project: Snapshot, read: RunInput, run: RunFacts | None) -> DatasetVersion | None:
    """Return the version that a run's input names: by MLflow's digest, else the newest at its path before the run.

    None where neither leads to a version.
    """
    same = [version for version in project.dataset_versions if read.digest and read.digest in version.mlflow_digests]
    by_name = [version for version in same if version.dataset == read.name]
    at_path = [version for version in project.dataset_versions if read.place.endswith(version.path)]
    if same:
        return (by_name or [version for version in same if version in at_path] or same)[-1]
    started = run.started_at if run else None
    before = [v for v in at_path if started is None or (v.published_at or v.created_at) <= started]
    return before[-1] if before else None


Links = tuple[Node, list[tuple[Node, str]]]


def _links(project: Snapshot) -> Iterator[Links]:
    yield from _metrics(project)
    shown = {(deployment.model, deployment.number) for deployment in project.live}
    for deployment in project.live:
        yield _deployment(project, deployment.id or 0), [_version_link(project, deployment.model, deployment.number)]
    for version in project.model_versions:
        shown.add((version.model, version.number))
    for model, number in sorted(shown):
        yield _version_node(project, model, number), [_run_link(project, model, number)]
    for run_id in sorted({version.run_id for version in project.model_versions if version.run_id}):
        run = project.runs.get(run_id)
        if run is not None:
            yield (
                _run_node(run),
                [*_data_links(project, run), _code_link(project, run), _environment_link(project, run)],
            )
    yield from _incidents(project)


def _metrics(project: Snapshot) -> Iterator[Links]:
    live = [(deployment, project.file.models.get(deployment.model)) for deployment in project.live]
    for key in project.file.metrics:
        links = [
            (_deployment(project, deployment.id or 0), f"model/{deployment.model} declares metric/{key}")
            for deployment, model in live
            if model is not None and key in model.metrics
        ]
        node = Node(f"metric/{key}", Stage.OUTCOME, key)
        gap = Node(
            f"metric/{key}#deployment", Stage.DEPLOYMENT, "no deployment", "no live deployment moves this metric"
        )
        yield node, links or [(gap, gap.gap)]


def _incidents(project: Snapshot) -> Iterator[Links]:
    known = {deployment.id for deployment in project.deployments}
    for incident in project.incidents:
        if incident.state not in ENDED:
            links = []
            if incident.suspect_deployment in known:
                links.append((_deployment(project, incident.suspect_deployment or 0), "named as suspect"))
            links += [(node, "named by the incident") for node in _named(project, incident.subjects.split())]
            yield Node(f"inc/{incident.id}", Stage.OUTCOME, f"INC-{incident.id} {incident.title}"), links


def _named(project: Snapshot, names: Iterable[str]) -> Iterator[Node]:
    for name in names:
        kind, _, rest = name.partition("/")
        if kind == "deploy" and rest.isdigit():
            yield _deployment(project, int(rest))
        if kind == "model":
            key, _, number = rest.partition("@")
            if number.lstrip("v").isdigit():
                yield _version_node(project, key, int(number.lstrip("v")))


def _deployment(project: Snapshot, number: int) -> Node:
    found = next((each for each in project.deployments if each.id == number), None)
    label = f"{found.environment} {found.model} v{found.number}" if found else f"deployment {number}"
    return Node(f"deploy/{number}", Stage.DEPLOYMENT, label, "" if found else "no such deployment")


def _version_node(project: Snapshot, model: str, number: int) -> Node:
    known = project.model_version(model, number) is not None
    gap = "" if known else "the registry does not show this version"
    return Node(f"model/{model}@{number}", Stage.VERSION, f"{model} v{number}", gap)


def _version_link(project: Snapshot, model: str, number: int) -> tuple[Node, str]:
    return _version_node(project, model, number), "recorded with the deployment"


def _run_link(project: Snapshot, model: str, number: int) -> tuple[Node, str]:
    version = project.model_version(model, number)
    if version is None or not version.run_id:
        gap = "the registry names no run"
        return Node(f"model/{model}@{number}#run", Stage.RUN, "no run", gap), gap
    run = project.runs.get(version.run_id)
    if run is None:
        gap = f"run {version.run_id[:7]} is not in the tracker"
        return Node(f"run/{version.run_id}", Stage.RUN, version.run_id[:7], gap), gap
    return _run_node(run), "named by the model registry"


def _run_node(run: RunFacts) -> Node:
    return Node(
        f"run/{run.run_id}", Stage.RUN, f"{run.run_id[:7]} {run.name}".strip(), "deleted" if run.deleted else ""
    )


def _data_links(project: Snapshot, run: RunFacts) -> Iterator[tuple[Node, str]]:
    if not run.inputs:
        gap = "the run logged no dataset"
        yield Node(f"run/{run.run_id}#data", Stage.SOURCE, "no data", gap), gap
    for read in run.inputs:
        version = dataset_version_of(project, read, run)
        if version is None:
            gap = f"no version of a declared dataset has the digest {read.digest or '(none)'}"
            yield Node(f"run/{run.run_id}#data:{read.name}", Stage.SOURCE, read.name or "unnamed data", gap), gap
        else:
            name = f"data/{version.dataset}@v{version.number}"
            by_digest = read.digest in version.mlflow_digests
            evidence = f"MLflow input digest {read.digest}" if by_digest else "the path that the run logged"
            yield Node(name, Stage.SOURCE, f"{version.dataset} v{version.number}"), evidence


def _code_link(project: Snapshot, run: RunFacts) -> tuple[Node, str]:
    code = run.code
    if run.commit is None:
        return Node(f"run/{run.run_id}#code", Stage.SOURCE, "no commit", "the run names no commit"), "no commit logged"
    label, gap = f"commit {run.commit[:7]}", ""
    if code is not None and code.commit_exists is False:
        gap = "the repository does not hold this commit"
    elif code is not None and code.script_exists is False and not code.snapshot:
        gap = f"{run.source_name} is not in this commit"
    elif code is not None and not code.snapshot and (code.contradiction or code.dirty):
        gap = code.contradiction or "the tree was dirty and nothing kept it"
    unknown = not project.is_fresh(Source.GIT)
    # Two runs of one commit may differ in whether it explains them, so a doubtful link is a node of its own.
    name = f"run/{run.run_id}#code" if gap else f"commit/{run.commit}"
    return Node(name, Stage.SOURCE, label, gap), "git not read" if unknown else "logged by MLflow"


def _environment_link(project: Snapshot, run: RunFacts) -> tuple[Node, str]:
    for attempt in reversed(project.reproductions_of.get(run.run_id, ())):
        for part in attempt.result.get("ingredients", ()):
            if isinstance(part, dict) and part.get("name") == "environment" and part.get("standing") != "missing":
                return (
                    Node(f"run/{run.run_id}#env", Stage.SOURCE, f"env {part.get('standing')}"),
                    f"resolved by a reproduction on {attempt.started_at:%Y-%m-%d}",
                )
    gap = "no reproduction has resolved it yet"
    return Node(f"run/{run.run_id}#env", Stage.SOURCE, "env", gap), gap
