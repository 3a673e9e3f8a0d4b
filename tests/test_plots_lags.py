"""The picture of error against lag, read back from its artists: cliffs, slopes, few seeds and many, equal errors."""

import io
import itertools
import re

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image
from test_plots import BLIND, contrast, crowded, ground, lab, linear, seen

from lstm_demo import plots
from lstm_demo.plots import lags as drawn
from lstm_demo.plots.language import ORANGE

matplotlib.use("Agg")
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def cliff(window, lags=9, seeds=3, slope=0.0):
    """Errors that rise to 1 at lag = window, a little apart from seed to seed."""
    lag = np.arange(lags)
    return np.abs(np.where(lag < window, slope * lag / window, 1) + RNG.normal(0, 0.02, (seeds, lags)))


DATA = [
    plots.Lags(f"Windows of {k}", np.arange(9), {"carried": cliff(k), "reset": cliff(k, slope=1.0)}, k)
    for k in (1, 2, 5, 8)
]
DATA += [
    plots.Lags("One", np.arange(9), {"only one": cliff(3, seeds=1)}, 3, "input window"),
    plots.Lags("Not all lags", np.array([0, 2, 3, 7]), {"a": cliff(3, 4), "b": cliff(3, 4) + 0.5}, (2, 4, 7)),
    plots.Lags("High", np.arange(9), {name: np.full((2, 9), 3.0 + k) for k, name in enumerate("abcde")}, 12),
    plots.Lags("Equal", np.arange(9), {name: np.full((2, 9), 1.0) for name in ("feed-forward, window 4", "b", "c")}),
    plots.Lags("Low", np.arange(9), {name: np.zeros((2, 9)) for name in "abcd"}, (1, 2, 3, 4, 5)),
]


def updates():
    """Fresh axes, and after each update the axes with one of the data: most are drawn over another one's remains."""
    ax = Figure(figsize=(9, 4.4)).add_subplot()
    update = plots.draw_lags(ax, 8)
    for one in DATA:
        update(one)
        yield ax, one


def moving(ax, points=None):
    """The lines that the data move, of so many points."""
    found = [line for line in seen(ax.lines) if line.get_animated()]
    return [line for line in found if points is None or len(line.get_xdata()) == points]


def name_of(ax, label):
    (text,) = [t for t in seen(ax.texts) if t.get_text() == f" {label}"]
    return text


def test_each_line_is_the_median_over_the_seeds_at_its_lags():
    for ax, data in updates():
        lines = [line for line in moving(ax) if line.get_linewidth() >= 2 and line.get_linestyle() != "None"]
        assert len(lines) == len(data.errors)
        for line, errors in zip(lines, data.errors.values(), strict=True):
            assert line.get_xdata() == pytest.approx(data.lags, abs=0.2)
            np.testing.assert_array_equal(line.get_ydata(), np.minimum(np.median(errors, axis=0), 1.3))


def test_what_is_higher_than_the_top_is_drawn_there_and_the_axis_says_so():
    ax = plots.plot_lags(DATA[6])
    assert max(max(line.get_ydata()) for line in ax.lines if len(line.get_ydata())) <= ax.get_ylim()[1]
    assert [t.get_text() for t in ax.get_yticklabels() if t.get_position()[1] == 1.3] == ["≥ 1.3"]


def test_each_seed_is_a_small_point_at_its_error():
    for ax, data in updates():
        clouds = [line for line in moving(ax) if line.get_linestyle() == "None"]
        assert len(clouds) == len(data.errors)
        for cloud, errors in zip(clouds, data.errors.values(), strict=True):
            assert cloud.get_markersize() < 6
            assert sorted(cloud.get_ydata()) == sorted(np.minimum(errors, 1.3).ravel())
            at = np.round(cloud.get_xdata()).reshape(errors.shape)
            np.testing.assert_array_equal(at, np.tile(data.lags, (len(errors), 1)))
            np.testing.assert_array_equal(np.reshape(cloud.get_ydata(), errors.shape), np.minimum(errors, 1.3))


