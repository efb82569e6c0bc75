"""`show` loads the project, builds the view of one screen or one entity, and hands it to whatever front asked."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from mlcockpit.domain.names import KINDS, canonical, looks_like_a_name, parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.errors import UnknownName, UsageError
from mlcockpit.rules.engine import judge
from mlcockpit.rules.registry import all_rules, find_rule
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import known_names, resolve_name
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.views.lens import LENSES
from mlcockpit.views.look import Look
from mlcockpit.views.screens import CARDS, SCREENS, screen
from mlcockpit.views.table import View

BARE = ("metric", "data", "model", "person")
"""Kinds whose key alone names an entity."""


def show(
    cockpit: Cockpit,
    name: str,
    *,
    lens: str = "all",
    since: datetime | None = None,
    focus: str = "",
    project: Snapshot | None = None,
) -> View:
    """Return the view of a screen (`overview`) or of an entity (`inc/1`); `project` saves a caller's second load."""
    if screen(name) is None:
        name = named(cockpit, name)
    dotted, focus = resolve(name, resolve_name(cockpit, focus, kinds=(*CARDS, "env")) if focus else "")
    look = look_of(cockpit, lens=lens, since=since, focus=focus)
    if dotted.startswith("mlcockpit.services."):
        return _call(dotted, cockpit, look)
    loaded = project or take_snapshot(cockpit)
    return _call(dotted, loaded, judged(loaded, look))


def named(cockpit: Cockpit, word: str) -> str:
    """Return the stored name of an entity; a bare word that is the key of exactly one of them will do."""
    if looks_like_a_name(word):
        return resolve_name(cockpit, word, kinds=tuple(CARDS))
    same = [f"{kind}/{word}" for kind in BARE if f"{kind}/{word}" in known_names(cockpit, kind)]
    if len(same) > 1:
        raise UnknownName(f"{word!r} could be {len(same)} things", hint=f"say which: {', '.join(same)}")
    return same[0] if same else word


def look_of(cockpit: Cockpit, *, lens: str = "all", since: datetime | None = None, focus: str = "") -> Look:
    """Return how this person looks; raises UsageError for a lens that nobody has."""
    if lens not in LENSES:
        raise UsageError(f"{lens!r} is no lens", hint=f"choose from {', '.join(LENSES)}")
    return Look(lens, cockpit.actor, since, focus=focus)


def judged(project: Snapshot, look: Look) -> Look:
    """Return the look with what the rules find in `project`; the project file's `ignore` holds here too."""
    ignored = {find_rule(name).code for name in project.file.rules.ignore}
    found = judge(project, [rule for rule in all_rules() if rule.code not in ignored])
    return replace(look, findings=found.findings, judged=found.judged)


def resolve(name: str, focus: str = "") -> tuple[str, str]:
    """Return module:function and focus for a screen's or an entity's name; raises UnknownName with the nearest."""
    found = screen(name)
    if found is not None:
        return found.view, canonical(focus) if focus else ""
    kind = parts(name)[0]
    if kind in CARDS:
        return CARDS[kind], canonical(name)
    known = [each.name for each in SCREENS]
    if kind in KINDS:
        raise UnknownName(f"{kind}/… has no page", hint=f"pages: {', '.join(sorted(CARDS))}")
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"screens: {', '.join(known)}; or a name such as inc/1"
    raise UnknownName(f"there is no screen {name!r}", hint=hint)


def _call(dotted: str, source: object, look: Look) -> View:
    module, _, function = dotted.partition(":")
    build: Callable[[object, Look], View] = getattr(importlib.import_module(module), function)
    return build(source, look)
