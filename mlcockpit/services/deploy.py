"""`deploy` records that a model version serves; a blocking gate that is not green refuses it, and nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.delivery import Deployment, PromotionRequest
from mlcockpit.domain.names import canonical, parts
from mlcockpit.domain.record import name_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import DeploymentState, ModelState, PromotionState, Strategy
from mlcockpit.errors import CockpitError, Refused, UsageError
from mlcockpit.integrations.model_files import weights_digest
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gate import judge_promotion, open_live, policy_of, rule_findings, store_judgement
from mlcockpit.services.promote import advance, find_promotion, gate_words, refuse_unfit, resolve_environment
from mlcockpit.services.resolve_name import resolve_number, resolve_version
from mlcockpit.store.records import read_all
from mlcockpit.store.transaction import Happening, Transaction

_STATES = {Strategy.SHADOW: DeploymentState.SHADOW, Strategy.CANARY: DeploymentState.CANARY}
_BESIDE = (DeploymentState.SHADOW, DeploymentState.CANARY)
_WAITING = (PromotionState.APPROVED, PromotionState.PENDING)


class GateRed(CockpitError):
    """A blocking gate is not green."""


@dataclass(frozen=True)
class Order:
    """What is to serve where, and how."""

    model: str
    number: int
    environment: str
    strategy: Strategy
    traffic_pct: int
    reason: str = ""
    promotion: int | None = None
    """None where nobody asked for it."""
    planned: bool = True


def deploy(
    cockpit: Cockpit,
    what: str,
    environment: str | None = None,
    *,
    strategy: Strategy | None = None,
    traffic_pct: int | None = None,
    reason: str = "",
) -> Deployment:
    """Record the deployment of a promotion, or of a version in an environment; raises GateRed or Refused."""
    order = _order(cockpit, what, environment, strategy, traffic_pct, reason)
    digest, rules = artifact_digest(cockpit, order.environment), rule_findings(cockpit, order.environment)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        refuse_unfit(tx, order.model, order.number)
        request = _request(cockpit, tx, order)
        if request is not None:
            _pass_the_gate(cockpit, tx, request, rules)
        return record_deployment(tx, order, request, digest)


def record_deployment(
    tx: Transaction, order: Order, request: PromotionRequest | None, digest: str | None
) -> Deployment:
    """Open a deployment and close those that it takes over from, inside a running transaction."""
    state = _STATES.get(order.strategy, DeploymentState.LIVE)
    _refuse_disorder(tx, order, state)
    taken = _to_close(tx, order, state)
    before = open_live(tx, order.environment) or (taken[-1] if taken else None)
    for each in taken:
        close(tx, each, DeploymentState.SUPERSEDED)
    deployment = tx.save(
        Deployment(
            model=order.model,
            number=order.number,
            environment=order.environment,
            strategy=order.strategy,
            traffic_pct=order.traffic_pct,
            state=state,
            started_at=tx.now,
            actor=tx.actor,
            reason=order.reason,
            previous=None if before is None else before.id,
            promotion=None if request is None else request.id,
            planned=order.planned,
            artifact_sha256=digest,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )
    new = {
        "version": f"model/{order.model}@{order.number}",
        "environment": order.environment,
        "state": state.value,
        "traffic_pct": order.traffic_pct,
        "artifact_sha256": digest,
    }
    tx.happened(Happening(name_of("deploy", deployment), "deployed", None, new, order.reason))
    return deployment


def _refuse_disorder(tx: Transaction, order: Order, state: DeploymentState) -> None:
    """Raise Refused for what serves already, and for an instant before what is written down of this environment."""
    for each in tx.all(Deployment, environment=order.environment):
        if each.started_at > tx.now:
            raise _too_early(each)
        same = (each.model, each.number, each.state) == (order.model, order.number, state)
        if each.is_open and same and each.traffic_pct == order.traffic_pct:
            raise Refused(
                f"deploy/{each.id} is {order.model}@{order.number} in {order.environment} already",
                hint="nothing has to be done",
            )


def close(tx: Transaction, deployment: Deployment, state: DeploymentState, reason: str = "") -> None:
    """End an open deployment; raises Refused where it started later than that."""
    name = name_of("deploy", deployment)
    if tx.now < deployment.started_at:
        raise _too_early(deployment)
    step(name, deployment.state, state)
    old = deployment.state
    deployment.state, deployment.ended_at = state, tx.now
    tx.save(deployment)
    tx.happened(Happening(name, f"deployment_{state.value}", {"state": old.value}, {"state": state.value}, reason))


def _too_early(deployment: Deployment) -> Refused:
    name, started = name_of("deploy", deployment), f"{deployment.started_at:%Y-%m-%d %H:%M}"
    return Refused(f"{name} started at {started}, later than this", hint="give a later --at")


def artifact_digest(cockpit: Cockpit, environment: str) -> str | None:
    """Return the SHA-256 of the weights that an environment serves; None where they cannot be seen from here.

    Bytes put there later than the instant that is written down (`--at`) say nothing about it.
    """
    declared = cockpit.file.environments.get(environment)
    if declared is None or declared.artifact is None or not (cockpit.root / declared.artifact).exists():
        return None
    place = cockpit.root / declared.artifact
    if cockpit.at is not None and _newest(place) > cockpit.at.timestamp():
        return None
    return weights_digest(place)


def _newest(place: Path) -> float:
    inside = [each.stat().st_mtime for each in place.rglob("*") if each.is_file()] if place.is_dir() else []
    return max([place.stat().st_mtime, *inside])


def _order(
    cockpit: Cockpit,
    what: str,
    environment: str | None,
    strategy: Strategy | None,
    traffic_pct: int | None,
    reason: str,
) -> Order:
    promotion = None
    if parts(canonical(what))[0] == "promo" or (environment is None and what.isdigit()):
        promotion = resolve_number(cockpit, what, "promo")
        (request,) = read_all(cockpit.store, PromotionRequest, id=promotion)
        model, number, place = request.model, request.number, request.environment
        if environment is not None and resolve_environment(cockpit, environment, model) != place:
            raise UsageError(f"promo/{promotion} asks for env/{place}", hint="leave the environment out")
    elif environment is None:
        raise UsageError("an environment is missing", hint="mlcockpit deploy model/churn@2 prod, or deploy promo/1")
    else:
        model, number = resolve_version(cockpit, what, "model")
        place = resolve_environment(cockpit, environment, model)
    how = strategy or cockpit.file.environments[place].strategy
    return Order(model, number, place, how, _traffic(how, traffic_pct), reason, promotion)


def _traffic(strategy: Strategy, wanted: int | None) -> int:
    """Return the share of traffic in percent; raises UsageError where it does not fit the strategy."""
    usual = {Strategy.SHADOW: 0, Strategy.CANARY: 10}.get(strategy, 100)
    share = usual if wanted is None else wanted
    fits = {Strategy.SHADOW: share == 0, Strategy.CANARY: 0 < share < 100}.get(strategy, share == 100)
    if not fits:
        raise UsageError(
            f"{strategy} does not take {share} % of traffic", hint="canary takes 1 to 99, shadow 0, full 100"
        )
    return share


def _request(cockpit: Cockpit, tx: Transaction, order: Order) -> PromotionRequest | None:
    """Return the promotion that a deployment rests on; raises Refused where the gate needs one and there is none."""
    if order.promotion is not None:
        request = find_promotion(tx, order.promotion)
        if request.state is PromotionState.COMMITTED and not _runs_beside(tx, order):
            raise Refused(
                f"promo/{order.promotion} was carried out already",
                hint=f"`mlcockpit promote {order.model}@{order.number} {order.environment}` asks again",
            )
        return request
    found = tx.all(PromotionRequest, model=order.model, number=order.number, environment=order.environment)
    open_ones = [each for state in _WAITING for each in reversed(found) if each.state is state]
    if open_ones:
        return open_ones[0]
    committed = [each for each in found if each.state is PromotionState.COMMITTED]
    if committed and order.strategy not in _STATES and _runs_beside(tx, order):
        return committed[-1]
    policy = policy_of(cockpit.file, order.environment)
    if policy.blocking and policy.checks:
        raise GateRed(
            f"a gate stands before env/{order.environment} and nobody asked for model/{order.model}@{order.number}",
            hint=f"`mlcockpit promote {order.model}@{order.number} {order.environment}`",
        )
    return None


def _runs_beside(tx: Transaction, order: Order) -> bool:
    """Tell whether this version is a canary or shadow in the environment now."""
    return any(
        each.is_open and each.state in _BESIDE
        for each in tx.all(Deployment, environment=order.environment, model=order.model, number=order.number)
    )


def _pass_the_gate(cockpit: Cockpit, tx: Transaction, request: PromotionRequest, rules: Mapping[str, int]) -> None:
    """Commit a promotion whose gate is green; raises GateRed or Refused."""
    name = name_of("promo", request)
    judgement = judge_promotion(cockpit, tx, request, rules)
    if judgement.policy.blocking and not judgement.is_green:
        raise GateRed(
            f"the gate of {name} is not green ({'; '.join(judgement.open_checks())})",
            hint=f"meet it, or somebody waives: `mlcockpit waive {name} --check N --why … --until DATE`",
        )
    store_judgement(tx, request, judgement)
    if request.state is PromotionState.COMMITTED:
        return
    old = request.state
    if old is PromotionState.PENDING:
        step(name, old, PromotionState.APPROVED)
        request.state = PromotionState.APPROVED
    step(name, request.state, PromotionState.COMMITTED)
    request.state = PromotionState.COMMITTED
    tx.save(request)
    new = {"state": request.state.value, **gate_words(judgement)}
    tx.happened(Happening(name, "promotion_committed", {"state": old.value}, new))
    if judgement.results and judgement.is_green:
        advance(tx, request.model, request.number, ModelState.VALIDATED)
        if old is PromotionState.APPROVED:
            advance(tx, request.model, request.number, ModelState.APPROVED)


def _to_close(tx: Transaction, order: Order, state: DeploymentState) -> list[Deployment]:
    """Return the open deployments that end: beside the live one only those beside it, otherwise all."""
    return [
        each
        for each in tx.all(Deployment, environment=order.environment)
        if each.is_open and (state is DeploymentState.LIVE or each.state in _BESIDE)
    ]
