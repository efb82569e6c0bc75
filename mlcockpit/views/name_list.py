"""Several names that begin alike are written once with what differs: flights-2013-{03,08..10}."""

import re
from collections.abc import Iterator, Sequence

from mlcockpit.domain.names import parts

_VERSION = re.compile(r"^v\d+$")
_DIGITS = re.compile(r"^(v?)(\d+)$")


def short_names(names: Sequence[str]) -> str:
    """Return the names in as few words as tell them apart; recorded digests are left out where there are several."""
    if len(names) < 2:
        return "".join(names)
    bare = sorted({name if _is_version(name) else name.partition("@")[0] for name in names})
    start = _common_start(bare[0], bare[-1])
    rests = [name[len(start):] for name in bare]  # fmt: skip
    if not start or not all(rests):
        return ", ".join(bare)
    return f"{start}{{{','.join(_ranges(rests))}}}" if len(rests) > 1 else bare[0]


def _common_start(first: str, last: str) -> str:
    """Return how both begin, up to a sign that is no letter and no digit; the first and last of a sorted list."""
    same = next(
        (place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    while same and first[same - 1].isalnum():
        same -= 1
    return first[:same]


def _is_version(name: str) -> bool:
    return bool(_VERSION.match(parts(f"data/{name}")[2]))


def _ranges(rests: Sequence[str]) -> Iterator[str]:
    """Yield the differing ends, three or more that follow each other as first..last."""
    if not all(_DIGITS.match(rest) for rest in rests):
        yield from rests
        return
    ordered = sorted(rests, key=lambda rest: int(rest.lstrip("v")))
    begin = 0
    for place in range(1, len(ordered) + 1):
        if place == len(ordered) or int(ordered[place].lstrip("v")) != int(ordered[place - 1].lstrip("v")) + 1:
            together = ordered[begin:place]
            yield from (f"{together[0]}..{together[-1]}",) if len(together) > 2 else together
            begin = place
