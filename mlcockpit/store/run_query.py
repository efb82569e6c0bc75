"""A run filter and a sort become one SQL statement whose every value is bound."""

import json
import math
from collections.abc import Sequence

from mlcockpit.analysis.run_fields import Field, SortKey, Space, compared_field, instant_of, number_of
from mlcockpit.analysis.run_filter import Compare, Op, RunFilter, Term, Word
from mlcockpit.store.run_columns import COLUMNS, Asked, Beside, Sql, like_pattern
from mlcockpit.store.run_special import SPECIAL

_NUMERIC = "{value} <= CAST(9e999 AS REAL)"
"""True where a stored text is a number: SQLite then compares it as one, and any other text lies above all numbers."""


def where(filter_: RunFilter, asked: Asked) -> Sql:
    """Return the condition of a filter; runs that are deleted are left out unless it asks for them."""
    asks_deleted = any(isinstance(t.what, Compare) and t.what.field.lower() == "is" for t in filter_.terms)
    base = "true" if asks_deleted else "NOT r.is_deleted"
    if not filter_.alternatives:
        return base, []
    found = [_all([_term(term, asked) for term in terms]) for terms in filter_.alternatives]
    return f"{base} AND ({' OR '.join(sql for sql, _ in found)})", [value for _, values in found for value in values]


def order(keys: Sequence[SortKey], beside: Beside) -> tuple[Sql, str]:
    """Return the joins and the ORDER BY of a sort; what is missing and NaN come last either way."""
    joins: list[str] = []
    values: list[object] = []
    by: list[str] = []
    for number, key in enumerate(keys):
        join, bound, value = _sorted_value(key.field, f"s{number}", beside)
        joins.append(join)
        values += bound
        direction = "DESC" if key.descending else "ASC"
        if key.field.space in (Space.PARAM, Space.TAG):
            numeric = _NUMERIC.format(value=value)
            by += [
                f"{numeric} IS NULL",
                f"{numeric} DESC",
                f"CASE WHEN {numeric} THEN CAST({value} AS REAL) END {direction}",
            ]
        is_text = key.field.space not in (Space.METRIC, Space.INSTANT, Space.NUMBER)
        by.append(
            f"nullif({value}, '') COLLATE NOCASE {direction} NULLS LAST"
            if is_text
            else f"{value} {direction} NULLS LAST"
        )
    by += [] if any(key.field.key == "started" for key in keys) else ["r.started_ms DESC"]
    return (" ".join(joins), values), ", ".join([*by, "r.id DESC"])


def _all(pieces: Sequence[Sql]) -> Sql:
    return f"({' AND '.join(sql for sql, _ in pieces)})", [value for _, values in pieces for value in values]


def _term(term: Term, asked: Asked) -> Sql:
    sql, values = _word(term.what) if isinstance(term.what, Word) else _compare(term.what, asked)
    return (f"NOT coalesce({sql}, false)" if term.negated else f"({sql})"), values


def _word(word: Word) -> Sql:
    places = [f"{COLUMNS[name]} LIKE ? ESCAPE '\\'" for name in ("name", "experiment", "user", "source", "status")]
    like = like_pattern(word.text)
    return f"r.run LIKE ? ESCAPE '\\' OR {' OR '.join(places)}", [like.lstrip("%"), *[like] * len(places)]


def _compare(compare: Compare, asked: Asked) -> Sql:
    known = compared_field(compare, asked.known)
    if known.space is Space.SPECIAL:
        return SPECIAL[known.key](compare.value, asked)
    if known.space is Space.METRIC:
        return _metric(known.key, compare.op, float(compare.value))
    if known.space is Space.PARAM:
        condition, values = _text_or_number("p.value", compare)
        return f"r.id IN (SELECT p.run FROM params p WHERE p.key = ? AND ({condition}))", [known.key, *values]
    if known.space is Space.TAG:
        condition, values = _text_or_number("t.value", compare)
        return f"EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.key = ? AND ({condition}))", [known.key, *values]
    if known.space is Space.INSTANT:
        at = int(instant_of(compare.value, asked.now).timestamp() * 1000)
        op = Op.AT_LEAST if compare.op is Op.MATCH else compare.op
        return f"{COLUMNS[known.key]} {op.value} ?", [at]
    if known.space is Space.NUMBER:
        op = Op.EQUAL if compare.op is Op.MATCH else compare.op
        return f"{COLUMNS[known.key]} {op.value} ?", [float(compare.value)]
    return _text(known.key, compare)


def _text(name: str, compare: Compare) -> Sql:
    value = "FINISHED" if name == "status" and compare.value.lower() == "ok" else compare.value
    if compare.op is Op.MATCH:
        like = like_pattern(value)
        return f"{COLUMNS[name]} LIKE ? ESCAPE '\\'", [like.lstrip("%") if name in ("run", "commit") else like]
    return f"{COLUMNS[name]} {compare.op.value} ?", [value]


def _metric(key: str, op: Op, number: float) -> Sql:
    if math.isnan(number):
        test, values = ("IS NOT NULL" if op is Op.UNEQUAL else "IS NULL"), []
    else:
        test, values = f"{'=' if op is Op.MATCH else op.value} ?", [number]
    return f"r.id IN (SELECT m.run FROM metrics m WHERE m.key = ? AND m.value {test})", [key, *values]


def _text_or_number(value: str, compare: Compare) -> Sql:
    number = number_of(compare.value)
    if compare.op is Op.MATCH:
        return f"{value} LIKE ? ESCAPE '\\'", [like_pattern(compare.value)]
    if compare.op.is_order:
        return f"{_NUMERIC.format(value=value)} AND {value} {compare.op.value} CAST(? AS REAL)", [number]
    same, values = f"{value} = ?", [compare.value]
    if number is not None and not math.isnan(number):
        same = f"{same} OR ({_NUMERIC.format(value=value)} AND {value} = CAST(? AS REAL))"
        return (f"NOT ({same})" if compare.op is Op.UNEQUAL else same), [*values, number]
    return (f"NOT ({same})" if compare.op is Op.UNEQUAL else same), list(values)


def _sorted_value(known: Field, alias: str, beside: Beside) -> tuple[str, list[object], str]:
    """Return the join, its bound values and the SQL of the value to sort by."""
    if known.space is Space.METRIC:
        return f"LEFT JOIN metrics {alias} ON {alias}.key = ? AND {alias}.run = r.id", [known.key], f"{alias}.value"
    if known.space is Space.PARAM:
        return f"LEFT JOIN params {alias} ON {alias}.key = ? AND {alias}.run = r.id", [known.key], f"{alias}.value"
    if known.space is Space.TAG:
        return f"LEFT JOIN tags {alias} ON {alias}.run = r.id AND {alias}.key = ?", [known.key], f"{alias}.value"
    if known.key in ("owner", "repro"):
        pairs, on = (beside.owners, COLUMNS["user"]) if known.key == "owner" else (beside.verdicts, "r.run")
        table = f"(SELECT key, value FROM json_each(?)) {alias}"
        return f"LEFT JOIN {table} ON {alias}.key = {on}", [json.dumps(dict(pairs))], f"{alias}.value"
    return "", [], COLUMNS[known.key]
