"""What git and the captured launches say of the code that runs name: asked for all runs in one git process, then remembered."""

import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlcockpit.domain.run_facts import CodeEvidence, RunFacts
from mlcockpit.errors import CockpitError, GitFailed
from mlcockpit.integrations.git_process import run_git
from mlcockpit.ports import SourceControl
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.facts import NamedCode

MOST = 200
"""Runs at fault that a snapshot carries besides those that something points at, newest first."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LAUNCH = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")
_SCHEMA = 1


class Remembered:
    """What cannot change any more: that git has an object, what a finished launch kept, what a source could not have logged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = False
        try:
            known = json.loads(path.read_bytes())
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, Any] = (
            known.get("known", {}) if isinstance(known, dict) and known.get("schema") == _SCHEMA else {}
        )

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __getitem__(self, key: str) -> Any:
        return self._known[key]

    def __setitem__(self, key: str, value: object) -> None:
        self._known[key], self._new = value, True

    def save(self) -> None:
        """Write what is new; where that is impossible the next look asks again."""
        if not self._new:
            return
        draft = self._path.with_suffix(".part")
        try:
            draft.write_text(json.dumps({"schema": _SCHEMA, "known": self._known}), encoding="utf-8")
            draft.replace(self._path)
        except OSError:
            return


def code_evidence(cockpit: Cockpit, named: Sequence[NamedCode]) -> Mapping[str, CodeEvidence]:
    """Return run id → what is known of its code; empty where the project lies in no git repository."""
    git = cockpit.git
    if git is None or not named:
        return {}
    memory = Remembered(cockpit.state / "code.json")
    prefix = _below(git.root, cockpit.root)
    paths = {run.run_id: _path_of(run, git.root, prefix) for run in named}
    asked = {ask for run in named for ask in _asks(run.commit, paths[run.run_id])}
    here = _in_git(git, asked, memory)
    found = {run.run_id: _of_run(cockpit, run, paths[run.run_id], here, memory) for run in named}
    for run_id in _maybe_elsewhere(git, named, paths, found):
        found[run_id] = replace(found[run_id], script_exists=True)
    memory.save()
    return found


def with_contradictions(
    cockpit: Cockpit, runs: Mapping[str, RunFacts], evidence: Mapping[str, CodeEvidence]
) -> dict[str, RunFacts]:
    """Return the runs with their evidence, and what each one logged that the source at its commit cannot have logged."""
    memory = Remembered(cockpit.state / "code.json")
    joined = {}
    for run_id, run in runs.items():
        code = evidence.get(run_id)
        if code is not None and code.script_exists and code.snapshot is None and run.launch is None:
            code = replace(code, contradiction=_contradiction(cockpit, run, memory))
        joined[run_id] = replace(run, code=code)
    memory.save()
    return joined


def at_fault(named: Sequence[NamedCode], evidence: Mapping[str, CodeEvidence]) -> list[str]:
    """Return the newest runs whose commit is not there, or does not hold their script, or was dirty with nothing kept."""
    return [run.run_id for run in named if run.run_id in evidence and _is_at_fault(evidence[run.run_id])][:MOST]


def _is_at_fault(code: CodeEvidence) -> bool:
    return code.snapshot is None and (code.commit_exists is False or code.script_exists is False or bool(code.dirty))


def _of_run(cockpit: Cockpit, run: NamedCode, path: str, here: set[str], memory: Remembered) -> CodeEvidence:
    commit, *script = _asks(run.commit, path) or ("",)
    there = commit in here
    snapshot, dirty = _launched(cockpit.state / "launches", run.launch, memory)
    return CodeEvidence(there, script[0] in here if there and script else None, snapshot=snapshot, dirty=dirty)


def _asks(commit: str, path: str) -> tuple[str, ...]:
    """Return what git is asked of a run: for its commit, and for its script where that lies in the repository."""
    if not _COMMIT.fullmatch(commit):
        return ()
    return (f"{commit}^{{commit}}", *([f"{commit}:{path}"] if path else []))


