"""Artifacts are compared by content: files here, models by a script in the rebuilt environment."""

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.reproduction_result import ArtifactComparison
from mlcockpit.reproduction.compare import Tolerance, is_clock

DRAWING = re.compile(r"\.(png|jpe?g|gif|svg|pdf|html?|log|ipynb|webp|tfevents.*)$", re.IGNORECASE)
LARGEST = 64 * 2**20
"""Bytes of a file that is compared by more than its bytes."""
MOST_FILES = 2000
NAMELESS = re.compile(r"[0-9a-f]{32}|0x[0-9a-f]{6,}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*Z?")


@dataclass(frozen=True)
class ArtifactFolders:
    """Where the artifacts of one run are on this machine."""

    files: Path | None
    """The run's own artifacts; None where they are not on this machine."""
    models: Sequence[tuple[str, Path]] = ()
    """Each logged model by name, in order."""


ModelPairs = Sequence[tuple[Path, Path]]
CompareModels = Callable[[ModelPairs], Sequence[Mapping[str, object]]]
"""Compares model folders where they can be loaded; one answer for each pair."""


def compare_artifacts(
    old: ArtifactFolders, new: ArtifactFolders, models: CompareModels
) -> tuple[ArtifactComparison, ...]:
    """Return one comparison for each model and each other file, models first."""
    pairs, apart = _paired(old.models, new.models)
    answers = models([(a, b) for _, a, b in pairs]) if pairs else []
    found = [_model(name, answer) for (name, _, _), answer in zip(pairs, answers, strict=False)]
    known = [folder for _, folder in (*old.models, *new.models)]
    return (*found, *apart, *_files(old.files, new.files, known))


def _paired(
    old: Sequence[tuple[str, Path]], new: Sequence[tuple[str, Path]]
) -> tuple[list[tuple[str, Path, Path]], list[ArtifactComparison]]:
    """Return the models of one name, and what there is to say of a model without a pair."""
    free = list(new)
    pairs, apart = [], []
    for name, folder in old:
        match = next((one for one in free if one[0] == name), None)
        if match is None:
            apart.append(ArtifactComparison(name, "only_original", "the rerun logged no such model", model=True))
            continue
        free.remove(match)
        if folder.is_dir() and match[1].is_dir():
            pairs.append((name, folder, match[1]))
        else:
            what = f"unknown: the {'rerun' if folder.is_dir() else 'original'}'s files are not on this machine"
            apart.append(ArtifactComparison(name, "excluded", what, model=True))
    apart += [ArtifactComparison(name, "only_reproduced", model=True) for name, _ in free]
    return pairs, apart


def _model(name: str, answer: Mapping[str, object]) -> ArtifactComparison:
    verdict, detail = str(answer.get("verdict")), clean(answer.get("detail") or "", 500)
    if verdict in {"equal_content", "equal_predictions"}:
        largest = answer.get("largest")
        gap = f"at most {largest:.3g} apart" if isinstance(largest, float) and largest else ""
        told = "; ".join(part for part in (detail, gap) if part)
        return ArtifactComparison(name, "equal_content", told, model=True, close=bool(told))
    if verdict == "different":
        return ArtifactComparison(name, "different", detail, model=True)
    return ArtifactComparison(name, "excluded", f"unknown: {detail}", model=True)


def _files(old: Path | None, new: Path | None, models: Sequence[Path]) -> Iterator[ArtifactComparison]:
    if old is None or not old.is_dir() or new is None:
        return
    ours = _listed(old, models)
    theirs = _listed(new, models) if new.is_dir() else {}
    for name in sorted(set(ours) | set(theirs)):
        if name not in ours or name not in theirs:
            yield ArtifactComparison(name, "only_reproduced" if name in theirs else "only_original")
        else:
            yield _file(name, ours[name], theirs[name])


def _listed(top: Path, models: Sequence[Path]) -> dict[str, Path]:
    found = {}
    for path in sorted(top.rglob("*"))[: MOST_FILES * 2]:
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(one) for one in models):
            found[path.relative_to(top).as_posix()] = path
    return dict(list(found.items())[:MOST_FILES])


def _file(name: str, old: Path, new: Path) -> ArtifactComparison:
    if old.stat().st_size == new.stat().st_size and old.read_bytes() == new.read_bytes():
        return ArtifactComparison(name, "equal")
    if DRAWING.search(name):
        return ArtifactComparison(name, "excluded", "a drawing or log; only its bytes differ")
    if max(old.stat().st_size, new.stat().st_size) <= LARGEST and _same_content(name, old, new):
        return ArtifactComparison(name, "equal_content")
    return ArtifactComparison(name, "different", "content differs")


def _same_content(name: str, old: Path, new: Path) -> bool:
    a, b = (one.read_text("utf-8", "replace") for one in (old, new))
    if name.endswith(".json"):
        try:
            return _same_value(json.loads(a), json.loads(b))
        except ValueError:
            return False
    if name.endswith((".csv", ".tsv")):
        rows = [list(csv.reader(text.splitlines(), delimiter="\t" if name.endswith("tsv") else ",")) for text in (a, b)]
        return _same_value(rows[0], rows[1])
    return NAMELESS.sub("", a) == NAMELESS.sub("", b)


def _same_value(a: object, b: object) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_clock(str(key)) or _same_value(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same_value, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    x, y = _number(a), _number(b)
    if x is not None and y is not None:
        return x == y or (math.isnan(x) and math.isnan(y)) or Tolerance().holds(x, y)
    return a == b or (isinstance(a, str) and isinstance(b, str) and NAMELESS.sub("", a) == NAMELESS.sub("", b))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
