"""The picture of a race: read back from its artists, for entrants that are quick, slow, wrong or not there."""

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

from lstm_demo import plots
from lstm_demo.plots.race import INEXACT, OTHER, OURS

matplotlib.use("Agg")
NAMES = ("stateful one by one with reset", "left padding", "packed", "back to back", "Keras on TensorFlow", "flax")
NOTES = ("", "not exact", "", "", "absent: no tensorflow", "")


def race(*milliseconds, limit=18.0, notes=NOTES, title="Uniform, one thread"):
    return plots.Race(title, NAMES, np.array(milliseconds, float), limit, ("back to back",), notes)


RACES = [
    race(131, 54, 90, 24, np.nan, 42),
    race(280, 4.6, 5.4, 2.5, np.nan, 2.2, limit=0.3, title="Seed"),
    race(
        118,
        473,
        667,
        34,
        239,
        377,
        notes=("", "not exact", "", "", "", ""),
        title="256 heavy-tailed series, forward and backward, one thread",
    ),
    race(
        np.nan,
        1.5,
        2222,
        20.4,
        np.nan,
        np.nan,
        notes=("failed: gone", "not exact", "", "", "none", "wrong: h"),
        title="Four",
    ),
    race(*[np.nan] * 6, notes=("absent",) * 6),
    race(5, 5, 5, 5, 5, 5, limit=5.0, notes=("",) * 6),
]


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def updates(races=RACES):
    """Fresh axes, and after each update the axes with one of the races: most are drawn over another one's remains."""
    ax = Figure(figsize=(9, 3.5)).add_subplot()
    update = plots.draw_race(ax, races)
    for one in races:
        update(one)
        yield ax, one


def bars(ax):
    """{row: bar}"""
    return {round(bar.get_y() + bar.get_height() / 2): bar for bar in seen(ax.patches)}


def said_in(ax, row):
    """What stands in a row, but for its name."""
    (text,) = [t for t in seen(ax.texts) if t.get_position()[1] == row]
    return text


def test_a_bar_ends_at_the_milliseconds_and_there_is_none_where_none_were_taken():
    for ax, data in updates():
        ends = {k: bar.get_x() + bar.get_width() for k, bar in bars(ax).items()}
        wanted = {k: ms for k, ms in enumerate(data.milliseconds) if np.isfinite(ms)}
        assert ends == pytest.approx(wanted)
        low, high = ax.get_xlim()
        assert ax.get_xscale() == "log"
        assert all(low < end < high for end in [*wanted.values(), data.limit])


def test_every_row_says_its_name_its_milliseconds_and_its_note():
    for ax, data in updates():
        assert [label.get_text() for label in ax.get_yticklabels()] == list(data.names)
        for k, (ms, note) in enumerate(zip(data.milliseconds, data.notes, strict=True)):
            said = said_in(ax, k).get_text()
            numbers = [float(n.replace(",", "")) for n in re.findall(r"([\d.,]+) ms", said)]
            assert numbers == ([pytest.approx(ms, rel=0.051)] if np.isfinite(ms) else [])
            assert note in said
            assert said_in(ax, k).get_position()[0] >= (ms if np.isfinite(ms) else data.limit)


def test_ours_is_told_by_hatch_edge_and_word_and_nothing_else_is():
    for ax, data in updates():
        for k, name in enumerate(data.names):
            assert ("ours" in said_in(ax, k).get_text()) == (name in data.ours)
        for k, bar in bars(ax).items():
            ours = data.names[k] in data.ours
            assert bool(bar.get_hatch()) == ours
            assert (bar.get_edgecolor() == to_rgba(OURS["edgecolor"])) == ours


def test_what_is_not_exact_has_a_cross_the_words_and_an_empty_bar():
    for ax, data in updates():
        for k, note in enumerate(data.notes):
            inexact = note == "not exact"
            assert ("✗" in said_in(ax, k).get_text()) == inexact
            if k in bars(ax):
                assert (bars(ax)[k].get_facecolor() == to_rgba(INEXACT["facecolor"])) == inexact
    assert len({look["facecolor"] for look in (OURS, OTHER, INEXACT)}) == 3


def test_the_limit_is_a_dashed_line_over_all_rows_with_its_milliseconds():
    for ax, data in updates():
        (line,) = [line for line in seen(ax.lines) if len(line.get_xdata()) == 2]
        assert set(line.get_xdata()) == {data.limit}
        assert line.get_linestyle() == "--"
        assert line.get_ydata()[0] < 0
        assert line.get_ydata()[1] >= len(data.names) - 0.5
        (text,) = [t for t in seen(ax.texts) if "limit" in t.get_text()]
        assert f"{data.limit:.2g} ms" in text.get_text()


def test_the_sentence_ranks_the_exact_ones_and_names_the_others_with_their_reason():
    said = plots.describe_race(RACES[0])
    assert said == (
        "Uniform, one thread: bare matrix products of the same size need 18 ms; of 4 exact entrants the quickest is "
        "back to back 24 ms (1.3 times the limit), then flax 42 ms (2.3 times the limit); not exact: left padding; "
        "absent: no tensorflow: Keras on TensorFlow."
    )
    said = plots.describe_race(RACES[1])
    assert said.index("flax 2.2 ms") < said.index("back to back 2.5 ms")
    assert "of 4 exact entrants" in said


def test_a_wrong_way_never_ranks_however_quick_it_is():
    quick = race(131, 1, 90, 24, np.nan, 42)
    assert [NAMES[k] for k in quick.exact] == ["back to back", "flax", "packed", NAMES[0]]
    assert "left padding 1 ms" not in plots.describe_race(quick)


def test_the_sentence_says_so_when_nothing_was_timed():
    said = plots.describe_race(RACES[4])
    assert "nothing exact was timed" in said
    assert "nan" not in said


def test_a_picture_has_no_history():
    picture = plots.Picture(lambda ax: plots.draw_race(ax, RACES), (9.0, 3.5))
    fresh = [picture.png(one) for one in RACES]
    assert len(set(fresh)) == len(RACES)
    for k in (3, 0, 5, 4, 1, 2):
        assert picture.png(RACES[k]) == fresh[k]
    pixels = np.asarray(Image.open(io.BytesIO(fresh[0])))
    assert (pixels < 128).any()


@pytest.mark.parametrize("data", RACES[:4], ids=lambda data: data.title.split(",")[0])
def test_no_text_leaves_the_plain_plot_or_covers_another_and_all_can_be_read(data):
    ax = plots.plot_race(data)
    ax.figure.draw_without_rendering()
    assert crowded(ax.figure) == []
    assert max(t.get_window_extent().x1 for t in seen(ax.texts)) <= ax.get_window_extent().x1
    for text in seen([*ax.texts, ax.xaxis.label, ax._right_title, *ax.get_xticklabels(), *ax.get_yticklabels()]):
        assert text.get_fontsize() >= 12
        assert contrast(text.get_color(), ground(ax, text)) >= 4.5, text


def test_a_plain_plot_draws_on_the_axes_that_it_is_given_or_makes_one_figure():
    given = Figure().add_subplot()
    assert plots.plot_race(RACES[0], ax=given) is given
    assert pyplot.get_fignums() == []
    assert plots.plot_race(RACES[0]) is pyplot.gca()
    assert len(pyplot.get_fignums()) == 1
