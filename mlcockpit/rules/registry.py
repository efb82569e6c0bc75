"""Every rule is found by walking this package; adding a file adds a rule."""

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache

from mlcockpit import rules
from mlcockpit.errors import UnknownName
from mlcockpit.rules.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return one instance of every rule, by code."""
    found: dict[str, Rule] = {}
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        if module.ispkg or module.name.count(".") < 3:
            continue
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, type) and issubclass(item, Rule) and item.__module__ == module.name:
                found[item.code] = item()
    return tuple(found[code] for code in sorted(found, key=lambda code: ("PDMVOX".index(code[0]), code)))


def find_rule(name: str) -> Rule:
    """Return the rule with this code or slug; raises UnknownName with the nearest."""
    for rule in all_rules():
        if name.upper() == rule.code or name.lower() in (rule.slug(), rule.slug().partition("/")[2]):
            return rule
    known = [rule.code for rule in all_rules()] + [rule.slug() for rule in all_rules()]
    close = get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(rule.code for rule in all_rules())}"
    raise UnknownName(f"there is no rule {name!r}", hint=hint)
