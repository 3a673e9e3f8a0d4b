"""Flag against mask over one padded series: the numbers by plain floats, the picture read back from its artists."""

import itertools
import math
import re

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from test_plots import crowded, seen

import lstm_demo as ld
from lstm_demo import explore, plots, tables
from lstm_demo.plots.language import RIGHT, SIDES, WRONG

matplotlib.use("Agg")
CHOICES = list(itertools.product(explore.TOLD, ("left", "right"), (1, 7, 20), (0, 3, 12)))
SOME = [explore.held(*choice) for choice in CHOICES]


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def by_hand(told, side, pads, weight):
    """c after each step, in plain floats: six ones, i, f and g of a cell that reads no h."""

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    c, along = 0.0, []
    series = [1.0] * 6
    padding = [None] * pads
    for x in padding + series if side == "left" else series + padding:
        if x is not None:
            c = sigmoid(2) * c + sigmoid(1) * math.tanh(1.5 * x - 0.5)
        elif told == "closed gates":
            c = 0.0
        elif told != "mask":
            w = weight if told == "flag" else 0
            c = sigmoid(2 + w) * c + sigmoid(1 - w) * math.tanh(-0.5)
        along.append(c)
    return along


def test_c_is_that_of_plain_floats_and_the_truth_that_of_a_mask():
    for choice, data in zip(CHOICES, SOME, strict=True):
        np.testing.assert_allclose(data.c, by_hand(*choice), atol=1e-12)
        np.testing.assert_allclose(data.truth, by_hand("mask", *choice[1:]), atol=1e-12)
        assert data.mask.sum() == 6
        assert data.mask[0] == (data.side == "right")


def test_a_mask_is_exact_on_either_side_closed_gates_in_front_only_and_a_flag_never():
    for (told, side, _, _), data in zip(CHOICES, SOME, strict=True):
        exact = told == "mask" or (told, side) == ("closed gates", "left")
        assert (data.off == 0) == exact
        assert data.off == pytest.approx(abs(data.c[-1] - data.truth[-1]), abs=1e-12)


def test_the_heavier_the_flag_the_nearer_to_the_truth():
    for side in ("left", "right"):
        off = [explore.held("flag", side, 15, weight).off for weight in range(13)]
        assert off[1:] == sorted(off[1:], reverse=True)  # 1 may be worse than 0: f is open before i is shut
        assert off[0] == explore.held("nothing", side, 15).off > 1 > 1e-3 > off[-1] > 0


def test_what_is_not_known_is_refused_by_name():
    for name, choice in {"told": ("flags", "left", 3), "side": ("flag", "up", 3), "pads": ("flag", "left", 0)}.items():
        with pytest.raises(ValueError, match=f"^{name}: expected .*, got .*; "):
            explore.held(*choice)
    with pytest.raises(ValueError, match=r"^batches: expected one of \[300, 3000\], got 7; "):
        explore.stored_training("Keras", 7)
    with pytest.raises(ValueError, match=r"^start: expected one of \['PyTorch', 'Keras'\], got 'keras'; "):
        explore.stored_training("keras")


# --- the picture -----------------------------------------------------------------------------------------------------


def updates():
    ax = Figure(figsize=(9, 4.2), layout="constrained").add_subplot()
    update = plots.draw_held(ax, 26)
    for data in SOME:
        update(data)
        yield ax, data


def test_the_two_lines_are_c_and_the_truth_and_the_band_is_the_padding():
    for ax, data in updates():
        dashed, solid = ax.lines
        np.testing.assert_array_equal(solid.get_ydata(), data.c)
        np.testing.assert_array_equal(dashed.get_ydata(), data.truth)
        assert solid.get_linestyle() == "-" != dashed.get_linestyle()
        low, high = ax.get_ylim()
        assert low < min(data.c.min(), data.truth.min()) <= max(data.c.max(), data.truth.max()) < high
        (band,) = seen(ax.patches)
        padding = np.flatnonzero(~data.mask)
        assert band.get_hatch()
        assert (band.get_x(), band.get_x() + band.get_width()) == (padding[0] - 0.5, padding[-1] + 0.5)


