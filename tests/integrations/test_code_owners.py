"""CODEOWNERS is read as hosts read it: the last match wins."""

from pathlib import Path

import pytest

from mlcockpit.integrations.code_owners import read_code_owners

TEXT = """\
# who answers
*                 @everyone
*.py              @ana  # python
/data/            data@x.org
docs/*            @docs
apps/**/deep.txt  @deep
/models/final     @kai @team/ml
[Section]
build/logs/       @ops
my\\ file.csv     @space
/data/free/
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ["@everyone"]),
        ("src/train.py", ["@ana"]),
        ("data/a/b.csv", ["data@x.org"]),
        ("src/data/b.csv", ["@everyone"]),
        ("data/free/b.csv", []),
        ("docs/a.md", ["@docs"]),
        ("docs/sub/a.md", ["@everyone"]),
        ("apps/x/y/deep.txt", ["@deep"]),
        ("models/final", ["@kai", "@team/ml"]),
        ("models/final/weights.bin", ["@kai", "@team/ml"]),
        ("build/logs/1.txt", ["@ops"]),
        ("my file.csv", ["@space"]),
    ],
)
def test_the_last_line_that_matches_wins(tmp_path: Path, path: str, owners: list[str]) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text(TEXT)
    found = read_code_owners(tmp_path)
    assert found is not None
    assert owners == list(found.of(path))


def test_everybody_is_named_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @a @b\n/x @b c@x.org nobody\n")
    found = read_code_owners(tmp_path)
    assert found is not None
    assert (["@a", "@b", "c@x.org"], "CODEOWNERS") == (found.everybody(), found.path)


def test_without_the_file_there_is_none(tmp_path: Path) -> None:
    assert read_code_owners(tmp_path) is None
