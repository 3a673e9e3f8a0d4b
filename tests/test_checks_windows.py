"""The check of lesson 01: right answers pass, each mistake is told by its name, and nothing makes it raise."""

import sys

import numpy as np
import pytest
import torch
from test_checks import GARBAGE, named, passes, said

from lstm_demo import checks

slide = np.lib.stride_tricks.sliding_window_view
room = sys.modules["lstm_demo.checks.windows"]


def loop(table, width):
    return [[list(table[k + t]) for t in range(width)] for k in range(len(table) - width + 1)]


RIGHT = {
    "view": lambda table, width: slide(table, width, axis=0).transpose(0, 2, 1),
    "view of both": lambda table, width: slide(table, (width, table.shape[1]))[:, 0],
    "index": lambda table, width: table[np.arange(len(table) - width + 1)[:, None] + np.arange(width)],
    "stack": lambda table, width: np.stack([table[k : len(table) - width + 1 + k] for k in range(width)], axis=1),
    "lists": loop,
    "torch": lambda table, width: torch.tensor(table).unfold(0, width, 1).transpose(1, 2),
}
right = RIGHT["view"]


def filled(table, width, front):
    zeros = np.zeros((width - 1, table.shape[1]))
    return right(np.concatenate([zeros, table] if front else [table, zeros]), width)


WRONG = {
    "steps out of features": lambda table, width: table.reshape(len(table), width, -1),
    "do not overlap": lambda table, width: table.reshape(-1, width, table.shape[1]),
    "swapped": lambda table, width: slide(table, width, axis=0),
    "mixes steps and features": lambda table, width: slide(table, width, axis=0).reshape(-1, width, table.shape[1]),
    "missing, the last": lambda table, width: np.stack([table[k : k + width] for k in range(len(table) - width)]),
    "missing, the first": lambda table, width: right(table[1:], width),
    "backwards in time": lambda table, width: right(table, width)[:, ::-1],
    "axis too many": lambda table, width: slide(table, (width, table.shape[1])),
    "zeros; only whole windows": lambda table, width: filled(table, width, front=True),
    "behind with zeros": lambda table, width: filled(table, width, front=False),
    "rows of one step": lambda table, width: right(table, width).reshape(-1, 1, width * table.shape[1]),
    "flat in one row": lambda table, width: right(table, width).reshape(-1, width * table.shape[1]),
}


@pytest.mark.parametrize("way", RIGHT)
def test_a_right_answer_passes_however_it_is_made(way):
    assert passes(checks.check_to_windows, RIGHT[way])


def test_each_mistake_is_named():
    named(checks.check_to_windows, WRONG)


def test_other_shapes_and_other_numbers_are_told_what_is_wanted():
    said(checks.check_to_windows, lambda table, width: table, "shape (12, 6)", "(10, 3, 6)")
    said(checks.check_to_windows, lambda table, width: 0 * right(table, width), "shape is right", "rows k to k + width")
    said(checks.check_to_windows, lambda table, width: right(table, width)[..., ::-1], "shape is right")
    said(checks.check_to_windows, lambda table, width: None, "Nothing to check yet")


def test_an_answer_for_one_size_only_is_found():
    said(checks.check_to_windows, lambda table, width: right(table, 3), "Right for 12 rows", "not for 9")
    said(checks.check_to_windows, lambda table, width: right(table, width).reshape(10, 3, 6), "Right for 12 rows")


def test_the_tables_are_of_the_sizes_that_the_sentences_name():
    seen = []
    checks.check_to_windows(lambda table, width: seen.append((table.shape, width)) or right(table, width))
    assert seen == [((12, 6), 3), ((9, 2), 4)]


def test_the_named_mistakes_differ_and_each_is_reached_by_an_answer_of_this_file():
    mistakes = room._mistakes(room._table(12, 6), 3)
    for sentence, made in mistakes.items():
        assert not any(other is not made and np.array_equal(other, made) for other in mistakes.values())
        assert any(words in sentence for words in WRONG)
    assert len(mistakes) == len(WRONG)


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_never_raises_and_never_passes(what):
    said(checks.check_to_windows, GARBAGE[what])


def test_an_answer_cannot_change_what_it_is_judged_by():
    def spoilt(table, width):
        made = right(table, width).copy()
        table[:] = 0
        return made

    def spoilt_first(table, width):
        table[:] = 0
        return right(table, width)

    assert passes(checks.check_to_windows, spoilt)
    said(checks.check_to_windows, spoilt_first, "shape is right")
