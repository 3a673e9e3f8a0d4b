"""Lesson 10: what Keras does over six calls, judged by a count in plain Python; and where there is no Keras."""

import ast
import importlib.util
import re
from types import SimpleNamespace

import IPython
import numpy as np
import pytest
from matplotlib.colors import to_hex
from seen import drawn_on, wrong_grounds

from lstm_demo import claims, marks
from lstm_demo.lessons import in_keras
from lstm_demo.lessons.in_keras import MASKS, MISSING, STATES, board, need_keras

# Rows and calls as one reads them: 1 and 0 are real steps, - is padding.
ROWS = ["11-", "111", "11-", "111", "1--", "1--"], ["101", "-11", "101", "-11", "---", "---"]


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


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("mask", MASKS)
def test_keras_counts_masks_and_carries_as_one_does_on_paper_and_the_board_says_so(state, mask):
    outputs, masked, wrong = map(np.array, zip(*(counted(row, state, mask) for row in ROWS), strict=True))
    assert np.abs(board(state, mask).counts - outputs).max() < 1e-3
    for time in (1, 4, 8, 18):
        one, found = board(state, mask, time), wrong[:, :time].sum()
        said = f"step {(time - 1) % 3 + 1} of call {(time + 2) // 3}, "
        put = f"row 0 puts out {outputs[0, time - 1]}, row 1 {outputs[1, time - 1]}; "
        assert re.search(f"{said}.*: {put}{found or 'no'} real steps? wrong so far", one.says())
        ax = drawn_on(one)
        bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
        assert [text for text in bold if text != "R"] == [f"{n}" for row in outputs for n in row[:time]]
        assert bold.count("R") == (12 if state == STATES[2] else 0)
        assert sum(text.get_text() == "—" for text in ax.texts) == masked.sum()
        assert sum(bool(patch.get_hatch()) for patch in ax.patches) == sum("".join(row).count("-") for row in ROWS)
        assert wrong_grounds(one) == found
    # Arrows go on inside a call, and over its border, where nobody asked for it, only if a state is kept.
    arrows = [text.arrow_patch.get_edgecolor() for text in ax.texts if getattr(text, "arrow_patch", None)]
    uninvited = sum(to_hex(color) == marks.WRONG.lower() for color in arrows)
    assert (len(arrows) - uninvited, uninvited) == (2 * 12, 2 * 5 if state == "stateful" else 0)


def test_with_keras_torch_is_its_back_end_and_without_one_sentence_is_said_and_cells_are_skipped(monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    need_keras()
    assert (in_keras.os.environ["KERAS_BACKEND"], capsys.readouterr().out) == ("torch", "")
    shell = SimpleNamespace(ast_transformers=[claims.Watched()])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    need_keras()
    need_keras()
    assert capsys.readouterr().out == f"{MISSING}\n" * 2
    assert [type(one).__name__ for one in shell.ast_transformers] == ["Watched", "Skipped"]
    assert shell.ast_transformers[1].visit(ast.parse("import keras\nassert False")).body == []
