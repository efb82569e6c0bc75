"""`reproduce --audit` says of every run whether it could be run again today, without running anything; it goes on where it stopped."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import Launch
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.errors import CockpitError
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.project_folder import ProjectFolder
from mlcockpit.integrations.project_repository import ProjectRepository, open_project_repository
from mlcockpit.integrations.tracking_place import Runs, open_runs
from mlcockpit.reproduction.data_bytes import DataPlaces, lost_data
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.judge import data_sentence
from mlcockpit.reproduction.recipe import Resolved, resolve
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import LAUNCH_TAG, model_files, published
from mlcockpit.version import VERSION

NEEDED = ("code", "command", "data", "environment")


@dataclass(frozen=True)
class Audited:
    """What is known of one run."""

    run_id: str
    name: str
    state: str
    """ready where nothing is missing, else incomplete."""
    missing: str
    """The first ingredient that is missing or changed; empty where none is."""
    standing: str
    completeness: int
    reason: str


@dataclass(frozen=True)
class Audit:
    """What is known of all runs, oldest first."""

    runs: tuple[Audited, ...]
    resumed: int = 0
    """How many were taken from an audit that had stopped."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many runs are ready, and how many lack each ingredient."""
        return Counter(one.missing or "ready" for one in self.runs)

    def to_json(self) -> dict[str, object]:
        """Return the object that `reproduce --audit --json` prints."""
        return {
            "schema": 1,
            "total": len(self.runs),
            "counts": dict(self.counts),
            "runs": [asdict(one) for one in self.runs],
        }


def audit(cockpit: Cockpit) -> Audit:
    """Check every run of the store: commit, script, packages and data; raises EvidenceMissing without a store."""
    declared = cockpit.maybe_file.sources.mlflow if cockpit.maybe_file else None
    runs = open_runs(declared, cockpit.root, os.environ)
    world = _World(cockpit, runs)
    kept = cockpit.home / "audits" / f"{world.key}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = _done(kept)
    ids = runs.run_ids()
    found: dict[str, Audited] = {}
    with kept.open("a", encoding="utf-8") as out:
        for place, run in enumerate(runs.each(ids)):
            known = done.get(run.run_id)
            found[run.run_id] = known[1] if known and known[0] == run.end_ms else world.check(run)
            if not known or known[0] != run.end_ms:
                out.write(json.dumps({"end_ms": run.end_ms, **asdict(found[run.run_id])}) + "\n")
            cockpit.progress.step("audit", clean(run.name or run.run_id, 40), place + 1, len(ids))
    kept.unlink(missing_ok=True)
    return Audit(tuple(found.values()), resumed=sum(1 for one in found if one in done))


def _done(kept: Path) -> dict[str, tuple[int | None, Audited]]:
    """Return what an audit of the same repository and data had found before it was stopped."""
    found: dict[str, tuple[int | None, Audited]] = {}
    for line in kept.read_text("utf-8", "replace").splitlines() if kept.is_file() else ():
        try:
            entry = json.loads(line)
            end_ms = entry.pop("end_ms")
            found[entry["run_id"]] = (end_ms, Audited(**entry))
        except (ValueError, TypeError, KeyError):
            continue
    return found


class _World:
    """Everything that runs are checked against, looked at once."""

    def __init__(self, cockpit: Cockpit, runs: Runs) -> None:
        self.cockpit, self.runs = cockpit, runs
        self.repository: ProjectRepository | None = open_project_repository(
            cockpit.root, cockpit.state / "snapshots.git"
        )
        self.top = self.repository.root if self.repository else cockpit.root
        self.known_data = published(cockpit)
        self.launches = dict(_launches(cockpit))
        self.folder = ProjectFolder(self.top)
        self.digests: dict[tuple[str, str], str] = {}

    @property
    def key(self) -> str:
        """Return a digest of what an earlier answer depends on besides the run itself."""
        refs = run_git(["for-each-ref", "--format=%(objectname)"], cwd=self.top).decode() if self.repository else ""
        state = [VERSION, str(self.cockpit.root), refs, *(f"{one.path} {one.sha256}" for one in self.known_data)]
        state += [str(self.folder.modified_ms(one.path)) for one in self.known_data]
        return hashlib.sha256("\n".join(state).encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def check(self, run: RunRecord) -> Audited:
        """Return whether one run could be run again."""
        try:
            resolved = resolve(self._facts(run))
        except CockpitError as error:
            return Audited(run.run_id, run.name, "incomplete", "code", Standing.MISSING.value, 0, clean(error, 300))
        missing, reason = self._lacking(resolved)
        recipe = resolved.recipe
        state = "incomplete" if missing else "ready"
        return Audited(
            run.run_id, run.name, state, missing, recipe.standing.value, recipe.completeness, clean(reason, 300)
        )

    def _lacking(self, resolved: Resolved) -> tuple[str, str]:
        for name in NEEDED:
            one = resolved.recipe[name]
            if one.standing is Standing.MISSING:
                return name, one.evidence
        contradictions = resolved.recipe["parameters"].deviations
        if contradictions and resolved.recipe["command"].standing is not Standing.RECORDED:
            return "code", f"the run had uncommitted changes that nobody kept: {contradictions[0]}"
        nowhere = DataPlaces(
            self.top,
            self.top,
            self.cockpit.blobs.get,
            lambda path: (),
            partial(_content, self.cockpit),
            digest=self._digest,
        )
        lost = lost_data(resolved.recipe["data"], nowhere)
        return ("data", "; ".join(map(data_sentence, lost))) if lost else ("", resolved.recipe.weakest.evidence)

    def _digest(self, path: Path) -> str:
        """Return a file's sha-256, read once."""
        key = (str(path), str(path.stat().st_mtime_ns))
        if key not in self.digests:
            self.digests[key] = self.cockpit.files.digest(path, table=False).sha256
        return self.digests[key]

    def _facts(self, run: RunRecord) -> RunFacts:
        prefix = "" if self.top == self.cockpit.root else self.cockpit.root.relative_to(self.top).as_posix()
        return RunFacts(
            run=run,
            repository=self.repository,
            prefix=prefix,
            folder=self.folder,
            launch=self.launches.get(run.run_id) or self.launches.get(run.tag(LAUNCH_TAG)),
            model_files=model_files(run, self.cockpit.root),
            known_data=self.known_data,
            roots=(str(self.top), str(self.top.resolve())),
        )


def _launches(cockpit: Cockpit) -> Iterator[tuple[str, Launch]]:
    """Yield each captured launch by its own id and by those of its runs."""
    files = LaunchFiles(cockpit.state / "launches", cockpit.trust)
    for one in files.ids():
        try:
            launch = files.load(one)
        except CockpitError:
            continue
        yield one, launch
        yield from ((run_id, launch) for run_id in launch.run_ids)


def _content(cockpit: Cockpit, path: Path) -> str | None:
    return cockpit.files.digest(path).content_sha256
