"""`handoff`: a package of work is taken over when every must-criterion is met or waived by name."""

from pathlib import Path

import pytest

from mlcockpit.domain.handoff_criteria import MUST
from mlcockpit.domain.vocabulary import HandoffKind
from tests.team import a_team, done, events, refused

MET = tuple(word for number in range(1, 8) for word in ("--met", str(number)))


def offered(folder: Path, *more: str) -> str:
    return str(
        done(folder, "handoff", "offer", "H3", "model/churn", "cy", "--as", "bo", *more, "--json").json["handoff"]
    )


@pytest.mark.parametrize("kind", list(HandoffKind), ids=lambda kind: kind.value)
def test_each_kind_brings_its_own_must_criteria(tmp_path: Path, kind: HandoffKind) -> None:
    folder = a_team(tmp_path)
    done(folder, "handoff", "offer", kind.value, "model/churn", "cy", "--as", "bo")
    packet = done(folder, "handoff", "packet", "HO-1").out
    assert [text for text in MUST[kind] if text not in packet] == []


def test_the_whole_way_from_offer_to_done_is_in_the_log(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = offered(folder, "--due", "2026-03-10", "--title", "version 1")
    done(folder, "handoff", "return", name, "which weeks?", "--as", "cy")
    done(folder, "handoff", "offer", name, "--evidence", "1=promo/1", "--as", "bo")
    done(folder, "handoff", "accept", name, *MET, "--as", "cy")
    done(folder, "handoff", "done", name, "--as", "cy", "--note", "runs")
    assert ["handoff offered", "handoff returned", "handoff offered", "handoff accepted", "handoff done"] == events(
        folder, name
    )


def test_it_is_not_accepted_while_a_must_criterion_is_open(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = offered(folder, *MET[:-2], "--wish", "a nice picture", "--criterion", "load test")
    said = refused(folder, "handoff", "accept", name, "--as", "cy", "--met", "8")
    assert said.startswith("ho/1 has 1 must-criteria open (7 smoke set with expected outputs)")


def test_a_waiver_is_by_name_and_opens_the_way(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = offered(folder, *MET[:-2])
    waived = done(folder, "handoff", "waive", name, "7", "--why", "no outputs yet", "--as", "cy", "--json").json
    assert ("smoke set with expected outputs", "cy", "no outputs yet") == (
        waived["text"],
        waived["waived_by"],
        waived["why"],
    )
    assert "accepted" == done(folder, "handoff", "accept", name, "--as", "cy", "--json").json["state"]
    assert "waived by cy: no outputs yet" in done(folder, "handoff", "packet", name).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("waive", "ho/1", "1", "--why", " ", "--as", "cy"), "a waiver of ho/1 needs a reason"),
        (("waive", "ho/1", "9", "--why", "x", "--as", "cy"), "ho/1 has no criterion 9: it has 1 to 7"),
        (("waive", "ho/1", "1", "--why", "x", "--as", "cy"), "criterion 1 of ho/1 is met"),
        (("waive", "ho/1", "2", "--why", "x", "--as", "root"), "there is no person 'root'"),
        (("accept", "ho/1", "--as", "bo"), "ho/1 waits for cy, and you act as bo"),
        (("accept", "ho/2", "--as", "cy"), "there is no ho/2: nearest: ho/1"),
        (("accept", "ho/1", "--met", "0", "--as", "cy"), "ho/1 has no criterion 0"),
        (("accept", "ho/1", "--evidence", "three", "--as", "cy"), "'three' is no evidence"),
        (("return", "ho/1", " ", "--as", "cy"), "ho/1 needs a reason"),
        (("decline", "ho/1", "--why", "no", "--as", "olu"), "ho/1 waits for cy"),
        (("done", "ho/1", "--as", "cy"), "ho/1 is offered and cannot become done"),
        (("offer", "H3", "model/churn"), "an offer needs a kind, a subject and a person"),
        (("offer", "H3", "model/chum", "cy", "--as", "bo"), "there is no model/chum: nearest: model/churn"),
        (("offer", "H3", "model/churn", "bo", "--as", "bo"), "person/bo cannot hand over to themselves"),
        (("offer", "H9", "model/churn", "cy", "--as", "bo"), "an offer needs a kind"),
        (("offer", "H3", "model/churn", "cy", "--as", "bo", "--due", "soon"), "'soon' is no time"),
    ],
)
def test_what_is_not_lawful_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    folder = a_team(tmp_path)
    offered(folder, "--met", "1")
    assert said in refused(folder, "handoff", *words)


def test_a_handoff_that_ended_does_not_move_again(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = offered(folder)
    done(folder, "handoff", "decline", name, "--why", "not ours", "--as", "cy")
    for words in (("accept", name), ("return", name, "why?"), ("offer", name)):
        assert "ho/1 is declined and cannot become" in refused(folder, "handoff", *words, "--as", "cy")
    assert "ho/1 is declined: a waiver comes before acceptance" == refused(
        folder, "handoff", "waive", name, "1", "--why", "x", "--as", "cy"
    )


def test_nothing_is_handed_to_somebody_who_left(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "people", "depart", "cy")
    said = refused(folder, "handoff", "offer", "H3", "model/churn", "cy", "--as", "bo")
    assert "person/cy has left: hand over to somebody who is there" == said


def test_the_deputy_of_the_receiver_may_answer(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    done(folder, "handoff", "offer", "H5", "model/churn", "kai", "--as", "olu")
    assert "returned" == done(folder, "handoff", "return", "ho/1", "which?", "--as", "bo", "--json").json["state"]


def test_a_draft_is_offered_later(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = offered(folder, "--draft")
    assert "ho/1 is draft and cannot become accepted" in refused(folder, "handoff", "accept", name, "--as", "cy")
    assert "offered" == done(folder, "handoff", "offer", name, "--as", "bo", "--json").json["state"]


def test_an_overdue_handoff_is_listed_first_and_an_ended_one_only_when_asked(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    offered(folder)
    offered(folder, "--due", "2026-02-01", "--at", "2026-01-20")
    done(folder, "handoff", "decline", offered(folder), "--why", "twice", "--as", "cy")
    rows = done(folder, "handoff", "list", "--json").json["sections"][0]["rows"]
    assert ["ho/2", "ho/1"] == [row["handoff"] for row in rows]
    assert "2026-02-01 overdue" in done(folder, "handoff", "list").out
    assert 3 == len(done(folder, "handoff", "list", "--all", "--json").json["sections"][0]["rows"])


def test_a_packet_is_a_page_in_which_foreign_words_are_no_markup(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    name = offered(folder, "--title", "# [take](http://x) \x1b[31mit", "--evidence", "1=<b>promo</b>")
    done(folder, "handoff", "packet", name, "-o", str(tmp_path / "packet.md"))
    text = (tmp_path / "packet.md").read_text(encoding="utf-8")
    assert text.startswith("# ho/1: \\# \\[take\\](http://x) ␛\\[31mit\n")
    assert "1. [x] version approved — \\<b\\>promo\\</b\\>" in text


def test_a_packet_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    folder = a_team(tmp_path)
    place = tmp_path / "nowhere" / "packet.md"
    assert "cannot be written" in refused(folder, "handoff", "packet", offered(folder), "-o", str(place), code=4)
