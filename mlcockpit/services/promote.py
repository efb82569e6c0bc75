"""`promote` asks to bring a model version to an environment, and holds it against the gate at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlcockpit.analysis.gate import CheckResult, GateWord, text_of
from mlcockpit.domain.delivery import PromotionRequest
from mlcockpit.domain.names import parts
from mlcockpit.domain.record import name_of
from mlcockpit.domain.training import ModelVersion
from mlcockpit.domain.transitions import may_follow
from mlcockpit.domain.vocabulary import ModelState, PromotionState
from mlcockpit.errors import Refused, UnknownName, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gate import Judgement, gate_result, judge_promotion, policy_of, rule_findings, store_judgement
from mlcockpit.services.own import find_person
from mlcockpit.services.resolve_name import resolve_name, resolve_version
from mlcockpit.store.transaction import Happening, Transaction

_WAITING = (PromotionState.PENDING, PromotionState.APPROVED)
_UNFIT = (ModelState.QUARANTINED, ModelState.RETIRED)


@dataclass(frozen=True)
class Promotion:
    """A promotion request and what the gate says of it."""

    request: PromotionRequest
    judgement: Judgement


def promote(
    cockpit: Cockpit, version: str, environment: str, *, comment: str = "", evidence: Mapping[int, str] | None = None
) -> Promotion:
    """Store the request and what each check says; raises UnknownName or Refused."""
    model, number = resolve_version(cockpit, version, "model")
    place = resolve_environment(cockpit, environment, model)
    rules = rule_findings(cockpit, place)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        refuse_unfit(tx, model, number)
        if any(check.kind == "approval" for _, check in policy_of(cockpit.file, place).checks):
            find_person(tx, tx.actor)
        waiting = [
            each
            for each in tx.all(PromotionRequest, model=model, number=number, environment=place)
            if each.state in _WAITING
        ]
        if waiting:
            name = name_of("promo", waiting[0])
            raise Refused(
                f"{name} asks for model/{model}@{number} in {place} already", hint=f"`mlcockpit deploy {name}`"
            )
        request = tx.save(
            PromotionRequest(
                model=model,
                number=number,
                environment=place,
                requester=tx.actor,
                comment=comment,
                requested_at=tx.now,
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )
        _store_evidence(cockpit, tx, request, evidence or {})
        judgement = judge_promotion(cockpit, tx, request, rules)
        store_judgement(tx, request, judgement)
        new = {
            "state": request.state.value,
            "version": f"model/{model}@{number}",
            "environment": place,
            **gate_words(judgement),
        }
        tx.happened(Happening(name_of("promo", request), "promotion_requested", None, new, comment))
        return Promotion(request, judgement)


def resolve_environment(cockpit: Cockpit, word: str, model: str) -> str:
    """Return the key of an environment that serves `model`; raises UnknownName or Refused."""
    key = parts(resolve_name(cockpit, word, kinds=("env",)))[1]
    serves = cockpit.file.environments[key].model
    if serves != model:
        raise Refused(
            f"env/{key} serves model/{serves}, not model/{model}", hint="see [environments] in mlcockpit.toml"
        )
    return key


def refuse_unfit(tx: Transaction, model: str, number: int) -> None:
    """Raise Refused where the version was retired or quarantined."""
    version = tx.one(ModelVersion, model=model, number=number)
    if version is not None and version.state in _UNFIT:
        raise Refused(f"model/{model}@{number} is {version.state.value}", hint="choose another version")


def find_promotion(tx: Transaction, number: int) -> PromotionRequest:
    """Return the promotion with this number; raises UnknownName."""
    request = tx.get(PromotionRequest, number)
    if request is None:
        raise UnknownName(f"there is no promo/{number}", hint="`mlcockpit promote` asks for one")
    return request


def gate_words(judgement: Judgement) -> dict[str, object]:
    """Return what an event keeps of a gate: the wording's digest and each result."""
    if not judgement.results:
        return {}
    return {
        "policy": judgement.policy.sha256,
        "gate": {result.text: result.word.value for _, result in judgement.results},
    }


def advance(tx: Transaction, model: str, number: int, state: ModelState) -> None:
    """Move a model version on where that is the next state; anything else stays as it is."""
    version = tx.one(ModelVersion, model=model, number=number)
    if version is None or state not in may_follow(version.state):
        return
    old, version.state = version.state, state
    tx.save(version)
    tx.happened(
        Happening(f"model/{model}@{number}", f"model_{state.value}", {"state": old.value}, {"state": state.value})
    )


def _store_evidence(cockpit: Cockpit, tx: Transaction, request: PromotionRequest, evidence: Mapping[int, str]) -> None:
    policy = policy_of(cockpit.file, request.environment)
    for number, text in sorted(evidence.items()):
        gate, check = policy.checks[number - 1] if 1 <= number <= len(policy.checks) else ("", None)
        if check is None or check.kind != "evidence":
            wanted = [str(place) for place, (_, each) in enumerate(policy.checks, start=1) if each.kind == "evidence"]
            raise UsageError(f"check {number} takes no evidence", hint=f"these do: {', '.join(wanted) or 'none'}")
        tx.save(gate_result(tx, request, gate, CheckResult(text_of(check), GateWord.PASS, text), policy))