def test_the_picture_says_the_numbers_of_the_sentence_and_the_verdict_by_mark_and_colour():
    for ax, data in updates():
        said = plots.describe_held(data)
        shown = [t.get_text() for t in seen(ax.texts)] + [ax.get_title(loc="left")]
        for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-\d+)?", said):
            assert any(number in text for text in shown), (number, said, shown)
        (verdict,) = [t for t in seen(ax.texts) if re.search("exact$|off by", t.get_text())]
        look = RIGHT if data.off == 0 else WRONG
        assert verdict.get_text().startswith(look["mark"])
        assert to_hex(verdict.get_color()).lower() == look["color"].lower()
        assert ("exactly" in said) == (data.off == 0)
        where = {"left": "in front", "right": "behind"}[data.side]
        assert where in said
        assert where in ax.get_title(loc="left")


def test_no_text_is_cut_off_or_covered():
    for data in SOME:
        ax = plots.plot_held(data)
        ax.figure.draw_without_rendering()
        assert crowded(ax.figure) == []
        pyplot.close(ax.figure)


# --- nets side by side -----------------------------------------------------------------------------------------------


def trained(seeds=3):
    rng = np.random.default_rng(0)
    keys = itertools.product(("nothing", "a flag"), ("left", "right"))
    return plots.Trained("Any", 0.5, "yes", {key: rng.uniform(0.5, 1, seeds) for key in keys}, ("a flag",))


def test_a_row_shows_the_mean_the_range_and_the_number_of_its_way_and_side():
    data = trained()
    ax = plots.plot_trained(data)
    ways = [label.get_text() for label in ax.get_yticklabels()]
    assert ways == ["nothing", "a flag"]
    ranges = [line for line in ax.lines if line.get_animated() and line.get_linestyle() == "-"]
    marks = [line for line in ax.lines if line.get_animated() and line.get_linestyle() == "None"]
    numbers = [t for t in ax.texts if t.get_animated()]
    assert len(ranges) == len(marks) == len(numbers) == len(data.points)
    for ((way, side), shares), low_high, mark, said in zip(data.points.items(), ranges, marks, numbers, strict=True):
        assert list(low_high.get_xdata()) == [shares.min(), shares.max()]
        assert list(mark.get_xdata()) == [shares.mean()] == [data.mean[way, side]]
        assert mark.get_marker() == SIDES[side]["marker"]
        assert said.get_text() == f"{shares.mean():.2f}"
        assert {round(y) for y in (*low_high.get_ydata(), *mark.get_ydata())} == {ways.index(way)}
        assert low_high.get_ydata()[0] == mark.get_ydata()[0] == said.get_position()[1]
        assert (mark.get_ydata()[0] > ways.index(way)) == (side == "right")
    assert 'always "yes": 0.50' in [t.get_text() for t in ax.texts]
    assert [t.get_text() for t in ax.figure.legends[0].get_texts()] == ["padding left", "padding right"]
    ax.figure.draw_without_rendering()
    assert crowded(ax.figure) == []


def test_the_sentence_says_the_means_of_the_ways_it_speaks_of():
    data = trained()
    mean = [data.points["a flag", side].mean() for side in ("left", "right")]
    said = 'Any, mean share of right answers: a flag {:.2f} left, {:.2f} right; always "yes" 0.50.'.format(*mean)
    assert plots.describe_trained(data) == said


@pytest.mark.parametrize("start", ["PyTorch", "Keras"])
def test_the_stored_nets_are_those_of_the_table_and_every_number_said_is_shown(start):
    data, explorer = explore.stored_training(start), explore.explore_training()
    assert len(data.points) == 6 * 2
    for (way, side), shares in data.points.items():
        wanted = [
            r.accuracy for r in tables.flag_table() if (r.way, r.side, r.start, r.batches) == (way, side, start, 300)
        ]
        assert shares.tolist() == wanted
        assert len(wanted) == 5
    said = explorer.shown(start=start).sentence
    assert said == plots.describe_trained(data)
    assert len(said.split()) <= 36
    ax = plots.plot_trained(data)
    ax.figure.draw_without_rendering()
    assert crowded(ax.figure) == []
    low, high = ax.get_xlim()
    assert low < min(s.min() for s in data.points.values()) <= 1 < high
    shown = " ".join([t.get_text() for t in ax.texts] + [ax.get_title(loc="left")])
    assert [number for number in re.findall(r"\d+(?:\.\d+)?", said) if number not in shown] == []
    late = explore.stored_training(start, 3000)
    assert set(late.points) == {("nothing", "right"), ("flag", "right")}
    assert late.spoken == ("flag",)


def test_whoever_always_says_positive_is_right_as_often_as_the_picture_says():
    series, positive = ld.recall_first(1000, 3, 15, seed=2)
    assert len(series) == 1000
    assert np.mean(positive) == pytest.approx(explore.stored_training("PyTorch").guess)
