"""`demo` builds the sample product in a folder, reproduces what serves there and writes its status; started again it finishes."""

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.training import Reproduction
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.errors import SourceFailed, StageFailed, UsageError
from mlcockpit.integrations.project_file_reader import read_project_file
from mlcockpit.integrations.system_clock import StoryClock, SystemClock
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Section

ENVIRONMENT = "production"
GOOD = (Verdict.IDENTICAL, Verdict.EQUIVALENT)
NOTES = ".gatewise-build"
"""The folder by which a build knows what it has made."""
REPORT = Path("reports/status.html")
_OURS = ("MLCOCKPIT_DATABASE", "MLCOCKPIT_USER")
"""Settings of the person that belong to their own projects."""


@dataclass(frozen=True)
class Demo:
    """A finished demo."""

    folder: Path
    was_there: bool
    project: Snapshot
    attempt: Reproduction
    findings: Sequence[Finding]
    live: Deployment

    @property
    def report(self) -> Path:
        """Return where the status report is."""
        return self.folder / REPORT

    @property
    def exit_code(self) -> int:
        """Return 0 where the live model's run was reproduced, else what `reproduce` would say."""
        return {Verdict.DIVERGED: 1, Verdict.INCOMPLETE: 3, Verdict.FAILED: 4}.get(self.attempt.verdict, 0)

    def sections(self) -> list[Section]:
        """Return the closing summary."""
        from mlcockpit.views.demo import demo_sections

        version = f"{self.live.model}@{self.live.number} in {self.live.environment}"
        return demo_sections(
            self.project, self.attempt, self.findings, self.report, folder=self.folder, version=version
        )

    def as_json(self) -> dict[str, object]:
        """Return the same as plain values."""
        from mlcockpit.views.demo import demo_json

        return demo_json(self.project, self.attempt, self.findings, self.report, folder=self.folder)


def demo(cockpit: Cockpit, folder: Path) -> Demo:
    """Do what is still to do in `folder`; raises UsageError where it holds something else, StageFailed where a step fails."""
    _refuse_foreign(folder)
    with _own_settings():
        was_there = _build(cockpit, folder)
        opened = _open(cockpit, folder)
        try:
            return _look(opened, folder, was_there=was_there)
        finally:
            opened.close()


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="name another folder: mlcockpit demo DIR")
    if folder.is_dir() and not (folder / NOTES).exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} holds other things", hint="name an empty or a new folder: mlcockpit demo DIR")


@contextmanager
def _own_settings() -> Iterator[None]:
    """Keep a person's own settings out: the demo writes only into its folder."""
    taken = {name: os.environ.pop(name) for name in _OURS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def _build(cockpit: Cockpit, folder: Path) -> bool:
    """Build the sample, or finish what an earlier start began; tell whether all of it was there."""
    builder = _sample("builder")
    say: Callable[[str, str, int, int], None] = cockpit.progress.step
    try:
        return bool(builder.build(folder, say).seconds == 0)
    except _sample("attempt").BuildFailed as failed:
        raise StageFailed(str(failed), hint=f"`mlcockpit demo {folder}` goes on where it stopped") from failed
    except OSError as error:
        raise SourceFailed(
            f"{error.filename or folder} cannot be written ({error.strerror})", hint="name another folder"
        ) from error


def _sample(module: str) -> Any:
    """Return a module of the sample's build: part of the installed package, or beside it in a checkout."""
    try:
        return importlib.import_module(f"mlcockpit.sample_project.build.{module}")
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("mlcockpit.sample_project"):
            raise
    try:
        return importlib.import_module(f"sample_project.build.{module}")
    except ModuleNotFoundError as missing:
        raise StageFailed(
            "the sample project is not part of this installation", hint="install mlcockpit again"
        ) from missing


def _open(cockpit: Cockpit, folder: Path) -> Cockpit:
    file = read_project_file(folder.resolve() / "mlcockpit.toml")
    clock = SystemClock() if file.project.as_of is None else StoryClock(file.project.as_of)
    return replace(cockpit, root=folder.resolve(), clock=clock, maybe_file=file, at=None)


def _look(cockpit: Cockpit, folder: Path, *, was_there: bool) -> Demo:
    from mlcockpit.services.check import check
    from mlcockpit.services.report import report
    from mlcockpit.services.snapshot import take_snapshot
    from mlcockpit.services.sync.sync import sync

    failed = [each.error for each in sync(cockpit) if each.error]
    if failed:
        raise StageFailed("; ".join(failed), hint=f"`mlcockpit -C {folder} sync` says more")
    project = take_snapshot(cockpit)
    live = next((each for each in project.live if each.environment == ENVIRONMENT), None)
    run = None if live is None else project.run_of(live)
    if live is None or run is None:
        raise StageFailed(
            f"nothing serves in env/{ENVIRONMENT} any more", hint=f"`mlcockpit -C {folder} log` shows what happened"
        )
    _reproduce_once(cockpit, project, run.run_id)
    cockpit.progress.step("report", str(REPORT))
    report(cockpit, role="all", path=folder / REPORT)
    cockpit.progress.step("check")
    found = check(cockpit)
    project = take_snapshot(cockpit)
    return Demo(folder, was_there, project, project.reproductions_of[run.run_id][-1], found.findings, live)


def _reproduce_once(cockpit: Cockpit, project: Snapshot, run_id: str) -> None:
    """Reproduce a run that was trained and is approved here, unless that was done."""
    from mlcockpit.services.reproduce import Wishes, reproduce

    done = project.reproductions_of.get(run_id, ())
    if not done or done[-1].verdict not in GOOD:
        reproduce(cockpit, run_id, Wishes(trust=""))