def test_each_line_has_its_own_colour_marker_and_style_and_its_name_at_its_end():
    for ax, data in updates():
        lines = [line for line in moving(ax) if line.get_linewidth() >= 2 and line.get_linestyle() != "None"]
        for look in ("get_color", "get_marker"):
            assert len({getattr(line, look)() for line in lines}) == len(lines)
        assert len({str(look["linestyle"]) for look in drawn.LOOKS}) == len(drawn.LOOKS)
        ends = []
        for line, label in zip(lines, data.errors, strict=True):
            text = name_of(ax, label)
            assert text.get_position()[0] > max(data.lags)
            assert text.get_color() == line.get_color() or line.get_color() == ORANGE
            leaders = [p for p in moving(ax, 2) if p.get_color() == line.get_color() and p.get_linewidth() == 1]
            (leader,) = leaders
            assert leader.get_ydata()[0] == line.get_ydata()[-1]
            assert (leader.get_xdata()[1], leader.get_ydata()[1]) == text.get_position()
            ends.append((line.get_ydata()[-1], text.get_position()[1]))
        heights = [height for _, height in sorted(ends)]
        assert heights == sorted(heights)  # in the order of the ends, if pushed apart
        assert all(abs(end - height) < drawn.BETWEEN * len(ends) for end, height in ends)


def test_lines_of_equal_errors_do_not_hide_each_other():
    ax = Figure(figsize=(9, 4.4)).add_subplot()
    plots.draw_lags(ax, 8)(DATA[7])
    lines = [line for line in moving(ax) if line.get_linewidth() >= 2 and line.get_linestyle() != "None"]
    assert len({line.get_xdata()[0] for line in lines}) == 3
    assert np.mean([line.get_xdata()[0] for line in lines]) == pytest.approx(0)


def test_silence_is_a_dashed_line_at_1_and_the_words_of_all_three_levels_stand_left_of_all_data():
    for ax, _ in updates():
        for height, said, style in ((1, "always 0", "--"), (0.8, "not learnt", ":"), (0.1, "learnt", ":")):
            (line,) = [p for p in seen(ax.lines) if set(p.get_ydata()) == {height} and not p.get_animated()]
            assert line.get_linestyle() == style
            (word,) = [t for t in seen(ax.texts) if t.get_text() == said]
            assert word.get_position()[0] < 0
            assert word.get_ha() == "right"
            assert (word.get_position()[1] < height) == (said == "learnt")
            assert abs(word.get_position()[1] - height) < 0.1


def test_a_mark_stands_at_each_window_within_the_lags_and_says_its_number():
    for ax, data in updates():
        wanted = [] if data.window is None else [w for w in np.atleast_1d(data.window) if w <= 8]
        marks = [p for p in moving(ax, 2) if len(set(p.get_xdata())) == 1]
        assert [set(p.get_xdata()) for p in marks] == [{w} for w in wanted]
        said = [t for t in seen(ax.texts) if re.fullmatch(r"((input )?window )?\d+ ", t.get_text())]
        assert [t.get_position()[0] for t in said] == wanted
        assert [t.get_text().split()[-1] for t in said] == [str(w) for w in wanted]
        assert [t.get_text().startswith(f"{data.mark} ") for t in said] == [True, *[False] * 4][: len(said)]
        assert ax.get_title(loc="left") == data.title


