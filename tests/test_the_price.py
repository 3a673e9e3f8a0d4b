"""Lesson 08: places counted by hand, the clock on a clock of our own, the stored race beside its file."""

import csv
import re
from pathlib import Path

import lessons
import pytest
from matplotlib.collections import PolyCollection
from seen import drawn_on
from test_ways import alone, gap, problem

import lstm_demo as ld
from lstm_demo.lessons import the_price
from lstm_demo.lessons.the_price import LENGTHS, RACED, Race, Waste, laps, race, stored_race
from lstm_demo.ways import WAYS


def boxes(ax):
    """[left, right] in steps of all that is drawn, from the top; what is empty ends with a 0."""
    found = []
    for one in ax.findobj(PolyCollection):
        for (left, top), (right, _) in ((p.vertices.min(axis=0), p.vertices.max(axis=0)) for p in one.get_paths()):
            found.append((top, [left, right, *[0] * bool(one.get_hatch())]))
    return [sides for _, sides in sorted(found)]


def test_four_series_are_drawn_where_one_counts_them():
    padded, shared = ld.pad_right([2, 3, 4, 2]), ld.back_to_back([2, 3, 4, 2], lanes=2, gap=1)
    assert [lane.tolist() for lane in shared.series] == [[2, 2, 2, 2, -1, 3, 3], [0, 0, -1, 1, 1, 1, -1]]
    picture = Waste("four", {"padded": padded, "back to back": shared})
    bar_and_lanes = [[0, 4.8125], [4.8125, 7, 0], [0, 2], [0, 4, 0], [0, 3], [0, 4], [0, 2]]  # 11 of 16 places, of 7
    bar_and_lanes += [[0, 5.5], [5.5, 7, 0], [0, 4], [0, 7, 0], [5, 7], [0, 2], [3, 6]]  # 11 of 14
    assert boxes(drawn_on(picture, still=True)) == [pytest.approx(sides) for sides in bar_and_lanes]
    assert picture.says() == (
        "four; padded: 4 lanes of 4 steps, 31 % of 16 places empty; "
        "back to back: 2 lanes of 7 steps, 21 % of 14 places empty."
    )


@pytest.mark.parametrize("spread", LENGTHS)
def test_the_explorer_lays_48_series_one_a_lane_or_in_so_many_with_an_empty_place_between(spread):
    lengths = LENGTHS[spread]()
    for lanes in (4, 8, 16):
        padded, shared = the_price.waste(spread, lanes).layouts.values()
        assert padded.series.shape == (48, max(lengths))
        assert (len(shared.series), shared.mask.sum()) == (lanes, sum(lengths))
        assert (shared.series[:, :-1][shared.resets[:, 1:]] == -1).all()


def test_laps_are_the_least_milliseconds_of_all_rounds_but_the_first_all_in_turn(monkeypatch):
    order = []
    monkeypatch.setattr(the_price, "timeit", lambda work, number: number * work())

    def work(name, seconds):
        seconds = iter(seconds)
        return lambda: order.append(name) or next(seconds)

    assert laps({"a": work("a", [0, 3, 1, 2]), "b": work("b", [0, 5, 6, 50])}, rounds=3) == {"a": 1000, "b": 5000}
    assert order == ["a", "b"] * 4


def test_a_race_runs_each_way_there_and_back_and_leaves_the_gradients_of_its_last():
    lstm, series, *_ = problem([2, 5, 3])
    assert set(race(lstm, series, rounds=1)) == set(WAYS)
    assert list(race(lstm, series, ["packed", "back to back"], rounds=2)) == ["packed", "back to back"]
    got = [p.grad.clone() for p in lstm.parameters()]
    lstm.zero_grad()
    alone(lstm, series)[1][0].square().mean().backward()
    assert gap(got, [p.grad for p in lstm.parameters()]) < 1e-12


def test_the_lesson_lists_each_way_that_races_and_says_of_it_what_the_registry_says():
    (table,) = (cell.source for cell in lessons.read("08_the_price.ipynb").cells if "| way |" in cell.source)
    said = dict(re.findall(r"^\| ([^|]+?) \|.*\| (yes|no)\b[^|]*\|$", table, re.MULTILINE))
    racing = {name: way for name, way in WAYS.items() if name not in the_price.ELSEWHERE}
    assert said == {name: "yes" if way.final else "no" for name, way in racing.items()}


@pytest.mark.parametrize("lengths", RACED)
def test_the_stored_race_is_that_of_its_file_sorted_beside_the_fastest_exact_one(lengths):
    with (Path(__file__).resolve().parents[1] / "data" / "race.csv").open(encoding="ascii") as file:
        every = [row for row in csv.DictReader(file) if (row["set"], row["mode"]) == (RACED[lengths], "backward")]
    timed = [row | {"ms": float(row["milliseconds"])} for row in every if row["milliseconds"]]
    limit, *rows = sorted(timed, key=lambda row: row["ms"])
    rows = [row for row in rows if row["entrant"] != "windows with carried state"]
    exact = [row["verdict"] == "exact" for row in rows]
    fastest = rows[exact.index(True)]["ms"]
    ax = drawn_on(stored_race(lengths))
    assert [line.get_xdata()[0] * fastest for line in ax.lines] == pytest.approx([row["ms"] for row in rows])
    assert [line.get_ydata()[0] for line in ax.lines] == list(range(len(rows)))
    closed = [row["entrant"] in ("back to back", "closed gates left") for row in rows]
    markers = ["X" if not right else "s" if shut else "o" for right, shut in zip(exact, closed, strict=True)]
    assert [line.get_marker() for line in ax.lines] == markers
    said = [t.get_text() for k in range(len(rows)) for t in ax.texts if t.get_position()[1] == k]
    assert said[::2] == [row["entrant"] for row in rows]
    assert ["not exact" not in one for one in said[1::2]] == exact
    dashed = [c.get_segments()[0][0, 0] * fastest for c in ax.collections if c.get_linestyle()[0][1]]
    assert (limit["entrant"], dashed) == ("limit", [pytest.approx(limit["ms"])])


def test_a_wrong_way_is_never_the_fastest_and_the_sentence_names_the_best_on_either_side():
    entrants = {"left padding": (1.0, False), "flax": (2.0, True), "packed": (3.0, True), "back to back": (5.0, True)}
    said = "of 3 exact ones flax is the fastest, 2 ms; with closed gates the best is back to back, 2.5 times as long."
    assert Race("Four", entrants, 1.0).says() == f"Four: {said}"
    entrants = {"closed gates left": (2.0, True), "packed": (3.0, True)}
    assert "without closed gates the best is packed, 1.5 times" in Race("Two", entrants, 1.0).says()
