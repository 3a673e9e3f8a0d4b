"""The picture of the tally shows what its data say, and its sentence says numbers that stand in the picture."""

import re

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from test_explore_bugs import any_fed
from test_plots import contrast, crowded, ground, seen, texts

from lstm_demo import explore, plots
from lstm_demo.explore import bugs
from lstm_demo.plots.language import SERIES

matplotlib.use("Agg")
TALLIES = [explore.bug_of(bug) for bug in explore.BUGS] + [bugs.tally_of(f"Any {k}", any_fed(k)) for k in range(8)]
CUT = 0.36


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def updates():
    """One pair of axes, after each update: all but the first are drawn over another one's remains."""
    ax = Figure(figsize=(9, 3.5)).add_subplot()
    update = plots.draw_tally(ax, TALLIES)
    for tally in TALLIES:
        update(tally)
        yield ax, tally


def left(tally, t):
    return t + CUT * (t // tally.width + 1)


def inside(ax, lane, x):
    """The texts in a cell from top to bottom, and in a line from left to right."""
    found = [(y, a, said) for a, y, said in texts(ax) if x <= a < x + 1 and lane <= y < lane + 1]
    return [said for *_, said in sorted(found)]


def spelled(tally, lane, t):
    counts = zip([*"ABCD"[: tally.held.shape[2] - 1], "p"], tally.held[lane, t], strict=True)
    return " ".join(f"{int(n)}{name}" for name, n in counts if n) or "0"


def test_a_cell_says_what_is_read_what_the_state_holds_and_whether_that_is_right():
    for ax, tally in updates():
        for lane, t in np.ndindex(tally.series.shape):
            k = tally.series[lane, t]
            read = "—" if not tally.mask[lane, t] else "p" if k < 0 else f"{'ABCD'[k]}{tally.step[lane, t] + 1}"
            mark = [] if k < 0 else ["✓"] if tally.right[lane, t] else ["✗"]
            sign = ["R"] if tally.resets[lane, t] and t % tally.width else []  # at a cut it stands in front
            assert inside(ax, lane, left(tally, t)) == [*sign, read, *mark, spelled(tally, lane, t)]


def test_a_wrong_state_has_a_frame_and_another_colour_than_a_right_one():
    for ax, tally in updates():
        badges = {
            (int(b.get_y()), round(b.get_x(), 2)): b for b in seen(ax.patches) if b.get_height() < 0.5 and b.get_fill()
        }
        real = [tuple(place) for place in np.argwhere(tally.series >= 0)]
        assert len(badges) == len(real)
        for lane, t in real:
            badge = badges[lane, round(left(tally, t) + 0.05, 2)]
            assert (badge.get_edgecolor() == to_rgba("white")) == tally.right[lane, t]


def test_the_cells_have_the_colour_of_their_series_and_padding_is_hatched():
    for ax, tally in updates():
        boxes = {(int(b.get_y()), round(b.get_x(), 2)): b for b in seen(ax.patches) if b.get_height() > 0.5}
        for (lane, t), k in np.ndenumerate(tally.series):
            box = boxes.pop((lane, round(left(tally, t), 2)))
            assert bool(box.get_hatch()) == (k < 0)
            assert k < 0 or box.get_facecolor() == to_rgba(SERIES[k])
        assert not boxes


def test_a_thick_edge_stands_at_each_reset_and_nowhere_else():
    for ax, tally in updates():
        at = sorted((int(e.get_ydata()[0]), round(e.get_xdata()[0] - 0.04, 2)) for e in seen(ax.lines))
        wanted = sorted((lane, round(left(tally, t), 2)) for lane, t in np.argwhere(tally.resets).tolist())
        assert at == wanted
        assert all(e.get_linewidth() >= 3 for e in seen(ax.lines))
        assert any("▌ zeroed before this step" in t.get_text() for t in seen(ax.texts))


def test_at_each_cut_stands_what_becomes_of_the_state():
    for ax, tally in updates():
        for lane, t in np.ndindex(tally.series.shape):
            if t % tally.width == 0:
                fresh = t == 0 or not tally.carry
                sign = "0" if fresh else "R" if tally.resets[lane, t] else "⇢" if tally.detach else "→"
                (said,) = [s for a, y, s in texts(ax) if abs(a - left(tally, t) + CUT / 2) < 0.01 and y == lane + 0.5]
                assert said == sign


def test_the_windows_are_counted_and_say_how_far_backward_goes_where_it_goes_further():
    for ax, tally in updates():
        heads = [said for _, y, said in texts(ax) if y == -0.2]
        windows = range(-(-tally.series.shape[1] // tally.width))
        if tally.width == 1:
            assert heads == [str(k) for k in windows]
        elif tally.carry and not tally.detach and len(windows) > 1:
            assert heads == [f"window {k}, back through {k + 1}" for k in windows]
        else:
            assert heads == [f"window {k}" for k in windows]


def test_the_sentence_counts_the_wrong_steps_names_the_first_and_is_found_in_the_picture():
    for ax, tally in updates():
        said = plots.describe_tally(tally)
        wrong = int(tally.wrong.sum())
        (line,) = [t for t in seen(ax.texts) if re.match("[✓✗] after", t.get_text())]
        assert said.startswith(f"{tally.title}: {line.get_text()[2:]}")
        assert line.get_text()[0] == ("✗" if wrong else "✓")
        assert f"{(tally.series >= 0).sum()} steps" in said
        assert ax.get_title(loc="left") == tally.title
        assert ("backward" in said) == (tally.visits > 1)
        if not wrong:
            assert "first" not in said
            continue
        lane, window, read, held = re.search(
            r"first in lane (\d+), window (\d+), where (\w+) is read and the state then holds (.*?)[;.]", said
        ).groups()
        t = min(t for t in range(tally.series.shape[1]) if tally.wrong[:, t].any())
        assert (int(lane), int(window)) == (int(np.argmax(tally.wrong[:, t])), t // tally.width)
        cell = inside(ax, int(lane), left(tally, t))
        assert read == cell[0] or cell[0] == "—"
        counts = re.findall(r"(\d+) of (\w)", held)
        assert " ".join(f"{n}{name}" for n, name in counts) == (cell[2] if counts else "")
        assert wrong == len([t for t in seen(ax.texts) if t.get_text() == "✗"])


def test_no_text_of_a_bug_leaves_the_picture_or_covers_another():
    tallies = TALLIES[: len(explore.BUGS)]
    picture = plots.Picture(lambda ax: plots.draw_tally(ax, tallies), (9.0, 3.5))
    for tally in tallies:
        picture.png(tally)
        assert crowded(picture.figure) == []


def test_every_text_has_the_contrast_that_can_be_read():
    for ax, _ in updates():
        ax.figure.draw_without_rendering()
        for text in seen([*ax.texts, ax._left_title]):
            large = text.get_fontsize() >= 14 and text.get_fontweight() == "bold"
            assert text.get_fontsize() >= 12
            assert contrast(text.get_color(), ground(ax, text)) >= (3 if large else 4.5), text


def test_a_plain_plot_draws_the_same_and_a_look_says_the_sentence(capsys):
    tally = explore.bug_of("reset forgotten")
    ax = plots.plot_tally(tally)
    assert ax.get_title(loc="left") == "Reset forgotten"
    assert plots.plot_tally(tally, ax=ax) is ax
    plots.look(tally)
    assert " ".join(capsys.readouterr().out.split()) == plots.describe_tally(tally)
