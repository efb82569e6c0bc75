"""A promotion is held against the gate that the project file declares for its environment."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlcockpit.analysis.gate import CheckResult, GateFacts, GateWord, judge_check, text_of
from mlcockpit.domain.delivery import Deployment, GateResult, PromotionRequest, Vote
from mlcockpit.domain.journal import canonical_json
from mlcockpit.domain.project_file import Gate, GateCheck, ProjectFile
from mlcockpit.domain.record import number_of
from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.domain.training import ModelVersion, Reproduction
from mlcockpit.domain.vocabulary import DeploymentState, Outcome, Tone
from mlcockpit.rules.engine import judge
from mlcockpit.rules.registry import find_rule
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.run_book import facts_of
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.store.transaction import Transaction
from mlcockpit.views.table import Cell, Table, columns, row

_TONES = {
    GateWord.PASS: Tone.GOOD,
    GateWord.FAIL: Tone.BAD,
    GateWord.UNKNOWN: Tone.UNKNOWN,
    GateWord.WAIVED: Tone.DOUBTFUL,
}


@dataclass(frozen=True)
class Policy:
    """The gates of one environment as the project file words them."""

    checks: Sequence[tuple[str, GateCheck]]
    """(gate, check), in the order they are numbered."""
    approvers: Sequence[str]
    blocking: bool
    sha256: str
    """Of the canonical wording."""


@dataclass(frozen=True)
class Judgement:
    """What every check said, in order."""

    results: Sequence[tuple[str, CheckResult]]
    """(gate, result)."""
    policy: Policy

    @property
    def is_green(self) -> bool:
        """Tell whether every check passed or was waived."""
        return all(result.word.is_green for _, result in self.results)

    @property
    def has_failed(self) -> bool:
        """Tell whether a check said no."""
        return any(result.word is GateWord.FAIL for _, result in self.results)

    def open_checks(self) -> list[str]:
        """Return what is not green, numbered from 1."""
        return [
            f"{place} {result.text}: {result.word}, {result.detail}"
            for place, (_, result) in enumerate(self.results, start=1)
            if not result.word.is_green
        ]

    def table(self) -> Table:
        """Return the results as rows."""
        rows = [
            row(
                f"check/{place}",
                Cell(str(place), place),
                gate,
                result.text,
                Cell(result.word.value, tone=_TONES[result.word]),
                result.detail,
            )
            for place, (gate, result) in enumerate(self.results, start=1)
        ]
        titles = columns("check>", "gate", "text", "result", "detail")
        return Table("Gate", titles, tuple(rows), empty="no gate stands before this environment")


def policy_of(file: ProjectFile, environment: str) -> Policy:
    """Return the gates before an environment; no checks where none is declared."""
    gates: Mapping[str, Gate] = {
        key: gate for key, gate in sorted(file.gates.items()) if gate.environment == environment
    }
    wording = canonical_json({key: gate.model_dump(mode="json") for key, gate in gates.items()})
    return Policy(
        checks=[(key, check) for key, gate in gates.items() for check in gate.checks],
        approvers=list(dict.fromkeys(handle for gate in gates.values() for handle in gate.approvers)),
        blocking=any(gate.blocking for gate in gates.values()),
        sha256=hashlib.sha256(wording.encode()).hexdigest(),
    )


def rule_findings(cockpit: Cockpit, environment: str) -> dict[str, int]:
    """Return how many findings each rule has that the gate asks for, −1 where it cannot tell; before any transaction."""
    codes = {check.rule for _, check in policy_of(cockpit.file, environment).checks if check.rule is not None}
    counts = {}
    for code in sorted(codes):
        found = judge(take_snapshot(cockpit), [find_rule(code)])
        unknown = found.broken or any(each.outcome is Outcome.UNKNOWN for each in found.findings)
        violations = sum(each.outcome is Outcome.VIOLATION for each in found.findings)
        counts[code] = -1 if unknown and not violations else violations
    return counts


def judge_promotion(
    cockpit: Cockpit, tx: Transaction, promotion: PromotionRequest, rules: Mapping[str, int]
) -> Judgement:
    """Hold a promotion against its gate now; `rules` is what `rule_findings` said."""
    policy = policy_of(cockpit.file, promotion.environment)
    facts = replace(_facts(cockpit, tx, promotion, policy), rules=rules)
    waivers = _waivers(tx, promotion, policy)
    results = []
    for gate, check in policy.checks:
        result = judge_check(check, facts)
        waiver = waivers.get(result.text)
        if waiver is not None and not result.word.is_green:
            result = replace(result, word=GateWord.WAIVED, detail=waiver.detail)
        results.append((gate, result))
    return Judgement(results, policy)


def store_judgement(tx: Transaction, promotion: PromotionRequest, judgement: Judgement) -> None:
    """Write down what the gate said; the event is the caller's."""
    for gate, result in judgement.results:
        if result.word is not GateWord.WAIVED:
            tx.save(gate_result(tx, promotion, gate, result, judgement.policy))


