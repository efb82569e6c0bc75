"""Data files are known by content, are read once, and say in one line what is wrong with them."""

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.digest_cache import DigestCache, Stamp
from mlcockpit.integrations.files import LocalFiles


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path, tmp_path / ".mlcockpit" / "digests.db")


def a_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "delay": pd.array([3, None, -7, 2**40], dtype="Int64"),
            "temp": [39.02, None, -0.0, 1e300],
            "carrier": ["UA", "NA", None, 'Zürich, "x"\nnew line'],
            "late": [True, False, True, False],
            "at": pd.to_datetime(
                ["2013-01-01 05:15:00", "2013-06-01", None, "2013-12-31 23:59:59.123456"], format="ISO8601"
            ),
        }
    )


def test_a_csv_and_a_parquet_of_one_table_have_one_content(tmp_path: Path, files: LocalFiles) -> None:
    a_frame().to_csv(tmp_path / "a.csv", index=False)
    a_frame().to_parquet(tmp_path / "a.parquet")
    csv, parquet = files.digest(Path("a.csv")), files.digest(Path("a.parquet"))
    assert (csv.content_sha256, csv.columns, csv.rows) == (parquet.content_sha256, parquet.columns, 4)
    assert csv.sha256 != parquet.sha256


def test_column_order_and_number_width_do_not_change_the_content(tmp_path: Path, files: LocalFiles) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1.5, 2.0, 3.25], "c": ["x", "y", "z"]})
    frame.to_parquet(tmp_path / "wide.parquet")
    frame[["c", "b", "a"]].astype({"a": "int8", "b": "float32", "c": "category"}).to_parquet(
        tmp_path / "narrow.parquet"
    )
    wide, narrow = files.digest(Path("wide.parquet")), files.digest(Path("narrow.parquet"))
    assert wide.content_sha256 == narrow.content_sha256
    assert dict(narrow.types or {})["a"] == "int8"


def test_float32_comes_back_from_csv_as_the_same_content(tmp_path: Path, files: LocalFiles) -> None:
    frame = pd.DataFrame({"t": pd.array([0.1, 39.02, -17.96, 1e-7], dtype="float32")})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.astype("float64").to_parquet(tmp_path / "t64.parquet")
    assert 1 == len({files.digest(Path(name)).content_sha256 for name in ("t.parquet", "t.csv", "t64.parquet")})


def test_shuffled_rows_are_another_order_of_the_same_rows(tmp_path: Path, files: LocalFiles) -> None:
    a_frame().to_parquet(tmp_path / "a.parquet")
    a_frame().iloc[[2, 0, 3, 1]].reset_index(drop=True).to_parquet(tmp_path / "b.parquet")
    a, b = files.digest(Path("a.parquet")), files.digest(Path("b.parquet"))
    assert a.unordered_sha256 == b.unordered_sha256
    assert a.content_sha256 != b.content_sha256


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [
        ("delay", 3, 100),
        ("late", 0, False),
        ("carrier", 1, "N/A"),
        ("at", 1, pd.Timestamp("2014-06-01")),
        ("temp", 1, 0),
    ],
)
def test_one_edited_value_changes_its_column_and_no_other(
    tmp_path: Path, files: LocalFiles, column: str, row: int, value: object
) -> None:
    edited = a_frame()
    edited.loc[row, column] = value
    a_frame().to_parquet(tmp_path / "a.parquet")
    edited.to_parquet(tmp_path / "b.parquet")
    a, b = files.digest(Path("a.parquet")), files.digest(Path("b.parquet"))
    assert {column} == {name for name in a.columns or {} if (a.columns or {})[name] != (b.columns or {})[name]}
    assert a.unordered_sha256 != b.unordered_sha256


def test_values_that_swap_rows_in_one_column_are_other_rows(tmp_path: Path, files: LocalFiles) -> None:
    pd.DataFrame({"a": [1, 2], "b": [3, 4]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"a": [1, 2], "b": [4, 3]}).to_parquet(tmp_path / "b.parquet")
    pd.DataFrame({"a": [3, 4], "b": [1, 2]}).to_parquet(tmp_path / "c.parquet")
    assert 3 == len({files.digest(Path(f"{name}.parquet")).unordered_sha256 for name in "abc"})


def test_what_is_known_of_an_unchanged_file_is_believed_until_it_changes(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.csv", tmp_path / ".mlcockpit" / "digests.db"
    path.write_text("a,b\n1,2\n")
    DigestCache(cache, settled_s=0).keep([(str(path), Stamp.of(path.stat()), "f" * 64, None)])
    files = LocalFiles(tmp_path, cache, settled_s=0)
    assert (files.digest(path).sha256, files.digest(path).rows) == ("f" * 64, 1)
    path.write_text("a,b\n1,2\n3,4\n")
    assert (files.digest(path).sha256 != "f" * 64, files.digest(path).rows) == (True, 2)


def test_a_file_changed_this_second_is_read_again(tmp_path: Path, files: LocalFiles) -> None:
    path, cache = tmp_path / "a.bin", DigestCache(tmp_path / ".mlcockpit" / "digests.db")
    path.write_bytes(b"one")
    stamp = Stamp.of(path.stat())
    cache.keep([(str(path), stamp, "f" * 64, None)])
    assert cache.get(str(path), stamp) is None


def test_known_files_of_a_folder_are_looked_up_at_once(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    path = tmp_path / "d" / "a.bin"
    path.write_bytes(b"one")
    files = LocalFiles(tmp_path, tmp_path / ".mlcockpit" / "digests.db", settled_s=0)
    first = files.digest(Path("d"))
    DigestCache(tmp_path / ".mlcockpit" / "digests.db", settled_s=0).keep(
        [(str(path), Stamp.of(path.stat()), "f" * 64, None)]
    )
    assert first.sha256 != files.digest(Path("d")).sha256


def test_an_edit_that_keeps_size_and_mtime_is_seen(tmp_path: Path, files: LocalFiles) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"one")
    before, times = files.digest(path), path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert before.sha256 != files.digest(path).sha256


def test_a_broken_cache_costs_time_and_nothing_else(tmp_path: Path, files: LocalFiles) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"one")
    (tmp_path / ".mlcockpit").mkdir()
    (tmp_path / ".mlcockpit" / "digests.db").write_bytes(b"this is no database, but long enough to be read as one" * 40)
    assert files.digest(path).sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert not (tmp_path / ".mlcockpit" / "digests.db").exists()


