"""Pictures of trajectories: read back from their artists, for short and long, one and two, all and nothing."""

import io
import itertools
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
from lstm_demo.plots.fading import HIGH, LOW

matplotlib.use("Agg")
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def heat(title="h, any net", mask=None, span=None, values=None):
    values = RNG.uniform(-1, 1, (12, 6)) if values is None else values
    mask = np.ones(12, bool) if mask is None else mask
    return plots.Heat(title, values, tuple(f"unit {k * 23}" for k in range(6)), tuple("LATIN SMALLS"), 1.0, mask, span)


CLOUD = RNG.normal(size=(300, 2)) * [2.0, 0.5]
SHARE = np.array([0.23, 0.18])


def portrait(*read, step=5, apart=(0.5, 12.345)):
    paths = tuple(CLOUD[k : k + len(one)] for k, one in enumerate(read))
    two = apart if len(read) == 2 else None
    return plots.Portrait("c while reading", paths, read, step, CLOUD, SHARE, two)


def fading(rows, foreseen=None, read="", title="Any"):
    rows = np.array(rows, float)
    halves = tuple(next((k for k, p in enumerate(row) if p < 50), None) for row in rows)
    names = tuple(f"net {k}" for k in range(len(rows)))
    return plots.Fading(title, names, rows, halves, foreseen, read)


