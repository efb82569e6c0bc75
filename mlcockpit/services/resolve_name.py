"""A name as a person types it becomes the one name that events and links store, or an error that lists the nearest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from sqlmodel import SQLModel

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.delivery import Deployment, PromotionRequest
from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.names import KINDS, canonical, parts
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.people import Person
from mlcockpit.domain.product import Decision
from mlcockpit.domain.training import ModelVersion
from mlcockpit.errors import UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.run_book import find
from mlcockpit.store.records import read_columns

_NUMBERED: Mapping[str, type[SQLModel]] = {
    "deploy": Deployment,
    "inc": Incident,
    "ho": Handoff,
    "promo": PromotionRequest,
    "decision": Decision,
}


def resolve_name(cockpit: Cockpit, word: str, *, kinds: Sequence[str] = KINDS) -> str:
    """Return the stored name of what `word` means, one of `kinds`; raises UnknownName with the nearest names."""
    name = _in_one_form(word, kinds)
    kind = parts(name)[0]
    if kind not in kinds:
        raise UnknownName(f"{word!r} names no {' or '.join(_words(kinds))}", hint=_hint(cockpit, word, kinds))
    if kind == "run":
        return f"run/{find(cockpit, name)}"
    if name in known_names(cockpit, kind) or _is_free(cockpit, name):
        return name
    raise UnknownName(f"there is no {name}", hint=_hint(cockpit, name, (kind,)))


def resolve_number(cockpit: Cockpit, word: str, kind: str) -> int:
    """Return the id of a numbered record: inc/42, INC-42 and 42 are the same; raises UnknownName."""
    return int(parts(resolve_name(cockpit, word, kinds=(kind,)))[1])


def resolve_version(cockpit: Cockpit, word: str, kind: str) -> tuple[str, int]:
    """Return key and number of a version: model/churn@14 or churn@14; raises UnknownName where no version is named."""
    name = resolve_name(cockpit, word, kinds=(kind,))
    _, key, version = parts(name)
    number = version.removeprefix("v")
    if not number.isdigit():
        known = [each for each in known_names(cockpit, kind) if each.startswith(f"{name}@")]
        raise UnknownName(f"{name} names no version", hint=f"write {' or '.join(known[-3:]) or f'{name}@1'}")
    return key, int(number)


def known_names(cockpit: Cockpit, kind: str) -> list[str]:
    """Return every name of a kind that this project knows, runs excepted."""
    return list(_KNOWN[kind](cockpit)) if kind in _KNOWN else []


def _in_one_form(word: str, kinds: Sequence[str]) -> str:
    """Return kind/key[@version]; a bare word gets the one kind that is asked for, a version its usual sign."""
    name = canonical(word)
    if not parts(name)[0] and len(kinds) == 1:
        name = f"{kinds[0]}/{name}"
    kind, key, version = parts(name)
    if kind == "data" and version.isdigit():
        version = f"v{version}"
    if kind == "model" and version.startswith("v") and version[1:].isdigit():
        version = version[1:]
    return f"{kind}/{key}@{version}" if version else f"{kind}/{key}"


def _is_free(cockpit: Cockpit, name: str) -> bool:
    """Tell whether a version can be named although nobody has seen it: there is no registry to ask."""
    kind, key, version = parts(name)
    return kind == "model" and version.isdigit() and cockpit.file.sources.mlflow is None and key in cockpit.file.models


def _words(kinds: Sequence[str]) -> list[str]:
    words = {"inc": "incident", "ho": "handoff", "deploy": "deployment", "promo": "promotion", "env": "environment"}
    return [words.get(kind, kind) for kind in kinds[:4]]


def _hint(cockpit: Cockpit, word: str, kinds: Sequence[str]) -> str:
    known = [name for kind in kinds for name in known_names(cockpit, kind)]
    ends = {name.partition("/")[2]: name for name in known}
    near = get_close_matches(word, known, n=3, cutoff=0.6)
    near += [ends[end] for end in get_close_matches(word.rpartition("/")[2], list(ends), n=3, cutoff=0.5)]
    if near:
        return f"nearest: {', '.join(dict.fromkeys(near))}"
    return (
        f"known: {', '.join(known[-5:])}"
        if known
        else "nothing of this kind is known yet; `mlcockpit sync` reads the sources"
    )


def _numbered(kind: str) -> Callable[[Cockpit], Iterator[str]]:
    def names(cockpit: Cockpit) -> Iterator[str]:
        for (number,) in read_columns(cockpit.store, _NUMBERED[kind], "id"):
            yield f"{kind}/{number}"

    return names


def _people(cockpit: Cockpit) -> Iterator[str]:
    for (handle,) in read_columns(cockpit.store, Person, "handle"):
        yield f"person/{handle}"


def _datasets(cockpit: Cockpit) -> Iterator[str]:
    versions = read_columns(cockpit.store, DatasetVersion, "dataset", "number")
    yield from (f"data/{key}" for key in dict.fromkeys([*cockpit.file.datasets, *(str(key) for key, _ in versions)]))
    yield from (f"data/{key}@v{number}" for key, number in versions)


def _models(cockpit: Cockpit) -> Iterator[str]:
    versions = read_columns(cockpit.store, ModelVersion, "model", "number")
    yield from (f"model/{key}" for key in dict.fromkeys([*cockpit.file.models, *(str(key) for key, _ in versions)]))
    yield from (f"model/{key}@{number}" for key, number in versions)


def _declared(kind: str, section: str) -> Callable[[Cockpit], Iterator[str]]:
    def names(cockpit: Cockpit) -> Iterator[str]:
        return (f"{kind}/{key}" for key in getattr(cockpit.file, section))

    return names


_KNOWN: Mapping[str, Callable[[Cockpit], Iterator[str]]] = {
    "person": _people,
    "data": _datasets,
    "model": _models,
    "metric": _declared("metric", "metrics"),
    "goal": _declared("goal", "goals"),
    "env": _declared("env", "environments"),
    "monitor": _declared("monitor", "monitors"),
    **{kind: _numbered(kind) for kind in _NUMBERED},
}
