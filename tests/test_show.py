"""One law for all pictures: over the whole declared domain of every explorer of every lesson that is built with `show`.

What a picture says of its subject is judged in the test file of its lesson; here it is the frame.
"""

import asyncio
import gc
import html
import importlib
import io
import itertools
import pkgutil
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from unittest import mock
from xml.etree import ElementTree

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Written

from lstm_demo import lessons, marks
from lstm_demo.show import Picture, Text, Time, drawn
from lstm_demo.show import explorer as explorer_of
from lstm_demo.show.explorer import KEPT
from lstm_demo.show.picture import Pen

ROOMS = [importlib.import_module(f"lstm_demo.lessons.{m.name}") for m in pkgutil.iter_modules(lessons.__path__)]
EXPLORERS = {f"{r.__name__}.{n}": f for r in ROOMS for n, f in vars(r).items() if hasattr(f, "explore")}
INNER = 40  # random settings of each


def below(widget):
    """A widget and all that hang below it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from below(child)


def of_kind(widget, kind):
    return [one for one in below(widget) if isinstance(one, kind)]


def settings(of):
    """Every corner of the domains, all samples of a text and all buttons among them, and random points inside."""
    yield from walk(of, lambda every: every if isinstance(every, tuple) and len(every) <= 9 else [every[0], every[-1]])
    rng = np.random.default_rng(0)
    for _ in range(INNER):
        yield from walk(of, lambda every: [every[rng.integers(len(every))]])


def walk(of, pick):
    """Every combination of what is picked of each domain, a time's beside the values of the others."""
    made = [{}]
    for name, domain in sorted(of.domains.items(), key=lambda item: isinstance(item[1], Time)):
        made = [known | {name: one} for known in made for one in pick(options(domain, known))]
    return made


def options(domain, others):
    if isinstance(domain, Text):
        return domain.samples
    return range(domain.last(**others) + 1) if isinstance(domain, Time) else domain


def crowded(texts, size):
    """Those of the texts drawn that leave a picture or cover each other, by matplotlib's own wide letters."""
    pen = Pen(*72 * np.array(size), io.StringIO(), image_dpi=72)
    seen = [t for t in texts if t.get_visible() and t.get_text().strip()]
    boxes = np.array([t.get_window_extent(pen).extents for t in seen])
    low, high = boxes[:, :2], boxes[:, 2:]
    out = ((low < -1) | (high > 72 * np.array(size) + 1)).any(axis=1)
    common = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    pairs = np.argwhere(np.triu((common > 1).all(axis=2), k=1))
    said = [t.get_text() for t in seen]
    return [said[k] for k in np.flatnonzero(out)] + [(said[p], said[q]) for p, q in pairs]


@pytest.fixture(params=EXPLORERS, scope="module")
def of(request):
    return EXPLORERS[request.param]


@pytest.fixture(scope="module")
def walked(of):
    """[(values, what is drawn, texts in each other's way)] over corners and inner points."""
    made = {}
    for values in settings(of):
        if (setting := tuple(values.values())) not in made:
            picture = of(**values)
            done, texts = drawn_with_texts(picture)
            made[setting] = values, done, crowded(texts, picture.size)
    return [*made.values()]


def drawn_with_texts(picture):
    texts, write = [], Written.draw

    def noted(text, pen):
        texts.append(text)
        write(text, pen)

    with mock.patch.object(Written, "draw", noted):
        return drawn(picture), texts


# --- the law of all pictures -----------------------------------------------------------------------------------------


def test_each_setting_gives_a_small_svg_with_a_sentence_as_label_and_ids_of_its_own(walked):
    for values, done, _ in walked:
        svg = done.svg("mine")
        tree = ElementTree.fromstring(svg)
        assert (tree.get("role"), tree.get("aria-label")) == ("img", done.sentence), values
        assert len(done.sentence.split()) >= 8
        assert not re.search(r"\b(nan|inf|None|Traceback)\b", done.sentence)
        assert len(svg) < 40_000
        ids, used = (re.findall(pattern, svg) for pattern in (r'<[^>]* id="([^"]+)"', r"url\(#([^)]+)\)"))
        assert set(used) <= set(ids)
        assert len(set(ids)) == len(ids)
        assert all(one.startswith("mine-") for one in ids)


def test_no_text_is_cut_off_or_covered_anywhere(walked):
    assert [(values, texts) for values, _, texts in walked if texts] == []


