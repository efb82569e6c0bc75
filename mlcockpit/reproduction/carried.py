"""Of all that two runs logged, these settings were carried by their command lines, and can be carried by another's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.mixed_words import Setting, Words, read_words
from mlcockpit.reproduction.recipe import STYLES, Resolved, resolve
from mlcockpit.reproduction.resolve.command import resolve_command
from mlcockpit.reproduction.resolve.flag_values import match_flags
from mlcockpit.reproduction.resolve.values import same
from mlcockpit.reproduction.source.flags import Flag
from mlcockpit.reproduction.source.program import CodeTree

PROBES = ("7919.5", "True", "False")
"""Values of which at least one changes the command of a script that knows the parameter."""


@dataclass(frozen=True)
class Side:
    """One of the two runs, with its recipe and what its command line sets."""

    facts: RunFacts
    resolved: Resolved
    kept: dict[tuple[str, str | None], tuple[str, ...]] = field(default_factory=dict, compare=False)
    """Commands that were derived with one parameter changed."""

    @classmethod
    def of(cls, facts: RunFacts) -> "Side":
        """Return the side of a run, its recipe resolved."""
        return cls(facts, resolve(facts))

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.facts.run.run_id

    def __getitem__(self, name: str) -> Ingredient:
        return self.resolved.recipe[name]

    @cached_property
    def words(self) -> Words | None:
        """Return the captured argument list; None where it was derived from the parameters."""
        if self.facts.launch is None or not self.facts.launch.argv:
            return None
        return read_words(self.resolved.recipe.command, self._flags, self._names)

    @cached_property
    def known(self) -> Mapping[str, Flag]:
        """Return the flags that the script declares, by the names of settings."""
        return {self._names.get(flag.dest, flag.dest): flag for flag in self._flags}

    @cached_property
    def params(self) -> Mapping[str, str]:
        """Return what the run logged, with what the run it is nested in logged."""
        parent = self.facts.parent
        return {**self.facts.run.params, **parent.params} if parent else self.facts.run.params

    @property
    def _flags(self) -> tuple[Flag, ...]:
        reading = self.resolved.command.reading
        return reading.flags if reading else ()

    @cached_property
    def _tree(self) -> CodeTree | None:
        commit, repository = self["code"].text("commit"), self.facts.repository
        return repository.at(commit) if repository is not None and commit and repository.exists(commit) else None

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Return flag destination → parameter as which it was logged."""
        reading = self.resolved.command.reading
        if reading is None:
            return {}
        return {dest: param for param, dest in match_flags(reading, self.facts.run).params.items()}

    def value(self, name: str) -> str | None:
        """Return a setting's value as logged, else as typed; None where neither is."""
        if name in self.params:
            return self.params[name]
        typed = self.words.get(name) if self.words else None
        return typed.value if typed else None

    def types(self, name: str) -> bool:
        """Tell whether a person typed this setting, so that the command is another one without it."""
        if self.words is not None:
            return self.words.get(name) is not None
        return name in self.params and self._argv(name, None) != self.resolved.recipe.command

    def knows(self, name: str) -> bool:
        """Tell whether the command line of this run's code has a place for a setting."""
        if self.words is not None:
            return self.words.get(name) is not None or name in self.known
        return any(self._argv(name, probe) != self._argv(name, None) for probe in PROBES)

    def setting(self, name: str) -> Setting | None:
        """Return what to type for a setting that is not the default; None where nothing was typed or logged."""
        typed = self.words.get(name) if self.words else None
        if typed is not None or self.words is not None:
            return typed
        value = self.params.get(name)
        return None if value is None else Setting(name, (), value)

    def _argv(self, name: str, value: str | None) -> tuple[str, ...]:
        if (name, value) not in self.kept:
            params = {key: text for key, text in self.params.items() if key != name}
            params |= {name: value} if value is not None else {}
            facts = replace(self.facts, run=replace(self.facts.run, params=params), parent=None)
            self.kept[name, value] = resolve_command(facts, self._tree, STYLES).ingredient.texts("argv")
        return self.kept[name, value]


def differing(a: Side, b: Side) -> tuple[str, ...]:
    """Return the settings that one of two command lines carries and that differ between the runs."""
    names = dict.fromkeys([*a.params, *b.params])
    for side in (a, b):
        names |= dict.fromkeys(one.name for one in side.words.settings) if side.words else {}
    return tuple(
        sorted(name for name in names if not _same(a.value(name), b.value(name)) and (a.types(name) or b.types(name)))
    )


def _same(one: str | None, other: str | None) -> bool:
    return one == other or (one is not None and other is not None and same(one, other))
