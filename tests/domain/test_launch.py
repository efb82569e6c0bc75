"""A launch survives its JSON file exactly, and a file that is none is refused by the name of what is wrong."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.launch import Code, CodeState, DataRead, Environment, Launch, Launcher, Seeds
from mlcockpit.domain.redaction import Redaction
from mlcockpit.errors import SourceFailed

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def a_launch(**changes: object) -> Launch:
    plain = Launch("l1", ("python", "train.py"), ".", Launcher.SCRIPT, MORNING)
    return replace(plain, **changes)  # type: ignore[arg-type]


_text = st.text(max_size=20)
_codes = st.builds(
    Code,
    commit=st.none() | _text,
    dirty=st.booleans(),
    untracked=st.lists(_text, max_size=3).map(tuple),
    editable=st.lists(st.builds(CodeState, _text, _text, st.none() | _text), max_size=2).map(tuple),
)
_launches = st.builds(
    Launch,
    launch_id=_text,
    argv=st.lists(_text, max_size=4).map(tuple),
    cwd=_text,
    launcher=st.sampled_from(Launcher),
    started_at=st.datetimes(timezones=st.just(UTC)),
    ended_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    seconds=st.none() | st.floats(0, 1e9),
    exit_status=st.none() | st.integers(-64, 255),
    code=_codes,
    environment=st.builds(Environment, python=_text, packages=st.dictionaries(_text, _text, max_size=3)),
    data=st.lists(
        st.builds(DataRead, _text, _text, st.none() | _text, st.integers(0, 2**50), st.booleans()), max_size=3
    ).map(tuple),
    seeds=st.builds(Seeds, st.lists(_text, max_size=2).map(tuple), st.none() | _text),
    redacted=st.lists(st.builds(Redaction, _text, _text, _text), max_size=2).map(tuple),
)


@given(_launches)
def test_a_launch_comes_back_from_its_json_as_it_was(launch: Launch) -> None:
    assert Launch.from_json(json.loads(json.dumps(launch.to_json()))) == launch


def test_the_file_has_the_keys_that_other_tools_read() -> None:
    keys = a_launch(seeds=Seeds(("random.seed(1)",), "0")).to_json()
    assert (keys["schema"], keys["launcher"], keys["seeds"]) == (
        1,
        "script",
        {"calls": ["random.seed(1)"], "PYTHONHASHSEED": "0"},
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"argv": "python"}, r"launch\.argv must be a list, not 'python'"),
        ({"argv": [1]}, r"launch\.argv\[0\] must be str, not '1'"),
        ({"launcher": "rocket"}, r"launch\.launcher must be one of script, .*, not 'rocket'"),
        ({"started_at": "soon"}, r"launch\.started_at must be a time"),
        ({"code": []}, r"launch\.code must be an object"),
        ({"seconds": True}, r"launch\.seconds must be float"),
        ({"environment": {"packages": {"numpy": 2}}}, r"launch\.environment\.packages\.numpy must be str"),
        ({"schema": 9}, r"no launch of schema 1 but 9"),
    ],
)
def test_a_file_that_does_not_hold_is_refused_by_name(change: dict[str, object], message: str) -> None:
    with pytest.raises(SourceFailed, match=message):
        Launch.from_json({**a_launch().to_json(), **change})


def test_a_missing_key_is_named() -> None:
    with pytest.raises(SourceFailed, match=r"launch lacks a key .*argv"):
        Launch.from_json({key: value for key, value in a_launch().to_json().items() if key != "argv"})


def test_the_digest_is_of_what_was_known_at_the_start() -> None:
    started = a_launch()
    ended = replace(started, ended_at=MORNING, exit_status=0, run_ids=("r",), launch_id="l2")
    assert started.capture_digest == ended.capture_digest
    assert started.capture_digest != replace(started, argv=("python", "other.py")).capture_digest
