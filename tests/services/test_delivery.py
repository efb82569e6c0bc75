"""`promote`, `approve`, `reject`, `waive`, `deploy`, `rollback`: a version reaches users through its gate, or not at all."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import ModelState, Verdict
from tests.cli_runner import mlcockpit
from tests.mirrored import mirror_run, register, reproduced
from tests.team import GATE, a_team, done, events, everything, refused

RUN = "9be0" + "a" * 28
OTHER = "71c2" + "b" * 28


def guarded(tmp_path: Path, *, user: str = "kai", auc: float = 0.8) -> Path:
    """Return a project whose prod has a gate and whose version 1 came from a reproduced run."""
    folder = a_team(tmp_path, GATE)
    mirror_run(folder, RUN, user=user, metrics={"auc": auc})
    register(folder, 1, RUN)
    reproduced(folder, RUN, Verdict.IDENTICAL)
    return folder


def asked(folder: Path, *more: str) -> dict[str, object]:
    ran = done(folder, "promote", "churn@1", "prod", "--as", "kai", "--evidence", "4=40 ms", *more, "--json")
    return {str(check["text"]): check["result"] for check in ran.json["gate"]}


def test_a_promotion_is_held_against_the_gate_at_once(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    assert {
        "auc at least 0.7": "pass",
        "run reproduced": "pass",
        "approved by another person": "unknown",
        "load test": "pass",
    } == asked(folder)
    assert ["promotion requested"] == events(folder, "promo/1")


def test_the_whole_way_through_the_gate(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    assert "approved" == done(folder, "approve", "PR-1", "--as", "cy", "--json").json["state"]
    deployed = done(folder, "deploy", "promo/1", "--as", "cy", "--json").json
    assert ("deploy/1", "live", 100, None) == tuple(
        deployed[key] for key in ("deployment", "state", "traffic_pct", "previous")
    )
    assert ["promotion requested", "promotion approved", "promotion committed"] == events(folder, "promo/1")
    assert ["model validated", "model approved"] == events(folder, "model/churn@1")


def test_a_failing_check_is_exit_code_1_at_promotion(tmp_path: Path) -> None:
    folder = guarded(tmp_path, auc=0.6)
    ran = mlcockpit(folder, "promote", "churn@1", "prod", "--as", "kai")
    assert 1 == ran.code
    assert "0.6 is under 0.7" in ran.out


def test_a_gate_that_is_not_green_refuses_the_deployment(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    said = refused(folder, "deploy", "promo/1", code=1)
    assert (
        "the gate of promo/1 is not green (3 approved by another person: unknown, nobody has approved it: cy or bo may)"
        in said
    )


def test_nobody_deploys_past_the_gate_without_asking(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    said = refused(folder, "deploy", "churn@1", "prod", code=1)
    assert "a gate stands before env/prod and nobody asked for model/churn@1: `mlcockpit promote churn@1 prod`" == said


def test_missing_evidence_is_unknown_and_unknown_does_not_pass(tmp_path: Path) -> None:
    folder = a_team(tmp_path, GATE)
    done(folder, "promote", "churn@1", "prod", "--as", "kai")
    done(folder, "approve", "promo/1", "--as", "cy")
    said = refused(folder, "deploy", "promo/1", code=1)
    assert [
        text
        for text in ("auc of run unknown is not known", "the registry names no run", "no evidence")
        if text not in said
    ] == []


@pytest.mark.parametrize(
    ("voter", "said"),
    [
        ("bo", "bo trained the run behind promo/1: four eyes: cy or bo may"),
        ("olu", "olu is no approver of env/prod: cy or bo may"),
        ("root", "there is no person 'root'"),
    ],
)
def test_who_asked_or_trained_or_may_not_does_not_approve(tmp_path: Path, voter: str, said: str) -> None:
    folder = guarded(tmp_path, user="bo")
    asked(folder)
    assert said in refused(folder, "approve", "promo/1", "--as", voter)


def test_who_asked_does_not_approve(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    done(folder, "promote", "churn@1", "prod", "--as", "cy")
    assert "cy asked for promo/1: four eyes" in refused(folder, "approve", "promo/1", "--as", "cy")


def test_a_rejected_promotion_is_over(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    assert "needs a reason" in refused(folder, "reject", "promo/1", "--why", " ", "--as", "cy")
    done(folder, "reject", "promo/1", "--why", "too slow", "--as", "cy")
    assert "promo/1 is rejected and cannot become approved" in refused(folder, "approve", "promo/1", "--as", "bo")
    assert "rejected" in refused(folder, "reject", "promo/1", "--why", "again", "--as", "bo")
    assert "is not green" in refused(folder, "deploy", "promo/1", code=1)
    assert "unknown" == asked(folder)["approved by another person"]


def test_the_last_vote_of_a_person_counts(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    done(folder, "approve", "promo/1", "--as", "cy")
    assert "promo/1 is approved already" in refused(folder, "approve", "promo/1", "--as", "bo")
    assert (
        "rejected"
        == done(folder, "reject", "promo/1", "--why", "on second thought", "--as", "cy", "--json").json["state"]
    )


def test_a_waiver_opens_one_check_until_its_day(tmp_path: Path) -> None:
    folder = guarded(tmp_path, auc=0.69)
    mlcockpit(folder, "promote", "churn@1", "prod", "--as", "kai", "--evidence", "4=40 ms")
    done(folder, "approve", "promo/1", "--as", "cy")
    waive = ("waive", "promo/1", "--check", "1", "--why", "holidays", "--until", "2026-03-10")
    assert "kai asked for promo/1" in refused(folder, *waive, "--as", "kai")
    assert "cy" == done(folder, *waive, "--as", "cy", "--json").json["waived_by"]
    assert "check 1 of promo/1 is waived" in refused(folder, *waive, "--as", "bo")
    assert "is not green (1 auc at least 0.7: fail" in refused(
        folder, "deploy", "promo/1", "--at", "2026-03-11", code=1
    )
    done(folder, "deploy", "promo/1", "--at", "2026-03-09")
    assert "gate waived" in events(folder, "promo/1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--check", "9", "--why", "x", "--until", "2026-04-01"), "the gate of promo/1 has no check 9"),
        (("--check", "3", "--why", "x", "--until", "2026-03-01"), "2026-03-01 is over"),
        (("--check", "3", "--why", " ", "--until", "2026-04-01"), "a waiver needs a reason"),
        (("--check", "1", "--why", "x", "--until", "2026-04-01"), "check 1 of promo/1 is pass"),
    ],
)
def test_a_waiver_that_makes_no_sense_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    assert said in refused(folder, "waive", "promo/1", *words, "--as", "cy")


def test_a_waiver_ends_when_the_gate_is_worded_otherwise(tmp_path: Path) -> None:
    folder = guarded(tmp_path, auc=0.69)
    mlcockpit(folder, "promote", "churn@1", "prod", "--as", "kai", "--evidence", "4=40 ms")
    done(folder, "approve", "promo/1", "--as", "cy")
    done(folder, "waive", "promo/1", "--check", "1", "--why", "x", "--until", "2026-04-01", "--as", "cy")
    place = folder / "mlcockpit.toml"
    place.write_text(
        place.read_text(encoding="utf-8").replace('text = "load test"', 'text = "load tests"'), encoding="utf-8"
    )
    assert "1 auc at least 0.7: fail" in refused(folder, "deploy", "promo/1", code=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promote", "churn@2", "prod"), "there is no model/churn@2: nearest: model/churn@1"),
        (("promote", "churn", "prod"), "model/churn names no version: write model/churn@1"),
        (("promote", "churn@1", "prd"), "there is no env/prd: nearest: env/prod"),
        (("promote", "churn@1", "prod", "--evidence", "1=x"), "check 1 takes no evidence: these do: 4"),
        (("deploy", "promo/7"), "there is no promo/7"),
        (("deploy", "churn@1"), "an environment is missing"),
        (
            ("deploy", "churn@1", "lab", "--strategy", "canary", "--traffic", "100"),
            "canary does not take 100 % of traffic",
        ),
        (("deploy", "churn@1", "lab", "--traffic", "10"), "full does not take 10 % of traffic"),
        (("rollback", "lab", "--reason", "x"), "nothing is deployed in env/lab"),
        (("rollback", "lab", "--reason", " "), "a rollback needs a reason"),
        (("rollback", "lab"), "the following arguments are required: --reason"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    place = guarded(tmp_path) / "mlcockpit.toml"
    place.write_text(
        place.read_text(encoding="utf-8") + '\n[sources]\nmlflow = "sqlite:///mlflow.db"\n', encoding="utf-8"
    )
    assert said in refused(tmp_path, *words, "--as", "kai")


def test_the_same_wish_is_not_stored_twice(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    assert "promo/1 asks for model/churn@1 in prod already" in refused(
        folder, "promote", "churn@1", "prod", "--as", "bo"
    )


def test_a_quarantined_version_goes_nowhere(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    register(folder, 1, None, state=ModelState.QUARANTINED)
    assert "model/churn@1 is quarantined" in refused(folder, "promote", "churn@1", "lab", "--as", "kai")
    assert "model/churn@1 is quarantined" in refused(folder, "deploy", "churn@1", "lab")


def test_a_deployment_ends_the_one_before(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "deploy", "churn@1", "lab", "--at", "2026-02-01")
    assert "deploy/1" == done(folder, "deploy", "churn@2", "lab", "--at", "2026-02-10", "--json").json["previous"]
    assert ["deployed", "deployment superseded"] == events(folder, "deploy/1")
    assert "later than this" in refused(folder, "deploy", "churn@3", "lab", "--at", "2026-02-05")


def test_a_canary_serves_beside_the_live_version_until_it_takes_over(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "deploy", "churn@1", "lab")
    canary = done(folder, "deploy", "churn@2", "lab", "--strategy", "canary", "--traffic", "20", "--json").json
    assert ("canary", 20, "deploy/1") == (canary["state"], canary["traffic_pct"], canary["previous"])
    assert ["deployed"] == events(folder, "deploy/1")
    assert "deploy/1" == done(folder, "deploy", "churn@2", "lab", "--json").json["previous"]
    assert ["deployed", "deployment superseded"] == events(folder, "deploy/2")


def test_a_rollback_is_a_new_deployment_of_the_version_before(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    for number in (1, 2, 3):
        done(folder, "deploy", f"churn@{number}", "lab")
    back = done(folder, "rollback", "lab", "--reason", "alerts doubled", "--json").json
    assert ("deploy/3", "deploy/4", 2) == (back["from"], back["to"], back["number"])
    assert ["deployed", "deployment rolled back"] == events(folder, "deploy/3")
    assert 1 == done(folder, "rollback", "lab", "--reason", "still bad", "--json").json["number"]
    assert "env/lab has no earlier version than churn@1" in refused(folder, "rollback", "lab", "--reason", "worse")


def test_rolling_a_canary_back_leaves_the_live_version_alone(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "deploy", "churn@1", "lab")
    done(folder, "deploy", "churn@2", "lab", "--strategy", "canary")
    assert "deploy/1" == done(folder, "rollback", "lab", "--reason", "slow", "--json").json["to"]
    assert (["deployed"], ["deployed", "deployment rolled back"]) == (
        events(folder, "deploy/1"),
        events(folder, "deploy/2"),
    )


def test_a_drill_is_recorded_and_deploys_nothing(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "deploy", "churn@1", "lab")
    assert "env/lab has no earlier version" in refused(folder, "rollback", "lab", "--drill", "--reason", "rehearsal")
    done(folder, "deploy", "churn@2", "lab")
    done(folder, "rollback", "lab", "--drill", "--reason", "rehearsal")
    assert "rollback drilled" in events(folder, "env/lab")
    assert ["deployed"] == events(folder, "deploy/2")


def test_a_deployment_names_the_weights_it_found_serving(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    (tmp_path / "serving").mkdir()
    (tmp_path / "serving" / "model.pkl").write_bytes(b"weights")
    found = done(folder, "deploy", "churn@1", "prod", "--json").json["artifact_sha256"]
    assert hashlib.sha256(b"weights").hexdigest() == found


def test_weights_that_came_later_say_nothing_about_a_deployment_of_the_past(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    place = tmp_path / "serving" / "model.pkl"
    place.parent.mkdir()
    place.write_bytes(b"weights")
    came = datetime(2026, 2, 1, tzinfo=UTC).timestamp()
    for path in (place, place.parent):
        os.utime(path, (came, came))
    assert done(folder, "deploy", "churn@1", "prod", "--at", "2026-01-15", "--json").json["artifact_sha256"] is None
    assert done(folder, "deploy", "churn@2", "prod", "--at", "2026-02-02", "--json").json["artifact_sha256"] is not None


def test_a_look_at_a_red_gate_writes_nothing(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    before = everything(folder)
    refused(folder, "deploy", "churn@1", "prod", code=1)
    assert before == everything(folder)


def test_a_rule_with_findings_keeps_the_gate_shut(tmp_path: Path) -> None:
    gate = '\n[gates.lab]\nenvironment = "lab"\nchecks = [{kind = "rule", rule = "P02"}]\n'
    folder = a_team(tmp_path, gate)
    ran = mlcockpit(folder, "promote", "churn@1", "lab", "--as", "kai")
    assert (1, True) == (ran.code, "1 findings" in ran.out)
    assert "rule P02 is quiet: fail" in refused(folder, "deploy", "promo/1", code=1)
    done(folder, "metric", "record", "useful", "0.6", "--at", "2026-03-01")
    done(folder, "deploy", "promo/1")


def test_a_rule_that_cannot_tell_does_not_pass(tmp_path: Path) -> None:
    gate = '\n[gates.lab]\nenvironment = "lab"\nchecks = [{kind = "rule", rule = "M01"}]\n'
    folder = a_team(tmp_path, gate)
    assert "rule M01 cannot tell" in done(folder, "promote", "churn@1", "lab", "--as", "kai").out


def test_a_promotion_is_carried_out_once(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    asked(folder)
    done(folder, "approve", "promo/1", "--as", "cy")
    done(folder, "deploy", "promo/1", "--strategy", "canary")
    done(folder, "deploy", "promo/1")
    assert "promo/1 was carried out already" in refused(folder, "deploy", "promo/1")


def test_what_serves_already_is_not_deployed_again(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "deploy", "churn@1", "lab")
    assert "deploy/1 is churn@1 in lab already: nothing has to be done" == refused(folder, "deploy", "churn@1", "lab")


def test_the_past_of_an_environment_is_not_rewritten(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "deploy", "churn@1", "lab", "--at", "2026-02-01")
    done(folder, "deploy", "churn@2", "lab", "--strategy", "canary", "--at", "2026-02-05")
    done(folder, "rollback", "lab", "--reason", "slow", "--at", "2026-02-06")
    assert "deploy/2 started at 2026-02-05" in refused(folder, "deploy", "churn@3", "lab", "--at", "2026-02-03")


def test_four_eyes_need_a_known_first_pair(tmp_path: Path) -> None:
    assert "there is no person 'root'" in refused(guarded(tmp_path), "promote", "churn@1", "prod", "--as", "root")


def test_who_trained_the_run_does_not_waive_the_approval(tmp_path: Path) -> None:
    folder = guarded(tmp_path, user="bo")
    asked(folder)
    waive = ("waive", "promo/1", "--check", "3", "--why", "in a hurry", "--until", "2026-04-01")
    assert "bo trained the run behind promo/1" in refused(folder, *waive, "--as", "bo")


def test_a_promotion_of_the_past_does_not_know_what_was_reproduced_later(tmp_path: Path) -> None:
    folder = guarded(tmp_path)
    assert "unknown" == asked(folder, "--at", "2026-02-01")["run reproduced"]
