"""The gate: each kind of check passes, fails or is unknown by evidence alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.analysis.gate import GateFacts, GateWord, judge_check
from mlcockpit.domain.project_file import GateCheck
from mlcockpit.domain.vocabulary import Direction, Verdict

AUC = GateCheck(kind="metric", metric="auc", at_least=0.7)
BETTER = GateCheck(kind="metric", metric="auc", better_than_live=True)
FACTS = GateFacts(run_id="a" * 32, metrics={"auc": 0.8}, live="churn@1", live_metrics={"auc": 0.75})


@pytest.mark.parametrize(
    ("check", "facts", "word", "detail"),
    [
        (AUC, FACTS, "pass", "0.8"),
        (AUC, replace(FACTS, metrics={"auc": 0.6}), "fail", "0.6 is under 0.7"),
        (GateCheck(kind="metric", metric="auc", at_most=0.7), FACTS, "fail", "0.8 is over 0.7"),
        (AUC, replace(FACTS, metrics={}), "unknown", "auc of run aaaaaaaaaaaa is not known"),
        (AUC, replace(FACTS, metrics=None), "unknown", "auc of run aaaaaaaaaaaa is not known"),
        (AUC, replace(FACTS, metrics={"auc": float("nan")}), "unknown", "auc of run aaaaaaaaaaaa is not known"),
        (BETTER, FACTS, "pass", "0.8, live churn@1 has 0.75"),
        (BETTER, replace(FACTS, direction=Direction.DOWN), "fail", "0.8, live churn@1 has 0.75"),
        (BETTER, replace(FACTS, live_metrics={"auc": 0.8}), "fail", "0.8, live churn@1 has 0.8"),
        (BETTER, replace(FACTS, live_metrics=None), "unknown", "auc of the live churn@1 is not known"),
        (BETTER, replace(FACTS, live=None), "pass", "0.8, nothing is live yet"),
        (GateCheck(kind="reproduced"), FACTS, "unknown", "nobody reproduced run aaaaaaaaaaaa"),
        (GateCheck(kind="reproduced"), replace(FACTS, run_id=None), "unknown", "the registry names no run"),
        (GateCheck(kind="reproduced"), replace(FACTS, verdict=Verdict.EQUIVALENT), "pass", "equivalent"),
        (GateCheck(kind="reproduced"), replace(FACTS, verdict=Verdict.DIVERGED), "fail", "diverged"),
        (GateCheck(kind="reproduced"), replace(FACTS, verdict=Verdict.FAILED), "fail", "failed"),
        (GateCheck(kind="reproduced"), replace(FACTS, verdict=Verdict.INCOMPLETE), "unknown", "incomplete"),
        (GateCheck(kind="approval"), FACTS, "unknown", "nobody has approved it"),
        (GateCheck(kind="approval"), replace(FACTS, approved_by=["cy"]), "pass", "by cy"),
        (GateCheck(kind="evidence", text="load test"), FACTS, "unknown", "no evidence was given"),
        (
            GateCheck(kind="evidence", text="load test"),
            replace(FACTS, evidence={"load test": "40 ms"}),
            "pass",
            "40 ms",
        ),
        (GateCheck(kind="rule", rule="D02"), FACTS, "unknown", "rule D02 cannot tell"),
        (GateCheck(kind="rule", rule="D02"), replace(FACTS, rules={"D02": -1}), "unknown", "rule D02 cannot tell"),
        (GateCheck(kind="rule", rule="D02"), replace(FACTS, rules={"D02": 0}), "pass", "no finding"),
        (GateCheck(kind="rule", rule="D02"), replace(FACTS, rules={"D02": 2}), "fail", "2 findings"),
    ],
)
def test_a_check_says_what_the_evidence_says(check: GateCheck, facts: GateFacts, word: str, detail: str) -> None:
    result = judge_check(check, facts)
    assert (word, detail) == (result.word.value, result.detail)


@given(st.sampled_from(["metric", "reproduced", "approval", "evidence", "rule"]), st.floats(), st.floats())
def test_nothing_passes_without_evidence(kind: str, low: float, high: float) -> None:
    check = GateCheck(kind=kind, metric="auc", at_least=low, at_most=high, rule="D02")
    assert judge_check(check, GateFacts()).word is GateWord.UNKNOWN


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_metric_within_its_bound_passes_and_any_other_fails(value: float, bound: float) -> None:
    check = GateCheck(kind="metric", metric="auc", at_least=bound)
    word = judge_check(check, replace(FACTS, metrics={"auc": value})).word
    assert (GateWord.PASS if value >= bound else GateWord.FAIL) is word
