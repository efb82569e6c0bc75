"""Filter words that ask for more than one column of a run: data, model, owner, repro, mark, is, has, since, until."""

import json
from collections.abc import Callable, Mapping

from mlcockpit.analysis.run_fields import Space, field_of, instant_of, version_range
from mlcockpit.errors import UsageError
from mlcockpit.store.run_columns import COLUMNS, Asked, Sql, like_pattern


def _since(value: str, asked: Asked) -> Sql:
    return "r.started_ms >= ?", [int(instant_of(value, asked.now).timestamp() * 1000)]


def _until(value: str, asked: Asked) -> Sql:
    return "r.started_ms < ?", [int(instant_of(value, asked.now).timestamp() * 1000)]


def _owner(value: str, asked: Asked) -> Sql:
    wanted = asked.beside.me if value == "me" else value
    accounts = [account for account, person in asked.beside.owners.items() if _fits(person, wanted)]
    unknown = [wanted] if wanted not in asked.beside.owners.values() else []
    return f"{COLUMNS['user']} IN (SELECT value FROM json_each(?))", [json.dumps(accounts + unknown)]


def _fits(text: str, wanted: str) -> bool:
    return wanted.strip("*").lower() in text.lower() if "*" in wanted else text.lower() == wanted.lower()


def _data(value: str, asked: Asked) -> Sql:
    span = version_range(value)
    if span is not None:
        name, low, high = span
        versions = asked.beside.digests.get(name)
        if versions is None:
            known = ", ".join(sorted(asked.beside.digests)) or "none"
            raise UsageError(f"no dataset {name!r} has versions", hint=f"published datasets: {known}")
        digests = [digest for number, all_ in versions.items() if low <= number <= high for digest in all_]
        return _has_input("i.digest IN (SELECT value FROM json_each(?))", [json.dumps(digests)])
    name, at, digest = value.partition("@")
    if at:
        both = "i.name LIKE ? ESCAPE '\\' AND i.digest LIKE ? ESCAPE '\\'"
        return _has_input(both, [like_pattern(name), like_pattern(digest).lstrip("%")])
    return _has_input("i.name LIKE ? ESCAPE '\\'", [like_pattern(name)])


def _has_input(condition: str, values: list[object]) -> Sql:
    return f"EXISTS (SELECT 1 FROM inputs i WHERE i.run = r.id AND {condition})", values


def _model(value: str, _: Asked) -> Sql:
    name, _at, number = value.partition("@")
    version = "SELECT v.run FROM versions v WHERE v.model LIKE ? ESCAPE '\\'"
    if not number:
        return f"r.run IN ({version})", [like_pattern(name)]
    alias = "SELECT a.number FROM aliases a WHERE a.model = v.model AND a.alias = ?"
    return f"r.run IN ({version} AND (v.number = ? OR v.number IN ({alias})))", [
        like_pattern(name),
        int(number.lstrip("v")) if number.lstrip("v").isdigit() else -1,
        number,
    ]


def _repro(value: str, asked: Asked) -> Sql:
    if value == "none":
        return "r.run NOT IN (SELECT value FROM json_each(?))", [json.dumps(list(asked.beside.verdicts))]
    runs = [run for run, verdict in asked.beside.verdicts.items() if value.lower() in verdict.lower()]
    return "r.run IN (SELECT value FROM json_each(?))", [json.dumps(runs)]


def _mark(_: str, asked: Asked) -> Sql:
    return "r.run IN (SELECT value FROM json_each(?))", [json.dumps(sorted(asked.beside.marks))]


def _is(value: str, _: Asked) -> Sql:
    states = {
        "deleted": "r.is_deleted",
        "active": "NOT r.is_deleted",
        "running": "NOT r.is_deleted AND r.status IN ('RUNNING', 'SCHEDULED')",
        "nested": f"NOT r.is_deleted AND {COLUMNS['parent']} <> ''",
        "root": f"NOT r.is_deleted AND {COLUMNS['parent']} = ''",
    }
    if value not in states:
        raise UsageError(f"is:{value} means nothing", hint=f"write is:{' or is:'.join(states)}")
    return states[value], []


def _has(value: str, asked: Asked) -> Sql:
    lists = {
        "data": "EXISTS (SELECT 1 FROM inputs i WHERE i.run = r.id)",
        "model": "r.run IN (SELECT v.run FROM versions v) OR r.id IN (SELECT l.run FROM logged_models l)",
    }
    if value in lists:
        return lists[value], []
    if value == "repro":
        return "r.run IN (SELECT value FROM json_each(?))", [json.dumps(list(asked.beside.verdicts))]
    if value == "owner":
        return f"{COLUMNS['user']} IN (SELECT value FROM json_each(?))", [json.dumps(list(asked.beside.owners))]
    known = field_of(value, asked.known)
    if known.space is Space.METRIC:
        return "r.id IN (SELECT m.run FROM metrics m WHERE m.key = ?)", [known.key]
    if known.space is Space.PARAM:
        return "r.id IN (SELECT p.run FROM params p WHERE p.key = ?)", [known.key]
    if known.space is Space.TAG:
        return "EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.key = ?)", [known.key]
    if known.space is Space.SPECIAL:
        raise UsageError(f"has:{value} means nothing", hint="write has:data, has:model, has:repro or has:METRIC")
    return f"coalesce({COLUMNS[known.key]}, '') <> ''", []


SPECIAL: Mapping[str, Callable[[str, Asked], Sql]] = {
    "since": _since,
    "until": _until,
    "owner": _owner,
    "data": _data,
    "model": _model,
    "repro": _repro,
    "mark": _mark,
    "is": _is,
    "has": _has,
}
"""Field → its condition for a value."""
