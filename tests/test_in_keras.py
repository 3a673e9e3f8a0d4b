"""Lesson 10: what Keras does over six calls, judged by a count in plain Python; and where there is no Keras."""

import ast
import importlib.util
import re
from types import SimpleNamespace

import IPython
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from lstm_demo import claims, marks
from lstm_demo.lessons import in_keras
from lstm_demo.lessons.in_keras import MASKS, MISSING, STATES, board, check_whole_set, need_keras

# Rows and calls as one reads them: 1 and 0 are real steps, - is padding.
ROWS = ["11-", "111", "11-", "111", "1--", "1--"], ["101", "-11", "101", "-11", "---", "---"]
every_state = pytest.mark.parametrize("state", STATES)
every_mask = pytest.mark.parametrize("mask", MASKS)


def counted(calls, state, mask):
    """(outputs, masked, wrong) of one row: a tally on paper, with Keras' rules as the lesson tells them."""
    told, held = [], 0
    for call in calls:
        held, out, own = held if state == "stateful" else 0, 0, 0
        for sign in call:
            skipped = mask != "none" and sign in "0-"
            held, own = held + (not skipped), own + (sign != "-")
            out = held if not skipped else 0 if mask == in_keras.ZEROS else out
            told.append((out, skipped, sign != "-" and out != own))
    return map(list, zip(*told, strict=True))


@every_state
@every_mask
def test_keras_counts_masks_and_carries_as_one_does_on_paper(state, mask):
    one = board(state, mask)
    outputs, masked, wrong = (list(both) for both in zip(*(counted(row, state, mask) for row in ROWS), strict=True))
    assert np.abs(one.counts - outputs).max() < 1e-3
    assert (one.shown.tolist(), one.masked.tolist(), one.wrong.tolist()) == (outputs, masked, wrong)


def test_the_counter_counts_any_input_and_its_state_tells_how_far():
    lstm = in_keras.counter(stateful=True)
    for calls in (1, 2):
        h = lstm(np.random.default_rng(0).normal(size=(2, 5, 1))).detach().numpy()
        np.testing.assert_allclose(
            np.arctanh(h[..., 0]) / in_keras.GAIN, [np.arange(5 * calls - 4, 5 * calls + 1)] * 2, atol=1e-3
        )
        assert in_keras.held(lstm).tolist() == [5 * calls] * 2


@every_state
@every_mask
def test_what_is_read_what_is_put_out_and_what_is_wrong_is_drawn(state, mask):
    for time in (0, 4, 18):
        one, ax = board(state, mask, time), Figure().add_subplot()
        one.draw(ax)
        said = [t.get_text() for t in ax.texts]
        assert said[0] == one.title
        assert said.count("—") == one.masked.sum()
        assert said.count("R") == (12 if state == STATES[2] else 0)
        discs = [p for p in ax.patches if to_hex(p.get_facecolor()) == marks.WRONG.lower()]
        assert len(discs) == one.wrong[:, :time].sum()
        outputs = [t.get_text() for t in ax.texts if t.get_fontweight() == "bold" and t.get_text() != "R"]
        assert outputs == [f"{n}" for row in one.shown for n in row[:time]]
        hatched = [p for p in ax.patches if p.get_hatch()]
        assert len(hatched) == sum(call.count("-") for row in ROWS for call in row)


@every_state
def test_arrows_go_on_inside_a_call_and_over_its_border_only_where_a_state_is_kept(state):
    ax = Figure().add_subplot()
    board(state, "Masking", 18).draw(ax)
    arrows = [t.arrow_patch for t in ax.texts if isinstance(getattr(t, "arrow_patch", None), FancyArrowPatch)]
    uninvited = [a for a in arrows if to_hex(a.get_edgecolor()) == marks.WRONG.lower()]
    assert (len(arrows) - len(uninvited), len(uninvited)) == (2 * 12, 2 * 5 if state == "stateful" else 0)


@every_state
@every_mask
def test_the_sentence_says_what_stands_under_the_frame(state, mask):
    for time in range(1, 19):
        one = board(state, mask, time)
        found = re.search(r"step (\d) of call (\d), .* out (\d+), row 1 (\d+);", one.says()).groups()
        assert [*map(int, found)] == [(time - 1) % 3 + 1, (time + 2) // 3, *one.shown[:, time - 1]]
        assert one.says().startswith(f"{one.title}: ")


# --- where there is no Keras ------------------------------------------------------------------------------------------


def test_without_keras_one_sentence_is_said_and_cells_are_skipped(monkeypatch, capsys):
    shell = SimpleNamespace(ast_transformers=[claims.Watched()], user_ns={})
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    need_keras()
    need_keras()
    assert capsys.readouterr().out == f"{MISSING}\n" * 2
    assert [type(one).__name__ for one in shell.ast_transformers] == ["Watched", "Skipped"]
    cell = ast.parse("import keras\nassert False")
    for one in shell.ast_transformers:
        cell = one.visit(cell)
    exec(compile(ast.fix_missing_locations(cell), "cell", "exec"))


def test_with_keras_nothing_is_said_and_torch_is_its_back_end(monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    need_keras()
    assert (in_keras.os.environ["KERAS_BACKEND"], capsys.readouterr().out) == ("torch", "")


def by_arrays(losses, masks):
    steps = np.array([np.count_nonzero(mask) for mask in masks])
    return steps @ np.array(losses) / steps.sum()


def by_loops(losses, masks):
    every = [loss for loss, mask in zip(losses, masks, strict=True) for row in mask for real in row if real]
    return sum(every) / len(every)


@pytest.mark.parametrize("answer", [by_arrays, by_loops])
def test_the_mean_over_all_real_steps_passes_however_it_is_found(answer):
    assert check_whole_set(answer).passed