def test_the_sentence_says_of_each_up_to_where_it_has_learnt_and_from_where_it_has_not():
    steps = np.array([[0, 0.05, 0.3, 0.85, 0.9], [0, 0.04, 0.5, 0.95, 1.2], [1, 1, 0, 0, 0.9]])
    falls, dips = np.array([[1.0, 0, 0, 0, 0]]), np.array([[0, 1, 0, 1, 1.0]])
    said = plots.describe_lags(plots.Lags("Any", np.arange(5), {"a": steps, "b": falls, "c": dips}))
    assert said == (
        "Any, error where always saying 0 scores 1, median of seeds. "
        "a: below 0.1 up to lag 1, above 0.8 from lag 3 on; b: below 0.1 only at some lags, above 0.8 only at some "
        "lags; c: below 0.1 up to lag 0, above 0.8 from lag 3 on."
    )
    high, low = (plots.describe_lags(plots.Lags("Any", np.arange(5), {"a": np.full((1, 5), e)})) for e in (1.0, 0.0))
    assert high.endswith("a: never below 0.1, above 0.8 from lag 0 on.")
    assert low.endswith("a: below 0.1 up to lag 4, never above 0.8.")
    assert plots.reaches([0, 3, 9], np.array([[0, 0, 0.05]])) == (9, None)
    assert plots.reaches([0, 3, 9], np.array([[0.1, 0.8, 0.8]])) == (None, None)  # neither below nor above
    assert plots.reaches([2, 3, 9], np.array([[0.9, 0.9, 0.9]])) == (None, 2)


def test_every_number_of_the_sentence_can_be_found_in_the_picture():
    for ax, data in updates():
        ticks = {t.get_text() for t in [*ax.get_xticklabels(), *ax.get_yticklabels()]}
        said = plots.describe_lags(data).removeprefix(data.title)
        for label in data.errors:
            said = said.replace(label, "")
        assert set(re.findall(r"\d+\.?\d*(?<!\.)", said)) <= ticks


def test_a_picture_has_no_history_and_a_given_lags_is_not_changed():
    picture = plots.Picture(lambda ax: plots.draw_lags(ax, 8), (9.0, 4.4))
    before = [{name: errors.copy() for name, errors in one.errors.items()} for one in DATA]
    fresh = [picture.png(one) for one in DATA]
    assert len(set(fresh)) == len(DATA)
    for k in (3, 0, 6, 8, 1, 2, 5, 4, 7):
        assert picture.png(DATA[k]) == fresh[k]
    pixels = np.asarray(Image.open(io.BytesIO(fresh[0])))
    assert (pixels < 128).any()
    for one, kept in zip(DATA, before, strict=True):
        assert all((one.errors[name] == errors).all() for name, errors in kept.items())


def test_nothing_leaves_the_picture_or_covers_another_and_all_can_be_read():
    picture = plots.Picture(lambda ax: plots.draw_lags(ax, 8), (9.0, 4.4))
    for data in DATA:
        picture.png(data)
        assert crowded(picture.figure) == []
        (ax,) = picture.figure.axes
        for text in seen([*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]):
            assert text.get_fontsize() >= 12
            assert contrast(text.get_color(), ground(ax, text)) >= (3 if text.get_weight() == "bold" else 4.5), text


def test_no_word_stands_on_a_line_or_a_point_of_the_data():
    for ax, data in updates():
        ax.figure.draw_without_rendering()
        words = [t.get_window_extent() for t in seen(ax.texts) if not t.get_text().startswith("window")]
        for name, line in itertools.product(data.errors, moving(ax)):
            if line.get_linewidth() == 1 or len(set(line.get_xdata())) == 1:
                continue  # leaders and marks touch their words
            points = ax.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
            inside = [w for w in words for x, y in points if w.x0 < x < w.x1 and w.y0 < y < w.y1]
            assert inside == [], name


@pytest.mark.parametrize("sight", BLIND)
def test_the_first_three_lines_have_colours_that_every_eye_tells_apart(sight):
    colours = [lab(np.array(BLIND[sight]) @ linear(look["color"])) for look in drawn.LOOKS[:3]]
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(one - other) > 15


def test_a_plain_plot_draws_on_the_axes_that_it_is_given_or_makes_one_figure_and_a_look_says_the_sentence(capsys):
    given = Figure().add_subplot()
    assert plots.plot_lags(DATA[0], ax=given) is given
    assert pyplot.get_fignums() == []
    plots.look(DATA[0])
    assert " ".join(capsys.readouterr().out.split()) == plots.describe_lags(DATA[0])
    assert len(pyplot.get_fignums()) == 1
