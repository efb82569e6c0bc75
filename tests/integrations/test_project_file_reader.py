"""mlcockpit.toml is read whole, or refused with every fault on its line."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.errors import BadProjectFile
from mlcockpit.integrations.project_file_place import find_project_file
from mlcockpit.integrations.project_file_reader import parse_project_file, read_project_file
from mlcockpit.integrations.toml_lines import lines_of

GOOD = """\
[project]
key = "churn"

[people.ana]
name = "Ana"
discipline = "ml"

[metrics.saves]
owner = "ana"
"""


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(BadProjectFile) as refused:
        parse_project_file(text)
    return refused.value.lines


def test_a_good_file_is_a_project() -> None:
    assert parse_project_file(GOOD).metrics["saves"].owner == "ana"


def test_an_unknown_key_is_told_with_its_line_and_the_nearest_key() -> None:
    wrong = GOOD.replace("discipline", "disciplin")
    assert "mlcockpit.toml:6: people.ana.disciplin: unknown key, did you mean discipline?" in faults_of(wrong)
    assert "mlcockpit.toml:4: people.ana.discipline: missing" in faults_of(wrong)


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    wrong = GOOD.replace('"churn"', '"Churn Model"').replace('"ml"', '"mll"') + "cadence_days = 0\n"
    assert faults_of(wrong) == (
        'mlcockpit.toml:2: project.key: "Churn Model" is no key: small letters, digits, _, . and -, at most 64',
        'mlcockpit.toml:6: people.ana.discipline: "mll" is none of product, data, ml, dev, ops, did you mean ml?',
        "mlcockpit.toml:10: metrics.saves.cadence_days: input should be greater than 0, not 0",
    )


def test_ten_faults_are_told_and_the_others_counted() -> None:
    many = faults_of(GOOD + "".join(f"wrong{number} = 1\n" for number in range(23)))
    assert (len(many), many[-1]) == (11, "and 13 more")


def test_a_name_that_nobody_declared_is_told_with_the_nearest_one() -> None:
    assert faults_of(GOOD.replace('owner = "ana"', 'owner = "anna"')) == (
        'mlcockpit.toml:9: metrics.saves.owner: "anna" is declared nowhere, did you mean ana?',
    )


def test_an_element_of_a_list_has_its_own_line() -> None:
    text = GOOD + '[models.m]\nmetrics = [\n  "saves",  # fine\n  "saved",\n]\n'
    assert faults_of(text) == (
        'mlcockpit.toml:13: models.m.metrics[1]: "saved" is declared nowhere, did you mean saves?',
    )


def test_a_check_of_a_gate_has_its_own_line_in_either_notation() -> None:
    gate = '[environments.live]\nmodel = "m"\n[models.m]\n[gates.g]\nenvironment = "live"\n'
    inline = faults_of(GOOD + gate + 'checks = [\n  {kind = "metric"},\n  {kind = "metrik"},\n]\n')
    tables = faults_of(GOOD + gate + '[[gates.g.checks]]\nkind = "metric"\n[[gates.g.checks]]\nkind = "metrik"\n')
    words = '"metrik" is none of metric, reproduced, approval, evidence, rule, did you mean metric?'
    assert inline == (f"mlcockpit.toml:17: gates.g.checks[1].kind: {words}",)
    assert tables == (f"mlcockpit.toml:18: gates.g.checks[1].kind: {words}",)


def test_text_that_is_no_toml_is_told_with_its_line() -> None:
    assert faults_of(GOOD + "owner\n") == ("mlcockpit.toml:10: expected '=' after a key in a key/value pair",)
    assert faults_of(GOOD + 'a = """\n\n')[0].startswith("mlcockpit.toml:12: ")
    assert faults_of("a = " + "[" * 5000) == ("mlcockpit.toml:1: nested too deeply",)


def test_names_from_strangers_are_shown_cleaned() -> None:
    shown = "\n".join(faults_of(GOOD + '"evil\\u001b]52;c;x\\u0007\\u202e" = 1\n'))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "mlcockpit.toml:10:" in shown


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mlcockpit.toml"
    path.write_bytes(b"[project]\nkey = '\xff'\n")
    with pytest.raises(BadProjectFile, match=r"mlcockpit\.toml:2: is not UTF-8 text"):
        read_project_file(path)
    path.write_text("#" * (1 << 20) + "\n")
    with pytest.raises(BadProjectFile, match="larger than 1 MiB"):
        read_project_file(path)
    path.unlink()
    with pytest.raises(BadProjectFile, match="cannot be read"):
        read_project_file(path)


def test_it_is_found_from_any_folder_below(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "mlcockpit.toml").write_text(GOOD)
    (tmp_path / "a" / "mlcockpit.toml").mkdir()
    assert find_project_file(tmp_path / "a" / "b") == tmp_path / "mlcockpit.toml"


def test_windows_line_ends_keep_the_numbers(tmp_path: Path) -> None:
    (tmp_path / "mlcockpit.toml").write_bytes(("\ufeff" + GOOD.replace('"ana"', '"bo"')).replace("\n", "\r\n").encode())
    with pytest.raises(BadProjectFile) as refused:
        read_project_file(tmp_path / "mlcockpit.toml")
    assert refused.value.lines[0].startswith("mlcockpit.toml:9: metrics.saves.owner")


KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True) | st.sampled_from(['"a b"', "'#]'", '"x.\\u0041"'])
SCALARS = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "true",
        "1979-05-27 07:32:00",
        '"a # ] }"',
        "'\\'",
        '"\\""',
        "inf",
        '"""\n"x" \\\n"""',
        "'''\n'\n'''",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[ # x]\n" + ",\n".join(parts) + ("\n,]" if parts else "]"))
        | st.dictionaries(KEYS, SCALARS.filter(lambda text: "\n" not in text), max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=6,
)
PAIRS = st.dictionaries(KEYS, VALUES, max_size=4).map(
    lambda pairs: "".join(f"{key} = {value} # e\n\n" for key, value in pairs.items())
)


@given(
    PAIRS,
    st.lists(st.tuples(st.sampled_from(["[[t]]", "[ t . u ]", "[t.'v w']", "[[t.w]]", "[z]"]), PAIRS), max_size=4),
)
def test_every_value_of_any_toml_text_has_the_line_of_its_key(top: str, tables: list[tuple[str, str]]) -> None:
    text = top + "".join(f"{header}\n{pairs}" for header, pairs in tables)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines, rows = lines_of(text), text.split("\n")
    places = set(_places(parsed, ()))
    assert places == set(lines)
    for place, line in lines.items():
        if isinstance(place[-1], str) and place[-1].isalpha():
            assert str(place[-1]) in rows[line - 1]


def _places(value: object, place: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in inner for found in ((*place, key), *_places(part, (*place, key)))]
