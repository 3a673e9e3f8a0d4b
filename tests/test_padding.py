"""Lesson 03: how far zeros drive the state, judged by torch; and which step is right, counted in the head."""

import itertools
import re

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

import lstm_demo as ld
from lstm_demo.lessons.padding import CURES, MOST, READS, STARTS, meter, reading, weights
from lstm_demo.torch_lstm import load_params

D = [[-1.0], [-1.1]]
SIDES = ("left", "right")


def percent_off(start, steps, true):
    """How far the last h of these steps (n, 1) is from that of the true ones, by torch's own layer; no steps: zeros."""
    lstm = torch.nn.LSTM(1, 16, batch_first=True).double().requires_grad_(False)
    load_params(lstm, weights(start))
    x = (torch.tensor([one], dtype=torch.float64) for one in (steps, true))
    h, alone = (lstm(one)[1][0][0, 0] if one.numel() else torch.zeros(16) for one in x)
    return 100 * ((h - alone).norm() / alone.norm()).item()


def test_the_weights_are_those_of_torch_and_of_keras_and_leave_the_global_generator_alone():
    before = torch.get_rng_state()
    params = weights("PyTorch", seed=11)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(11)
    np.testing.assert_array_equal(params.weight_hh, torch.nn.LSTM(1, 16).weight_hh_l0.detach().double())
    assert weights("Keras").bias.tolist() == [0] * 16 + [1] * 16 + [0] * 32


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("cure", CURES)
def test_the_meter_draws_and_says_what_torch_says_of_the_series_with_its_zeros(start, cure):
    levels = {"left": [], "right": []}
    for zeros in range(MOST + 1):
        # A mask skips the zeros. A reset begins anew at the first real step: in front that skips them too.
        none = [[0.0]] * zeros
        read = {"left": D if cure != "none" else none + D, "right": D if cure == "mask" else D + none}
        off = [percent_off(start, read[side], D) for side in SIDES]
        one = meter(zeros, start, cure)
        assert [one.off[side][zeros] for side in SIDES] == pytest.approx(off, abs=1e-9)
        for side, percent in zip(SIDES, off, strict=True):
            levels[side].append(one.level(percent))
        if zeros not in (0, 1, 7, MOST):
            continue
        verdicts = [f"{'✓' if percent < 1e-9 else '✗'} {percent:.0f} %" for percent in off]
        said, ax = texts(one), drawn_on(one)
        assert [text for text in said if text[0] in "✓✗"] == verdicts
        front, behind = ("the true one" if v[0] == "✓" else f"{v[2:]} away from the true one" for v in verdicts)
        assert f"{start} start, {CURES[cure]}: with {zeros} zero{'s' * (zeros != 1)} in front" in one.says()
        assert one.says().endswith(f"the last h is {front}; with {zeros} behind it is {behind}.")
        assert said.count("—") == (2 * zeros if cure == "mask" else 0)
        assert [t.get_position()[0] for t in ax.texts if t.get_text() == "R"] == [zeros, -2] * (cure == "reset")
        curves = [line.get_ydata() for line in ax.lines if line.get_markersize() == 5]
        for curve, want in zip(curves, levels.values(), strict=True):
            np.testing.assert_allclose(curve, want, atol=1e-9)
        rows = itertools.groupby(ax.patches, key=lambda patch: patch.get_y())
        shown = [[(patch.get_x(), bool(patch.get_hatch())) for patch in row] for _, row in rows]
        # Under the curve D stands behind hatched zeros or in front of them, and the last of all is framed.
        want = [[(x, 0 <= x < zeros) for x in range(begin, begin + zeros + 2)] for begin in (0, -2)]
        assert shown == [[*row, (row[-1][0], False)] for row in want]


def reaching(steps, begin, n, t, cure):
    """The steps of a lane that make its state after step t; n real ones begin at `begin`."""
    if cure == "mask":
        return steps[begin : min(t + 1, begin + n)]
    return steps[begin if cure == "reset" and t >= begin else 0 : t + 1]


@pytest.mark.parametrize(("read", "cure", "columns"), [*itertools.product(READS, CURES, (4, 5))])
def test_each_square_is_as_far_off_as_torch_says_and_each_series_is_judged_where_it_is_read(read, cure, columns):
    one, said, frames = reading(read, cure, columns), [], []
    halves = one.says().partition(" that h is the true one of ")[2].split(";")
    for side, half in zip(SIDES, halves, strict=True):
        right = []
        for k, series in enumerate(ld.four_labels()[0]):
            n, zeros, series = len(series), [[0.0]] * (columns - len(series)), series.tolist()
            steps, begin = (zeros + series, len(zeros)) if side == "left" else (series + zeros, 0)
            off = [percent_off("PyTorch", reaching(steps, begin, n, t, cure), series) for t in range(columns)]
            assert one.sides[side].off[k] == pytest.approx(off, abs=1e-9)
            at = {"last column": columns - 1, "index n - 1": n - 1, "last real step": begin + n - 1}[read]
            frames.append(at + (8.1 if side == "right" else 0))  # the lanes on the right begin half a picture on
            said += ["✓" if percent < 1e-9 else f"{percent:.0f}" for percent in off]
            right.append(off[at] < 1e-9)
            said.append("✓ true" if right[-1] else f"✗ {off[at]:.0f} %")
        assert re.findall(r"\b[A-D]\b", half) == [*itertools.compress("ABCD", right)]
        assert ("none" in half) == (not any(right))
    assert [text for text in texts(one) if re.fullmatch(r"\d+|[✓✗].*", text)] == said
    assert [patch.get_x() for patch in drawn_on(one).patches if not patch.get_fill()] == pytest.approx(frames)
