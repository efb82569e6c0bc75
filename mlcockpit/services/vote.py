"""A promotion is approved or rejected by four eyes: never by who asked, never by who trained the run."""

from mlcockpit.domain.delivery import PromotionRequest, Vote
from mlcockpit.domain.record import name_of, number_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import ModelState, PersonStatus, PromotionState
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gate import author_of, policy_of, run_behind
from mlcockpit.services.own import find_person
from mlcockpit.services.promote import advance, find_promotion
from mlcockpit.store.transaction import Happening, Transaction


def approve(cockpit: Cockpit, number: int, *, comment: str = "") -> PromotionRequest:
    """Say yes in the name of whoever acts; raises Refused where they may not."""
    return _vote(cockpit, number, PromotionState.APPROVED, comment)


def reject(cockpit: Cockpit, number: int, *, why: str) -> PromotionRequest:
    """Say no, with the reason."""
    if not why.strip():
        raise UsageError(f"rejecting promo/{number} needs a reason", hint="say it with --why")
    return _vote(cockpit, number, PromotionState.REJECTED, why)


def _vote(cockpit: Cockpit, number: int, state: PromotionState, comment: str) -> PromotionRequest:
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        request = find_promotion(tx, number)
        name, old = name_of("promo", request), request.state
        if old is state:
            raise Refused(f"{name} is {state.value} already", hint=f"`mlcockpit deploy {name}` brings it out")
        step(name, old, state)
        _refuse_one_pair_of_eyes(cockpit, tx, request, approves=state is PromotionState.APPROVED)
        tx.save(
            Vote(
                promotion=number_of(request),
                person=tx.actor,
                approves=state is PromotionState.APPROVED,
                comment=comment,
                at=tx.now,
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )
        request.state = state
        tx.save(request)
        tx.happened(Happening(name, f"promotion_{state.value}", {"state": old.value}, {"state": state.value}, comment))
        if state is PromotionState.APPROVED:
            advance(tx, request.model, request.number, ModelState.APPROVED)
        return request


def _refuse_one_pair_of_eyes(cockpit: Cockpit, tx: Transaction, request: PromotionRequest, *, approves: bool) -> None:
    voter, name = find_person(tx, tx.actor), name_of("promo", request)
    may = policy_of(cockpit.file, request.environment).approvers
    others = f"{' or '.join(may)} may" if may else "another person may"
    if voter.status is PersonStatus.DEPARTED:
        raise Refused(f"person/{voter.handle} has left", hint=others)
    if may and voter.handle not in may:
        raise Refused(f"{voter.handle} is no approver of env/{request.environment}", hint=others)
    if not approves:
        return
    if voter.handle == request.requester:
        raise Refused(f"{voter.handle} asked for {name}", hint=f"four eyes: {others}")
    _, run = run_behind(cockpit, tx, request.model, request.number)
    if voter.handle == author_of(cockpit, run):
        raise Refused(f"{voter.handle} trained the run behind {name}", hint=f"four eyes: {others}")
