"""A rollback is a new deployment of the version before; the bad one ends as rolled back, and neither is edited away."""

from dataclasses import dataclass

from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.names import parts
from mlcockpit.domain.record import name_of
from mlcockpit.domain.vocabulary import DeploymentState, Strategy
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.deploy import Order, artifact_digest, close, record_deployment
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.transaction import Happening, Transaction

_BAD = (DeploymentState.ROLLED_BACK, DeploymentState.FAILED)
_BESIDE = (DeploymentState.CANARY, DeploymentState.SHADOW)


@dataclass(frozen=True)
class Rollback:
    """What was rolled back, and what serves instead."""

    bad: Deployment
    good: Deployment
    """The new deployment; the one that serves all along where only a canary ended; the target of a drill."""


def roll_back(cockpit: Cockpit, environment: str, *, reason: str) -> Rollback:
    """Bring the version before back; raises Refused where there is none, UsageError without a reason."""
    place = _place(cockpit, environment, reason)
    digest = artifact_digest(cockpit, place)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        bad, target = _pair(tx, place)
        if bad.state in _BESIDE and target.is_open:
            close(
                tx,
                bad,
                DeploymentState.ROLLED_BACK if bad.state is DeploymentState.CANARY else DeploymentState.FAILED,
                reason,
            )
            return Rollback(bad, target)
        close(tx, bad, DeploymentState.ROLLED_BACK, reason)
        order = Order(target.model, target.number, place, Strategy.FULL, 100, reason, target.promotion, planned=False)
        good = record_deployment(tx, order, None, digest)
        good.previous, good.promotion = bad.id, target.promotion
        return Rollback(bad, tx.save(good))


def drill(cockpit: Cockpit, environment: str, *, reason: str) -> Rollback:
    """Record that a rollback was rehearsed: there is a version to go back to; nothing is deployed."""
    place = _place(cockpit, environment, reason)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        bad, target = _pair(tx, place)
        words = {
            "from": name_of("deploy", bad),
            "to": name_of("deploy", target),
            "version": f"model/{target.model}@{target.number}",
        }
        tx.happened(Happening(f"env/{place}", "rollback_drilled", None, words, reason))
        return Rollback(bad, target)


def _place(cockpit: Cockpit, environment: str, reason: str) -> str:
    if not reason.strip():
        raise UsageError("a rollback needs a reason", hint="say it with --reason")
    return parts(resolve_name(cockpit, environment, kinds=("env",)))[1]


def _pair(tx: Transaction, environment: str) -> tuple[Deployment, Deployment]:
    """Return what serves now, a canary first, and the version before it that did not end badly; raises Refused."""
    deployments = sorted(tx.all(Deployment, environment=environment), key=lambda each: (each.started_at, each.id or 0))
    serving = [each for each in deployments if each.is_open]
    if not serving:
        raise Refused(f"nothing is deployed in env/{environment}", hint=f"`mlcockpit deploy MODEL@N {environment}`")
    bad = next((each for each in serving if each.state in _BESIDE), serving[-1])
    live = next((each for each in serving if each.state is DeploymentState.LIVE), None)
    if bad.state in _BESIDE and live is not None:
        return bad, live
    seen = {(bad.model, bad.number)}
    for each in reversed(deployments[: deployments.index(bad)]):
        version = (each.model, each.number)
        if version not in seen and each.state not in _BAD:
            return bad, each
        seen.add(version)
    raise Refused(
        f"env/{environment} has no earlier version than {bad.model}@{bad.number}", hint="deploy another version instead"
    )