def test_a_folder_is_its_files_whatever_their_order(tmp_path: Path, files: LocalFiles) -> None:
    for folder, names in (("one", "abc"), ("two", "cba")):
        for name in names:
            (tmp_path / folder / name).mkdir(parents=True)
            (tmp_path / folder / name / "x.bin").write_text(name)
    one, two = files.digest(Path("one")), files.digest(Path("two"))
    assert (one.sha256, one.size, one.rows) == (two.sha256, 3, None)
    (tmp_path / "two" / "a" / "x.bin").rename(tmp_path / "two" / "a" / "y.bin")
    assert one.sha256 != files.digest(Path("two")).sha256


def test_a_link_that_leads_nowhere_or_round_is_named_by_its_target(tmp_path: Path, files: LocalFiles) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "loop").symlink_to(".")
    (tmp_path / "d" / "gone").symlink_to("nowhere")
    before = files.digest(Path("d")).sha256
    (tmp_path / "d" / "gone").unlink()
    (tmp_path / "d" / "gone").symlink_to("elsewhere")
    assert before != files.digest(Path("d")).sha256


def test_a_file_that_is_gone_is_one_clear_line(files: LocalFiles) -> None:
    with pytest.raises(SourceFailed) as refused:
        files.digest(Path("data/flights.csv"))
    assert str(refused.value) == "data/flights.csv is gone: restore it, or correct its path in mlcockpit.toml"
    assert refused.value.exit_code == 4


def test_a_truncated_parquet_file_is_one_clear_line(tmp_path: Path, files: LocalFiles) -> None:
    a_frame().to_parquet(tmp_path / "a.parquet")
    raw = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(SourceFailed, match=r"^a\.parquet is not a readable parquet file \(.*\): restore it") as refused:
        files.digest(Path("a.parquet"))
    assert "\n" not in str(refused.value)


def test_a_flipped_bit_is_found_where_pages_carry_checksums(tmp_path: Path, files: LocalFiles) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"a": list(range(5000))}), path, write_page_checksum=True, compression="none", use_dictionary=False
    )
    raw = bytearray(path.read_bytes())
    raw[2000] ^= 1
    path.write_bytes(raw)
    with pytest.raises(SourceFailed, match="not a readable parquet file"):
        files.digest(path)


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"a,b\n1,2\n3\n4,5\n", "line 3 has 1 fields, the header has 2"),
        (b"", "is empty"),
        (b'a,b\n1,"open\n2,3\n', "has a quote that is never closed"),
        ("a,b\n1,2\n".encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
        (b"a,b\n1,caf\xe9\n", "is not UTF-8 text: save it as UTF-8"),
    ],
)
def test_a_csv_that_is_no_table_has_bytes_and_a_reason(
    tmp_path: Path, files: LocalFiles, raw: bytes, trouble: str
) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    found = files.digest(Path("a.csv"))
    assert (found.content_sha256, found.size, found.trouble) == (None, len(raw), trouble)


def test_semicolons_tabs_and_gzip_are_the_same_table(tmp_path: Path, files: LocalFiles) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "b.csv", index=False, sep=";")
    frame.to_csv(tmp_path / "c.tsv", index=False, sep="\t")
    frame.to_csv(tmp_path / "d.csv.gz", index=False)
    assert 1 == len({files.digest(Path(name)).content_sha256 for name in ("a.csv", "b.csv", "c.tsv", "d.csv.gz")})


def test_a_column_that_turns_from_whole_to_broken_numbers_late_in_a_large_csv_is_read(
    tmp_path: Path, files: LocalFiles
) -> None:
    frame = pd.DataFrame({"n": range(1_300_000)}).astype("float64")
    frame.loc[1_299_999, "n"] = 0.5
    lines = "\n".join(str(int(value)) if value == int(value) else str(value) for value in frame["n"])
    (tmp_path / "n.csv").write_text(f"n\n{lines}\n")
    frame.to_parquet(tmp_path / "n.parquet")
    assert (tmp_path / "n.csv").stat().st_size > 9_000_000
    assert files.digest(Path("n.csv")).content_sha256 == files.digest(Path("n.parquet")).content_sha256


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, files: LocalFiles) -> None:
    os.mkfifo(tmp_path / "p.csv")
    with pytest.raises(SourceFailed, match=r"p\.csv is not a file"):
        files.digest(Path("p.csv"))


def test_names_from_strangers_are_shown_cleaned(files: LocalFiles) -> None:
    with pytest.raises(SourceFailed) as refused:
        files.digest(Path("evil\x1b]52;c;x\x07.csv"))
    assert "\x1b" not in str(refused.value)