def test_another_setting_gives_another_picture_and_sentence_but_for_controls_that_are_off(of, walked):
    made = [done for values, done, _ in walked if of.off(**values) == ()]
    assert len({done.shell + done.fragment for done in made}) == len(made)
    assert len({done.sentence for done in made}) >= 0.7 * len(made)  # ways that read alike so far may say the same


def test_every_colour_is_one_of_the_language_and_gives_way_on_a_dark_page(walked):
    dark = {light.lower() for light in marks.DARK}
    for values, done, _ in walked:
        assert set(re.findall(r"var\(--lstm-\w+, (#\w+)\)", done.svg())) <= dark, values
        assert not re.search(r"(?:: |=\")#[0-9a-f]{6}", done.svg()), values


# --- the explorer ----------------------------------------------------------------------------------------------------


def shows(one):
    """(svg, sentence) as they stand in an explorer."""
    return one.picture.value, html.unescape(re.sub(r"<[^>]*>", "", one.sentence.value))


def test_what_is_out_of_a_domain_is_refused_by_name(of):
    for name, domain in of.domains.items():
        wrong = [object(), 1e9, -1 if isinstance(domain, Time) else None]
        wrong += [1 if domain == (False, True) else True]  # neither is taken for the other
        for door, value in itertools.product((of, of.explore), wrong):
            with pytest.raises(ValueError, match=rf"^{name}: expected .*, got "):
                door(**{name: value})


def test_an_explorer_opens_where_it_is_asked_to_and_moves_as_its_controls_and_idle_ones_are_off(of, walked):
    some = walked[::5]
    one = of.explore(**some[-1][0])
    assert one.values() == some[-1][0]
    labels = {getattr(w, "description", "") for w in below(one)} | {w.value for w in of_kind(one, widgets.Label)}
    assert {name.replace("_", " ") for name in of.domains} <= labels
    for values, done, _ in reversed(some):
        for name, value in values.items():
            one.controls[name].value = value
        assert one.values() == values
        assert shows(one) == (done.svg(one.own), done.sentence)
        assert 'role="status"' in one.sentence.value
        assert {name for name, control in one.controls.items() if control.disabled} == set(of.off(**values))


@dataclass(frozen=True)
class Point(Picture):
    k: int
    said: str = "the point stands at"

    def axes(self, ax):
        ax.set(xlim=(-1, 99), ylim=(-1, 1), xlabel="k")

    def draw(self, ax):
        ax.axvspan(self.k - 1, self.k + 1, **marks.PADDING)

    def says(self):
        return f"{self.said} {self.k}"


def tiny(compute=lambda k, on: Point(k)):
    """The smallest explorer: a slider and a box to tick."""
    return explorer_of(k=range(20), on=(False, True))(lambda k=3, on=False: compute(k, on))


def test_up_to_nine_values_are_buttons_more_a_slider_and_true_or_false_a_box_to_tick():
    buttons = {("a", "b"): widgets.ToggleButtons, range(1, 10): widgets.ToggleButtons, (False, True): widgets.Checkbox}
    sliders = {range(0, 20, 2): widgets.IntSlider, tuple(k / 10 for k in range(10)): widgets.SelectionSlider}
    for domain, kind in (buttons | sliders).items():
        control = explorer_of(k=domain)(lambda k=domain[1]: Point(0)).explore().controls["k"]
        assert (type(control), control.value) == (kind, domain[1])


def test_a_failure_stands_in_the_pictures_place_is_raised_and_passes():
    def broken(k, on):
        if k == 7:
            raise RuntimeError("seven <b>is</b> too many")
        return Point(k)

    one = tiny(broken).explore()
    before = shows(one)
    with pytest.raises(RuntimeError, match="too many"):
        one.controls["k"].value = 7
    assert one.picture.value == ""
    assert "Error" in shows(one)[1]
    assert "<b>" not in one.sentence.value
    one.controls["k"].value = 3
    assert shows(one) == before


