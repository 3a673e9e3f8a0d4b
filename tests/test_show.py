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
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.text import Text as Written

from lstm_demo import lessons, marks
from lstm_demo.show import Picture, Text, Time, drawn
from lstm_demo.show import explorer as explorer_of
from lstm_demo.show.explorer import KEPT
from lstm_demo.show.picture import Pen

ROOMS = [importlib.import_module(f"lstm_demo.lessons.{m.name}") for m in pkgutil.iter_modules(lessons.__path__)]
EXPLORERS = {f"{r.__name__}.{n}": f for r in ROOMS for n, f in vars(r).items() if hasattr(f, "explore")}
NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
INNER = 40  # random settings of each
SVG = "{http://www.w3.org/2000/svg}"


def below(widget):
    """A widget and all that hang below it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from below(child)


def within(widget, css):
    return [one for one in below(widget) if css in one._dom_classes]


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
    yield from ({name: known[name] for name in of.domains} for known in made)


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
    """[(values, picture, what is drawn, texts in each other's way)] over corners and inner points."""
    of.drawn.cache_clear()
    different = {tuple(values.values()): values for values in settings(of)}
    return [(values, *look(of, setting)) for setting, values in different.items()]


def look(of, setting):
    """What a setting gives, of one drawing: the one that the explorer keeps, as drawing is what takes the time."""
    pictures, texts, write = [], [], Written.draw

    def kept(picture):
        pictures.append(picture)
        return drawn(picture)

    def written(text, renderer):
        texts.append(text)
        write(text, renderer)

    with mock.patch("lstm_demo.show.explorer.drawn", kept), mock.patch.object(Written, "draw", written):
        done = of.drawn(*setting)
    (picture,) = pictures
    return picture, done, crowded(texts, picture.size)


# --- the law of all pictures -----------------------------------------------------------------------------------------


def test_every_lesson_has_an_explorer():
    assert {name.split(".")[2] for name in EXPLORERS} == {path.stem[3:] for path in NOTEBOOKS.glob("[0-9]*.ipynb")}


def test_each_setting_gives_a_small_svg_with_its_sentence_as_label(walked):
    for values, picture, done, _ in walked:
        tree = ElementTree.fromstring(done.svg())
        assert (tree.tag, tree.get("role"), tree.get("aria-label")) == (f"{SVG}svg", "img", picture.says()), values
        assert len(done.svg()) < 40_000
        assert len(picture.says().split()) >= 8
        assert not re.search(r"\b(nan|inf|None|Traceback)\b", picture.says())


def test_no_text_is_cut_off_or_covered_anywhere(walked):
    assert [(values, texts) for values, *_, texts in walked if texts] == []


def test_the_same_setting_gives_the_same_bytes_and_another_one_another_picture_and_sentence(of, walked):
    assert all(drawn(of(**values)) == done for values, _, done, _ in walked[::5])
    settings = {tuple(values.values()): done for values, _, done, _ in walked if of.off(**values) == ()}
    pictures = {done.shell + done.fragment for done in settings.values()}
    sentences = {done.sentence for done in settings.values()}
    assert len(pictures) == len(settings)
    assert len(sentences) >= 0.7 * len(settings)  # ways that read alike so far may say the same


def test_every_colour_is_one_of_the_language_and_gives_way_on_a_dark_page(walked):
    dark = {light.lower() for light in marks.DARK}
    for values, _, done, _ in walked:
        assert set(re.findall(r"var\(--lstm-\w+, (#\w+)\)", done.svg())) <= dark, values
        assert not re.search(r"(?:: |=\")#[0-9a-f]{6}", done.svg()), values


def test_every_id_that_is_used_is_there_once_and_begins_as_asked(walked):
    for _, _, done, _ in walked:
        ids, used = (re.findall(p, done.svg("mine")) for p in (r'<[^>]* id="([^"]+)"', r"url\(#([^)]+)\)"))
        assert set(used) <= set(ids)
        assert len(set(ids)) == len(ids)
        assert all(one.startswith("mine-") for one in ids)


def test_what_is_out_of_a_domain_is_refused_by_name(of):
    for name, domain in of.domains.items():
        for wrong in (object(), 1e9, None if not isinstance(domain, Time) else -1):
            with pytest.raises(ValueError, match=rf"^{name}: expected .*, got "):
                of(**{name: wrong})


# --- the explorer ----------------------------------------------------------------------------------------------------


def shows(one):
    """(svg, sentence) as they stand in an explorer."""
    sentence = html.unescape(re.sub(r"<[^>]*>", "", one.sentence.value))
    return one.picture.value, sentence


def set_all(one, values):
    for name, value in values.items():
        one.controls[name].value = value


def test_an_explorer_has_the_classes_and_a_label_for_each_control(of):
    one = of.explore()
    assert within(one, "lstm-explorer") == [one]
    assert len(within(one, "lstm-sentence")) == len(within(one, "lstm-picture")) == 1
    labelled = {getattr(w, "description", "") for w in of_kind(one, widgets.Widget)}
    labelled |= {w.value for w in of_kind(one, widgets.Label)}
    assert {name.replace("_", " ") for name in of.domains} <= labelled
    assert all(button.description for button in of_kind(one, widgets.Button))


def test_moving_the_controls_shows_what_the_function_gives_for_these_values_and_idle_ones_are_off(of):
    one = of.explore()
    for values in list(settings(of))[::4]:
        set_all(one, values)
        assert one.values() == values
        assert shows(one) == (of.drawn(*values.values()).svg(one.own), of(**values).says())
        assert 'role="status"' in one.sentence.value
        assert {name for name, control in one.controls.items() if control.disabled} == set(of.off(**values))


def test_an_explorer_opens_where_it_is_asked_to_and_refuses_what_the_function_refuses(of):
    values = list(settings(of))[-1]
    assert of.explore(**values).values() == values
    with pytest.raises(ValueError, match="expected"):
        of.explore(**{next(iter(of.domains)): object()})


@dataclass(frozen=True)
class Point(Picture):
    k: int
    said: str = "the point stands at"

    def axes(self, ax):
        ax.set(xlim=(-1, 99), ylim=(-1, 1), xlabel="k")

    def draw(self, ax):
        ax.plot([self.k], [0], "o", color=marks.INK)

    def says(self):
        return f"{self.said} {self.k}"


def tiny(compute=lambda k, on: Point(k), **more):
    """The smallest explorer: a slider and a box to tick."""

    def point(k=3, on=False):
        return compute(k, on)

    return explorer_of(**more, k=range(20), on=(False, True))(point)


def test_each_domain_has_its_kind_of_control():
    kinds = {
        "slider": (range(0, 40, 2), widgets.IntSlider),
        "few numbers": (range(1, 7), widgets.ToggleButtons),
        "many numbers": (tuple(k / 10 for k in range(-10, 11)), widgets.SelectionSlider),
        "names": (("a", "b"), widgets.ToggleButtons),
        "tick": ((False, True), widgets.Checkbox),
        "text": (Text(("a",)), widgets.Text),
    }
    for domain, kind in kinds.values():
        first = domain.samples[0] if isinstance(domain, Text) else domain[0]
        made = explorer_of(k=domain)(lambda k=first: Point(0)).explore()
        assert type(made.controls["k"]) is kind
        assert made.controls["k"].value == first


def test_a_number_is_refused_in_one_sentence_that_names_the_ends():
    of = explorer_of(window=range(1, 7))(lambda window=1: Point(window))
    for wrong in (9, 0, True, 2.0, "2", None):
        with pytest.raises(ValueError, match=r"^window: expected one of 1, 2, ..., 6, got .*; take one of them$"):
            of(wrong)
    assert of(np.int64(2)) == Point(2)
    tenths = explorer_of(x=tuple(k / 10 for k in range(-10, 11)))(lambda x=0.0: Point(x))
    for wrong in (0.25, 0, 1.1, "0.1"):
        with pytest.raises(ValueError, match=r"^x: expected one of -1.0, -0.9, ..., 1.0, got .*; take one of them$"):
            tenths(wrong)


def test_a_shell_stays_and_only_the_fragment_moves():
    one, other = drawn(Point(1)), drawn(Point(2))
    assert one.shell == other.shell
    assert one.fragment != other.fragment
    assert "k</text>" in one.shell


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
    hatched = type("Hatched", (Point,), {"draw": lambda self, ax: ax.axhspan(0, 1, **marks.PADDING)})(1)
    first, second = (hatched._repr_mimebundle_()["text/html"] for _ in range(2))
    assert 'role="status"' in first
    assert hatched._repr_mimebundle_()["text/plain"] == hatched.says()
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


def test_moves_leave_no_memory_behind():
    of = tiny()
    one, every = of.explore(), [{"k": k, "on": on} for k in range(20) for on in (False, True)]

    def moves(count):
        for values in itertools.islice(itertools.cycle(every), count):
            set_all(one, values)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    moves(80)
    tracemalloc.start()
    kept = moves(40)
    grown = moves(400) - kept
    tracemalloc.stop()
    assert grown < 200_000
    assert {explorer.drawn.cache_info().maxsize for explorer in EXPLORERS.values()} == {KEPT}


class Skipping(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, which goes on where the loop would wait: so no test has to."""

    def __init__(self):
        super().__init__()
        self.now, select = 0.0, self._selector.select
        self._selector.select = lambda wait: self.skip(wait or 0.0) or select(0)

    def time(self):
        return self.now

    def skip(self, seconds):
        self.now += seconds


def test_neighbours_are_drawn_while_nothing_else_is_to_do_and_never_behind_work():
    made = []
    of = tiny(lambda k, on: made.append((k, on)) or Point(k))

    async def reader():
        of.explore()
        for _ in range(3):
            await asyncio.sleep(0)
            asyncio.get_running_loop().skip(0.3)  # a cell that runs
        await asyncio.sleep(0)
        assert made == [(3, False)]
        await asyncio.sleep(1)
        assert sorted(made) == [(2, False), (3, False), (3, True), (4, False)]

    with asyncio.Runner(loop_factory=Skipping) as runner:
        runner.run(reader())


def test_without_a_loop_nothing_is_drawn_ahead():
    made = []
    tiny(lambda k, on: made.append(k) or Point(k)).explore()
    assert made == [3]


# --- time ------------------------------------------------------------------------------------------------------------


def timed(length=4):
    @explorer_of(length=(2, 4, 6), t=Time(lambda length: length))
    def walk(length=length, t=None):
        return Point(t, f"{length} long, at")

    return walk


def test_time_left_out_is_the_end_and_ends_with_the_other_values():
    of = timed()
    assert (of().k, of(2).k, of(2, 1).k) == (4, 2, 1)
    with pytest.raises(ValueError, match=r"^t: expected one of 0, 1, 2, got 3"):
        of(2, 3)
    one = of.explore()
    one.controls["length"].value = 6
    assert one.values() == {"length": 6, "t": 6}  # it stood at the end, and goes with it
    one.controls["t"].value = 3
    one.controls["length"].value = 4
    assert one.values() == {"length": 4, "t": 3}
    one.controls["length"].value = 2
    assert one.values() == {"length": 2, "t": 2}
    assert shows(one)[1] == "2 long, at 2"


def test_time_has_named_buttons_that_step_and_play_and_stop_at_both_ends():
    one = timed().explore()
    play, back, on = of_kind(one.controls["t"], widgets.Button)
    assert (back.disabled, on.disabled) == (False, True)
    for _ in range(4):
        back.click()
    assert (one.values()["t"], back.disabled, on.disabled) == (0, True, False)
    on.click()
    assert one.values()["t"] == 1
    (clock,) = of_kind(one, widgets.Play)
    assert clock.layout.display == "none"
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


def page(color, dark):
    return marks.DARK[color] if dark else color


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", VISIONS)
def test_wrong_right_hidden_and_ink_are_told_apart_by_every_eye_on_both_pages(vision, dark):
    strong = [page(c, dark) for c in (marks.WRONG, marks.RIGHT, marks.HIDDEN, marks.INK)]
    apart = [np.linalg.norm(lab(a, vision) - lab(b, vision)) for a, b in itertools.combinations(strong, 2)]
    assert min(apart) > APART


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_both_pages(dark):
    paper = page(marks.PAPER, dark)
    for color in (marks.INK, marks.GREY, marks.WRONG, marks.RIGHT, marks.HIDDEN):
        assert contrast(page(color, dark), paper) >= 4.5
    for ground in (*marks.SERIES, marks.PALE):
        assert contrast(page(marks.INK, dark), page(ground, dark)) >= 7
        assert contrast(page(marks.GREY, dark), page(ground, dark)) >= 4.5
