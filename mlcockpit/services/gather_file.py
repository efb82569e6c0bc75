"""A recipe file is gathered like a run: its record is the original, and the repository around the project has the code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.analysis.spread import Sibling
from mlcockpit.domain.run_record import MetricPoint, RunRecord
from mlcockpit.errors import EvidenceMissing, UnknownName
from mlcockpit.integrations.project_folder import ProjectFolder
from mlcockpit.integrations.project_repository import open_project_repository
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.portable import Portable
from mlcockpit.reproduction.recipe import Resolved
from mlcockpit.reproduction.resolve.command import Command
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import Gathered
from mlcockpit.services.recipe_files import read_recipe


@dataclass(frozen=True)
class OneRun:
    """tracking_place.Runs of a recipe file: the one run it holds."""

    held: Portable

    def find(self, name: str) -> str:
        """Return the id of the run."""
        return self.held.run.run_id

    def read(self, run_id: str) -> RunRecord:
        """Return the run; raises UnknownName for another."""
        if run_id != self.held.run.run_id:
            raise UnknownName(f"the recipe file does not hold run {run_id!r}")
        return self.held.run

    def each(self, run_ids: Sequence[str]) -> Iterator[RunRecord]:
        """Yield the run."""
        return (self.read(one) for one in run_ids)

    def histories(self, run_id: str) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric."""
        return self.held.histories

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the id of the run."""
        return (self.held.run.run_id,)

    def launch_of(self, run: RunRecord) -> tuple[str, ...]:
        """Return nothing: a recipe file holds one run of its launch."""
        return ()

    def siblings(self, run: RunRecord) -> tuple[Sibling, ...]:
        """Return nothing: a recipe file holds one run of its recipe."""
        return ()

    def mlflow_below(self) -> str:
        """Return nothing: a recipe file is no store."""
        return ""


def from_file(cockpit: Cockpit, path: Path) -> tuple[Gathered, Resolved]:
    """Return the facts and the recipe of a recipe file; raises EvidenceMissing where its code is not here."""
    held = read_recipe(path)
    code = held.recipe["code"]
    repository = open_project_repository(cockpit.root)
    if repository is None or not repository.exists(code.text("commit")):
        where = (
            f"git clone {code.text('repository')}" if repository is None else f"git fetch ORIGIN {code.text('commit')}"
        )
        raise EvidenceMissing(
            f"commit {code.text('commit')[:12]} is not in {cockpit.root}", hint=f"{where}, and start there"
        )
    top = repository.root
    facts = RunFacts(held.run, repository=repository, folder=ProjectFolder(top), roots=(str(top), str(top.resolve())))
    return Gathered(facts, OneRun(held), repository, launch_is_ours=False), Resolved(
        held.recipe, Command(held.recipe["command"])
    )