def test_a_picture_shows_itself_as_svg_and_sentence_and_two_of_them_share_no_id():
    first, second = (Point(1)._repr_mimebundle_()["text/html"] for _ in range(2))
    assert 'role="status"' in first
    assert Point(1)._repr_mimebundle_()["text/plain"] == Point(1).says()
    ids = [set(re.findall(r' id="([^"]+)"', page)) for page in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_of_two_threads_the_last_wins_and_every_picture_is_whole():
    def slow(k, on):
        time.sleep(0.002)
        return Point(k)

    of = tiny(slow)
    one = of.explore()

    def moves(seed):
        for k in np.random.default_rng(seed).integers(0, 20, 30):
            one.controls["k"].value = int(k)

    threads = [threading.Thread(target=moves, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = one.values()
    assert shows(one) == (of.drawn(*values.values()).svg(one.own), f"the point stands at {values['k']}")


def test_moves_leave_no_figure_and_no_widget_behind():
    of = tiny()
    one = of.explore()

    def left_after(moves):
        for k in range(moves):
            of.drawn.cache_clear()
            one.controls["k"].value = k % 20
        gc.collect()
        return Counter(type(left) for left in gc.get_objects() if isinstance(left, Figure | widgets.Widget))

    assert Figure not in left_after(2)
    assert left_after(20) == left_after(2)
    assert {explorer.drawn.cache_info().maxsize for explorer in EXPLORERS.values()} == {KEPT}


def test_neighbours_are_drawn_while_nothing_else_is_to_do_and_never_behind_work():
    made = []
    of = tiny(lambda k, on: made.append((k, on)) or Point(k))

    async def reader():
        of.explore()
        for _ in range(3):
            await asyncio.sleep(0)
            time.sleep(0.2)  # a cell that runs
        await asyncio.sleep(0)
        assert made == [(3, False)]
        async with asyncio.timeout(60):
            while len(made) < 4:
                await asyncio.sleep(0.01)
        assert sorted(made) == [(2, False), (3, False), (3, True), (4, False)]

    asyncio.run(reader())


# --- time ------------------------------------------------------------------------------------------------------------


@explorer_of(length=(2, 4, 6), t=Time(lambda length: length))
def timed(length=4, t=None):
    return Point(t, f"{length} long, at")


def test_time_left_out_is_the_end_and_ends_with_the_other_values():
    assert (timed().k, timed(2).k, timed(2, np.int64(1)).k) == (4, 2, 1)
    with pytest.raises(ValueError, match=r"^t: expected one of 0, 1, 2, got 3; take one of them$"):
        timed(2, 3)
    one = timed.explore()
    one.controls["length"].value = 6
    assert one.values() == {"length": 6, "t": 6}  # it stood at the end, and goes with it
    one.controls["t"].value = 3
    for length, t in ((4, 3), (2, 2)):
        one.controls["length"].value = length
        assert one.values() == {"length": length, "t": t}
        assert shows(one)[1] == f"{length} long, at {t}"


def test_time_has_named_buttons_that_step_and_play_and_stop_at_both_ends():
    one = timed.explore()
    play, back, on = of_kind(one.controls["t"], widgets.Button)
    (clock,) = of_kind(one, widgets.Play)
    assert (back.disabled, on.disabled, clock.layout.display) == (False, True, "none")
    for _ in range(4):
        back.click()
    assert (one.values()["t"], back.disabled, on.disabled) == (0, True, False)
    play.click()
    assert (clock.playing, play.description) == (True, "❚❚ Pause")
    clock.value = 2  # as the page does
    assert shows(one)[1] == "4 long, at 2"
    on.click()
    assert (clock.playing, play.description, one.values()["t"]) == (False, "▶ Play", 3)


# --- colours ---------------------------------------------------------------------------------------------------------

# G. Machado, M. Oliveira, L. Fernandes, IEEE Transactions on Visualization and Computer Graphics 15, 2009; severity 1.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
APART = 25  # in Lab; #B34700 and #D55E00, which one takes for each other, are 12 to 23 apart
STRONG = [marks.WRONG, marks.RIGHT, marks.HIDDEN, marks.INK]
both_pages = pytest.mark.parametrize(
    "page", [{light: light for light in marks.DARK}, marks.DARK], ids=["light", "dark"]
)


def linear(color):
    parts = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(color, vision):
    xyz = TO_XYZ @ np.clip(np.array(VISIONS[vision]) @ linear(color), 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    low, high = sorted(TO_XYZ[1] @ linear(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


@both_pages
@pytest.mark.parametrize("vision", VISIONS)
def test_wrong_right_hidden_and_ink_are_told_apart_by_every_eye(vision, page):
    seen = [lab(page[color], vision) for color in STRONG]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > APART


@both_pages
def test_words_can_be_read(page):
    grounds = (*marks.SERIES, marks.PALE)
    assert min(contrast(page[color], page[marks.PAPER]) for color in (*STRONG, marks.GREY)) >= 4.5
    assert min(contrast(page[marks.INK], page[ground]) for ground in grounds) >= 7
    assert min(contrast(page[marks.GREY], page[ground]) for ground in grounds) >= 4.5
