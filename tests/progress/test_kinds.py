"""Every kind of scale is drawn as what it is: outcomes unjoined, means with their decimal, versions apart."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from portal.progress import axes, describe, figures, ranges, reading, table
from portal.progress.sentence import sentences
from portal.progress.svg import chart, overlay
from portal.progress.svg.frame import NARROW, WIDE, Sheet
from portal.progress.timeline import Band, Timeline
from tests.progress import kinds
from tests.progress.stories import PHQ9, TODAY, WORDS, infusion, say, score, timeline


def drawn(about: Timeline, sheet: Sheet = WIDE) -> ElementTree.Element:
    return ElementTree.fromstring(chart.draw(ranges.select(about, "all"), WORDS, sheet))  # noqa: S314 - our own drawing


def having(root: ElementTree.Element, class_: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if class_ in (element.get("class") or "").split()]


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter() if element.tag.endswith("text")]


def titles(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter() if element.tag.endswith("title")]


def roles(about: Timeline, role: str) -> list[dict[str, Any]]:
    return [one for one in figures.by_date(ranges.select(about, "all"), WORDS)["data"] if one["meta"]["role"] == role]


def said(about: Timeline) -> str:
    return " ".join(say(message) for message in sentences(about))


@pytest.mark.parametrize("sheet", [WIDE, NARROW])
def test_outcomes_stand_each_in_the_middle_of_its_named_row_and_no_line_joins_them(sheet: Sheet) -> None:
    about, root = ranges.select(kinds.screened(), "all"), drawn(kinds.screened(), sheet)
    frame, _ = chart.framed(about, WORDS, sheet)
    assert frame.scores
    rows = [element for element in root.iter() if "c-band" in (element.get("class") or "")]
    edges = [(float(row.get("y") or 0), float(row.get("height") or 0)) for row in rows]
    for value, (top, height) in enumerate(edges):
        assert top < frame.scores.y(value) < top + height
        assert abs(frame.scores.y(value) - (top + height / 2)) <= 3
    assert len({round(height) for _, height in edges[1:-1]}) == 1
    assert not [path for path in having(root, "c-score") if path.get("d") != "M-8 0h16"]
    assert {"Negative", "positive"} < set(texts(root))
    assert not {"0", "1", "2"} & set(texts(root))


def test_an_answer_without_an_outcome_stands_below_all_outcomes_and_says_so() -> None:
    root, about = drawn(kinds.screened()), ranges.select(kinds.screened(), "all")
    frame, _ = chart.framed(about, WORDS, WIDE)
    assert frame.scores
    lowest = max(float(row.get("y") or 0) + float(row.get("height") or 0) for row in having(root, "c-band"))
    assert frame.scores.y(axes.unscored_at(kinds.ASQ)) > lowest
    assert "no result" in texts(root)
    (crosses,) = roles(kinds.screened(), "unscored")
    assert crosses["y"] == [-1]
    assert [words.split("<br>")[0] for words in crosses["hovertext"]] == [
        "ASQ answered, with too few answers for a result"
    ]
    everything_answered = replace(about, scores=tuple(point for point in about.scores if point.value is not None))
    assert "no result" not in texts(drawn(everything_answered))


def test_outcomes_are_named_and_never_counted_or_compared() -> None:
    about = kinds.screened()
    assert said(about) == "ASQ on 15 June 2026: Negative. The result before, on 8 June 2026: Negative."
    (trace,) = roles(about, "score")
    assert trace["mode"] == "markers"
    assert trace["hovertext"][0] == "ASQ: Non-acute positive<br>13 April 2026"
    assert not roles(about, "ring")
    assert overlay.draw(about, WORDS) == ""
    compared = replace(about, baseline=about.scores[0])
    assert {row.score.difference for row in table.rows(ranges.select(compared, "all")) if row.score} == {None}


def test_silence_after_an_outcome_is_not_called_negative() -> None:
    points = [score(TODAY - timedelta(days=40), 0, instrument=kinds.ASQ)]
    late = timeline(points, instrument=kinds.ASQ)
    assert said(late) == ("ASQ on 6 May 2026: Negative. That was 40 days ago; how it has been since then is not known.")
    unknown = timeline([*points, score(TODAY, None)], instrument=kinds.ASQ)
    assert said(unknown).endswith("ASQ was answered on 15 June 2026, with too few answers for a result.")
    assert said(timeline([score(TODAY, None)], instrument=kinds.ASQ)) == (
        "ASQ was answered on 15 June 2026, with too few answers for a result."
    )
    assert said(timeline(instrument=kinds.ASQ)) == "There is no ASQ result yet."


def test_a_mean_is_always_written_with_its_one_decimal() -> None:
    about = kinds.in_pain()
    assert said(about).startswith("PEG fell from 7.3 to 4.0 after the series. PEG is 5.0 now, ")
    assert "5.0" in texts(drawn(about))
    assert roles(about, "score")[0]["hovertext"][-2].startswith("PEG 5.0<br>")
    newest = table.rows(ranges.select(about, "all"))[0].score
    assert newest
    assert newest.difference == -2.3


def test_a_scale_without_bands_has_even_steps_beside_it() -> None:
    assert axes.ticks(kinds.PEG) == [0, 2, 4, 6, 8, 10]
    assert axes.ticks(replace(kinds.PEG, maximum=80)) == [0, 20, 40, 60, 80]
    assert axes.ticks(replace(kinds.PEG, maximum=92)) == [0, 20, 40, 60, 80, 92]
    assert axes.ticks(PHQ9) == [0, 5, 10, 15, 20, 27]
    assert axes.ticks(kinds.ASQ) == []


def test_the_ground_is_darker_where_it_is_worse_whichever_end_that_is() -> None:
    assert [axes.shade(PHQ9, number) for number in range(5)] == [0, 1, 2, 3, 4]
    assert [axes.shade(kinds.WELLBEING, number) for number in range(2)] == [1, 0]
    low, high = having(drawn(kinds.getting_well()), "c-band")
    assert float(low.get("y") or 0) > float(high.get("y") or 0)
    assert ("c-b1" in (low.get("class") or ""), "c-b0" in (high.get("class") or "")) == (True, True)


def test_a_rise_is_an_improvement_where_high_is_good() -> None:
    assert "Compared with before the first infusion: reliably improved." in said(kinds.getting_well())


def test_a_version_is_marked_wherever_the_scores_are_shown() -> None:
    about = kinds.another_version()
    changed = about.scores[5]
    root = drawn(about)
    (mark,) = [one for one in having(root, "c-version") if "M0-7" not in (one.get("d") or "")]
    frame, _ = chart.framed(ranges.select(about, "all"), WORDS, WIDE)
    assert (mark.get("d") or "").startswith(f"M{round(frame.x_on(changed.on, 0), 1):g} ")
    assert "version 2" in texts(root)
    assert "version 2 from here on, 18 May 2026" in titles(root)
    (trace,) = roles(about, "version")
    assert trace["x"][0] == "2026-05-18 00:00"
    assert trace["hovertext"][0] == "version 2 from here on<br>18 May 2026"
    found = table.rows(ranges.select(about, "all"))
    (row,) = [number for number, one in enumerate(found) if one.version]
    above = found[row - 1].score
    assert above
    assert above.point is changed
    assert said(about).endswith(
        "The questions or their scoring changed on 18 May 2026 (version 2): "
        "what was answered before is not compared with what came later."
    )


def test_no_line_and_no_comparison_crosses_a_version() -> None:
    about = kinds.another_version()
    (joined,) = [path for path in having(drawn(about), "c-score") if "L" in (path.get("d") or "")]
    assert (joined.get("d") or "").count("M") == 2
    (trace,) = roles(about, "score")
    assert trace["y"][5] is None
    newer = [
        row.score for row in table.rows(ranges.select(about, "all")) if row.score and row.score.point.version == "2"
    ]
    assert {(one.difference, one.change) for one in newer} == {(None, None)}
    assert not [one for one in reading.crossings(about) if one.point.version == "2"]
    assert "fell" not in said(about)
    assert not [words for words in texts(drawn(about)) if words.startswith("response")]
    assert [
        words for words in texts(drawn(timeline(about.scores[:5], about.infusions))) if words.startswith("response")
    ]


def test_older_answers_do_not_stand_on_the_bands_of_a_newer_version() -> None:
    about = ranges.select(kinds.another_version(), "all")
    frame, _ = chart.framed(about, WORDS, WIDE)
    begins = frame.x_on(about.scores[5].on, 0)
    plain, *bands = having(drawn(kinds.another_version()), "c-band")
    assert float(plain.get("x") or 0) + float(plain.get("width") or 0) == pytest.approx(begins, abs=0.1)
    assert [float(band.get("x") or 0) for band in bands] == [pytest.approx(begins, abs=0.1)] * len(PHQ9.bands)


def test_intervals_of_an_older_version_are_not_laid_over_newer_ones() -> None:
    boosters = [infusion(TODAY - timedelta(days=ago), number) for ago, number in ((30, 7), (16, 8))]
    about = replace(kinds.another_version(), infusions=(*kinds.another_version().infusions, *boosters))
    assert overlay.can_compare(about)
    older = tuple(replace(point, version="1") for point in about.scores[:-2]) + about.scores[-2:]
    assert not overlay.can_compare(replace(about, scores=older))


def test_what_qualifies_a_score_is_under_the_pointer() -> None:
    about = kinds.part_of_a_scale()
    words = roles(about, "score")[0]["hovertext"]
    assert "entered by Nia Achebe, by phone" in words[3]
    assert "prorated (6 of 7 answered)<br>1 question left out by choice" in words[5]
    assert any("entered by Nia Achebe, by phone" in title for title in titles(drawn(about)))
    assert roles(about, "score")[0]["marker"]["symbol"][3:6] == ["square", "circle", "circle-open"]
    assert "entered by the care team" in texts(drawn(about))
    unscored = replace(about.scores[0], value=None, state="unscored", answered=2, of=7, declined=5)
    assert [say(one) for one in describe.qualities(unscored)] == ["2 of 7 answered", "5 questions left out by choice"]


@pytest.mark.parametrize(
    ("mode", "name", "expected"),
    [
        ("clinician", "Bea Lindqvist", "rated by Bea Lindqvist"),
        ("clinician", "", "rated by a clinician"),
        ("bedside", "Nia Achebe", "entered by Nia Achebe, at the bedside"),
    ],
)
def test_it_is_said_who_entered_a_score(mode: Any, name: str, expected: str) -> None:
    point = replace(score(TODAY, 20), mode=mode, entered_by=name)
    assert [say(one) for one in describe.qualities(point)] == [expected]


def test_a_long_name_gives_way_to_what_stands_above_the_lanes() -> None:
    for sheet in (WIDE, NARROW):
        (name,) = [one for one in having(drawn(kinds.part_of_a_scale(), sheet), "c-name") if one.get("x") == "0"]
        assert (name.text or "").startswith("Mood and thou")


def test_a_window_follows_the_version_that_was_answered() -> None:
    view = replace(PHQ9, recalled={"1": 14, "2": 7, "3": None})
    spans = [describe.recall_window(view, score(TODAY, 9, version=version)) for version in ("1", "2", "3")]
    assert [span and (TODAY - span.start).days for span in spans] == [14, 7, None]


def test_bands_close_together_keep_their_names_apart() -> None:
    close = replace(PHQ9, bands=(Band(0, 9, "Unlikely"), Band(10, 12, "Possible"), Band(13, 30, "Likely")), maximum=30)
    root = drawn(timeline([score(TODAY, 9), score(TODAY - timedelta(days=9), 9)], instrument=close))
    heights = [
        float(one.get("y") or 0) for one in having(root, "c-soft") if one.text in ("Unlikely", "Possible", "Likely")
    ]
    assert len(heights) == 3
    assert min(abs(a - b) for a in heights for b in heights if a != b) >= WIDE.font
