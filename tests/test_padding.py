"""Lesson 03: how far zeros drive the state, judged by torch; and which step is right, counted in the head."""

import itertools
import re

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

import lstm_demo as ld
from lstm_demo.lessons import padding
from lstm_demo.lessons.padding import CURES, MOST, READS, STARTS, meter, reading, weights
from lstm_demo.torch_lstm import load_params

D = [[-1.0], [-1.1]]


def judge(start):
    """torch's own layer with the starting weights: a function from steps (n, 1) to its last h, zeros of no steps."""
    lstm = torch.nn.LSTM(1, padding.UNITS, batch_first=True).double()
    load_params(lstm, weights(start))

    def last(steps):
        x = torch.tensor([steps], dtype=torch.float64)
        return lstm(x)[1][0][0, 0].detach().numpy() if steps else np.zeros(padding.UNITS)

    return last


def percent_off(h, true):
    return 100 * np.linalg.norm(h - true) / np.linalg.norm(true)


def test_the_weights_are_those_of_torch_and_of_keras_and_leave_the_global_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    params = weights("PyTorch", seed=11)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(11)
    lstm = torch.nn.LSTM(1, 16)
    np.testing.assert_array_equal(params.weight_hh, lstm.weight_hh_l0.detach().double())
    np.testing.assert_allclose(params.bias, (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().double(), atol=1e-7)
    keras = weights("Keras")
    assert keras.bias.tolist() == [0] * 16 + [1] * 16 + [0] * 32
    np.testing.assert_allclose(keras.weight_hh.T @ keras.weight_hh, np.eye(16), atol=1e-12)


# --- the meter --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("cure", CURES)
def test_the_meter_says_what_torch_says_of_the_series_with_its_zeros(start, cure):
    h = judge(start)
    true = h(D)
    for zeros in range(MOST + 1):
        none = [[0.0]] * zeros
        # A mask skips the zeros. A reset begins anew at the first real step: in front that skips them too.
        front = D if cure != "none" else none + D
        behind = D if cure == "mask" else D + none
        one = meter(zeros, start, cure)
        for side, read in (("left", front), ("right", behind)):
            assert one.off[side][zeros] == pytest.approx(percent_off(h(read), true), abs=1e-9)
        assert one.exact("left") == (not zeros or cure != "none" or start == "Keras")
        assert one.exact("right") == (not zeros or cure == "mask")


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("cure", CURES)
@pytest.mark.parametrize("zeros", [0, 1, 7, MOST])
def test_the_rows_and_the_sentence_say_what_is_told_and_how_far_off_it_is(zeros, start, cure):
    one = meter(zeros, start, cure)
    said, ax = texts(one), drawn_on(one)
    assert (said.count("-1"), said.count("-1.1"), said.count("D")) == (2, 2, 4)
    assert said.count("0") == 2 * zeros + 1  # and the 0 of the axis
    assert said.count("—") == (2 * zeros if cure == "mask" else 0)
    assert said.count("R") == (2 if cure == "reset" else 0)
    judged = [t for t in said if t[0] in "✓✗"]
    assert [t[0] == "✓" for t in judged] == [one.exact(side) for side in ("left", "right")]
    assert [float(t[2:-2]) for t in judged] == [round(one.off[side][zeros]) for side in ("left", "right")]
    spoken = re.fullmatch(r".* in front the last h is (.*); with \d+ behind it is (.*)\.", one.says()).groups()
    assert [*spoken] == ["the true one" if t[0] == "✓" else f"{t[2:]} away from the true one" for t in judged]
    assert f"{start} start, {CURES[cure]}: with {zeros} zero{'s' * (zeros != 1)} in front" in one.says()
    # The padding of both rows fills the same columns, under the curve from 0 to the point that is reached.
    squares = [p for p in ax.patches if p.get_fill()]
    top, bottom = sorted({p.get_y() for p in squares})
    for row, begin in ((top, 0), (bottom, -2)):
        places = [(p.get_x(), bool(p.get_hatch())) for p in squares if p.get_y() == row]
        assert places == [(x, 0 <= x < zeros) for x in range(begin, begin + zeros + 2)]
    assert [p.get_xy() for p in ax.patches if not p.get_fill()] == [(zeros + 1, top), (zeros - 1, bottom)]
    for size, first in ((11, zeros), (5, 0)):  # where it stands, and the curve up to there
        found = [line.get_xydata().tolist() for line in ax.lines if line.get_markersize() == size]
        levels = [one.off[side][first : zeros + 1] for side in ("left", "right")]
        assert found == [[[first + k, one.level(off)] for k, off in enumerate(side)] for side in levels]


# --- which step to read -----------------------------------------------------------------------------------------------


def reaching(steps, begin, n, t, cure):
    """The steps of a lane that make its state after step t; n real ones begin at `begin`."""
    if cure == "mask":
        return steps[begin : min(t + 1, begin + n)]
    return steps[begin if cure == "reset" and t >= begin else 0 : t + 1]


@pytest.mark.parametrize(("read", "cure", "columns"), [*itertools.product(READS, CURES, (4, 5))])
def test_each_square_is_as_far_off_as_torch_says_and_each_series_is_judged_where_it_is_read(read, cure, columns):
    one, h = reading(read, cure, columns), judge("PyTorch")
    halves = one.says().partition(" that h is the true one of ")[2].split(";")
    for side, half in zip(("left", "right"), halves, strict=True):
        for k, series in enumerate(ld.four_labels()[0]):
            n, zeros = len(series), [[0.0]] * (columns - len(series))
            steps = [*zeros, *series.tolist()] if side == "left" else [*series.tolist(), *zeros]
            begin = len(zeros) if side == "left" else 0  # the first real step
            off = [percent_off(h(reaching(steps, begin, n, t, cure)), h(series.tolist())) for t in range(columns)]
            at = {"last column": columns - 1, "index n - 1": n - 1, "last real step": begin + n - 1}[read]
            assert one.sides[side].off[k] == pytest.approx(off, abs=1e-9)
            assert (one.sides[side].at[k], one.sides[side].right[k]) == (at, off[at] < 1e-9)
        right = one.sides[side].right
        assert re.findall(r"\b[A-D]\b", half) == [*itertools.compress("ABCD", right)]
        assert ("none" in half) == (not right.any())
    words = texts(one)
    judged = [t[0] == "✓" for t in words if re.fullmatch("✓ true|✗ .* %", t)]
    assert judged == [right for side in one.sides.values() for right in side.right]
    assert words.count("✓") == sum((side.off < 1e-9).sum() for side in one.sides.values())
