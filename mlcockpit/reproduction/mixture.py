"""A mixture takes each ingredient from one of two runs; its command is what the mixture's code needs for its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mlcockpit.analysis.shapley import Mixture
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient, Json, Recipe
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.carried import Side
from mlcockpit.reproduction.causes import Differences, is_exact, items_of, key_of
from mlcockpit.reproduction.facts import Repository, RunFacts
from mlcockpit.reproduction.mixed_tree import MixedTrees
from mlcockpit.reproduction.recipe import resolve


@dataclass(frozen=True)
class Trees:
    """Where the files of mixtures come from and go."""

    mixed: MixedTrees
    repository: Repository
    """Sees the user's commits and the mixed ones."""


@dataclass(frozen=True)
class Mixed:
    """One mixture, ready to run or not."""

    chosen: Mixture
    """Ingredients of the second side."""
    recipe: Recipe | None
    """None where no command can be derived."""
    original: RunRecord
    """What the rerun is paired with: the run whose code it is, with the parameters it should log."""
    facts: RunFacts
    wanted: Mapping[str, str] = field(default_factory=dict)
    """Settings that were put in, and what the rerun must log for them where it logs them."""
    reason: str = ""
    """Why it cannot be run; empty where it can."""


def mixture(a: Side, b: Side, differences: Differences, chosen: Mixture, trees: Trees) -> Mixed:
    """Return the mixture that takes `chosen` from `b` and everything else from `a`; both ends are the runs themselves."""
    if chosen in (frozenset(), frozenset(differences.names)):
        side = a if not chosen else b
        return Mixed(chosen, side.resolved.recipe, side.facts.run, side.facts)
    return _Mixing(a, b, differences, chosen, trees).mixed()


@dataclass(frozen=True)
class _Mixing:
    a: Side
    b: Side
    differences: Differences
    chosen: Mixture
    trees: Trees

    def side(self, cause: str) -> Side:
        return self.b if cause in self.chosen else self.a

    @property
    def base(self) -> Side:
        return self.side("code")

    def mixed(self) -> Mixed:
        facts = self._facts()
        swapped = {
            name: self.side(cause)
            for name, cause in self.differences.settings.items()
            if self.side(cause) is not self.base
        }
        wanted = {name: value for name, side in swapped.items() if (value := side.params.get(name)) is not None}
        recipe = resolve(facts).recipe
        command = (
            self._captured(recipe["command"], swapped) if self.base.words else self._derived(recipe["command"], swapped)
        )
        if isinstance(command, str):
            return Mixed(self.chosen, None, facts.run, facts, wanted, command)
        return Mixed(self.chosen, self._recipe(recipe, command, facts), facts.run, facts, wanted)

    def _facts(self) -> RunFacts:
        """Return what the mixture's recipe is resolved from."""
        base, settings = self.base, self.differences.settings
        params = {name: text for name, text in base.params.items() if name not in settings}
        for name, cause in settings.items():
            value = self.side(cause).params.get(name)
            params |= {name: value} if value is not None else {}
        run = replace(base.facts.run, params=params, inputs=self.side("data").facts.run.inputs)
        parent = replace(base.facts.parent, params={}) if base.facts.parent else None
        facts = replace(base.facts, run=run, parent=parent, repository=self.trees.repository)
        commit = self._commit()
        return replace(facts, commit_given=commit) if commit else facts

    def _commit(self) -> str:
        """Return a commit in which the files of each ingredient are its side's; empty where the code's own will do."""
        base, entries = self.base, {}
        for one in self.differences.files:
            if one.cause not in {"", "code"} and self.side(one.cause) is not base:
                entries[one.path] = one.old if base is self.b else one.new
        if not entries:
            return ""
        causes = sorted({one.cause for one in self.differences.files if one.path in entries})
        note = f"code of {base.run_id[:12]} with {' and '.join(causes)} of another run"
        return self.trees.mixed.mix(base["code"].text("commit"), entries, note)

    def _derived(self, command: Ingredient, swapped: Mapping[str, Side]) -> Ingredient | str:
        """Return the command as resolved from the mixed parameters, or why it cannot carry them."""
        for name, side in swapped.items():
            value = side.value(name)
            if value is not None and not self.base.knows(name):
                return self._unknown(name, value, side)
        if command.standing is Standing.MISSING:
            return f"with this code, {command.evidence}"
        return command

    def _captured(self, command: Ingredient, swapped: Mapping[str, Side]) -> Ingredient | str:
        """Return the captured command with other settings put in, or which of them it has no place for."""
        words = self.base.words
        assert words is not None
        for name, side in swapped.items():
            found = words.with_setting(name, side.setting(name), self.base.known)
            if found is None:
                return self._unknown(name, side.value(name) or "", side)
            words = found
        value: dict[str, Json] = dict(command.value) if isinstance(command.value, Mapping) else {}
        said = f"{command.evidence}; of another run: {', '.join(swapped)}" if swapped else command.evidence
        return replace(command, value=value | {"argv": words.argv}, evidence=said)

    def _unknown(self, name: str, value: str, side: Side) -> str:
        here, there = self.base.run_id[:7], side.run_id[:7]
        return f"the code of run {here} takes no {clean(name, 60)}, which run {there} set to {clean(value, 60)}"

    def _recipe(self, recipe: Recipe, command: Ingredient, facts: RunFacts) -> Recipe:
        params = Ingredient(
            "parameters", Standing.RECORDED, dict(sorted(facts.run.params.items())), "mixed of two runs"
        )
        code = recipe["code"]
        if facts.commit_given and isinstance(code.value, Mapping):
            value = {**code.value, "snapshot_store": str(self.trees.mixed.store)}
            code = replace(
                code, value=value, standing=self.base["code"].standing, evidence="files of two commits, mixed"
            )
        return recipe.with_(
            code=code,
            environment=self.side("environment")["environment"],
            data=self._data(),
            command=command,
            parameters=params,
            seed=self.side("seed")["seed"],
        )

    def _data(self) -> Ingredient:
        """Return one side's inputs; those that only the other's code names are brought too, where nobody saw what was read."""
        mine = self.side("data")
        other = self.b if mine is self.a else self.a
        data = mine["data"]
        # Files that a commit brings with another ingredient, such as a config file, are no longer this side's to place.
        elsewhere = {one.path for one in self.differences.files if one.cause != "data"}
        kept = [item for item in items_of(data) if key_of(item) not in elsewhere]
        data = data if len(kept) == len(items_of(data)) else replace(data, value=kept)
        if is_exact(mine) and is_exact(other):
            return data
        known = {key_of(item) for item in items_of(data)}
        more = [item for item in items_of(other["data"]) if key_of(item) not in known and item.get("from") == "folder"]
        return replace(data, value=[*items_of(data), *more]) if more else data
