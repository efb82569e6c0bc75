from collections.abc import Iterator
from inspect import cleandoc

import pytest

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Severity, Source
from mlcockpit.errors import UnknownName
from mlcockpit.rules.engine import judge
from mlcockpit.rules.people.departed_owner import DepartedOwner
from mlcockpit.rules.registry import all_rules, find_rule
from mlcockpit.rules.rule import Rule
from mlcockpit.rules.training.duplicate_work import DuplicateWork
from tests.builders import a_file, a_person, a_project, an_ownership

LEFT = {"people": [a_person("kai", status="departed")], "ownerships": [an_ownership("model/churn", "kai")]}


class Breaks(Rule):
    """A rule with a fault of its own."""

    code = "M99"
    severity = Severity.LOW

    def check(self, project: Snapshot) -> Iterator[Finding]:
        raise ZeroDivisionError("no runs")


def test_a_missing_source_makes_unknown_and_never_pass() -> None:
    found = judge(a_project(fresh=()), [DuplicateWork()])
    assert [(each.outcome.value, each.message) for each in found.findings] == [
        ("unknown", "cannot be judged: mlflow was never read")
    ]
    assert found.exit_code(Severity.LOW) == 3


def test_a_broken_rule_is_named_and_hides_no_other() -> None:
    found = judge(a_project(**LEFT), [Breaks(), DepartedOwner()])
    assert found.broken == ("M99 broke: ZeroDivisionError: no runs",)
    assert [each.rule for each in found.findings] == ["X01"]
    assert found.exit_code(Severity.LOW) == 4


def test_severity_follows_criticality() -> None:
    by_criticality = {
        level: judge(a_project(a_file(project={"key": "churn", "criticality": level}), **LEFT), [DepartedOwner()])
        .findings[0]
        .severity
        for level in ("poc", "production_noncritical", "production_critical")
    }
    assert by_criticality == {"poc": "high", "production_noncritical": "critical", "production_critical": "critical"}


def test_the_exit_code_follows_the_threshold() -> None:
    found = judge(a_project(a_file(), **LEFT), [DepartedOwner()])
    assert (found.exit_code(Severity.CRITICAL), found.exit_code(Severity.HIGH)) == (0, 1)


def test_a_clean_project_exits_0() -> None:
    assert judge(a_project(fresh=tuple(Source)), [DepartedOwner()]).exit_code(Severity.INFO) == 0


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_is_its_own_manual(rule: Rule) -> None:
    manual = cleandoc(type(rule).__doc__ or "")
    headings = [line for line in manual.splitlines() if line.startswith("## ")]
    assert headings == ["## Why it hurts", "## How it is measured", "## What to do", "## Source"]


def test_a_rule_is_found_by_code_or_slug() -> None:
    assert find_rule("x01").code == find_rule("departed-owner").code == find_rule("people/departed-owner").code == "X01"


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean people/departed-owner"):
        find_rule("people/departed")
