"""Two tables with equal rows have equal digests, whatever file format, column order and number width they were saved in."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from mlcockpit.integrations.canonical_column import Hashes, hash_values
from mlcockpit.integrations.table_batches import sum_up


@dataclass(frozen=True)
class TableDigest:
    """What the rows and columns of one table are, independent of the file that holds them."""

    content_sha256: str
    """Of the columns' digests: the rows in their order."""
    unordered_sha256: str
    """Of the sorted row hashes: the same rows in any order."""
    rows: int
    columns: Mapping[str, str]
    """Column name → digest of its values in their order."""
    types: Mapping[str, str]
    """Column name → type as stored."""


def digest_table(path: Path) -> TableDigest:
    """Return the digest of the table in `path`; raises NotATable, or OSError where the file is gone."""
    return sum_up(path, DigestSum).total()


class DigestSum:
    """The digest of the batches taken in so far."""

    def __init__(self) -> None:
        self._columns: dict[str, hashlib._Hash] = {}
        self._types: dict[str, str] = {}
        self._rows: list[Hashes] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in one batch."""
        rows = np.zeros(batch.num_rows, np.uint64)
        for field, column in zip(batch.schema, batch.columns, strict=True):
            hashes = hash_values(column)
            self._types.setdefault(field.name, str(field.type))
            self._columns.setdefault(field.name, hashlib.sha256()).update(hashes.astype("<u8", copy=False).data)
            rows += pd.util.hash_array(hashes ^ _name_hash(field.name), categorize=False)
        self._rows.append(rows)

    def total(self) -> TableDigest:
        """Return the digest of everything taken in."""
        columns = {name: digest.hexdigest() for name, digest in sorted(self._columns.items())}
        rows = np.sort(np.concatenate([*self._rows, np.zeros(0, np.uint64)]))
        unordered = hashlib.sha256(json.dumps(list(columns)).encode())
        unordered.update(rows.astype("<u8", copy=False).data)
        return TableDigest(
            content_sha256=hashlib.sha256(json.dumps(list(columns.items())).encode()).hexdigest(),
            unordered_sha256=unordered.hexdigest(),
            rows=len(rows),
            columns=columns,
            types={name: self._types[name] for name in columns},
        )


def _name_hash(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