T = np.arange(30.0)
NOTHING = np.full((3, 30), np.nan)
KINDS = {
    "heat": (
        lambda ax: plots.draw_heat(ax, heat()),
        [heat(), heat(mask=np.arange(12) < 9, span=(2, 5)), heat(values=np.zeros((12, 6))), heat(span=(0, 12))],
    ),
    "portrait": (
        lambda ax: plots.draw_portrait(ax, portrait("AB")),
        [
            portrait("LATIN SMALL", "LATIN CAPITAL", step=9),
            portrait("A"),
            portrait(),
            portrait("W" * 60, "W" * 40, step=60),
            portrait("A B", "CD", step=1, apart=(0.0, 0.0)),
        ],
    ),
    "fading": (
        lambda ax: plots.draw_fading(ax, 3, 29),
        [
            fading(100 * np.exp(-T * [[0.1], [0.2], [0.9]]), 100 * np.exp(-T * [[0.2], [0.1], [0.9]])),
            fading(100 * np.exp(T * [[0.1], [0.05], [0.0]])),
            fading(NOTHING, title="S becomes S"),
            fading(np.where(T < 4, 100.0, np.nan) * np.ones((3, 1)), read="ABCD"),
            fading(np.where(T < 1, 100.0, 1e-9) * np.ones((3, 1)), read="W W" * 10),
        ],
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def updates(kind):
    """Fresh axes, and after each update the axes with one of the data: most are drawn over another one's remains."""
    draw, data = KINDS[kind]
    ax = Figure(figsize=(9, 5)).add_subplot()
    update = draw(ax)
    for one in data:
        update(one)
        yield ax, one


def said(ax):
    return [text.get_text() for text in seen(ax.texts)]


# --- all three -------------------------------------------------------------------------------------------------------


@every_kind
def test_a_picture_that_is_moved_equals_one_that_is_drawn_anew(kind):
    draw, data = KINDS[kind]
    moved = plots.Picture(draw, (9.0, 5.0))
    pngs = [moved.png(one) for one in data]
    for one, png in zip(data, pngs, strict=True):
        again = np.asarray(Image.open(io.BytesIO(moved.png(one))), int)
        assert (again == np.asarray(Image.open(io.BytesIO(png)), int)).all()
    assert len(set(pngs)) == len(data)


@every_kind
def test_no_text_leaves_the_picture_or_covers_another(kind):
    draw, data = KINDS[kind]
    picture = plots.Picture(draw, (9.0, 5.0))
    for one in data:
        picture.png(one)
        assert crowded(picture.figure) == []


@every_kind
def test_every_text_has_the_contrast_that_can_be_read_and_is_large_enough(kind):
    for ax, _ in updates(kind):
        ax.figure.draw_without_rendering()
        for text in seen([*ax.texts, ax.xaxis.label, ax.yaxis.label, ax._left_title]):
            bold = text.get_fontweight() == "bold" and text.get_fontsize() >= 14
            assert contrast(text.get_color(), ground(ax, text)) >= (3 if bold else 4.5), text
            assert text.get_fontsize() >= 12


@every_kind
def test_a_plain_plot_and_a_look_show_the_same_and_print_the_sentence(kind, capsys):
    plot, describe = (getattr(plots, f"{what}_{kind}") for what in ("plot", "describe"))
    data = KINDS[kind][1][0]
    given = Figure().add_subplot()
    assert plot(data, ax=given) is given
    assert pyplot.get_fignums() == []
    plots.look(data)
    assert " ".join(capsys.readouterr().out.split()) == describe(data)
    assert sorted(said(pyplot.gca())) == sorted(said(given))


@every_kind
def test_limits_stand_still_whatever_is_shown(kind):
    limits = {(ax.get_xlim(), ax.get_ylim()) for ax, _ in updates(kind)}
    assert len(limits) == 1


# --- the heat map ----------------------------------------------------------------------------------------------------


def test_the_heat_map_has_a_row_for_each_unit_a_column_for_each_step_and_one_scale():
    for ax, data in updates("heat"):
        image = ax.images[0]
        np.testing.assert_array_equal(image.get_array(), data.values.T)
        assert image.get_clim() == (-data.limit, data.limit)
        (bar,) = ax.images[1:]
        assert bar.get_clim() == image.get_clim()
        assert {f"{v:g}" for v in (data.limit, 0, -data.limit)} <= set(said(ax))


def test_the_heat_map_says_units_ends_and_what_was_read_and_hatches_what_is_padding():
    for ax, data in updates("heat"):
        letters = sorted((t.get_position()[0], t.get_text()) for t in seen(ax.texts) if t.get_position()[1] < 0)
        want = ["—" if not real else "␣" if s == " " else s for s, real in zip(data.steps, data.mask, strict=True)]
        assert [letter for _, letter in letters] == want
        hatched = sorted(int(p.get_x()) for p in seen(ax.patches) if p.get_hatch())
        assert hatched == np.flatnonzero(~data.mask).tolist()
        for k, unit in enumerate(data.units):
            (name,) = [t for t in seen(ax.texts) if t.get_text() == unit]
            (end,) = [t for t in seen(ax.texts) if t.get_position() == (12 * 1.01, k + 0.5)]
            assert name.get_position()[1] == k + 0.5
            assert end.get_text() == f"{data.values[-1, k] + 0:.2f}".replace("-0.00", "0.00")


def test_what_is_true_is_drawn_above_the_units_and_left_out_of_the_sentence():
    values = np.array([[0.9, 0.1, -0.2, 0.3, 0.0, -0.9]] * 12)
    data = heat(values=values)
    data = data._replace(truth=1, units=("truth", *data.units[1:]))
    told = plots.describe_heat(data)
    assert "5 rows below the truth over 12 steps" in told
    assert "unit 69 is highest, 0.30, and unit 115 lowest, -0.90" in told
    assert "0.90" in said(plots.plot_heat(data, ax=Figure().add_subplot()))


def test_a_frame_stands_around_the_span_and_only_where_there_is_one():
    for ax, data in updates("heat"):
        frames = [p for p in seen(ax.patches) if not p.get_fill()]
        assert [(p.get_x(), p.get_x() + p.get_width()) for p in frames] == ([data.span] if data.span else [])


def test_the_sentence_on_a_heat_map_has_numbers_of_the_picture():
    for ax, data in updates("heat"):
        told = plots.describe_heat(data)
        assert set(re.findall(r"-?\d\.\d\d", told)) <= set(said(ax))
        assert "6 rows over 12 steps" in told
        assert ("hatched" in told) == (not data.mask.all())


# --- the portrait ----------------------------------------------------------------------------------------------------


def test_a_way_ends_where_the_step_is_or_where_its_series_ends():
    for ax, data in updates("portrait"):
        lines = {
            line.get_linestyle(): line for line in ax.lines if line.get_animated() and line.get_linestyle() != "None"
        }
        ways = [line for line in ax.lines if line.get_animated() and line.get_markersize() == 4]
        assert len(ways) == 2
        assert {line.get_linestyle() for line in ways} == {"-", "--"} <= set(lines)
        for k, way in enumerate(ways):
            want = data.paths[k][: data.step].tolist() if k < len(data.paths) else []
            assert way.get_xydata().tolist() == want
        heres = [line for line in ax.lines if line.get_markersize() == 13]
        for k, here in enumerate(heres):
            assert here.get_xydata().tolist() == (
                [data.paths[k][: data.step][-1].tolist()] if k < len(data.paths) else []
            )


def test_the_portrait_says_what_was_read_so_far_the_shares_and_how_far_apart():
    for ax, data in updates("portrait"):
        words = [one[2:] for one in said(ax) if one[0] in "●■"]
        assert words == [one[: data.step][-40:].replace(" ", "␣") for one in data.read]
        assert "23 % of the variance" in ax.get_xlabel()
        assert "18 % of the variance" in ax.get_ylabel()
        gaps = [one for one in said(ax) if one.startswith("apart")]
        assert bool(gaps) == (len(data.paths) == 2)
        told = plots.describe_portrait(data)
        for gap in gaps:
            assert gap.removeprefix("apart: ") in told
        if data.paths:
            assert "41 % of the variance" in told
            assert all(repr(one[: data.step]) in told for one in data.read)
        else:
            assert "nothing is read yet" in told


def numbers(ax):
    """The numbers of steps: [(place in parts of the axes, number, colour)]."""
    texts = [t for t in seen(ax.texts) if t.get_text().isdigit()]
    return [(np.array(t.get_position()), int(t.get_text()), t.get_color()) for t in texts]


def test_the_numbers_beside_a_way_are_those_of_its_steps_and_stand_at_them():
    for ax, data in updates("portrait"):
        drawn = numbers(ax)
        colours = [line.get_color() for line in ax.lines if line.get_animated() and line.get_markersize() == 4]
        for place, number, colour in drawn:
            path = data.paths[colours.index(colour)]
            assert 1 <= number <= min(data.step, len(path))
            away = place - ax.transLimits.transform(path[number - 1])
            assert np.abs(away).round(6).tolist() == [0.03, 0.045]
            assert (away[1] > 0) == (colour == colours[0])
            assert 0.02 < place[0] < 0.97
            assert 0.03 < place[1] < 0.76
        for (one, *_), (other, *_) in itertools.combinations(drawn, 2):
            assert np.abs(one - other)[0] >= 0.045 or np.abs(one - other)[1] >= 0.055
        assert bool(drawn) == bool(data.paths)


def test_where_there_is_room_the_last_step_and_the_first_have_their_numbers_and_then_the_latest():
    line = np.column_stack([np.linspace(-5, 5, 20), np.zeros(20)])
    data = plots.Portrait("any", (line,), ("A" * 20,), 18, np.array([[-5, -1], [5, 1.0]]), SHARE, None)
    ax = plots.plot_portrait(data, ax=Figure(figsize=(9, 5)).add_subplot())
    assert [number for _, number, _ in numbers(ax)] == [18, 1, 17, 16, 15, 14, 13, 12]


def test_the_cloud_stands_still_below_everything():
    for ax, _ in updates("portrait"):
        (cloud,) = [line for line in ax.lines if not line.get_animated()]
        np.testing.assert_array_equal(cloud.get_xydata(), CLOUD)
        assert cloud.get_zorder() < min(line.get_zorder() for line in ax.lines if line is not cloud)


# --- fading ----------------------------------------------------------------------------------------------------------


def curves(ax):
    return [
        line
        for line in ax.lines
        if line.get_animated()
        and line.get_linewidth() == 2.5
        and line.get_linestyle() == "-"
        and line.get_markersize() == 6
    ]


def test_a_curve_is_the_distance_as_far_as_the_axis_reaches_and_foreseen_is_dashed():
    for ax, data in updates("fading"):
        assert ax.get_yscale() == "log"
        dashed = [line for line in ax.lines if line.get_animated() and line.get_linestyle() == "--"]
        assert len(curves(ax)) == len(dashed) == 3
        for k, (line, foretold) in enumerate(zip(curves(ax), dashed, strict=True)):
            row = data.percent[k]
            np.testing.assert_array_equal(line.get_ydata(), np.where(row >= LOW, row, np.nan))
            if data.foreseen is None:
                assert np.isnan(foretold.get_ydata()).all()
            else:
                row = data.foreseen[k]
                np.testing.assert_array_equal(foretold.get_ydata(), np.where(row >= LOW, row, np.nan))


def test_each_half_life_stands_beside_its_curve_and_half_is_a_line():
    for ax, data in updates("fading"):
        (half,) = [line for line in ax.lines if line.get_linestyle() == ":"]
        assert half.get_xydata().tolist() == [[0, 50], [29, 50]]
        for k, half in enumerate(data.halves):
            (name,) = [one for one in said(ax) if one.startswith(f"net {k}\n")]
            if np.isnan(data.percent[k]).all():
                assert "no difference" in name
            else:
                assert f"half: {'never' if half is None else half};" in name


def test_the_curves_differ_in_colour_and_in_marker_and_their_names_have_their_colours():
    for ax, _ in updates("fading"):
        assert len({line.get_marker() for line in curves(ax)}) == len({line.get_color() for line in curves(ax)}) == 3
        for k, line in enumerate(curves(ax)):
            (name,) = [t for t in seen(ax.texts) if t.get_text().startswith(f"net {k}\n")]
            assert to_rgba(name.get_color()) == to_rgba(line.get_color())


def test_the_sentence_on_a_fading_has_the_numbers_beside_the_curves():
    for ax, data in updates("fading"):
        told = plots.describe_fading(data)
        if np.isnan(data.percent).all():
            assert "nothing differs" in told
            continue
        for k, half in enumerate(data.halves):
            (name,) = [one for one in said(ax) if one.startswith(f"net {k}\n")]
            percent = name.split(": ")[-1]
            assert f"net {k} {'never below half' if half is None else f'below half after {half}'}, {percent}" in told


def test_the_letters_that_are_read_stand_above_their_steps_and_the_axis_holds_what_can_happen():
    for ax, data in updates("fading"):
        letters = sorted(
            (t.get_position()[0], t.get_text()) for t in seen(ax.texts) if t.get_fontfamily() == ["monospace"]
        )
        assert "".join(letter for _, letter in letters) == data.read.replace(" ", "␣")
        assert [x for x, _ in letters] == list(range(len(data.read)))
    assert LOW < 1 < 100 < HIGH


def test_names_beside_the_curves_never_touch_wherever_the_curves_end():
    ends = [1e-9, 0.2, 45, 9000]
    picture = plots.Picture(lambda ax: plots.draw_fading(ax, 3, 9), (9.0, 4.8))
    for three in itertools.product(ends, repeat=3):
        picture.update(fading([np.geomspace(100, end, 10) for end in three]))
        picture.figure.draw_without_rendering()
        assert crowded(picture.figure) == []