def gate_result(
    tx: Transaction, promotion: PromotionRequest, gate: str, result: CheckResult, policy: Policy
) -> GateResult:
    """Return the record of one result."""
    return GateResult(
        promotion=number_of(promotion),
        gate=gate,
        check_text=result.text,
        result=result.word.value,
        detail=result.detail,
        policy_sha256=policy.sha256,
        at=tx.now,
        created_at=tx.recorded_at,
        created_by=tx.actor,
    )


def run_behind(cockpit: Cockpit, tx: Transaction, model: str, number: int) -> tuple[str | None, RunFacts | None]:
    """Return the run's id and what the tracker knows of it; None where it is not known."""
    version = tx.one(ModelVersion, model=model, number=number)
    run_id = None if version is None else version.run_id
    return run_id, None if run_id is None else facts_of(cockpit, run_id)


def author_of(cockpit: Cockpit, facts: RunFacts | None) -> str | None:
    """Return the person who trained a run, else the tracker's user; None where nobody is named."""
    if facts is None or not facts.user:
        return None
    for handle, person in cockpit.file.people.items():
        if facts.user == handle or facts.user in person.mlflow_users:
            return handle
    return facts.user


def valid_votes(tx: Transaction, promotion: PromotionRequest, barred: Sequence[str | None]) -> list[str]:
    """Return who approves: the last vote of each person counts, and none of `barred`."""
    last = {vote.person: vote.approves for vote in tx.all(Vote, promotion=promotion.id)}
    return [person for person, approves in last.items() if approves and person not in barred]


def _facts(cockpit: Cockpit, tx: Transaction, promotion: PromotionRequest, policy: Policy) -> GateFacts:
    run_id, run = run_behind(cockpit, tx, promotion.model, promotion.number)
    declared = cockpit.file.models.get(promotion.model)
    live = open_live(tx, promotion.environment)
    _, live_run = (None, None) if live is None else run_behind(cockpit, tx, live.model, live.number)
    attempts = [] if run_id is None else list(tx.all(Reproduction, run_id=run_id))
    if cockpit.at is not None:
        attempts = [attempt for attempt in attempts if attempt.started_at <= tx.now]
    newest = max(attempts, key=lambda attempt: attempt.started_at, default=None)
    votes = valid_votes(tx, promotion, (promotion.requester, author_of(cockpit, run)))
    facts = GateFacts(
        run_id=run_id,
        metrics=None if run is None else run.metrics,
        live=None if live is None else f"{live.model}@{live.number}",
        live_metrics=None if live_run is None else live_run.metrics,
        verdict=None if newest is None else newest.verdict,
        approved_by=[person for person in votes if not policy.approvers or person in policy.approvers],
        approvers=policy.approvers,
        evidence=_evidence(tx, promotion, policy),
    )
    return facts if declared is None else replace(facts, direction=declared.direction)


def open_live(tx: Transaction, environment: str) -> Deployment | None:
    """Return the open deployment that takes an environment's full traffic; None where there is none."""
    for deployment in tx.all(Deployment, environment=environment):
        if deployment.is_open and deployment.state is DeploymentState.LIVE:
            return deployment
    return None


def _evidence(tx: Transaction, promotion: PromotionRequest, policy: Policy) -> dict[str, str]:
    texts = {text_of(check) for _, check in policy.checks if check.kind == "evidence"}
    return {
        each.check_text: each.detail
        for each in tx.all(GateResult, promotion=promotion.id, result=GateWord.PASS.value)
        if each.check_text in texts
    }


def _waivers(tx: Transaction, promotion: PromotionRequest, policy: Policy) -> dict[str, GateResult]:
    """Return the waivers that hold now: of this wording of the policy, not yet ended."""
    return {
        each.check_text: each
        for each in tx.all(GateResult, promotion=promotion.id, result=GateWord.WAIVED.value)
        if each.policy_sha256 == policy.sha256 and each.waived_until is not None and tx.now < each.waived_until
    }
