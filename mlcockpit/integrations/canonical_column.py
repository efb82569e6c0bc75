"""One value has one hash, however wide its number, whatever its format and on whichever day it was written."""

import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

_NULL = np.uint64(0x9E3779B97F4A7C15)
_SALTS = {
    "fraction": np.uint64(0xD1B54A32D192ED03),
    "text": np.uint64(0x8CB92BA72F3D8DD7),
    "bool": np.uint64(0xABC98388FB8FAC03),
    "instant": np.uint64(0x49858ABB6C2C4F55),
    "time": np.uint64(0x2545F4914F6CDD1D),
    "duration": np.uint64(0x6C62272E07BB0143),
    "decimal": np.uint64(0x5851F42D4C957F2D),
    "huge": np.uint64(0x14057B7EF767814F),
    "nested": np.uint64(0xBF58476D1CE4E5B9),
}
"""A number, a text, a flag and an instant with the same bits are different values."""

_NS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_WIDEST = 2.0**63
_EXACT_DIGITS = 15


def hash_values(column: pa.Array) -> Hashes:
    """Return one 64-bit hash per value: equal for int8 and Int64, 3 and 3.0, −0 and 0, a date and its midnight in UTC."""
    if isinstance(column, pa.ExtensionArray):
        return hash_values(column.storage)
    if pa.types.is_dictionary(column.type):
        return hash_values(column.dictionary_decode())
    hashes = _hasher(column.type)(column)
    hashes[np.asarray(column.is_null())] = _NULL
    return hashes


def _hasher(kind: pa.DataType) -> Callable[[pa.Array], Hashes]:
    is_a = pa.types
    table: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], Hashes]], ...] = (
        (is_a.is_null, lambda column: np.zeros(len(column), np.uint64)),
        (is_a.is_boolean, _flags),
        (is_a.is_uint64, _unsigned),
        (is_a.is_integer, lambda column: _ints(_numbers(column, pa.int64()))),
        (is_a.is_floating, lambda column: _floats(_numbers(column, pa.float64()))),
        (is_a.is_decimal, _decimals),
        (is_a.is_temporal, _times),
        (_is_text, _texts),
    )
    return next((hasher for matches, hasher in table if matches(kind)), _nested)


def _is_text(kind: pa.DataType) -> bool:
    is_a = pa.types
    return any(
        matches(kind)
        for matches in (is_a.is_string, is_a.is_large_string, is_a.is_string_view, is_a.is_binary, is_a.is_large_binary)
    )


def _numbers(column: pa.Array, kind: pa.DataType) -> npt.NDArray[np.generic]:
    return np.array(pc.fill_null(column.cast(kind), 0))


def _hash(values: npt.NDArray[np.generic]) -> Hashes:
    return np.asarray(pd.util.hash_array(values, categorize=False)).astype(np.uint64, copy=True)


def _ints(values: npt.NDArray[np.generic]) -> Hashes:
    return _hash(values.astype(np.int64, copy=False))


def _unsigned(column: pa.Array) -> Hashes:
    values = np.array(pc.fill_null(column, 0))
    return np.where(values > np.iinfo(np.int64).max, _hash(values) ^ _SALTS["huge"], _ints(values))


def _floats(values: npt.NDArray[np.generic]) -> Hashes:
    numbers = _as_printed(values.astype(np.float64, copy=False))
    whole = _is_whole(numbers)
    hashes = _ints(np.where(whole, numbers, 0))
    hashes[~whole] = _hash(numbers[~whole].view(np.int64)) ^ _SALTS["fraction"]
    hashes[np.isnan(numbers)] = _NULL
    return hashes


def _is_whole(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    whole: npt.NDArray[np.bool_] = np.isfinite(numbers) & (np.trunc(numbers) == numbers) & (np.abs(numbers) < _WIDEST)
    return whole


def _as_printed(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what a CSV of these numbers would read back as: a value that float32 holds exactly prints by its few digits."""
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = numbers.astype(np.float32)
        short = np.isfinite(numbers) & (narrow == numbers) & ~_is_whole(numbers)
    if not short.any():
        return numbers
    distinct = pc.dictionary_encode(pa.array(narrow[short]))
    printed = np.asarray(distinct.dictionary.cast(pa.string()).cast(pa.float64()))
    shown = numbers.copy()
    shown[short] = printed[np.asarray(distinct.indices)]
    return shown


def _decimals(column: pa.Array) -> Hashes:
    """Hash decimals as the floats that a CSV gives back; those with more digits than a float keeps, by their text."""
    values = [None if value is None else value.normalize() for value in column.to_pylist()]
    hashes = _floats(np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64))
    for position, value in enumerate(values):
        if value is not None and len(value.as_tuple().digits) > _EXACT_DIGITS and value != value.to_integral_value():
            hashes[position] = _hash(np.array([str(value)], dtype=object))[0] ^ _SALTS["decimal"]
    return hashes


def _flags(column: pa.Array) -> Hashes:
    return _ints(np.array(pc.fill_null(column, False))) ^ _SALTS["bool"]


def _times(column: pa.Array) -> Hashes:
    kind = column.type
    if pa.types.is_interval(kind):
        return _nested(column)
    if pa.types.is_date32(kind):
        column, unit, ns = column.cast(pa.int32()), 1, 86_400 * _NS["s"]
    elif pa.types.is_date64(kind):
        unit, ns = 1_000, _NS["ms"]
    else:
        unit, ns = _NS["s"] // _NS[kind.unit], _NS[kind.unit]
    name = "time" if pa.types.is_time(kind) else "duration" if pa.types.is_duration(kind) else "instant"
    if not pa.types.is_integer(column.type):
        column = column.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    return _instants(_numbers(column, pa.int64()).astype(np.int64), unit=unit, ns=ns) ^ _SALTS[name]


def _instants(values: npt.NDArray[np.int64], *, unit: int, ns: int) -> Hashes:
    """Hash UTC nanoseconds; years that 64 bits of them cannot hold add the hash of their seconds."""
    with np.errstate(over="ignore"):
        hashes = _hash(values * np.int64(ns))
    beyond = np.abs(values) > np.iinfo(np.int64).max // ns
    if beyond.any():
        seconds = values[beyond] * (ns // _NS["s"]) if ns > _NS["s"] else values[beyond] // unit
        hashes[beyond] ^= _hash(seconds) ^ _SALTS["huge"]
    return hashes


def _texts(column: pa.Array) -> Hashes:
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    distinct = pc.dictionary_encode(column)
    words = np.array([*distinct.dictionary.to_pylist(), ""], dtype=object)
    hashes = _hash(words) ^ _SALTS["text"]
    return np.take(hashes, np.asarray(pc.fill_null(distinct.indices, len(words) - 1)))


def _nested(column: pa.Array) -> Hashes:
    words = [json.dumps(value, sort_keys=True, default=str) for value in column.to_pylist()]
    return _hash(np.array([*words, ""], dtype=object))[:-1] ^ _SALTS["nested"]
