"""A gate says pass, fail or unknown for each of its checks; missing evidence never passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mlcockpit.domain.project_file import GateCheck
from mlcockpit.domain.vocabulary import Direction, Verdict


class GateWord(StrEnum):
    """What a check says."""

    PASS = "pass"  # noqa: S105  (a result, not a password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"

    @property
    def is_green(self) -> bool:
        """Tell whether the gate may open as far as this check goes."""
        return self in (GateWord.PASS, GateWord.WAIVED)


@dataclass(frozen=True)
class GateFacts:
    """What is known of a model version when its gate is asked."""

    run_id: str | None = None
    """None where the registry names no run."""
    metrics: Mapping[str, float] | None = None
    """Evaluation metrics of the run; None where nobody has read them."""
    live: str | None = None
    """The version that serves now; None where none does."""
    live_metrics: Mapping[str, float] | None = None
    direction: Direction = Direction.UP
    verdict: Verdict | None = None
    """Of the newest attempt to reproduce the run; None where nobody tried."""
    approved_by: Sequence[str] = ()
    """People whose yes counts."""
    approvers: Sequence[str] = ()
    """People who may say yes; empty: anybody but the requester and the author."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Text of a check → what shows that it holds."""
    rules: Mapping[str, int] | None = None
    """Code of a rule → how many findings it has, −1 where it cannot tell; None where no rule was run."""


@dataclass(frozen=True)
class CheckResult:
    """What one check of a gate said, and why."""

    text: str
    word: GateWord
    detail: str


def judge_check(check: GateCheck, facts: GateFacts) -> CheckResult:
    """Return what `check` says of the facts."""
    word, detail = _JUDGES[check.kind](check, facts)
    return CheckResult(text_of(check), word, detail)


def text_of(check: GateCheck) -> str:
    """Return a check in words: its own, else what it measures."""
    if check.text:
        return check.text
    if check.kind == "metric":
        bounds = [f"at least {check.at_least:g}"] if check.at_least is not None else []
        bounds += [f"at most {check.at_most:g}"] if check.at_most is not None else []
        bounds += ["better than the live version"] if check.better_than_live else []
        return f"{check.metric} {' and '.join(bounds) or 'is known'}"
    return {
        "reproduced": "run reproduced",
        "approval": "approved by another person",
        "rule": f"rule {check.rule} is quiet",
    }.get(check.kind, "evidence")


def _metric(check: GateCheck, facts: GateFacts) -> tuple[GateWord, str]:
    value = None if facts.metrics is None or check.metric is None else facts.metrics.get(check.metric)
    if value is None or value != value:
        return GateWord.UNKNOWN, f"{check.metric} of run {(facts.run_id or 'unknown')[:12]} is not known"
    if check.at_least is not None and value < check.at_least:
        return GateWord.FAIL, f"{value:.6g} is under {check.at_least:g}"
    if check.at_most is not None and value > check.at_most:
        return GateWord.FAIL, f"{value:.6g} is over {check.at_most:g}"
    if check.better_than_live and facts.live is not None:
        return _against_live(check.metric or "", value, facts)
    return GateWord.PASS, f"{value:.6g}" + (", nothing is live yet" if check.better_than_live else "")


def _against_live(metric: str, value: float, facts: GateFacts) -> tuple[GateWord, str]:
    live = None if facts.live_metrics is None else facts.live_metrics.get(metric)
    if live is None or live != live:
        return GateWord.UNKNOWN, f"{metric} of the live {facts.live} is not known"
    better = value > live if facts.direction is Direction.UP else value < live
    return GateWord.PASS if better else GateWord.FAIL, f"{value:.6g}, live {facts.live} has {live:.6g}"


def _reproduced(check: GateCheck, facts: GateFacts) -> tuple[GateWord, str]:
    if facts.run_id is None:
        return GateWord.UNKNOWN, "the registry names no run"
    if facts.verdict is None:
        return GateWord.UNKNOWN, f"nobody reproduced run {facts.run_id[:12]}"
    if facts.verdict in (Verdict.IDENTICAL, Verdict.EQUIVALENT):
        return GateWord.PASS, facts.verdict.value
    return GateWord.UNKNOWN if facts.verdict is Verdict.INCOMPLETE else GateWord.FAIL, facts.verdict.value


def _approval(check: GateCheck, facts: GateFacts) -> tuple[GateWord, str]:
    if facts.approved_by:
        return GateWord.PASS, f"by {', '.join(facts.approved_by)}"
    may = f": {' or '.join(facts.approvers)} may" if facts.approvers else ""
    return GateWord.UNKNOWN, f"nobody has approved it{may}"


def _evidence(check: GateCheck, facts: GateFacts) -> tuple[GateWord, str]:
    found = facts.evidence.get(text_of(check))
    return (GateWord.PASS, found) if found else (GateWord.UNKNOWN, "no evidence was given")


def _rule(check: GateCheck, facts: GateFacts) -> tuple[GateWord, str]:
    found = None if facts.rules is None or check.rule is None else facts.rules.get(check.rule)
    if found is None or found < 0:
        return GateWord.UNKNOWN, f"rule {check.rule} cannot tell"
    return (GateWord.FAIL, f"{found} findings") if found else (GateWord.PASS, "no finding")


_JUDGES = {
    "metric": _metric,
    "reproduced": _reproduced,
    "approval": _approval,
    "evidence": _evidence,
    "rule": _rule,
}
