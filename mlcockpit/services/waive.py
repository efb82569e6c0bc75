"""A check of a gate can be waived for one promotion: by name, with a reason, until a day."""

from datetime import datetime

from mlcockpit.analysis.gate import CheckResult, GateWord
from mlcockpit.domain.delivery import GateResult, PromotionRequest
from mlcockpit.domain.record import name_of
from mlcockpit.domain.vocabulary import PromotionState
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gate import author_of, gate_result, judge_promotion, rule_findings, run_behind
from mlcockpit.services.own import find_person
from mlcockpit.services.promote import find_promotion
from mlcockpit.store.records import read_all
from mlcockpit.store.transaction import Happening


def waive(cockpit: Cockpit, number: int, check: int, *, why: str, until: datetime) -> GateResult:
    """Waive check `check` (from 1) in the name of whoever acts; raises Refused or UsageError."""
    if not why.strip():
        raise UsageError("a waiver needs a reason", hint="say it with --why")
    (asked,) = read_all(cockpit.store, PromotionRequest, id=number)
    rules = rule_findings(cockpit, asked.environment)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        request = find_promotion(tx, number)
        name, waiver = name_of("promo", request), find_person(tx, tx.actor)
        if request.state not in (PromotionState.PENDING, PromotionState.APPROVED):
            raise Refused(f"{name} is {request.state.value}", hint="a waiver comes before the deployment")
        if until <= tx.now:
            raise UsageError(f"{until:%Y-%m-%d} is over", hint="give a later --until")
        judgement = judge_promotion(cockpit, tx, request, rules)
        if not 1 <= check <= len(judgement.results):
            raise UsageError(f"the gate of {name} has no check {check}", hint=f"it has {len(judgement.results)}")
        gate, result = judgement.results[check - 1]
        if result.word.is_green:
            raise Refused(f"check {check} of {name} is {result.word}", hint="nothing has to be waived")
        if waiver.handle == request.requester:
            raise Refused(f"{waiver.handle} asked for {name}", hint="four eyes: another person waives")
        _, run = run_behind(cockpit, tx, request.model, request.number)
        if judgement.policy.checks[check - 1][1].kind == "approval" and waiver.handle == author_of(cockpit, run):
            raise Refused(f"{waiver.handle} trained the run behind {name}", hint="four eyes: another person waives")
        words = f"waived by {waiver.handle} until {until:%Y-%m-%d}: {why}"
        record = gate_result(tx, request, gate, CheckResult(result.text, GateWord.WAIVED, words), judgement.policy)
        record.waived_by, record.waived_until = waiver.handle, until
        tx.save(record)
        old = {"check": result.text, "result": result.word.value}
        new = {"check": result.text, "result": record.result, "until": until, "policy": record.policy_sha256}
        tx.happened(Happening(name, "gate_waived", old, new, why))
        return record
