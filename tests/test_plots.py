"""What a picture shows is what the data says: read back from the artists, and judged by arithmetic and by pixels."""

import io
import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

import lstm_demo as ld
from lstm_demo import plots
from lstm_demo.plots.language import GATES

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


# --- many data -------------------------------------------------------------------------------------------------------


RNG = np.random.default_rng(0)
PRICES = [
    plots.Price(f"Any {lanes}", ld.pad_right(lengths), ld.back_to_back(lengths, lanes, gap=1))
    for lengths in ([3, 9, 1, 5], [4, 4, 4, 4], [12, 1, 1, 2])
    for lanes in (1, 2, 4)
]
KINDS_OF_NAME = ("upper", "lower", "number")


def any_name(letters, left_out=""):
    """A Typed that no net makes."""
    n, rng = len(letters), np.random.default_rng(len(letters))
    return plots.Typed(letters, left_out, KINDS_OF_NAME, rng.dirichlet([1] * 3, n), rng.uniform(-1, 1, (n, 7)))


TYPED = [any_name(letters) for letters in ("A", "LATIN SMALL", "", "X " * 30)] + [any_name("AB", "É!")]
COUNTS = ([[5, 0, 1], [0, 1200, 0], [3, 2, 9]], np.diag([1, 2, 3]), [[0, 9, 0], [9, 0, 0], [0, 1, 0]])
TABLES = [plots.Confusion("Any", KINDS_OF_NAME, np.array(counts)) for counts in COUNTS]
KINDS = {
    "confusion": (lambda ax: plots.draw_confusion(ax, KINDS_OF_NAME), TABLES),
    "typed": (lambda ax: plots.draw_typed(ax, KINDS_OF_NAME, 7), TYPED),
    "price": (lambda ax: plots.draw_price(ax, 4, 21), PRICES),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def updates(kind):
    """Fresh axes, and after each update the axes with one of the data: most are drawn over another one's remains."""
    draw, data = KINDS[kind]
    ax = Figure(figsize=(9, 4.4)).add_subplot()
    update = draw(ax)
    for one in data:
        update(one)
        yield ax, one


# --- reading a picture -----------------------------------------------------------------------------------------------


def seen(artists):
    return [a for a in artists if a.get_visible() and (not isinstance(a, Text) or a.get_text().strip())]


def texts(ax):
    """Every text with its place, from left to right."""
    return sorted((*t.get_position(), t.get_text()) for t in seen(ax.texts))


def within(ax, x, y):
    """The texts whose place lies in the unit cell at (x, y)."""
    return [said for left, top, said in texts(ax) if x <= left < x + 1 and y <= top < y + 1]


def cells(ax):
    """{(lane, t): box}"""
    return {(int(box.get_y()), int(box.get_x())): box for box in seen(ax.patches) if box.get_fill()}


def drawn(ax, points):
    """The visible lines of so many points."""
    return [line for line in seen(ax.lines) if len(line.get_xdata()) == points]


# --- the price -------------------------------------------------------------------------------------------------------


def bars(ax):
    """(left, right, top, bottom, colour) of every bar, block by block."""
    for block in ax.collections:
        corners = [path.vertices for path in block.get_paths()]
        yield [
            (*v[:, 0][[0, 1]], *v[:, 1][[0, 2]], tuple(c)) for v, c in zip(corners, block.get_facecolors(), strict=True)
        ]


def test_the_price_has_a_hatched_rectangle_of_lanes_by_steps_for_each_layout():
    for ax, price in updates("price"):
        padded, shared = seen(ax.patches)
        for box, layout in ((padded, price.padded), (shared, price.shared)):
            assert (box.get_height(), box.get_width()) == layout.mask.shape
            assert box.get_hatch()
        assert padded.get_y() + padded.get_height() < shared.get_y()
        assert shared.get_y() + shared.get_height() < ax.get_ylim()[0]


def test_the_price_has_a_bar_for_each_series_where_its_layout_has_its_steps():
    for ax, price in updates("price"):
        for box, layout, drawn_ in zip(ax.patches, (price.padded, price.shared), bars(ax), strict=True):
            covered = np.full(layout.mask.shape, -1)
            for k, (left, right, top, bottom, _) in enumerate(drawn_):
                lane = top - box.get_y()
                assert bottom - top == 1
                covered[int(lane), int(left) : int(right)] = k
            np.testing.assert_array_equal(covered, layout.series)


def test_a_series_has_the_same_colour_padded_and_shared():
    for ax, _ in updates("price"):
        padded, shared = ([colour for *_, colour in block] for block in bars(ax))
        assert padded == shared
        assert len(set(padded)) == 4


def test_the_words_on_the_price_count_the_places():
    for ax, price in updates("price"):
        told = [said for *_, said in texts(ax)]
        for layout, how in ((price.padded, "padded"), (price.shared, "back to back")):
            places, steps = layout.series.size, sum(layout.lengths)
            empty = f"{100 * (places - steps) / places:.0f} % of {places} places empty"
            assert [said for said in told if how in said and empty in said]
            assert empty in plots.describe_price(price)
        assert plots.describe_price(price).startswith(price.title)


# --- a typed name ----------------------------------------------------------------------------------------------------


def test_a_typed_name_has_a_column_for_each_of_its_last_forty_letters_and_none_beside():
    for ax, name in updates("typed"):
        shown = min(40, len(name.letters))
        likely, state = (image.get_array() for image in ax.images)
        for image, values in ((likely, name.posterior), (state, name.h)):
            np.testing.assert_array_equal(image[:, :shown], values[-40:].T if shown else values.T)
            assert np.ma.getmaskarray(image)[:, shown:].all()
        said = [text for _, y, text in texts(ax) if y == -0.6]
        assert said == [letter.replace(" ", "␣") for letter in name.letters[-40:]]


def test_a_dot_stands_on_the_most_likely_kind_after_each_letter():
    for ax, name in updates("typed"):
        (dots,) = [line for line in ax.lines if line.get_marker() == "o"]
        wanted = [(k + 0.5, row.argmax() + 0.5) for k, row in enumerate(name.posterior[-40:])]
        assert list(zip(*dots.get_data(), strict=True)) == wanted


def test_the_shares_after_the_last_letter_stand_beside_their_kinds_the_largest_in_bold():
    for ax, name in updates("typed"):
        shares = {y: t for t in seen(ax.texts) if (y := t.get_position()[1]) > 0}
        if not name.letters:
            assert not shares
            continue
        last = name.posterior[-1]
        assert {y: t.get_text() for y, t in shares.items()} == {k + 0.5: f"{100 * p:.0f} %" for k, p in enumerate(last)}
        assert [y for y, t in shares.items() if t.get_weight() == "bold"] == [last.argmax() + 0.5]


def test_the_sentence_on_a_typed_name_says_the_two_most_likely_kinds_and_what_was_left_out():
    for name in TYPED:
        said = plots.describe_typed(name)
        assert ("Not read" in said) == bool(name.left_out)
        assert name.left_out in said
        if name.letters:
            order = np.argsort(-name.posterior[-1])
            first, second = (f"{KINDS_OF_NAME[k]} {100 * name.posterior[-1, k]:.0f} %" for k in order[:2])
            assert f"{first}, then {second}" in said
            assert repr(name.letters) in said
        else:
            assert "Nothing is read yet" in said


# --- the confusion ---------------------------------------------------------------------------------------------------


def test_each_cell_of_a_confusion_has_its_count_and_what_is_right_is_bold_on_the_diagonal():
    for ax, table in updates("confusion"):
        said = {t.get_position()[::-1]: t for t in seen(ax.texts)}
        assert {place: int(t.get_text().replace(",", "")) for place, t in said.items()} == {
            (j, k): n for (j, k), n in np.ndenumerate(table.counts) if n
        }
        assert all((t.get_weight() == "bold") == (j == k) for (j, k), t in said.items())
        np.testing.assert_allclose(ax.images[0].get_array(), table.counts / table.counts.sum(axis=1, keepdims=True))


def test_the_sentence_on_a_confusion_says_the_share_and_the_commonest_mistake():
    some, none, every = map(plots.describe_confusion, TABLES)
    assert some == "Any: 99.5 % of 1,220 are right; most often number is taken for upper, 3 times."
    assert none == "Any: 100.0 % of 6 are right."
    assert every.startswith("Any: 0.0 % of 19 are right; most often upper is taken for lower, 9 times")


# --- every picture ---------------------------------------------------------------------------------------------------


@every_kind
def test_a_picture_has_no_history(kind):
    draw, data = KINDS[kind]
    picture = plots.Picture(draw, (9.0, 4.4))
    fresh = [picture.png(one) for one in data]
    assert len(set(fresh)) > len(data) / 2
    for k in RNG.permutation(len(data))[:12]:
        assert picture.png(data[k]) == picture.png(data[k]) == fresh[k]


@every_kind
def test_moving_only_what_moves_gives_the_picture_that_drawing_everything_gives(kind):
    draw, data = KINDS[kind]
    picture = plots.Picture(draw, (9.0, 4.4))
    for one in data[:: max(1, len(data) // 5)]:
        quick = np.asarray(Image.open(io.BytesIO(picture.png(one))), dtype=int)
        moving = picture.figure.findobj(lambda artist: artist.get_animated())
        for artist in moving:
            artist.set_animated(False)
        picture.canvas.draw()
        whole = np.asarray(picture.canvas.buffer_rgba())[..., :3].astype(int)
        for artist in moving:
            artist.set_animated(True)
        # A bar is drawn over the line at zero here and under it there: a few pixels may differ, no more.
        assert (np.abs(quick - whole).max(axis=-1) > 8).mean() < 0.005
        assert np.abs(quick - whole).mean() < 0.5
        assert (quick < 128).any()


@every_kind
def test_a_plain_plot_draws_on_the_axes_that_it_is_given_or_makes_one_figure(kind):
    plot, data = getattr(plots, f"plot_{kind}"), KINDS[kind][1][-1]
    given = Figure().add_subplot()
    assert plot(data, ax=given) is given
    assert len(given.texts) > 1
    assert pyplot.get_fignums() == []
    assert plot(data) is pyplot.gca()
    assert len(pyplot.get_fignums()) == 1


@every_kind
def test_the_plain_plot_and_the_explorer_show_the_same(kind):
    data = KINDS[kind][1][0]
    plain = getattr(plots, f"plot_{kind}")(data)
    KINDS[kind][0](moved := Figure(figsize=plain.figure.get_size_inches()).add_subplot())(data)
    assert [said for _, _, said in texts(plain)] == [said for _, _, said in texts(moved)]
    assert len(seen(plain.patches)) == len(seen(moved.patches))


def test_a_look_refuses_what_it_has_no_picture_for():
    with pytest.raises(ValueError, match=r"data: expected one of \['Confusion', .*got int"):
        plots.look(3)


@every_kind
def test_a_look_makes_one_figure_and_prints_the_sentence(kind, capsys):
    data = KINDS[kind][1][-1]
    plots.look(data)
    assert " ".join(capsys.readouterr().out.split()) == getattr(plots, f"describe_{kind}")(data)
    assert len(pyplot.get_fignums()) == 1


# --- nothing cut off, nothing on top of another ----------------------------------------------------------------------


def overlap(a, b):
    """Whether two boxes overlap by more than a pixel each way."""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1


def ticks(ax):
    """Labels of ticks that are not drawn: outside of the limits, or on axes that are switched off."""
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            yield tick.label2
            if not (ax.axison and low <= tick.get_loc() <= high):
                yield tick.label1


def crowded(figure):
    """Every text that leaves the figure, and every two texts that overlap."""
    (ax,) = figure.axes
    unseen = {id(label) for label in ticks(ax)}
    shown = [t for t in seen(figure.findobj(Text)) if id(t) not in unseen]
    said, boxes = [t.get_text() for t in shown], np.array([t.get_window_extent().extents for t in shown])
    low, high = boxes[:, :2], boxes[:, 2:]
    out = ((low < -1) | (high > figure.bbox.size + 1)).any(axis=1)
    common = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)  # of each two, (N, N, 2) pixels
    pairs = np.argwhere(np.triu((common > 1).all(axis=2), k=1))
    return [said[k] for k in np.flatnonzero(out)] + [(said[p], said[q]) for p, q in pairs]


@pytest.mark.parametrize("kind", ["price", "typed", "confusion"])
def test_no_text_leaves_the_picture_or_covers_another(kind):
    draw, data = KINDS[kind]
    picture = plots.Picture(draw, (9.0, 4.4))
    for one in data:
        picture.png(one)
        assert crowded(picture.figure) == []


# --- colours ---------------------------------------------------------------------------------------------------------


def linear(colour):
    """sRGB to linear light (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(text, ground):
    """Contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    dark, light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (text, ground))
    return (light + 0.05) / (dark + 0.05)


def ground(ax, text):
    """The colour on which a text stands: that of the images and patches under its middle, on white."""
    box, colour = text.get_window_extent(), np.ones(3)
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    for image in seen(ax.images):
        (left, right, bottom, top), shades = image.get_extent(), image.to_rgba(image.get_array())
        x, y = ax.transData.inverted().transform(middle)
        column, row = (x - left) / (right - left), (y - top) / (bottom - top)
        if 0 < column < 1 and 0 < row < 1:
            *rgb, alpha = shades[int(row * len(shades)), int(column * len(shades[0]))]
            colour = alpha * np.array(rgb) + (1 - alpha) * colour
    for patch in seen(ax.patches):
        if patch.get_fill() and patch.get_window_extent().contains(*middle):
            *rgb, alpha = to_rgba(patch.get_facecolor())
            colour = alpha * np.array(rgb) + (1 - alpha) * colour
    return colour


def test_the_contrast_formula_gives_the_published_ends():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


@every_kind
def test_every_text_has_the_contrast_that_can_be_read(kind):
    for ax, _ in itertools.islice(updates(kind), 0, None, 6):
        ax.figure.draw_without_rendering()
        labels = [ax.xaxis.label, ax.yaxis.label, ax._left_title, *ax.get_xticklabels(), *ax.get_yticklabels()]
        for text in seen([*ax.texts, *labels]):
            size, bold = text.get_fontsize(), text.get_fontweight() == "bold"
            large = size >= 18 or (bold and size >= 14)
            assert contrast(text.get_color(), ground(ax, text)) >= (3 if large else 4.5), text


# Full protanopia and deuteranopia on linear RGB: G. Machado, M. Oliveira, L. Fernandes, A physiologically-based model
# for simulation of color vision deficiency, IEEE TVCG 15(6), 2009, table 1.
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "none": np.eye(3),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb):
    """Linear RGB to CIE L*a*b* (1976) under D65: distances of about 2 can just be seen."""
    x, y, z = XYZ @ np.clip(rgb, 0, 1) / (XYZ @ np.ones(3))
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else v * 841 / 108 + 4 / 29 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", BLIND)
def test_the_gates_have_colours_that_every_eye_tells_apart(sight):
    colours = {name: lab(np.array(BLIND[sight]) @ linear(colour)) for name, colour in GATES.items()}
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(colours[one] - colours[other]) > 15, (one, other)
