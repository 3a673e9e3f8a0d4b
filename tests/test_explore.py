"""Explorers and predictions: what they show is right over the whole range of their controls, and always the last value.

Pictures are judged in test_plots.py; here it is the numbers (by torch, by plain floats, by counting) and the frame.
"""

import csv
import functools
import gc
import html
import io
import itertools
import re
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import pytest
import torch
from matplotlib import pyplot
from PIL import Image
from test_plots import crowded
from test_predict import overtake

import lstm_demo as ld
from lstm_demo import explore, plots
from lstm_demo.explore import controls
from lstm_demo.names import NameNet, unfold
from lstm_demo.plots import picture

ROOT = Path(__file__).resolve().parents[1]


def untrained():
    """A net that reads names and has learnt nothing: for what an explorer shows, that is enough."""
    torch.manual_seed(0)
    return NameNet(units=5)


TYPED = ("", "A", "Zwölf b", "SUN 2", "LATIN SMALL LETTER A", "-" * 90)  # one that is longer than the picture is wide
MAKERS = {
    "held": explore.explore_held,
    "reach": explore.explore_reach,
    "lags": explore.explore_lags,
    "price": explore.explore_price,
    "race": explore.explore_race,
    "typing": lambda: explore.explore_typing(untrained()),
}
FIRST = ("reach", "lags", "price", "race", "typing")


@pytest.fixture(params=MAKERS, scope="module")
def explorer(request):
    return MAKERS[request.param]()


@pytest.fixture(params=FIRST)
def fresh(request):
    return MAKERS[request.param]()


def reach(control, inner=None):
    """Both ends of a control, or all of its options; with a generator, a value somewhere between."""
    if isinstance(control, widgets.Checkbox):
        return [False, True] if inner is None else bool(inner.integers(2))
    if isinstance(control, widgets.Text):
        return list(TYPED) if inner is None else TYPED[inner.integers(len(TYPED))]
    if hasattr(control, "options"):
        values = [option[1] if isinstance(option, tuple) else option for option in control.options]
        return values if inner is None else values[inner.integers(len(values))]
    if inner is None:
        return [control.min, control.max]
    return type(control.min)(inner.uniform(control.min, control.max))


def settings(explorer, count=12):
    """Every corner of the controls, and random points between."""
    names, rng = list(explorer.controls), np.random.default_rng(0)
    corners = itertools.product(*(reach(control) for control in explorer.controls.values()))
    yield from (dict(zip(names, corner, strict=True)) for corner in corners)
    yield from ({name: reach(control, rng) for name, control in explorer.controls.items()} for _ in range(count))