def _in_git(git: SourceControl, asked: Iterable[str], memory: Remembered) -> set[str]:
    """Return which of the objects are here; what was here once is not asked for again."""
    asked = set(asked)
    here = {ask for ask in asked if ask in memory}
    rest = sorted(asked - here)
    if rest:
        answers = run_git(
            ["cat-file", "--batch-check"], cwd=git.root, stdin="".join(f"{ask}\n" for ask in rest).encode()
        )
        for ask, answer in zip(rest, answers.split(b"\n"), strict=False):
            if not answer.endswith((b" missing", b" ambiguous")):
                here.add(ask)
                memory[ask] = 1
    return here


def _path_of(run: NamedCode, root: Path, prefix: str) -> str:
    """Return where a run's script lies in the repository; empty where its source is no file of the project."""
    name = run.source.strip().replace("\\", "/")
    if not name.endswith(".py") or run.kind in ("PROJECT", "NOTEBOOK") or "\n" in name:
        return ""
    if name.startswith("/"):
        return _below(root, Path(name))
    path = posixpath.normpath(posixpath.join(prefix, name))
    return "" if path.startswith("../") else path


def _below(root: Path, place: Path) -> str:
    for one, other in ((place, root), (place.resolve(), root.resolve())):
        if one.is_relative_to(other):
            relative = one.relative_to(other).as_posix()
            return "" if relative == "." else relative
    return ""


def _maybe_elsewhere(
    git: SourceControl, named: Sequence[NamedCode], paths: Mapping[str, str], found: Mapping[str, CodeEvidence]
) -> list[str]:
    """Return the runs whose script is in the commit under another folder: they may have been started there."""
    lists: dict[str, Sequence[str]] = {}
    elsewhere = []
    for run in [run for run in named if found[run.run_id].script_exists is False and not run.source.startswith("/")][
        :MOST
    ]:
        if run.commit not in lists:
            try:
                lists[run.commit] = git.files(run.commit)
            except GitFailed:
                lists[run.commit] = ()
        typed = posixpath.normpath(run.source.replace("\\", "/")).replace("../", "")
        if any(path.endswith("/" + typed) or path == typed for path in lists[run.commit]):
            elsewhere.append(run.run_id)
    return elsewhere


def _launched(folder: Path, launch: str, memory: Remembered) -> tuple[str | None, bool | None]:
    """Return (commit that keeps the uncommitted work, whether the tree was dirty) of a captured launch; None: unknown."""
    if not _LAUNCH.fullmatch(launch):
        return None, None
    key = f"launch {launch}"
    if key not in memory:
        try:
            told = json.loads((folder / f"{launch}.json").read_bytes())
            kept = [told["code"].get("snapshot_commit"), bool(told["code"].get("dirty"))]
            ended = told.get("ended_at")
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return None, None
        if ended is None:
            return kept[0], kept[1]
        memory[key] = kept
    snapshot, dirty = memory[key]
    return snapshot, dirty


def _contradiction(cockpit: Cockpit, run: RunFacts, memory: Remembered) -> str:
    """Return what the source at the commit cannot have logged, read once for each run that has ended."""
    key = f"says {run.commit} {run.source_name} {run.run_id}"
    if key not in memory:
        said = _read_source(cockpit, run)
        if run.ended_at is None:
            return said
        memory[key] = said
    return str(memory[key])


def _read_source(cockpit: Cockpit, run: RunFacts) -> str:
    from mlcockpit.domain.run_record import RunRecord
    from mlcockpit.integrations.commit_tree import CommitTree
    from mlcockpit.reproduction.facts import RunFacts as Facts
    from mlcockpit.reproduction.resolve.script_command import script

    git = cockpit.git
    assert git is not None
    assert run.commit is not None
    record = RunRecord(run_id=run.run_id, params=dict(run.params), tags=dict(run.tags), status=run.status)
    facts = Facts(run=record, prefix=_below(git.root, cockpit.root), roots=(str(git.root), str(git.root.resolve())))
    try:
        command = script(facts, CommitTree(git.root, run.commit))
    except CockpitError:
        return ""
    found = command.flags.contradictions if command is not None and command.flags is not None else ()
    return found[0] if found else ""
