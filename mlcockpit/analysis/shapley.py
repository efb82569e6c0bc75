"""A change is shared among its causes by Shapley values, or by those orderings of them that could be run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import factorial, fsum

Mixture = frozenset[str]
"""Which ingredients come from the second run; the empty one is the first run, the full one the second."""


@dataclass(frozen=True)
class Part:
    """What one ingredient, or several that could not be told apart, did to the value."""

    names: tuple[str, ...]
    change: float
    low: float
    """The least it changed in any ordering that was run."""
    high: float


@dataclass(frozen=True)
class Attribution:
    """A change with its parts, which sum to it."""

    parts: tuple[Part, ...]
    orderings: int
    """How many orderings of the parts were run."""
    possible: int
    """How many there are; fewer were run where mixtures are missing."""

    @property
    def is_exact(self) -> bool:
        """Tell whether every ingredient has a share of its own over every ordering."""
        return self.orderings == self.possible and all(len(part.names) == 1 for part in self.parts)


def attribute(names: Sequence[str], values: Mapping[Mixture, float]) -> Attribution | None:
    """Return the parts of `values[all] - values[none]`; None where one of these two is missing.

    With every mixture these are the Shapley values. Without some of them the marginal changes are averaged over those
    orderings all of whose mixtures are there. Where no ordering is whole, ingredients that cannot be told apart share
    one part: as few of them as possible.
    """
    if frozenset() not in values or frozenset(names) not in values:
        return None
    best: tuple[int, list[tuple[Mixture, ...]]] = (0, [])
    chosen: tuple[Mixture, ...] = ()
    for blocks in _partitions(tuple(names)):
        whole = [order for order in permutations(blocks) if all(step in values for step in _steps(order))]
        if whole and (len(blocks), len(whole)) > (best[0], len(best[1])):
            best, chosen = (len(blocks), whole), blocks
    return _averaged(names, chosen, best[1], values)


def _averaged(
    names: Sequence[str],
    blocks: Sequence[Mixture],
    orders: Sequence[Sequence[Mixture]],
    values: Mapping[Mixture, float],
) -> Attribution:
    changes: dict[Mixture, list[float]] = {block: [] for block in blocks}
    for order in orders:
        before = values[frozenset()]
        for block, step in zip(order, _steps(order), strict=True):
            changes[block].append(values[step] - before)
            before = values[step]
    parts = tuple(
        Part(tuple(name for name in names if name in block), fsum(found) / len(found), min(found), max(found))
        for block, found in changes.items()
    )
    return Attribution(parts, len(orders), factorial(len(blocks)))


def _steps(order: Sequence[Mixture]) -> Iterator[Mixture]:
    """Yield the mixtures that an ordering passes through, the full one included."""
    reached: Mixture = frozenset()
    for block in order:
        reached |= block
        yield reached


def _partitions(names: tuple[str, ...]) -> Iterator[tuple[Mixture, ...]]:
    """Yield every way to put names into blocks, each block at the place of its first name."""
    if not names:
        yield ()
        return
    first, rest = names[0], names[1:]
    for smaller in _partitions(rest):
        yield (frozenset({first}), *smaller)
        for place, block in enumerate(smaller):
            yield (block | {first}, *smaller[:place], *smaller[place + 1 :])
