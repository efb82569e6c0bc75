"""A model stands for the run behind one of its versions: the live one, else the champion, else the newest."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlcockpit.domain.names import canonical, parts
from mlcockpit.errors import CockpitError, EvidenceMissing, UnknownName
from mlcockpit.services.cockpit import Cockpit

CHAMPION = "champion"


@dataclass(frozen=True)
class Behind:
    """A run, and why it is the one that was meant."""

    run: str
    """As the tracking store finds it."""
    why: str = ""
    """Empty where the run itself was named."""


def run_behind(cockpit: Cockpit, name: str) -> Behind:
    """Return the run that `name` means: run/9be0, 9be0, model/churn, model/churn@14 or churn; raises UnknownName."""
    kind, key, number = parts(canonical(name))
    if kind == "run" or (not kind and not _is_model(cockpit, key)):
        return Behind(name)
    if kind not in {"", "model"}:
        raise UnknownName(f"{name!r} names no run or model", hint="write a run's id, or model/NAME@VERSION")
    from mlcockpit.domain.delivery import Deployment
    from mlcockpit.domain.training import AliasAssignment, ModelVersion
    from mlcockpit.services.resolve_name import resolve_name
    from mlcockpit.store.records import read_all

    _, key, number = parts(resolve_name(cockpit, name, kinds=("model",)))
    versions = {one.number: one for one in read_all(cockpit.store, ModelVersion, model=key)}
    if number:
        chosen, why = int(number), "as named"
    else:
        deployments = read_all(cockpit.store, Deployment, model=key)
        aliases = read_all(cockpit.store, AliasAssignment, model=key, alias=CHAMPION)
        chosen, why = _version(cockpit, deployments, aliases, sorted(versions))
    found = versions.get(chosen)
    if found is None or not found.run_id:
        raise EvidenceMissing(f"the registry names no run behind model/{key}@{chosen}", hint="name the run itself")
    return Behind(found.run_id, f"model/{key}@{chosen}, {why}")


def _version(
    cockpit: Cockpit, deployments: Sequence[object], aliases: Sequence[object], numbers: Sequence[int]
) -> tuple[int, str]:
    from mlcockpit.domain.delivery import Deployment
    from mlcockpit.domain.training import AliasAssignment
    from mlcockpit.domain.vocabulary import DeploymentState

    order = {key: one.order for key, one in cockpit.file.environments.items()}
    live = [
        one for one in deployments
        if isinstance(one, Deployment) and one.is_open and one.state in (DeploymentState.LIVE, DeploymentState.CANARY)
    ]  # fmt: skip
    if live:
        last = max(
            live, key=lambda one: (order.get(one.environment, -1), one.state is DeploymentState.LIVE, one.started_at)
        )
        return last.number, f"{last.state.value} in {last.environment}"
    held = [one for one in aliases if isinstance(one, AliasAssignment) and one.until is None]
    if held:
        return held[-1].number, f"the alias {CHAMPION}"
    if not numbers:
        raise EvidenceMissing("the model has no registered version", hint="`mlcockpit sync` reads the registry")
    return numbers[-1], "its newest version"


def _is_model(cockpit: Cockpit, key: str) -> bool:
    """Tell whether a bare word is a model that the project declares."""
    try:
        return cockpit.maybe_file is not None and key in cockpit.file.models
    except CockpitError:
        return False
