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

from lstm_demo import explore, plots
from lstm_demo.plots.language import RIGHT, WRONG

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
        explore.stored_training(7)


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
    keys = itertools.product(("nothing", "a flag"), ("left", "right"), ("PyTorch", "Keras"))
    return plots.Trained("Any", 0.5, {key: rng.uniform(0.45, 1, seeds) for key in keys})


def test_every_net_is_a_point_at_its_accuracy_in_the_row_of_its_way():
    data = trained()
    ax = plots.plot_trained(data)
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert rows == ["nothing", "a flag"]
    drawn = {line.get_label(): [] for line in ax.lines if line.get_label().startswith("padding")}
    for line in ax.lines:
        if line.get_label() in drawn:
            drawn[line.get_label()].append(line)
    for (way, side, start), shares in data.points.items():
        line = drawn[f"padding {side}, {start} start"][rows.index(way)]
        np.testing.assert_array_equal(line.get_xdata(), shares)
        assert {round(y) for y in line.get_ydata()} == {rows.index(way)}
        assert (line.get_markerfacecolor() == line.get_color()) == (start == "PyTorch")
    assert len({lines[0].get_marker() for lines in drawn.values()}) == 2
    ax.figure.draw_without_rendering()
    assert crowded(ax.figure) == []


def test_the_sentence_says_the_least_and_the_most_of_each_way_and_side():
    data = trained()
    said = plots.describe_trained(data)
    for way, side in itertools.product(("nothing", "a flag"), ("left", "right")):
        every = [s for key, shares in data.points.items() if key[:2] == (way, side) for s in shares]
        assert f"{min(every):.2f} to {max(every):.2f} {side}" in said
    assert "3 seeds and 2 starts" in said


def test_the_stored_nets_are_those_of_the_table():
    data = explore.stored_training()
    assert len(data.points) == 6 * 2 * 2
    assert {len(shares) for shares in data.points.values()} == {5}
    figure = plots.plot_trained(data).figure
    figure.draw_without_rendering()
    assert crowded(figure) == []
    late = explore.stored_training(3000)
    assert {key[:2] for key in late.points} == {("nothing", "right"), ("flag", "right")}
