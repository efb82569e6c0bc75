"""`check` judges the project by every rule; `rule_manual` is what a rule's docstring says."""

from collections.abc import Sequence
from inspect import cleandoc

from mlcockpit.errors import UsageError
from mlcockpit.rules.engine import Judgement, judge
from mlcockpit.rules.registry import all_rules, find_rule
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.views.checks import findings_json, findings_table
from mlcockpit.views.table import Table

__all__ = ["check", "findings_json", "findings_table", "rule_manual", "rules_table"]


def check(cockpit: Cockpit, *, select: Sequence[str] = (), role: str | None = None) -> Judgement:
    """Return what the rules find; `select` names codes, letters or slugs, `role` a discipline."""
    project = take_snapshot(cockpit)
    ignored = {find_rule(name).code for name in project.file.rules.ignore}
    chosen = [rule for rule in all_rules() if rule.code not in ignored]
    if select:
        chosen = [rule for rule in chosen if any(_matches(rule.code, rule.slug(), name) for name in select)]
        if not chosen:
            raise UsageError(
                f"no rule is called {', '.join(select)}", hint=f"known: {', '.join(r.code for r in all_rules())}"
            )
    if role is not None:
        chosen = [rule for rule in chosen if rule.discipline() in (role, "all")]
    return judge(project, chosen)


def rule_manual(name: str) -> str:
    """Return the manual of one rule as text."""
    rule = find_rule(name)
    head = f"{rule.code} {rule.slug()}  ({rule.discipline()}, {rule.severity.value})"
    return f"{head}\n\n{cleandoc(type(rule).__doc__ or '').replace('## ', '')}"


def rules_table() -> Table:
    """Return every rule with its one-line meaning."""
    from mlcockpit.views.table import columns, row

    rows = tuple(
        row(
            rule.code,
            rule.code,
            rule.slug(),
            rule.discipline(),
            rule.severity.value,
            cleandoc(type(rule).__doc__ or "").splitlines()[0],
        )
        for rule in all_rules()
    )
    return Table("Rules", columns("rule", "slug", "discipline", "severity", "meaning"), rows)


def _matches(code: str, slug: str, name: str) -> bool:
    return name.upper() in (code, code[0]) or name.lower() in (slug, slug.partition("/")[0], slug.partition("/")[2])
