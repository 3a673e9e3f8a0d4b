"""The two explorers of lesson 01, over all of their settings: what they show is right, and always the last value."""

import csv
import io
import itertools
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib import pyplot
from PIL import Image
from problems import refused
from test_explore import of_kind, spoken, visible, within
from test_plots import crowded

import lstm_demo as ld
from lstm_demo import explore
from lstm_demo.torch_lstm import StatelessLSTM, load_params

ROOT = Path(__file__).resolve().parents[1]
ROOM = sys.modules["lstm_demo.explore.twins"]
MAKERS = {"twins": explore.explore_twins, "windows": explore.explore_windows}
SETTINGS = {
    "twins": [{"back": back, "reader": reader} for reader in explore.READERS for back in range(12)],
    "windows": [{"window": window} for window in range(1, 13)],
}


@pytest.fixture(params=MAKERS)
def both(request):
    return MAKERS[request.param](), SETTINGS[request.param]


def test_every_setting_gives_its_own_picture_and_sentence_and_no_text_is_cut_off_or_covered(both):
    explorer, settings = both
    seen = []
    for values in settings:
        shown = explorer.shown(**values)
        image = Image.open(io.BytesIO(shown.png))
        assert image.format == "PNG"
        assert 900 <= image.width <= 1100
        assert len(shown.sentence.split()) >= 8
        assert not re.search(r"\b(nan|inf|Error|None)\b", shown.sentence)
        assert crowded(explorer._picture.figure) == [], values
        seen.append(shown)
    assert len({png for png, _ in seen}) == len({sentence for _, sentence in seen}) == len(settings)


def test_the_controls_reach_every_setting_and_show_what_the_function_gives(both):
    explorer, settings = both
    assert visible(explorer) == explorer.shown()
    for values in settings[::5]:
        for name, value in values.items():
            explorer.controls[name].value = value
        assert {name: control.value for name, control in explorer.controls.items()} == values
        assert visible(explorer) == explorer.shown() == explorer.shown(**values)
    sizes = [len(c.options) if hasattr(c, "options") else c.max + 1 - c.min for c in explorer.controls.values()]
    assert np.prod(sizes) == len(settings)


def test_a_burst_settles_on_the_last_value_and_leaves_no_figure(both):
    explorer, _ = both
    name, control = next(iter(explorer.controls.items()))
    for value in [3, 9, 5, 11, 1]:
        control.value = value
    assert visible(explorer) == explorer.shown(**{name: 1})
    assert pyplot.get_fignums() == []


def test_the_parts_are_described_and_the_sentence_is_spoken(both):
    explorer, _ = both
    assert within(explorer, "lstm-explorer") == [explorer]
    assert all(control.description for control in explorer.controls.values())
    assert spoken(explorer) == explorer.shown().sentence
    (said,) = within(explorer, "lstm-sentence")
    assert 'role="status"' in said.value
    assert len(of_kind(explorer, type(said))) == 1


# --- twins -----------------------------------------------------------------------------------------------------------


def test_the_series_are_alike_but_for_one_step():
    for reader, back in itertools.product(explore.READERS, range(12)):
        data = explore.twins(reader, back)
        assert data.series.shape == (2, 12)
        assert np.flatnonzero(data.series[0] != data.series[1]).tolist() == [11 - back]
        assert data.series[:, 11 - back].tolist() == [1, -1]
        assert np.abs(data.series).max() == 1
        assert (data.back, data.reads) == (back, explore.READERS[reader])
        assert data.model.lower() == reader.lower()


@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_answers_differ_just_where_the_difference_is_read(seed):
    given = {} if seed is None else {"seed": seed}
    for reader, back in itertools.product(explore.READERS, range(12)):
        apart = explore.twins(reader, back, **given).apart
        assert (apart > 0) == (back < explore.READERS[reader])
        if seed is None and apart:
            assert apart > 0.1  # so far that it can be seen


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(shape[0])


def test_the_lstm_is_that_of_torch_and_the_others_are_one_layer():
    data = explore.twins("stateless LSTM", 5, seed=3)
    net = StatelessLSTM(1, 16).double()
    bias = np.repeat([0.0, 2.0, 0.0, 0.0], 16)
    load_params(net.lstm, ld.Params(drawn(3, 1, 64).T, drawn(4, 16, 64).T, bias))
    h = net(torch.tensor(data.series[..., None]))[1].h.detach().numpy()
    np.testing.assert_allclose(data.answers, np.tanh(h @ drawn(6, 16)), atol=1e-12)
    for reader, width in (("feed-forward, last step", 1), ("feed-forward, input window of 4", 4)):
        data = explore.twins(reader, 2, seed=3)
        hidden = np.tanh(data.series[:, -width:] @ drawn(3, width, 16) + drawn(5, 16))
        np.testing.assert_allclose(data.answers, np.tanh(hidden @ drawn(6, 16)), atol=1e-12)


def test_answers_use_the_room_that_the_picture_has():
    for reader, back, seed in itertools.product(explore.READERS, range(12), range(5)):
        assert (np.abs(explore.twins(reader, back, seed).answers) <= 1).all()


def test_other_readers_and_other_places_are_refused():
    readers = list(explore.READERS)
    refused(f"reader: expected one of {readers}, got 'an LSTM'; take one of them", lambda: explore.twins("an LSTM", 1))
    message = "back: expected at most 11, got 12; there are no steps before the first"
    refused(message, lambda: explore.twins(readers[0], 12))
    message = "back: expected a whole number of at least 0, got -1; give an int"
    refused(message, lambda: explore.twins(readers[0], -1))


def test_drawing_twins_imports_no_torch():
    program = (
        "import sys, lstm_demo.explore as e; e.explore_twins(); e.explore_windows(); print('torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "False"


# --- windows ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table():
    with (ROOT / "data" / "windows.csv").open(encoding="ascii", newline="") as file:
        return [row for row in csv.DictReader(file) if row["batches"] == "600"]


@pytest.mark.parametrize("window", range(1, 13))
def test_window_lags_are_those_of_the_table(table, window):
    data = explore.window_lags(window)
    assert data.lags.tolist() == list(range(13))
    assert (data.window, data.mark) == (window, "input window")
    assert list(data.errors) == [f"input window of {window}", "stateless LSTM"]
    for errors, which, seeds in zip(data.errors.values(), (window, 0), (3, 5), strict=True):
        assert errors.shape == (seeds, 13)
        for seed, lag in np.ndindex(seeds, 13):
            wanted = (str(which), str(lag), str(seed))
            (row,) = [row for row in table if (row["window"], row["lag"], row["seed"]) == wanted]
            assert errors[seed, lag] == float(row["error"])


def test_the_cliff_stands_where_the_lag_reaches_the_window():
    for window in range(1, 13):
        said = explore.explore_windows().shown(window=window).sentence
        assert f"input window of {window}: below 0.1 up to lag {window - 1}, above 0.8 from lag {window} on" in said
        assert "stateless LSTM: below 0.1 up to lag 12, never above 0.8" in said


@pytest.mark.parametrize("window", [0, 13, "four", None])
def test_a_window_that_was_not_measured_is_refused(window):
    message = f"window: expected one of {list(range(1, 13))}, got {window!r}; take one of them"
    refused(message, lambda: explore.window_lags(window))
