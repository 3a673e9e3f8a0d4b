"""The picture of reach: read back from its artists, for any windows and links, and for grids that no loop makes."""

import io
import re

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image
from test_plots import contrast, crowded, ground, seen

from lstm_demo import explore, plots
from lstm_demo.plots import reach as drawn

matplotlib.use("Agg")
RNG = np.random.default_rng(0)


def any_reach(steps=12):
    """Grids that no loop makes: what is blamed is used too, and nothing after the output itself."""
    used = np.tril(RNG.random((steps, steps)) < 0.6)
    link = list(drawn.LINKS)[RNG.integers(3)]
    return plots.Reach("Any", int(RNG.integers(1, steps + 3)), link, used, used & (RNG.random(used.shape) < 0.5))


DATA = [explore.reach_of(window, loop) for loop in explore.LOOPS for window in (1, 3, 4)]
DATA += [any_reach() for _ in range(5)]


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def updates():
    """Fresh axes, and after each update the axes with one of the data: most are drawn over another one's remains."""
    ax = Figure(figsize=(9, 3.8)).add_subplot()
    update = plots.draw_reach(ax, 12)
    for one in DATA:
        update(one)
        yield ax, one


def cell(box):
    """(t, s) of a box."""
    return int(box.get_y()), int(box.get_x())


def at(ax, t, s):
    """The sign in the middle of a cell."""
    found = [text.get_text() for text in seen(ax.texts) if text.get_position() == (s + 0.5, t + 0.5)]
    return found[0] if found else ""


def test_a_cell_is_dark_where_it_can_be_blamed_pale_where_it_can_be_used_and_else_not_there():
    for ax, data in updates():
        boxes = {cell(box): box for box in seen(ax.patches)}
        assert sorted(boxes) == sorted(map(tuple, np.argwhere(data.used | data.blamed).tolist()))
        for (t, s), box in boxes.items():
            look = drawn.BLAMED if data.blamed[t, s] else drawn.USED
            assert box.get_facecolor() == to_rgba(look["facecolor"])
            assert at(ax, t, s) == ("∇" if data.blamed[t, s] else "·")


def test_the_columns_count_what_each_output_can_use_and_blame():
    for ax, data in updates():
        for t in range(12):
            row = sorted(
                (x, said)
                for x, y, said in ((*a.get_position(), a.get_text()) for a in seen(ax.texts))
                if x > 12 and y == t + 0.5
            )
            assert [said for _, said in row] == [str(data.used[t].sum()), str(data.blamed[t].sum())]
    heads = [text.get_text() for text in ax.texts if text.get_text().startswith("can ") and text.get_position()[0] > 12]
    assert heads == ["can use", "can blame"]


def test_a_border_with_its_sign_stands_in_front_of_each_window_but_the_first():
    for ax, data in updates():
        wanted = [s for s in range(1, 12) if s % data.window == 0]
        assert [line.get_xdata()[0] for line in seen(ax.lines)] == wanted
        assert all(
            line.get_ydata()[0] < s < line.get_ydata()[1] for line, s in zip(seen(ax.lines), wanted, strict=True)
        )
        sign, meaning = drawn.LINKS[data.link]
        bold = [text for text in seen(ax.texts) if text.get_weight() == "bold" and text.get_text() == sign]
        assert sorted(int(text.get_position()[0]) for text in bold if text.get_position()[0] < 12) == wanted
        assert any(meaning in text.get_text() for text in seen(ax.texts)) == bool(data.window < 12)
        assert ax.get_title(loc="left") == data.title


def test_the_sentence_lists_the_counts_that_stand_in_the_picture():
    for ax, data in updates():
        said = plots.describe_reach(data).removeprefix(data.title)
        uses, blames = said.split("; they can blame ")
        assert [int(n) for n in re.findall(r"\d+", blames)] == data.blamed.sum(axis=1).tolist()
        if "all inputs" in uses:
            assert data.used[np.tril_indices(12)].all()
        else:
            assert [int(n) for n in re.findall(r"\d+", uses)][2:] == data.used.sum(axis=1).tolist()
        shown = {text.get_text() for text in [*seen(ax.texts), *ax.get_xticklabels(), *ax.get_yticklabels()]}
        assert set(re.findall(r"\d+", said)) <= shown


def test_a_picture_has_no_history():
    picture = plots.Picture(lambda ax: plots.draw_reach(ax, 12), (9.0, 3.8))
    fresh = [picture.png(one) for one in DATA]
    assert len(set(fresh)) == len(DATA)
    for k in RNG.permutation(len(DATA))[:10]:
        assert picture.png(DATA[k]) == fresh[k]
    assert (np.asarray(Image.open(io.BytesIO(fresh[0]))) < 128).any()


def test_nothing_leaves_the_picture_or_covers_another_and_all_can_be_read():
    picture = plots.Picture(lambda ax: plots.draw_reach(ax, 12), (9.0, 3.8))
    for data in DATA[:15:2]:
        picture.png(data)
        assert crowded(picture.figure) == []
        (ax,) = picture.figure.axes
        for text in seen([*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]):
            assert text.get_fontsize() >= 12
            assert contrast(text.get_color(), ground(ax, text)) >= 4.5, text


def test_the_key_and_the_signs_lie_where_no_cell_can_lie():
    ax = Figure(figsize=(9, 3.8)).add_subplot()
    plots.draw_reach(ax, 12)(explore.reach_of(1))
    ax.figure.draw_without_rendering()
    boxes = [box.get_window_extent() for box in seen(ax.patches)]
    for text in seen(ax.texts):
        if text.get_text() not in "∇·":
            words = text.get_window_extent()
            assert not [b for b in boxes if b.overlaps(words) and min(b.x1, words.x1) - max(b.x0, words.x0) > 2], text


def test_a_plain_plot_draws_on_the_axes_that_it_is_given_or_makes_one_figure_and_a_look_says_the_sentence(capsys):
    given = Figure().add_subplot()
    assert plots.plot_reach(DATA[0], ax=given) is given
    assert pyplot.get_fignums() == []
    plots.look(DATA[0])
    assert " ".join(capsys.readouterr().out.split()) == plots.describe_reach(DATA[0])
    assert len(pyplot.get_fignums()) == 1
