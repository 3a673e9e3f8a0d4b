"""Lesson 08: places counted by hand, the clock on a clock of our own, the stored race beside its file."""

import csv
import re
from pathlib import Path

import lessons
import numpy as np
import pytest
import torch
from seen import drawn_on

from lstm_demo.lessons import the_price
from lstm_demo.lessons.the_price import LENGTHS, RACED, laps, race, stored_race, waste
from lstm_demo.ways import WAYS


@pytest.mark.parametrize("spread", LENGTHS)
@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_48_series_lie_one_a_lane_or_in_so_many_with_an_empty_place_between_and_are_drawn_there(spread, lanes):
    lengths, picture = LENGTHS[spread](), waste(spread, lanes)
    padded, shared = picture.layouts.values()
    assert padded.series.shape == (48, max(lengths))
    assert (len(shared.series), shared.mask.sum()) == (lanes, sum(lengths))
    assert (shared.series[:, :-1][shared.resets[:, 1:]] == -1).all()
    wide, want = max(padded.mask.shape[1], shared.mask.shape[1]), []
    for layout in (padded, shared):
        full = layout.mask.mean()  # of a bar, below it hatched lanes, and on them the series
        want += [(0, full * wide, False), (full * wide, wide, True), (0, layout.mask.shape[1], True)]
        for lane in layout.series:
            at = [np.flatnonzero(lane == k) for k in dict.fromkeys(lane[lane >= 0])]
            want += [(columns[0], columns[-1] + 1, False) for columns in at]
        places = f"{len(layout.mask)} lanes of {layout.mask.shape[1]} steps, {100 * (1 - full):.0f} % of "
        assert f"{places}{layout.mask.size:,} places empty" in picture.says()
    found = []
    for boxes in drawn_on(picture, still=True).collections:
        hatched = bool(boxes.get_hatch())
        found += [(*path.get_extents().intervalx, hatched) for path in boxes.get_paths()]
    np.testing.assert_allclose(found, want, atol=1e-9)


def test_laps_are_the_least_milliseconds_of_all_rounds_but_the_first_all_in_turn(monkeypatch):
    clock = iter([0, 0, 3, 5, 1, 6, 2, 50])  # one clock for both
    monkeypatch.setattr(the_price, "timeit", lambda work, number: next(clock))
    assert laps({"a": None, "b": None}, rounds=3) == {"a": 1000, "b": 5000}


def test_a_race_runs_each_way_there_and_back():
    lstm, series = torch.nn.LSTM(2, 3, batch_first=True), [torch.randn(n, 2) for n in (2, 5, 3)]
    assert list(race(lstm, series, ["packed", "back to back"], rounds=2)) == ["packed", "back to back"]
    assert all(weight.grad.any() for weight in lstm.parameters())
    assert list(race(lstm, series, rounds=1)) == [*WAYS]


def test_the_lesson_lists_each_way_that_races_and_says_of_it_what_the_registry_says():
    (table,) = (cell.source for cell in lessons.read("08_the_price.ipynb").cells if "| way |" in cell.source)
    said = dict(re.findall(r"^\| ([^|]+?) \|.*\| (yes|no)\b[^|]*\|$", table, re.MULTILINE))
    racing = {name: way for name, way in WAYS.items() if name not in the_price.ELSEWHERE}
    assert said == {name: "yes" if way.final else "no" for name, way in racing.items()}


@pytest.mark.parametrize("lengths", RACED)
def test_the_stored_race_is_that_of_its_file_sorted_beside_the_fastest_exact_one(lengths):
    with (Path(__file__).resolve().parents[1] / "data" / "race.csv").open(encoding="ascii") as file:
        every = [row for row in csv.DictReader(file) if (row["set"], row["mode"]) == (RACED[lengths], "backward")]
    ran = [row for row in every if row["milliseconds"] and row["entrant"] != "windows with carried state"]
    limit, *rows = sorted(ran, key=lambda row: float(row["milliseconds"]))
    milliseconds, exact = [float(row["milliseconds"]) for row in rows], [row["verdict"] == "exact" for row in rows]
    fastest = milliseconds[exact.index(True)]
    ax = drawn_on(stored_race(lengths))
    assert [line.get_xdata()[0] * fastest for line in ax.lines] == pytest.approx(milliseconds)
    _, at_limit, *said = [text.get_text() for text in ax.texts]
    assert (limit["entrant"], at_limit) == ("limit", f"limit {the_price.brief(float(limit['milliseconds']))} ms")
    assert ax.collections[0].get_segments()[0][0, 0] * fastest == pytest.approx(float(limit["milliseconds"]))
    assert said[::2] == [row["entrant"] for row in rows]
    assert ["not exact" not in one for one in said[1::2]] == exact
    first, *others = [row["entrant"] for row in rows if row["verdict"] == "exact"]
    closed = ("back to back", "closed gates left")
    best = next(name for name in others if (name in closed) != (first in closed))
    other, says = "without" if first in closed else "with", stored_race(lengths).says()
    assert f"of {sum(exact)} exact ones {first} is the fastest" in says
    assert f"; {other} closed gates the best is {best}, " in says
