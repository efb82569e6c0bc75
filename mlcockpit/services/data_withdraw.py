"""A dataset version is withdrawn only after it was said which runs, live models and owners that reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.people import Ownership
from mlcockpit.domain.record import name_of
from mlcockpit.domain.training import ModelVersion
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import DatasetState, Duty, Tone
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_version
from mlcockpit.services.run_book import runs_reading
from mlcockpit.store.records import read_all
from mlcockpit.store.transaction import Happening
from mlcockpit.views.table import Cell, Table, columns, row


@dataclass(frozen=True)
class Reach:
    """What rests on a dataset version."""

    name: str
    items: Sequence[tuple[str, str]]
    """(name, why), live deployments first."""
    runs_known: bool
    """False where the version has no MLflow digest to find its runs by."""

    def table(self) -> Table:
        """Return the reach as rows."""
        rows = [row(what, Cell(what, link=what, tone=_tone(what)), why) for what, why in self.items]
        note = "" if self.runs_known else "which runs read it is unknown: MLflow names no digest of it"
        return Table(f"What {self.name} reaches", columns("what", "why"), tuple(rows), empty="nothing known", note=note)


def withdraw(cockpit: Cockpit, version: str, *, why: str, sure: bool) -> Reach:
    """Withdraw a version; raises Refused where something rests on it and the person is not sure yet."""
    if not why.strip():
        raise UsageError("withdrawing data needs a reason", hint="say it with --why")
    key, number = resolve_version(cockpit, version, "data")
    (record,) = read_all(cockpit.store, DatasetVersion, dataset=key, number=number)
    reach = reach_of(cockpit, record)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        current = tx.one(DatasetVersion, dataset=key, number=number)
        if current is None:
            raise Refused(f"{reach.name} is gone", hint="`mlcockpit data list` shows what is there")
        old = current.state
        step(reach.name, old, DatasetState.WITHDRAWN)
        if not sure:
            _refuse_unseen(reach)
        current.state = DatasetState.WITHDRAWN
        tx.save(current)
        new = {"state": current.state.value, "reaches": [what for what, _ in reach.items]}
        tx.happened(Happening(reach.name, "data_withdrawn", {"state": old.value}, new, why))
    return reach


def reach_of(cockpit: Cockpit, version: DatasetVersion) -> Reach:
    """Return the live deployments, models, runs and owners that a version reaches."""
    runs = runs_reading(cockpit, version.mlflow_digests)
    models = [each for each in read_all(cockpit.store, ModelVersion) if each.run_id in runs]
    trained = {(each.model, each.number) for each in models}
    live = [
        (name_of("deploy", each), f"serves {each.model}@{each.number} in {each.environment}")
        for each in read_all(cockpit.store, Deployment)
        if each.is_open and (each.model, each.number) in trained
    ]
    owners = _owners(cockpit, [f"data/{version.dataset}", *(f"model/{model}" for model, _ in sorted(trained))])
    items = [
        *live,
        *((f"model/{each.model}@{each.number}", "trained on it") for each in models),
        *((f"run/{run_id}", "read it") for run_id in runs),
        *owners,
    ]
    return Reach(f"data/{version.dataset}@v{version.number}", items if runs else [], bool(version.mlflow_digests))


def _refuse_unseen(reach: Reach) -> None:
    hint = "--yes withdraws it all the same"
    if reach.items:
        listed = ", ".join(what for what, _ in reach.items[:8])
        raise Refused(f"{reach.name} reaches {len(reach.items)} things ({listed})", hint=hint)
    if not reach.runs_known:
        raise Refused(f"which runs read {reach.name} is not known: MLflow names no digest of it", hint=hint)


def _owners(cockpit: Cockpit, subjects: Sequence[str]) -> list[tuple[str, str]]:
    duties = [each for each in read_all(cockpit.store, Ownership, duty=Duty.ACCOUNTABLE) if each.until is None]
    return [
        (f"person/{each.person}", f"answers for {each.subject}")
        for subject in dict.fromkeys(subjects)
        for each in duties
        if each.subject == subject
    ]


def _tone(what: str) -> Tone:
    return Tone.BAD if what.startswith("deploy/") else Tone.PLAIN
