"""The difference of two versions names its columns."""

from pathlib import Path

import pandas as pd

from mlcockpit.integrations.files import LocalFiles
from mlcockpit.ports import FileDigest
from mlcockpit.profiling.schema_diff import Retyped, SchemaDiff, schema_diff


def digest(root: Path, name: str, frame: pd.DataFrame) -> FileDigest:
    frame.to_parquet(root / name)
    return LocalFiles(root, root / "digests.db").digest(Path(name))


def test_added_removed_retyped_and_changed_columns_are_named(tmp_path: Path) -> None:
    one = pd.DataFrame({"id": [1, 2], "delay": [3, 4], "temp": [1.0, 2.0], "old": ["a", "b"]})
    two = one.drop(columns="old").assign(delay=[3, 5], temp=one["temp"].astype("float32"), pressure=[1, 2])
    found = schema_diff(digest(tmp_path, "1.parquet", one), digest(tmp_path, "2.parquet", two))
    assert found == SchemaDiff(
        added=("pressure",),
        removed=("old",),
        retyped=(Retyped("temp", "double", "float"),),
        changed=("delay",),
        same=("id", "temp"),
    )
    assert found.breaks
    assert found.words() == "added pressure; removed old; retyped temp (double → float); changed delay; 2 the same"


def test_equal_versions_differ_in_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1], "b": [2]})
    found = schema_diff(digest(tmp_path, "1.parquet", frame), digest(tmp_path, "2.parquet", frame[["b", "a"]]))
    assert (found, found.words(), found.breaks) == (SchemaDiff(same=("a", "b")), "2 the same", False)


def test_what_is_no_table_has_no_columns() -> None:
    blob = FileDigest("model.bin", "0" * 64, 3)
    assert schema_diff(blob, blob).words() == "no columns"