def some(explorer, count=6):
    """A few settings, corners and inner points, evenly from all."""
    every = list(settings(explorer))
    return every[:: max(1, len(every) // count)]


def within(widget, css):
    """Every widget of that class, wherever it hangs."""
    found = [widget] if css in widget._dom_classes else []
    return found + [w for child in getattr(widget, "children", ()) for w in within(child, css)]


def of_kind(widget, kind):
    found = [widget] if isinstance(widget, kind) else []
    return found + [w for child in getattr(widget, "children", ()) for w in of_kind(child, kind)]


def spoken(explorer):
    """The sentence as a reader hears it."""
    (said,) = within(explorer, "lstm-sentence")
    return html.unescape(re.sub(r"<[^>]*>", "", said.value))


def visible(explorer):
    """The picture and the sentence as they stand in the widget."""
    (image,) = of_kind(explorer, widgets.Image)
    return bytes(image.value), spoken(explorer)


# --- the whole range -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def walked(explorer):
    """[(values, what they show, texts that are cut off or covered)] over corners and inner points."""
    return [(v, explorer.shown(**v), crowded(explorer._picture.figure)) for v in settings(explorer)]


def test_every_corner_and_many_inner_points_give_a_picture_and_a_sentence(walked):
    assert len(walked) >= 6 + 12
    for _, (png, sentence), _ in walked:
        image = Image.open(io.BytesIO(png))
        image.load()
        assert image.format == "PNG"
        assert 900 <= image.width <= 1100
        assert 180 <= image.height < image.width
        assert len(image.convert("L").getcolors()) > 10  # neither blank nor black
        assert len(sentence.split()) >= 8
        assert not re.search(r"\b(nan|inf|None|Traceback)\b|\bError:", sentence, re.IGNORECASE)
    assert len({Image.open(io.BytesIO(png)).size for _, (png, _), _ in walked}) == 1


def test_no_text_is_cut_off_or_covered_anywhere(walked):
    assert [(values, texts) for values, _, texts in walked if texts] == []


def test_other_values_give_another_picture_and_another_sentence(explorer, walked):
    def counts(values):
        return tuple((name, value) for name, value in values.items() if name not in explorer.idle(values))

    settings = {counts(values) for values, _, _ in walked}
    assert len({png for _, (png, _), _ in walked}) == len(settings)
    assert len({sentence for _, (_, sentence), _ in walked}) == len(settings)


def test_an_idle_control_is_switched_off_and_changes_nothing(fresh):
    for values in some(fresh):
        for name, value in values.items():
            fresh.controls[name].value = value
        idle = set(fresh.idle(values))
        assert {name for name, control in fresh.controls.items() if control.disabled} == idle
        for name in idle:
            assert len({fresh.shown(**values | {name: other}) for other in reach(fresh.controls[name])}) == 1


def test_moving_a_control_shows_what_the_function_gives_for_these_values(fresh):
    for values in some(fresh):
        for name, value in values.items():
            fresh.controls[name].value = value
        now = {name: control.value for name, control in fresh.controls.items()}
        assert visible(fresh) == fresh.shown() == fresh.shown(**now)


def test_an_explorer_opens_with_what_its_controls_say(fresh):
    assert visible(fresh) == fresh.shown()


def test_asking_what_other_values_would_show_moves_nothing(fresh):
    before, values = visible(fresh), {name: control.value for name, control in fresh.controls.items()}
    fresh.shown(**list(settings(fresh, 0))[-1])
    assert visible(fresh) == before
    assert {name: control.value for name, control in fresh.controls.items()} == values


def test_a_burst_settles_on_the_last_value(fresh):
    control = next(iter(fresh.controls.values()))
    ends, rng = reach(control), np.random.default_rng(1)
    for value in [*(reach(control, rng) for _ in range(30)), ends[0], ends[-1]]:
        control.value = value
    (name,) = [name for name, c in fresh.controls.items() if c is control]
    assert visible(fresh) == fresh.shown(**{name: ends[-1]})


def test_a_change_computes_once():
    explorer, calls = explore.explore_reach(), []
    compute = explorer._compute
    explorer._compute = lambda **values: calls.append(values) or compute(**values)
    for width in (3, 5, 5, 2):
        explorer.controls["window"].value = width
    assert [call["window"] for call in calls] == [3, 5, 2]


def test_moves_leave_no_figure_and_no_object_behind(fresh):
    rng = np.random.default_rng(2)

    def moves(count):
        for control in [*fresh.controls.values()] * (count // len(fresh.controls)):
            control.value = reach(control, rng)
        gc.collect()
        return len(gc.get_objects())

    kept = moves(10)
    assert moves(50) - kept < 500  # matplotlib keeps measures of texts, up to a bound; one artist a move is far more
    assert pyplot.get_fignums() == []


def test_300_moves_leave_no_memory_behind():
    explorer = frame(lambda k: k)

    def moves(count):
        for k in range(count):
            explorer.controls["k"].value = k % 6
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    moves(20)
    tracemalloc.start()
    kept = moves(20)
    grown = moves(300) - kept
    tracemalloc.stop()
    assert grown < 300_000  # a picture has some 5,000 bytes


# --- the frame -------------------------------------------------------------------------------------------------------


def test_every_control_has_a_description_and_the_parts_have_the_classes_that_tests_look_for(explorer):
    assert within(explorer, "lstm-explorer") == [explorer]
    assert len(within(explorer, "lstm-sentence")) == len(of_kind(explorer, widgets.Image)) == 1
    said = [control.description for control in explorer.controls.values()]
    assert len(said) == len(set(said)) >= 1
    assert all(said)
    hung = of_kind(explorer, widgets.ValueWidget)
    assert all(control in hung for control in explorer.controls.values())


def test_up_to_nine_values_are_buttons_and_what_is_longer_can_be_typed(explorer):
    for one in explorer.controls.values():
        assert isinstance(one, widgets.ToggleButtons | widgets.Checkbox | widgets.Text) or one.readout
        if hasattr(one, "options"):
            assert len(one.options) <= controls.MOST_BUTTONS
        elif hasattr(one, "step"):
            assert (one.max - one.min) / one.step + 1 > controls.MOST_BUTTONS


@pytest.mark.parametrize(
    ("values", "kind"), [(range(2, 20, 2), widgets.ToggleButtons), (range(2, 22, 2), widgets.IntSlider)]
)
def test_a_control_has_its_values_and_stands_where_it_is_set(values, kind):
    one = controls.control("k", values, 8)
    assert type(one) is kind
    assert (one.value, one.description, controls.control("k", values).value) == (8, "k", 2)
    assert [reach(one)[0], reach(one)[-1]] == [values[0], values[-1]]


def frame(compute, sentence="{}", sizes=(0, 5)):
    """The smallest explorer: one slider, one point."""
    controls = {"k": widgets.IntSlider(sizes[0], *sizes, description="k")}

    def draw(ax):
        (point,) = ax.plot([], [], "o", animated=True)
        ax.set(xlim=(-1, 6), ylim=(-1, 6))
        return lambda k: point.set_data([k], [k])

    return explore.Explorer(controls, compute, draw, sentence.format)


def pair(compute):
    """An explorer of two controls, each of which a thread of its own may move."""
    controls = {name: widgets.IntSlider(0, 0, 50, description=name) for name in ("a", "b")}

    def draw(ax):
        (point,) = ax.plot([], [], "o", animated=True)
        ax.set(xlim=(-1, 51), ylim=(-1, 51))
        return lambda data: point.set_data([data[0]], [data[1]])

    return explore.Explorer(controls, compute, draw, "a is {0[0]}, b is {0[1]}".format)


@pytest.mark.parametrize("where", ["computing", "showing"])
def test_a_picture_that_is_late_does_not_replace_that_of_a_newer_setting(where):
    pauses = []

    def compute(a, b):
        for pause in pauses:
            pause()
        return a, b

    explorer = pair(compute)
    (image,) = of_kind(explorer, widgets.Image)
    moves = [functools.partial(setattr, explorer.controls[name], "value", 1) for name in "ab"]
    overtake(*moves, pauses.append if where == "computing" else lambda pause: image.observe(pause, "value"))
    assert spoken(explorer) == "a is 1, b is 1"
    assert visible(explorer) == explorer.shown()


def test_two_threads_draw_one_after_the_other_and_settle_on_the_last_values():
    rng, inside, most = np.random.default_rng(0), [], []

    def compute(a, b):
        inside.append(None)
        most.append(len(inside))
        time.sleep(rng.uniform(0, 0.003))
        inside.pop()
        return a, b

    explorer = pair(compute)

    def move(control):
        for value in range(1, 31):
            control.value = value

    threads = [threading.Thread(target=move, args=(control,)) for control in explorer.controls.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert visible(explorer) == explorer.shown(a=30, b=30)


def test_pictures_that_are_drawn_on_two_threads_are_those_that_are_drawn_on_one():
    walks = [*itertools.product((2, 3, 4, 5), list(explore.LOOPS)[:2])]
    alone = [explore.explore_reach().shown(window=window, loop=loop).png for window, loop in walks]
    picture.stamp.cache_clear()
    drawn = [None] * len(walks)

    def draw(numbers):
        for k in numbers:
            window, loop = walks[k]
            drawn[k] = explore.explore_reach().shown(window=window, loop=loop).png

    threads = [threading.Thread(target=draw, args=(range(first, len(walks), 2),)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == alone


def test_a_broken_callback_is_said_in_the_sentence_and_raised_and_the_explorer_recovers():
    def broken(k):
        if k == 3:
            raise RuntimeError("three <b>is</b> too many")
        return k

    explorer = frame(broken, "k is {}")
    before = visible(explorer)
    with pytest.raises(RuntimeError, match="too many"):
        explorer.controls["k"].value = 3
    assert "Error" in spoken(explorer)
    assert "three <b>is</b> too many" in spoken(explorer)
    explorer.controls["k"].value = 0
    assert visible(explorer) == before


@pytest.mark.parametrize("part", ["draw", "describe"])
def test_a_broken_picture_or_sentence_is_said_and_raised_too(part):
    explorer = frame(lambda k: k)
    if part == "draw":
        explorer._picture.update = lambda k: 1 / 0
    else:
        explorer._describe = lambda k: 1 / 0
    with pytest.raises(ZeroDivisionError):
        explorer.controls["k"].value = 2
    assert "Error" in spoken(explorer)


def test_an_explorer_that_cannot_open_raises():
    with pytest.raises(ZeroDivisionError):
        frame(lambda k: 1 // k)


def test_text_of_a_reader_is_escaped():
    (said,) = within(frame(lambda k: k, "<script>alert({})</script>"), "lstm-sentence")
    assert "<script>" not in said.value
    assert "&lt;script&gt;alert(0)" in said.value


def test_a_screen_reader_speaks_the_sentence_when_it_changes(explorer):
    (said,) = within(explorer, "lstm-sentence")
    assert 'role="status"' in said.value or 'aria-live="polite"' in said.value


def test_importing_the_explorers_imports_no_torch_and_leaves_pyplot_alone():
    program = "import sys, lstm_demo.explore; print(*sorted({'torch', 'matplotlib.pyplot'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == ""


# --- starting weights -------------------------------------------------------------------------------------------------


def test_starting_weights_are_those_of_torch_and_of_keras_and_leave_the_global_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    params = explore.start_params("PyTorch", 3, units=4, seed=11)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(11)
    lstm = torch.nn.LSTM(3, 4, batch_first=True)
    np.testing.assert_array_equal(params.weight_ih, lstm.weight_ih_l0.detach().double())
    np.testing.assert_array_equal(params.weight_hh, lstm.weight_hh_l0.detach().double())
    np.testing.assert_allclose(params.bias, (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().double(), atol=1e-7)
    keras = explore.start_params("Keras", 3, units=4)
    assert keras.bias.tolist() == [0] * 4 + [1] * 4 + [0] * 8
    np.testing.assert_allclose(keras.weight_hh.T @ keras.weight_hh, np.eye(4), atol=1e-12)


# --- the price -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", explore.SPREADS)
@pytest.mark.parametrize("lanes", [8, 48])
def test_the_price_is_that_of_48_series_with_one_empty_place_between_neighbours(spread, lanes):
    price = explore.price_of(spread, lanes)
    lengths = price.padded.lengths
    assert price.padded.series.shape == (48, lengths.max())
    np.testing.assert_array_equal(price.shared.lengths, lengths)
    assert len(price.shared.series) == lanes
    used = [np.flatnonzero(lane >= 0)[-1] + 1 for lane in price.shared.series]
    gaps = sum(used) - lengths.sum()
    assert gaps == 48 - lanes


def test_the_spreads_are_what_their_names_say():
    lengths = {spread: np.array(make()) for spread, make in explore.SPREADS.items()}
    assert {len(n) for n in lengths.values()} == {48}
    assert set(lengths["all alike"]) == {24}
    assert lengths["1 to 47 steps"].min() >= 1
    assert 40 < lengths["1 to 47 steps"].max() <= 47
    every = {len(codes) for codes in ld.unicode_names()[0]}
    assert set(lengths["real names"]) <= every
    assert np.median(lengths["a few long ones"]) < 20 < 100 < lengths["a few long ones"].max()


def test_a_spread_that_is_unknown_is_refused():
    with pytest.raises(ValueError, match=r"^spread: expected one of .*real names.*, got 'odd'; take one of them$"):
        explore.price_of("odd", 8)


# --- the stored race -------------------------------------------------------------------------------------------------


def test_the_stored_race_is_the_table_in_data():
    with (ROOT / "data" / "race.csv").open(encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 100
    for lengths, (mode, short) in itertools.product(explore.RACED, explore.MODES.items()):
        race = explore.stored_race(lengths, mode)
        wanted = [r for r in rows if (r["set"], r["threads"], r["mode"]) == (lengths, "one", short)]
        (limit,) = [float(r["milliseconds"]) for r in wanted if r["entrant"] == "limit"]
        others = [r for r in wanted if r["entrant"] != "limit"]
        assert race.limit == limit
        assert race.names == tuple(r["entrant"] for r in others)
        np.testing.assert_array_equal(race.milliseconds, [float(r["milliseconds"] or "nan") for r in others])
        assert race.notes == tuple("" if r["verdict"] == "exact" else r["verdict"] for r in others)
        assert set(race.ours) <= set(race.names)


@pytest.mark.parametrize("name", ["lengths", "mode"])
def test_a_race_that_was_not_run_is_refused_by_name(name):
    with pytest.raises(ValueError, match=rf"^{name}: expected one of .*, got 'none'; take one of them$"):
        explore.stored_race(**{"lengths": "heavy", name: "none"})


# --- typing ----------------------------------------------------------------------------------------------------------


def test_whatever_way_a_name_is_typed_deleted_or_pasted_it_shows_what_one_pass_says():
    net = untrained()
    explorer = explore.explore_typing(net)
    walk = [
        "L",
        "LA",
        "LAT",
        "LA",
        "LAX",
        "",
        "GREEK SMALL",
        "GREEK",
        "GREEK SMALL LETTER",
        "greek small letter",
        "G?K",
    ]
    for text in walk:
        explorer.controls["text"].value = text
        known = "".join(letter for letter in text.upper() if letter in ld.ALPHABET)
        data, shown = explore.typed(net, text), explorer.shown(text=text)
        assert data.letters == known
        assert len(data.posterior) == len(data.h) == len(known)
        assert (shown.sentence, spoken(explorer)) == (plots.describe_typed(data),) * 2
        if known:
            once = unfold(net, torch.from_numpy(ld.encode(known)))
            assert np.abs(data.posterior - once.posterior.numpy()).max() < 1e-6
            assert np.abs(data.h - once.h.numpy()).max() < 1e-6


def test_what_the_net_does_not_know_is_named_and_escaped():
    explorer = explore.explore_typing(untrained(), "A<b>é")
    (said,) = within(explorer, "lstm-sentence")
    assert "&lt;&gt;É" in said.value
    assert "<b>" not in said.value
    assert explore.typed(untrained(), "A<b>é").letters == "AB"
