"""A CSV or parquet file is read one way only, batch by batch, its dialect decided from its own first bytes."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from mlcockpit.domain.cleaning import clean
from mlcockpit.integrations.delimiter import delimiter_of

PARQUET = (".parquet", ".pq")
DELIMITED = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
ROWS = 131_072
"""Rows of one parquet batch."""

_BLOCK = 8 << 20
_HEAD = 1 << 16


class NotATable(Exception):
    """The file has a table's name, but its bytes do not read as one; says why, by row where it can."""


class TooNarrow(Exception):
    """A column's first block promised a narrower type than its later rows keep."""


class Sum(Protocol):
    """Something that grows batch by batch."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in one batch."""


Total = TypeVar("Total", bound=Sum)


def is_table(path: Path) -> bool:
    """Tell whether the name of `path` promises rows and columns."""
    return path.name.lower().endswith(PARQUET + DELIMITED)


def sum_up(path: Path, start: Callable[[], Total]) -> Total:
    """Return `start()` after it took in every batch of `path`; raises NotATable, or OSError where the file is gone."""
    try:
        return _add_all(start(), batches_of(path))
    except TooNarrow:
        return _add_all(start(), batches_of(path, whole=True))


def batches_of(path: Path, *, whole: bool = False) -> Iterator[pa.RecordBatch]:
    """Yield an empty batch and then the rows; `whole` reads a CSV at once, which TooNarrow asks for."""
    if path.name.lower().endswith(PARQUET):
        return _parquet(path)
    return _delimited(path, whole=whole or path.stat().st_size <= _BLOCK)


def _add_all(total: Total, batches: Iterator[pa.RecordBatch]) -> Total:
    for batch in batches:
        total.add(batch)
    return total


def _parquet(path: Path) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield _empty(file.schema_arrow)
            yield from file.iter_batches(batch_size=ROWS)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise NotATable(f"is not a readable parquet file ({_first_line(error)})") from error


def _delimited(path: Path, *, whole: bool) -> Iterator[pa.RecordBatch]:
    delimiter = _dialect(path)
    parse = pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    last: pa.RecordBatch | None = None
    try:
        for batch in _blocks(path, parse, whole=whole):
            last = batch if batch.num_rows else last
            yield _tidy(batch)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, EOFError) as error:
        if not whole and "conversion error" in str(error):
            raise TooNarrow from error
        raise NotATable(_ragged(path, delimiter) or f"does not read as CSV ({_first_line(error)})") from error
    if last is not None and _ends_inside_quotes(path, last):
        raise NotATable("has a quote that is never closed")


def _dialect(path: Path) -> str:
    try:
        with _open(path) as file:
            head = file.read(_HEAD)
    except (EOFError, gzip.BadGzipFile) as error:
        raise NotATable(f"is not readable gzip ({_first_line(error)})") from error
    if not head.strip():
        raise NotATable("is empty")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotATable("is UTF-16 text: save it as UTF-8")
    return "\t" if ".tsv" in path.name.lower() else delimiter_of(head.decode("utf-8-sig", "replace"))


def _blocks(path: Path, parse: pacsv.ParseOptions, *, whole: bool) -> Iterator[pa.RecordBatch]:
    read = pacsv.ReadOptions(block_size=_BLOCK)
    if whole:
        table = pacsv.read_csv(path, read, parse)
        yield _empty(table.schema)
        yield from table.to_batches()
        return
    with pacsv.open_csv(path, read, parse) as reader:
        yield _empty(reader.schema)
        yield from reader


def _tidy(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with distinct column names and null for empty text, which is all that CSV can say of null."""
    if any(pa.types.is_binary(kind) for kind in batch.schema.types):
        raise NotATable("is not UTF-8 text: save it as UTF-8")
    arrays = [_null_for_empty(array) if pa.types.is_string(array.type) else array for array in batch.columns]
    return pa.RecordBatch.from_arrays(arrays, names=_distinct(batch.schema.names))


def _null_for_empty(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)


def _distinct(names: list[str]) -> list[str]:
    """Return the names with .1, .2 after the second and third of a kind, as pandas calls them."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        result.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return result


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    names = _distinct(schema.names)
    return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in schema.types], names=names)


def _ends_inside_quotes(path: Path, last: pa.RecordBatch) -> bool:
    column = last.column(last.num_columns - 1)
    value = column[-1].as_py() if pa.types.is_string(column.type) else None
    if not value or "\n" not in value or path.name.endswith(".gz"):
        return False
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 16), 2)
        return not file.read().rstrip().endswith(b'"')


def _ragged(path: Path, delimiter: str) -> str:
    """Return the first row that has not as many fields as the first, in words; empty where all have."""
    with _open(path) as file:
        lines = (line.decode("utf-8", "replace") for line in file)
        rows = csv.reader(lines, delimiter=delimiter)
        try:
            width = len(next(rows))
            for row in rows:
                if row and len(row) != width:
                    return f"line {rows.line_num} has {len(row)} fields, the header has {width}"
        except csv.Error as error:
            return f"line {rows.line_num} does not read as CSV ({_first_line(error)})"
    return ""


def _open(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")


def _first_line(error: BaseException) -> str:
    return clean(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
